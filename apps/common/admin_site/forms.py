"""The form with which staff sign in to an admin."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from unfold.forms import AuthenticationForm

from apps.common.emails import AccountEmailFormField


class SignInForm(AuthenticationForm):
    """Email address and password; how they are checked is the service's."""

    username = AccountEmailFormField(label=_("Email address"), widget=forms.EmailInput(attrs={"autofocus": True}))

    error_messages: dict[str, Any] = {
        **AuthenticationForm.error_messages,
        "invalid_login": _(
            "This email address and password do not belong to a staff account. Check both and try again."
        ),
    }
