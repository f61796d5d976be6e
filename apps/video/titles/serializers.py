"""How titles and people look in every API of this service; texts are in the language of the request."""

from __future__ import annotations

from typing import Any

from django.core.files.storage import default_storage
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from apps.common.languages import current_language
from apps.common.translated import text
from apps.video.titles.ages import BOARDS
from apps.video.titles.models import AgeRating, Artwork, Credit, Genre, Person, Title
from apps.video.titles.selectors import poster_url, trailer_url

# The width, in pixels, for clients that take one size.
USUAL_WIDTH = 640


class CaptionSerializer(serializers.Serializer):
    language = serializers.CharField()
    label = serializers.CharField()  # type: ignore[assignment]  # the field's name in the API


class GenreSerializer(serializers.Serializer):
    slug = serializers.CharField()
    name = serializers.SerializerMethodField()

    def get_name(self, genre: Genre) -> str:
        return text(genre, "name", current_language())


class CreditSerializer(serializers.Serializer):
    person = serializers.CharField(source="person.slug")
    name = serializers.CharField(source="person.name")
    role = serializers.ChoiceField(choices=Credit.Role.choices)
    character = serializers.CharField(help_text="Whom a member of the cast plays.")


class AgeRatingSerializer(serializers.Serializer):
    country = serializers.CharField()
    board = serializers.SerializerMethodField(help_text="Whose rating it is, such as FSK.")
    label = serializers.CharField()  # type: ignore[assignment]  # the field's name in the API
    minimum_age = serializers.SerializerMethodField(help_text="In years.")

    def get_board(self, rating: AgeRating) -> str:
        return BOARDS[rating.country].name

    def get_minimum_age(self, rating: AgeRating) -> int:
        return BOARDS[rating.country].labels[rating.label]


class ImageSizeSerializer(serializers.Serializer):
    url = serializers.CharField()
    width = serializers.IntegerField()


class ArtworkSerializer(serializers.Serializer):
    """WebP in several widths, narrowest first; `url` is the usual one, `width` and `height` are the original's."""

    id = serializers.IntegerField()
    url = serializers.CharField()
    width = serializers.IntegerField()
    height = serializers.IntegerField()
    srcset = ImageSizeSerializer(many=True)


def artwork_data(artwork: Artwork) -> dict[str, Any]:
    srcset = [{"url": default_storage.url(size["name"]), "width": size["width"]} for size in artwork.sizes]
    usual = next((size for size in srcset if size["width"] >= USUAL_WIDTH), srcset[-1])
    whole = {"id": artwork.pk, "width": artwork.width, "height": artwork.height}
    return whole | {"url": usual["url"], "srcset": srcset}


class TitleSerializer(serializers.Serializer):
    slug = serializers.CharField()
    name = serializers.SerializerMethodField()
    original_name = serializers.CharField(help_text="What it is called where it was made; may be empty.")
    kind = serializers.ChoiceField(choices=Title.Kind.choices)
    parent = serializers.SerializerMethodField(  # type: ignore[assignment]  # the field's name in the API
        help_text="A season's series, an episode's season, the film or series of an extra or trailer."
    )
    number = serializers.IntegerField(allow_null=True, help_text="Of a season or an episode.")
    year = serializers.IntegerField(allow_null=True)
    tagline = serializers.SerializerMethodField()
    synopsis = serializers.SerializerMethodField()
    genres = GenreSerializer(many=True)
    countries = serializers.ListField(
        child=serializers.CharField(), help_text="Of production, ISO 3166-1 alpha-2 codes."
    )
    directors = serializers.SerializerMethodField()
    cast = serializers.SerializerMethodField()
    credits = CreditSerializer(many=True, help_text="In the order of the credits.")
    age_ratings = AgeRatingSerializer(many=True)
    runtime_seconds = serializers.IntegerField()
    languages = serializers.ListField(child=serializers.CharField())
    captions = serializers.SerializerMethodField()
    poster_url = serializers.SerializerMethodField()
    backdrop = serializers.SerializerMethodField()
    logo = serializers.SerializerMethodField()
    stills = serializers.SerializerMethodField()
    trailer_url = serializers.SerializerMethodField(help_text="An MP4 that everybody may fetch.")
    packages = serializers.ListField(
        child=serializers.CharField(),
        help_text="A plan of payment (`GET /v1/plans`) with one of them includes it.",
    )
    available_from = serializers.DateTimeField(allow_null=True)
    available_until = serializers.DateTimeField(allow_null=True)
    available_countries = serializers.ListField(
        child=serializers.CharField(), help_text="Where it is on offer; everywhere when there are none."
    )
    state = serializers.ChoiceField(choices=Title.State.choices)

    def get_name(self, title: Title) -> str:
        return text(title, "name", current_language())

    def get_tagline(self, title: Title) -> str:
        return text(title, "tagline", current_language())

    def get_synopsis(self, title: Title) -> str:
        return text(title, "synopsis", current_language())

    def get_directors(self, title: Title) -> list[str]:
        return _names(title, Credit.Role.DIRECTOR)

    def get_cast(self, title: Title) -> list[str]:
        return _names(title, Credit.Role.CAST)

    @extend_schema_field(CaptionSerializer(many=True))
    def get_captions(self, title: Title) -> list[dict[str, Any]]:
        tracks = sorted(title.captions.all(), key=lambda track: track.label)
        return list(CaptionSerializer(tracks, many=True).data)

    def get_parent(self, title: Title) -> str | None:
        return title.parent.slug if title.parent else None

    def get_poster_url(self, title: Title) -> str | None:
        return poster_url(title)

    @extend_schema_field(ArtworkSerializer(allow_null=True))
    def get_backdrop(self, title: Title) -> dict[str, Any] | None:
        return next(iter(_artwork(title, Artwork.Kind.BACKDROP)), None)

    @extend_schema_field(ArtworkSerializer(allow_null=True))
    def get_logo(self, title: Title) -> dict[str, Any] | None:
        return next(iter(_artwork(title, Artwork.Kind.LOGO)), None)

    @extend_schema_field(ArtworkSerializer(many=True))
    def get_stills(self, title: Title) -> list[dict[str, Any]]:
        return _artwork(title, Artwork.Kind.STILL)

    def get_trailer_url(self, title: Title) -> str | None:
        return trailer_url(getattr(title, "trailers", ()))


def _names(title: Title, role: Credit.Role) -> list[str]:
    return [credit.person.name for credit in title.credits.all() if credit.role == role]


def _artwork(title: Title, kind: Artwork.Kind) -> list[dict[str, Any]]:
    return [artwork_data(artwork) for artwork in title.artwork.all() if artwork.kind == kind]


class PersonSerializer(serializers.Serializer):
    slug = serializers.CharField()
    name = serializers.CharField()
    born_year = serializers.IntegerField(allow_null=True)
    died_year = serializers.IntegerField(allow_null=True)
    biography = serializers.SerializerMethodField()

    def get_biography(self, person: Person) -> str:
        return text(person, "biography", current_language())
