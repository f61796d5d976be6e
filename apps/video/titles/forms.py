"""Forms of the admin."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.validators import validate_slug
from django.utils.translation import gettext_lazy as _

from apps.common.admin_site.fields import LinesField, validate_language
from apps.video.titles import rules
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
        fields = [
            *("name", "slug", "kind", "parent", "number", "year", "directors", "cast", "synopsis", "languages"),
            *("packages", "poster", "intro_start", "intro_end", "credits_start"),
        ]

    def clean(self) -> dict[str, Any]:
        """The rules of the API, beside the fields."""
        given = super().clean() or {}
        parent = given.get("parent")
        kind = given.get("kind") or self.instance.kind
        errors = rules.placement_errors(
            kind=kind, parent_kind=parent.kind if parent else None, number=given.get("number")
        )
        errors |= rules.marker_errors(intro_start=given.get("intro_start"), intro_end=given.get("intro_end"))
        for name, messages in errors.items():
            if name not in self.errors:
                self.add_error(name, messages)
        return given
