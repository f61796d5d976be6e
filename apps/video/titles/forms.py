"""Forms of the admin."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.core.validators import validate_slug
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from apps.common.admin_site.fields import LinesField, validate_language
from apps.common.admin_site.translated import TranslatedForm
from apps.common.countries import validate_country
from apps.common.images import MAX_IMAGE_BYTES, decode_image
from apps.common.problems import Problem
from apps.video.media.captions import read_captions, write_webvtt
from apps.video.media.languages import tag_of
from apps.video.media.reasons import MediaError
from apps.video.titles import rules
from apps.video.titles.ages import BOARDS, rating_error
from apps.video.titles.models import AgeRating, Artwork, Credit, Genre, Person, Title


class TitleForm(TranslatedForm):
    """What staff write about a title."""

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
    countries = LinesField(
        label=_("Countries of production"),
        item_length=2,
        item_validator=validate_country,
        required=False,
        help_text=_("One country code per line, such as DE."),
    )
    available_countries = LinesField(
        label=_("Available in"),
        item_length=2,
        item_validator=validate_country,
        required=False,
        help_text=_("One country code per line, such as DE; empty: everywhere."),
    )

    class Meta:
        model = Title
        fields = [
            *("name", "slug", "original_name", "kind", "parent", "number", "year", "tagline", "synopsis", "genres"),
            *("countries", "languages", "packages", "available_from", "available_until", "available_countries"),
            *("poster", "encryption", "intro_start", "intro_end", "credits_start"),
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
        errors |= rules.window_errors(
            available_from=given.get("available_from"), available_until=given.get("available_until")
        )
        for name, messages in errors.items():
            if name not in self.errors:
                self.add_error(name, messages)
        return given

    def changed_columns(self) -> dict[str, Any]:
        """What the services are to write: columns that were changed, and translations."""
        names = [name for name in self.changed_data if name in self.Meta.fields and name != "genres"]
        changes = {name: self.cleaned_data[name] for name in names}
        if "parent" in changes:
            changes["parent"] = changes["parent"].slug if changes["parent"] else None
        if "poster" in changes:
            # False: the box "clear" was ticked.
            changes["poster"] = changes["poster"] or ""
        if translations := self.translation_changes():
            changes["translations"] = translations
        return changes


class CaptionForm(forms.ModelForm):
    """Says in the form which line cannot be read."""

    def clean_webvtt(self) -> str:
        try:
            return write_webvtt(read_captions(self.cleaned_data["webvtt"]))
        except MediaError as error:
            raise ValidationError(str(error)) from error

    def clean_language(self) -> str:
        language = self.cleaned_data["language"]
        if tag_of(language) != language:
            raise ValidationError(gettext("This is no language. Enter a code such as de, en or pt-BR."))
        return language


class CreditForm(forms.ModelForm):
    """One line of the cast and crew."""

    class Meta:
        model = Credit
        fields = ["position", "person", "role", "character"]

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        if given.get("character") and given.get("role") != Credit.Role.CAST:
            self.add_error("character", gettext("Only members of the cast play somebody. Leave this empty."))
        return given


class AgeRatingForm(forms.ModelForm):
    """A country's rating, chosen among those of its board."""

    country = forms.ChoiceField(
        label=_("Country"), choices=[(code, f"{code} ({board.name})") for code, board in sorted(BOARDS.items())]
    )

    class Meta:
        model = AgeRating
        fields = ["country", "label"]

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        error = rating_error(given.get("country", ""), given["label"]) if given.get("label") else None
        if error:
            self.add_error("label", error)
        return given


class ArtworkForm(forms.ModelForm):
    """An image to be added."""

    upload = forms.FileField(label=_("Image"), help_text=_("AVIF, WebP, JPEG, PNG or GIF."))

    class Meta:
        model = Artwork
        fields = ["kind"]

    def clean_upload(self) -> bytes:
        """The content of an image that can be read."""
        upload = self.cleaned_data["upload"]
        if upload.size > MAX_IMAGE_BYTES:
            raise ValidationError(
                gettext("The image is larger than %(limit)s MB.") % {"limit": MAX_IMAGE_BYTES // 1024**2}
            )
        content = upload.read()
        try:
            decode_image(content)
        except Problem as problem:
            raise ValidationError(str(problem)) from problem
        return content


class PersonForm(TranslatedForm):
    class Meta:
        model = Person
        fields = ["name", "slug", "born_year", "died_year", "biography"]

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        errors = rules.life_errors(born_year=given.get("born_year"), died_year=given.get("died_year"))
        for name, messages in errors.items():
            self.add_error(name, messages)
        return given


class GenreForm(TranslatedForm):
    class Meta:
        model = Genre
        fields = ["name", "slug"]
