"""Forms of the admin: grants, reasons, and batches of gift codes."""

from __future__ import annotations

import uuid
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from unfold.widgets import (
    UnfoldAdminIntegerFieldWidget,
    UnfoldAdminSelectWidget,
    UnfoldAdminSplitDateTimeWidget,
    UnfoldAdminTextareaWidget,
    UnfoldAdminTextInputWidget,
)

from apps.common.codes import MAX_BATCH, MAX_CODE_LENGTH, batch_prefix
from apps.common.problems import Problem, ValidationProblem
from apps.common.text import message_text, one_line
from apps.video.accounts import account_named
from apps.video.playback.models import MAX_REASON_LENGTH, Entitlement, GiftBatch
from apps.video.playback.selectors import grantable_titles
from apps.video.playback.services import StaffGrant

# Ten years: longer is for good.
MAX_ACCESS_DAYS = 3650


class ReasonField(forms.CharField):
    """Why a member of staff does something; the history shows it."""

    def __init__(self) -> None:
        super().__init__(
            label=_("Reason"),
            max_length=MAX_REASON_LENGTH,
            validators=[message_text],
            widget=UnfoldAdminTextareaWidget(attrs={"rows": 3}),
            help_text=_("The history of the entitlement shows it."),
        )


class ReasonForm(forms.Form):
    reason = ReasonField()


class TitleField(forms.ModelChoiceField):
    """A film; the cleaned value is its slug, by which rights are kept."""

    def __init__(self) -> None:
        super().__init__(
            grantable_titles().order_by("name", "pk"),
            to_field_name="slug",
            label=_("Film"),
            widget=UnfoldAdminSelectWidget,
        )

    def clean(self, value: Any) -> str:
        return super().clean(value).slug


class GrantForm(forms.ModelForm):
    """The right to watch a film, given to an account that is named by its e-mail address or its id."""

    account = forms.CharField(
        label=_("Account"),
        max_length=254,
        widget=UnfoldAdminTextInputWidget,
        help_text=_("The customer’s e-mail address, or the id of the account."),
    )
    film = TitleField()
    reason = ReasonField()
    expires_at = forms.SplitDateTimeField(
        label=_("Expires"),
        required=False,
        widget=UnfoldAdminSplitDateTimeWidget,
        help_text=_("Empty: it never expires."),
    )

    class Meta:
        model = Entitlement
        fields = ["expires_at"]

    def clean_account(self) -> uuid.UUID:
        try:
            return account_named(self.cleaned_data["account"]).id
        except Problem as problem:
            raise forms.ValidationError(str(problem)) from None

    def clean_expires_at(self) -> Any:
        expires_at = self.cleaned_data["expires_at"]
        if expires_at and expires_at <= timezone.now():
            raise forms.ValidationError(gettext("Choose a time in the future, or leave it empty."))
        return expires_at

    def grant(self) -> StaffGrant:
        """What was entered, of a valid form."""
        data = self.cleaned_data
        return StaffGrant(data["account"], data["film"], data["reason"], data["expires_at"])


class GiftBatchForm(forms.ModelForm):
    """A batch and, when it is new or needs more, codes for it."""

    title_slug = TitleField()
    access_days = forms.IntegerField(
        label=_("Days of access"),
        required=False,
        min_value=1,
        max_value=MAX_ACCESS_DAYS,
        widget=UnfoldAdminIntegerFieldWidget,
        help_text=_("From redeeming on. Empty: for good."),
    )
    batch_size = forms.IntegerField(
        label=_("Number of codes"),
        required=False,
        min_value=1,
        max_value=MAX_BATCH,
        widget=UnfoldAdminIntegerFieldWidget,
        help_text=_("So many codes that nobody can guess are added when you save."),
    )
    batch_prefix = forms.CharField(
        label=_("Prefix"),
        required=False,
        max_length=MAX_CODE_LENGTH,
        widget=UnfoldAdminTextInputWidget,
        help_text=_("What the codes begin with, such as XMAS."),
    )

    class Meta:
        model = GiftBatch
        fields = ["name", "title_slug", "access_days", "redeem_until", "is_active"]

    def clean_name(self) -> str:
        one_line(self.cleaned_data["name"])
        return self.cleaned_data["name"]

    def clean_batch_prefix(self) -> str:
        try:
            return batch_prefix(self.cleaned_data["batch_prefix"])
        except ValidationProblem as problem:
            raise forms.ValidationError(str(problem)) from problem

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        has_size = data.get("batch_size") or "batch_size" in self.errors
        if not has_size and (self.instance._state.adding or data.get("batch_prefix")):
            self.add_error("batch_size", gettext("Enter how many codes to generate."))
        return data
