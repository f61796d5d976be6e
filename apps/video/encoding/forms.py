"""Forms of encodings."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _

from apps.video.encoding.services import FURTHER_CODECS, MAX_PRIORITY


class EncodeAgainForm(forms.Form):
    """How a film is to be encoded again."""

    codecs = forms.MultipleChoiceField(
        label=_("further codecs"),
        choices=[(code, name) for code, name in FURTHER_CODECS.items()],
        widget=forms.CheckboxSelectMultiple,
        required=False,
        help_text=_("Beside H.264, which every film has. They keep HDR and take much longer."),
    )
    priority = forms.IntegerField(
        label=_("priority"),
        min_value=-MAX_PRIORITY,
        max_value=MAX_PRIORITY,
        initial=0,
        help_text=_("The highest goes first."),
    )
