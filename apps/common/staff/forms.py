"""The admin's sign-in form: e-mail, password and, for those who use one, a one-time code."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib.auth import authenticate
from unfold.forms import AuthenticationForm

from apps.common.emails import AccountEmailFormField
from apps.common.staff.backends import SignInRefused, SignInUnavailable


class StaffAuthenticationForm(AuthenticationForm):
    """Passes the credentials to the auth backend and turns its refusals into sentences."""

    username = AccountEmailFormField(label="E-mail", widget=forms.EmailInput(attrs={"autofocus": True}))
    otp = forms.CharField(
        label="One-time code (if you use one)",
        required=False,
        max_length=32,
        widget=forms.TextInput(attrs={"autocomplete": "one-time-code", "inputmode": "numeric"}),
    )

    error_messages = {
        **AuthenticationForm.error_messages,
        "invalid_login": "This e-mail and password do not belong to a staff account. Check both and try again.",
        "unavailable": "Sign-in is not available right now as the account service is not responding. Try again soon.",
    }

    def __init__(self, request: Any = None, *args: Any, **kwargs: Any) -> None:
        super().__init__(request, *args, **kwargs)
        self.fields["otp"].widget.attrs["class"] = self.fields["username"].widget.attrs.get("class", "")

    def clean(self) -> dict[str, Any]:
        email, password = self.cleaned_data.get("username"), self.cleaned_data.get("password")
        if not (email and password):
            return self.cleaned_data
        try:
            otp = self.cleaned_data.get("otp")
            self.user_cache = authenticate(self.request, username=email, password=password, otp=otp)
        except SignInUnavailable:
            raise forms.ValidationError(self.error_messages["unavailable"], code="unavailable") from None
        except SignInRefused as refusal:
            raise forms.ValidationError(str(refusal), code="refused") from None
        if self.user_cache is None:
            raise self.get_invalid_login_error()
        self.confirm_login_allowed(self.user_cache)
        return self.cleaned_data
