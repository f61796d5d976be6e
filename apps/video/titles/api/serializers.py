"""Serializers of titles for video staff."""

from __future__ import annotations

from rest_framework import serializers

from apps.common.api.serializers import StrictQuerySerializer


class TitleFactsSerializer(serializers.Serializer):
    name = serializers.CharField(max_length=200)
    year = serializers.IntegerField(min_value=1870, max_value=2200, required=False, allow_null=True)
    directors = serializers.ListField(child=serializers.CharField(max_length=120), required=False, max_length=20)
    cast = serializers.ListField(child=serializers.CharField(max_length=120), required=False, max_length=100)
    synopsis = serializers.CharField(max_length=4000, required=False, allow_blank=True)
    languages = serializers.ListField(child=serializers.CharField(max_length=12), required=False, max_length=20)
    packages = serializers.ListField(child=serializers.SlugField(max_length=40), required=False, max_length=20)


class TitlesQuerySerializer(StrictQuerySerializer):
    package = serializers.SlugField(max_length=40, required=False, help_text="Only films of this package.")


class NewTitleSerializer(TitleFactsSerializer):
    slug = serializers.SlugField(max_length=120)
