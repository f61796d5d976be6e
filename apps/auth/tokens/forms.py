"""The admin's sign-in form."""

from __future__ import annotations

from typing import Any

from django import forms

from apps.auth.tokens.lockout import TooManyAttempts
from apps.common.admin_site.forms import SignInForm


class AccountSignInForm(SignInForm):
    """The admin's sign-in: says it when somebody is locked out, not that the password is wrong."""

    def clean(self) -> dict[str, Any]:
        try:
            return super().clean()
        except TooManyAttempts as problem:
            raise forms.ValidationError(str(problem), code="locked") from None
