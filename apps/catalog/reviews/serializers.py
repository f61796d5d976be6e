"""Serializers of reviews."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

from apps.catalog.products.image_serializers import ImageSerializer
from apps.catalog.products.renditions import image_data
from apps.catalog.reviews.models import Review, ReviewImage, ReviewReport
from apps.catalog.reviews.selectors import ORDERINGS
from apps.common.api.serializers import StrictQuerySerializer, StrictSerializer


class ReviewQuerySerializer(StrictQuerySerializer):
    rating = serializers.IntegerField(
        required=False, min_value=1, max_value=5, help_text="Only reviews with this rating."
    )
    with_images = serializers.BooleanField(required=False, default=False, help_text="Only reviews that have images.")
    sort = serializers.ChoiceField(choices=sorted(ORDERINGS), required=False, default="newest")


class ReviewImageSerializer(ImageSerializer):
    id = serializers.UUIDField()

    def to_representation(self, instance: ReviewImage) -> dict[str, Any]:
        shown = image_data(renditions=instance.renditions, alt="", width=instance.width, height=instance.height)
        return {"id": str(instance.pk), **(shown or {})}


class ReviewSerializer(serializers.Serializer):
    id = serializers.UUIDField(read_only=True)
    rating = serializers.IntegerField(min_value=1, max_value=5)
    title = serializers.CharField(max_length=120)
    body = serializers.CharField(max_length=4000, required=False, allow_blank=True, default="")
    author_name = serializers.CharField(read_only=True)
    created_at = serializers.DateTimeField(read_only=True)
    verified_purchase = serializers.BooleanField(source="is_verified", read_only=True)
    images = ReviewImageSerializer(many=True, read_only=True)


class OwnReviewSerializer(ReviewSerializer):
    """A review for its author: `pending` ones wait for approval, only `approved` ones show and count."""

    status = serializers.ChoiceField(choices=Review.Status.values, read_only=True)


class ReviewChangeSerializer(serializers.Serializer):
    rating = serializers.IntegerField(min_value=1, max_value=5, required=False)
    title = serializers.CharField(max_length=120, required=False)
    body = serializers.CharField(max_length=4000, required=False, allow_blank=True)


class ReviewImageUploadSerializer(StrictSerializer):
    file = serializers.FileField(max_length=200, help_text="AVIF, WebP, JPEG, PNG or GIF, at most 20 MB.")


class ReportSerializer(serializers.Serializer):
    reason = serializers.ChoiceField(choices=ReviewReport.Reason.values)
    comment = serializers.CharField(max_length=500, required=False, allow_blank=True, default="")
    created_at = serializers.DateTimeField(read_only=True)
