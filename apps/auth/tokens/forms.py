"""The admin's sign-in form."""

from __future__ import annotations

from typing import Any

from django import forms
from unfold.forms import AuthenticationForm

from apps.auth.tokens.lockout import TooManyAttempts


class SignInForm(AuthenticationForm):
    """The admin's sign-in: says it when somebody is locked out, not that the password is wrong."""

    error_messages = {
        **AuthenticationForm.error_messages,
        "invalid_login": "This e-mail and password do not belong to a staff account. Check both and try again.",
    }

    def clean(self) -> dict[str, Any]:
        try:
            return super().clean()
        except TooManyAttempts as problem:
            raise forms.ValidationError(str(problem), code="locked") from None
