"""Serializers of titles and people for the public and for video staff."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from apps.common.api.serializers import StrictQuerySerializer
from apps.common.countries import validate_country
from apps.video.titles import selectors
from apps.video.titles.models import Artwork, Credit, Title
from apps.video.titles.rules import released_at
from apps.video.titles.serializers import PersonSerializer, TitleSerializer

MOMENT = serializers.DateTimeField()
TRANSLATIONS_HELP = 'By language: `{"de": {"name": "…"}}`. An empty text goes away.'


def seconds(help_text: str) -> serializers.IntegerField:
    """A time within a film."""
    return serializers.IntegerField(
        min_value=0, max_value=24 * 3600, required=False, allow_null=True, help_text=f"{help_text} In seconds."
    )


def country_codes(help_text: str) -> serializers.ListField:
    return serializers.ListField(
        child=serializers.CharField(max_length=2, validators=[validate_country]),
        required=False,
        max_length=250,
        help_text=help_text,
    )


class CreditEditSerializer(serializers.Serializer):
    """Name somebody who is known by `person` (their slug), anybody else by `name`."""

    person = serializers.SlugField(max_length=120, required=False)
    name = serializers.CharField(max_length=120, required=False)
    role = serializers.ChoiceField(choices=Credit.Role.choices)
    character = serializers.CharField(max_length=120, required=False, allow_blank=True, default="")

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if ("person" in attrs) == ("name" in attrs):
            raise serializers.ValidationError("Send either person or name.")
        return attrs


def people_names(limit: int) -> serializers.ListField:
    return serializers.ListField(
        child=serializers.CharField(max_length=120),
        required=False,
        max_length=limit,
        help_text="Names, instead of `credits`; they replace those in this role.",
    )


class TitleFactsSerializer(serializers.Serializer):
    name = serializers.CharField(max_length=200)
    original_name = serializers.CharField(max_length=200, required=False, allow_blank=True)
    year = serializers.IntegerField(min_value=1870, max_value=2200, required=False, allow_null=True)
    tagline = serializers.CharField(max_length=200, required=False, allow_blank=True)
    synopsis = serializers.CharField(max_length=4000, required=False, allow_blank=True)
    translations = serializers.DictField(
        child=serializers.DictField(child=serializers.CharField(allow_blank=True), allow_null=True),
        required=False,
        help_text=TRANSLATIONS_HELP,
    )
    directors = people_names(20)
    cast = people_names(100)
    credits = serializers.ListField(
        child=CreditEditSerializer(), required=False, max_length=300, help_text="All of them, in their order."
    )
    genres = serializers.ListField(child=serializers.SlugField(max_length=60), required=False, max_length=10)
    countries = country_codes("Of production.")
    age_ratings = serializers.DictField(
        child=serializers.CharField(max_length=8), required=False, help_text='Labels by country: `{"DE": "12"}`.'
    )
    languages = serializers.ListField(child=serializers.CharField(max_length=12), required=False, max_length=20)
    packages = serializers.ListField(child=serializers.SlugField(max_length=40), required=False, max_length=20)
    available_from = serializers.DateTimeField(required=False, allow_null=True)
    available_until = serializers.DateTimeField(required=False, allow_null=True)
    available_countries = country_codes("Where it is on offer; everywhere when there are none.")
    parent = serializers.SlugField(  # type: ignore[assignment]  # the field's name in the API
        max_length=120,
        required=False,
        allow_null=True,
        help_text="A season's series, an episode's season, the film or series of an extra or trailer.",
    )
    number = serializers.IntegerField(
        min_value=0, max_value=9999, required=False, allow_null=True, help_text="Of a season or an episode."
    )
    intro_start = seconds("Where the intro begins.")
    intro_end = seconds("Where it ends, and “Skip intro” jumps to.")
    credits_start = seconds("Where the end credits begin.")


class NewTitleSerializer(TitleFactsSerializer):
    slug = serializers.SlugField(max_length=120)
    kind = serializers.ChoiceField(
        choices=Title.Kind.choices, default=Title.Kind.FILM, help_text="A title keeps its kind."
    )


class TitlesQuerySerializer(StrictQuerySerializer):
    package = serializers.SlugField(max_length=40, required=False, help_text="Only titles of this package.")
    kind = serializers.ChoiceField(
        choices=Title.Kind.choices, required=False, help_text="Only titles of this kind; films and series without."
    )
    genre = serializers.SlugField(max_length=60, required=False, help_text="Only titles of this genre.")
    person = serializers.SlugField(max_length=120, required=False, help_text="Only titles that credit this person.")
    country = serializers.CharField(
        max_length=2, validators=[validate_country], required=False, help_text="Only titles on offer there, such as DE."
    )


class EpisodeSerializer(serializers.Serializer):
    """An episode or an extra, as the page of what it belongs to lists it."""

    slug = serializers.CharField()
    name = serializers.CharField()
    number = serializers.IntegerField(allow_null=True)
    synopsis = serializers.CharField()
    runtime_seconds = serializers.IntegerField()
    poster_url = serializers.CharField(allow_null=True)
    stills = serializers.ListField(child=serializers.DictField())
    available_from = serializers.DateTimeField(
        allow_null=True, help_text="Who has a right to the title that lists it may watch it from then on."
    )


class SeasonSerializer(serializers.Serializer):
    slug = serializers.CharField()
    name = serializers.CharField()
    number = serializers.IntegerField()
    episodes = EpisodeSerializer(many=True)


class WholeTitleSerializer(TitleSerializer):
    """With what is below it: of a series its seasons with their episodes, of a film or series its extras."""

    seasons = serializers.SerializerMethodField()
    episodes = serializers.SerializerMethodField(help_text="Of a season.")
    extras = serializers.SerializerMethodField()

    @extend_schema_field(SeasonSerializer(many=True))
    def get_seasons(self, title: Title) -> list[dict[str, Any]]:
        return [
            self._line(season) | {"episodes": self._lines(Title.Kind.EPISODE, parent=season, above=[season])}
            for season in self._below()
            if season.kind == Title.Kind.SEASON
        ]

    @extend_schema_field(EpisodeSerializer(many=True))
    def get_episodes(self, title: Title) -> list[dict[str, Any]]:
        return self._lines(Title.Kind.EPISODE, parent=title)

    @extend_schema_field(EpisodeSerializer(many=True))
    def get_extras(self, title: Title) -> list[dict[str, Any]]:
        return self._lines(Title.Kind.EXTRA, parent=title)

    def _below(self) -> list[Title]:
        return self.context["below"]

    def _lines(self, kind: Title.Kind, *, parent: Title, above: Sequence[Title] = ()) -> list[dict[str, Any]]:
        titles = [title for title in self._below() if title.kind == kind and title.parent_id == parent.pk]
        return [self._line(title, *above) for title in titles]

    def _line(self, title: Title, *above: Title) -> dict[str, Any]:
        """What is below a season is released with it at the earliest."""
        begins = released_at([title, *above])
        whole = TitleSerializer(title).data | {"available_from": begins and MOMENT.to_representation(begins)}
        return {str(name): whole[str(name)] for name in EpisodeSerializer().fields}


class StaffTitleSerializer(TitleSerializer):
    """As staff edit it: the texts of the first language in place, the others in `translations`."""

    name = serializers.CharField()  # type: ignore[assignment]  # one language here
    tagline = serializers.CharField()  # type: ignore[assignment]  # one language here
    synopsis = serializers.CharField()  # type: ignore[assignment]  # one language here
    translations = serializers.DictField(child=serializers.DictField(child=serializers.CharField()))
    intro_start = serializers.IntegerField(allow_null=True)
    intro_end = serializers.IntegerField(allow_null=True)
    credits_start = serializers.IntegerField(allow_null=True)


class NewArtworkSerializer(serializers.Serializer):
    kind = serializers.ChoiceField(choices=Artwork.Kind.choices)
    file = serializers.FileField(help_text="AVIF, WebP, JPEG, PNG or GIF.")


class PersonFactsSerializer(serializers.Serializer):
    name = serializers.CharField(max_length=120)
    born_year = serializers.IntegerField(min_value=1700, max_value=2200, required=False, allow_null=True)
    died_year = serializers.IntegerField(min_value=1700, max_value=2200, required=False, allow_null=True)
    biography = serializers.CharField(max_length=4000, required=False, allow_blank=True)
    translations = serializers.DictField(
        child=serializers.DictField(child=serializers.CharField(allow_blank=True), allow_null=True),
        required=False,
        help_text='By language: `{"de": {"biography": "…"}}`.',
    )


class NewPersonSerializer(PersonFactsSerializer):
    slug = serializers.SlugField(max_length=120)


class StaffPersonSerializer(PersonSerializer):
    biography = serializers.CharField()  # type: ignore[assignment]  # one language here
    translations = serializers.DictField(child=serializers.DictField(child=serializers.CharField()))


def whole_title(slug: str) -> dict[str, Any]:
    """A published title with what is below it: 14 queries at most. Raises NotFound."""
    title = selectors.listed_title(slug)
    return WholeTitleSerializer(title, context={"below": selectors.below(title)}).data
