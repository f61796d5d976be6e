"""Forms of the admin."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _
from unfold.widgets import UnfoldAdminCheckboxSelectMultipleWidget, UnfoldAdminTextInputWidget

from apps.auth.accounts.models import Role, User
from apps.common.text import one_line


class UserForm(forms.ModelForm):
    """What an administrator may change."""

    name = forms.CharField(label=_("Name"), max_length=150, validators=[one_line], widget=UnfoldAdminTextInputWidget)
    roles = forms.MultipleChoiceField(
        label=_("Roles"), choices=Role, widget=UnfoldAdminCheckboxSelectMultipleWidget, required=False
    )

    class Meta:
        model = User
        fields = ["name", "roles", "is_active"]

    def clean_roles(self) -> list[str]:
        """`customer` is held by all."""
        return sorted({str(Role.CUSTOMER), *self.cleaned_data["roles"]})
