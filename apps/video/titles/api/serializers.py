"""Serializers of titles for video staff."""

from __future__ import annotations

from rest_framework import serializers

from apps.common.api.serializers import StrictQuerySerializer
from apps.video.titles.models import Title


def seconds(help_text: str) -> serializers.IntegerField:
    """A time within a film."""
    return serializers.IntegerField(
        min_value=0, max_value=24 * 3600, required=False, allow_null=True, help_text=f"{help_text} In seconds."
    )


class TitleFactsSerializer(serializers.Serializer):
    name = serializers.CharField(max_length=200)
    year = serializers.IntegerField(min_value=1870, max_value=2200, required=False, allow_null=True)
    directors = serializers.ListField(child=serializers.CharField(max_length=120), required=False, max_length=20)
    cast = serializers.ListField(child=serializers.CharField(max_length=120), required=False, max_length=100)
    synopsis = serializers.CharField(max_length=4000, required=False, allow_blank=True)
    languages = serializers.ListField(child=serializers.CharField(max_length=12), required=False, max_length=20)
    packages = serializers.ListField(child=serializers.SlugField(max_length=40), required=False, max_length=20)
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


class TitlesQuerySerializer(StrictQuerySerializer):
    package = serializers.SlugField(max_length=40, required=False, help_text="Only titles of this package.")
    kind = serializers.ChoiceField(
        choices=Title.Kind.choices, required=False, help_text="Only titles of this kind; films and series without."
    )


class NewTitleSerializer(TitleFactsSerializer):
    slug = serializers.SlugField(max_length=120)
    kind = serializers.ChoiceField(
        choices=Title.Kind.choices, default=Title.Kind.FILM, help_text="A title keeps its kind."
    )
