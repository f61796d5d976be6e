"""The feed of a sitemap."""

from __future__ import annotations

import uuid

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from apps.catalog.discovery.sitemap import MAX_CHUNK, chunk_starts, read_chunk
from apps.common.api import cursors
from apps.common.api.requests import validated_query
from apps.common.api.serializers import StrictQuerySerializer
from apps.common.api.views import GuestView

CURSOR = "sitemap of products"
# Search engines read them once a day.
CACHED = {"Cache-Control": "public, max-age=600"}


class SitemapQuerySerializer(StrictQuerySerializer):
    elsewhere = frozenset[str]()
    after = serializers.CharField(
        required=False, allow_blank=True, max_length=200, help_text="A cursor; empty for the first chunk."
    )
    limit = serializers.IntegerField(required=False, min_value=1, max_value=MAX_CHUNK, default=MAX_CHUNK)


class SitemapChunksQuerySerializer(StrictQuerySerializer):
    elsewhere = frozenset[str]()
    size = serializers.IntegerField(required=False, min_value=1_000, max_value=MAX_CHUNK, default=MAX_CHUNK)


class SitemapSerializer(serializers.Serializer):
    results = serializers.ListField(
        child=serializers.ListField(child=serializers.CharField(), min_length=2, max_length=2),
        help_text="Pairs of a product's slug and the day of its last change, such as 2026-11-29.",
    )
    next = serializers.CharField(allow_null=True, help_text="The cursor of the next chunk.")


class SitemapChunksSerializer(serializers.Serializer):
    results = serializers.ListField(
        child=serializers.CharField(allow_blank=True),
        help_text="Cursors to read each chunk `after`; the first is empty.",
    )


class SitemapView(GuestView):
    @extend_schema(parameters=[SitemapQuerySerializer], responses=SitemapSerializer)
    def get(self, request: Request) -> Response:
        """List the slugs of all products on display with the days of their last changes, a chunk at a time."""
        query = validated_query(SitemapQuerySerializer, request)
        chunk = read_chunk(after=_position(query.get("after", "")), limit=query["limit"])
        rows = [[slug, day.isoformat()] for slug, day in chunk.products]
        return Response({"results": rows, "next": chunk.last and _cursor(chunk.last)}, headers=CACHED)


class SitemapChunksView(GuestView):
    @extend_schema(parameters=[SitemapChunksQuerySerializer], responses=SitemapChunksSerializer)
    def get(self, request: Request) -> Response:
        """List where the chunks of the sitemap begin. Read each with the same `limit` as `size`."""
        query = validated_query(SitemapChunksQuerySerializer, request)
        return Response({"results": ["", *map(_cursor, chunk_starts(query["size"]))]}, headers=CACHED)


def _cursor(product_id: uuid.UUID) -> str:
    return cursors.encode(cursors.CursorPosition((str(product_id),)), of=CURSOR)


def _position(cursor: str) -> uuid.UUID | None:
    """Raises BrokenCursor."""
    return uuid.UUID(cursors.decode(cursor, of=CURSOR).values[0]) if cursor else None
