"""How a title looks in every API of this service."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from apps.video.titles.models import Title
from apps.video.titles.selectors import poster_url


class CaptionSerializer(serializers.Serializer):
    language = serializers.CharField()
    label = serializers.CharField()  # type: ignore[assignment]  # the field's name in the API


class TitleSerializer(serializers.Serializer):
    slug = serializers.CharField()
    name = serializers.CharField()
    kind = serializers.ChoiceField(choices=Title.Kind.choices)
    parent = serializers.SerializerMethodField(  # type: ignore[assignment]  # the field's name in the API
        help_text="A season's series, an episode's season, the film or series of an extra or trailer."
    )
    number = serializers.IntegerField(allow_null=True, help_text="Of a season or an episode.")
    year = serializers.IntegerField(allow_null=True)
    directors = serializers.ListField(child=serializers.CharField())
    cast = serializers.ListField(child=serializers.CharField())
    synopsis = serializers.CharField()
    runtime_seconds = serializers.IntegerField()
    languages = serializers.ListField(child=serializers.CharField())
    captions = serializers.SerializerMethodField()
    poster_url = serializers.SerializerMethodField()
    packages = serializers.ListField(
        child=serializers.CharField(),
        help_text="A plan of payment (`GET /v1/plans`) with one of them includes it.",
    )
    state = serializers.ChoiceField(choices=Title.State.choices)

    @extend_schema_field(CaptionSerializer(many=True))
    def get_captions(self, title: Title) -> list[dict[str, Any]]:
        tracks = sorted(title.captions.all(), key=lambda track: track.label)
        return list(CaptionSerializer(tracks, many=True).data)

    def get_parent(self, title: Title) -> str | None:
        return title.parent.slug if title.parent else None

    def get_poster_url(self, title: Title) -> str | None:
        return poster_url(title)
