"""Serializers of pages."""

from __future__ import annotations

from rest_framework import serializers


class PageLinkSerializer(serializers.Serializer):
    slug = serializers.CharField()
    title = serializers.CharField()
    position = serializers.IntegerField(help_text="In the footer; the list is sorted by it.")


class PagesSerializer(serializers.Serializer):
    results = PageLinkSerializer(many=True)


class PageSerializer(serializers.Serializer):
    """A page of text in one language."""

    slug = serializers.CharField()
    title = serializers.CharField()
    body_html = serializers.CharField(allow_blank=True, help_text="Safe HTML, made from Markdown.")
    updated_at = serializers.DateTimeField()
