"""The admin's sign-in form: e-mail, password and, for those who use one, a one-time code."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib.auth import authenticate
from django.utils.translation import gettext_lazy as _

from apps.common.admin_site.forms import SignInForm
from apps.common.staff.backends import SignInRefused, SignInUnavailable


class StaffAuthenticationForm(SignInForm):
    """Passes the credentials to the auth backend and turns its refusals into sentences."""

    otp = forms.CharField(
        label=_("One-time code (if you use one)"),
        required=False,
        max_length=32,
        widget=forms.TextInput(attrs={"autocomplete": "one-time-code", "inputmode": "numeric"}),
    )

    error_messages = {
        **SignInForm.error_messages,
        "unavailable": _(
            "Sign-in is not available right now as the account service is not responding. Try again soon."
        ),
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
