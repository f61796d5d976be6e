"""Forms of the admin."""

from __future__ import annotations

from typing import Any

from django import forms
from unfold.forms import AuthenticationForm
from unfold.widgets import UnfoldAdminCheckboxSelectMultipleWidget, UnfoldAdminTextInputWidget

from apps.auth.accounts.models import Role, User
from apps.auth.tokens.lockout import TooManyAttempts
from apps.common.text import one_line


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


class UserForm(forms.ModelForm):
    """What an administrator may change."""

    name = forms.CharField(max_length=150, validators=[one_line], widget=UnfoldAdminTextInputWidget)
    roles = forms.MultipleChoiceField(choices=Role, widget=UnfoldAdminCheckboxSelectMultipleWidget, required=False)

    class Meta:
        model = User
        fields = ["name", "roles", "is_active"]

    def clean_roles(self) -> list[str]:
        """`customer` is held by all."""
        return sorted({str(Role.CUSTOMER), *self.cleaned_data["roles"]})
