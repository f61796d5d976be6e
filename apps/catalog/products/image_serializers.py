"""Serializers of rendered images, as every public response shows them; `renditions.image_data` makes them."""

from __future__ import annotations

from rest_framework import serializers


class ImageSourceSerializer(serializers.Serializer):
    url = serializers.CharField()
    width = serializers.IntegerField()


class ImageFormatSerializer(serializers.Serializer):
    """One format of an image, as a `<source>` of HTML's `<picture>`."""

    type = serializers.ChoiceField(choices=["image/avif", "image/webp", "image/jpeg"])
    srcset = ImageSourceSerializer(many=True)


class ImageSerializer(serializers.Serializer):
    """A rendered image; one that is not rendered yet is null."""

    url = serializers.CharField(help_text="A medium size, for clients without `srcset`.")
    alt = serializers.CharField(allow_blank=True)
    width = serializers.IntegerField(help_text="Of the original, in pixels.")
    height = serializers.IntegerField()
    srcset = ImageSourceSerializer(many=True, help_text="WebP, smallest first.")
    sources = ImageFormatSerializer(many=True, help_text="Every format, best first.")
