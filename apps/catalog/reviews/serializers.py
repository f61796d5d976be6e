"""Serializers of reviews."""

from __future__ import annotations

from rest_framework import serializers

from apps.catalog.reviews.models import Review, ReviewReport
from apps.catalog.reviews.selectors import ORDERINGS
from apps.common.api.serializers import StrictQuerySerializer


class ReviewQuerySerializer(StrictQuerySerializer):
    rating = serializers.IntegerField(
        required=False, min_value=1, max_value=5, help_text="Only reviews with this rating."
    )
    sort = serializers.ChoiceField(choices=sorted(ORDERINGS), required=False, default="newest")


class ReviewSerializer(serializers.Serializer):
    id = serializers.UUIDField(read_only=True)
    rating = serializers.IntegerField(min_value=1, max_value=5)
    title = serializers.CharField(max_length=120)
    body = serializers.CharField(max_length=4000, required=False, allow_blank=True, default="")
    author_name = serializers.CharField(read_only=True)
    created_at = serializers.DateTimeField(read_only=True)
    verified_purchase = serializers.BooleanField(source="is_verified", read_only=True)


class OwnReviewSerializer(ReviewSerializer):
    """A review for its author: `pending` ones wait for approval, only `approved` ones show and count."""

    status = serializers.ChoiceField(choices=Review.Status.values, read_only=True)


class ReviewChangeSerializer(serializers.Serializer):
    rating = serializers.IntegerField(min_value=1, max_value=5, required=False)
    title = serializers.CharField(max_length=120, required=False)
    body = serializers.CharField(max_length=4000, required=False, allow_blank=True)


class ReportSerializer(serializers.Serializer):
    reason = serializers.ChoiceField(choices=ReviewReport.Reason.values)
    comment = serializers.CharField(max_length=500, required=False, allow_blank=True, default="")
    created_at = serializers.DateTimeField(read_only=True)
