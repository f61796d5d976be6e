"""Forms of the admin."""

from __future__ import annotations

from django import forms
from django.core.validators import validate_slug
from django.utils.translation import gettext_lazy as _

from apps.common.admin_site.fields import LinesField, validate_language
from apps.video.titles.models import Title


class TitleForm(forms.ModelForm):
    """What staff write about a film."""

    directors = LinesField(label=_("Directors"), item_length=120, required=False, help_text=_("One name per line."))
    cast = LinesField(label=_("Cast"), item_length=120, required=False, help_text=_("One name per line."))
    languages = LinesField(
        label=_("Languages"),
        item_length=12,
        item_validator=validate_language,
        required=False,
        help_text=_("What is spoken: one language code per line, such as de or pt-BR."),
    )

    packages = LinesField(
        label=_("Film packages"),
        item_length=40,
        item_validator=validate_slug,
        required=False,
        help_text=_("Packages of subscription plans that include this film, such as plus; one per line."),
    )

    class Meta:
        model = Title
        fields = ["name", "slug", "year", "directors", "cast", "synopsis", "languages", "packages", "poster"]
