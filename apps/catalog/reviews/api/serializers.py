"""Shapes of reviews."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from apps.catalog.reviews import moderation
from apps.catalog.reviews.models import Review, ReviewReport
from apps.catalog.reviews.selectors import ORDERINGS, latest_reports


class QuerySerializer(serializers.Serializer):
    """A query string in which nothing may stand that is not known."""

    def validate(self, data: dict[str, Any]) -> dict[str, Any]:
        unknown = sorted(set(self.initial_data) - set(self.fields) - {"limit", "cursor"})
        if unknown:
            raise serializers.ValidationError({name: ["There is no such filter."] for name in unknown})
        return data


class ReviewQuerySerializer(QuerySerializer):
    rating = serializers.IntegerField(required=False, min_value=1, max_value=5, help_text="Only with so many stars.")
    sort = serializers.ChoiceField(choices=sorted(ORDERINGS), required=False, default="newest")


class QueueQuerySerializer(QuerySerializer):
    status = serializers.ChoiceField(choices=Review.Status.values, required=False)
    product = serializers.CharField(required=False, max_length=120, help_text="A product's slug.")


class ReviewSerializer(serializers.Serializer):
    id = serializers.UUIDField(read_only=True)
    rating = serializers.IntegerField(min_value=1, max_value=5)
    title = serializers.CharField(max_length=120)
    body = serializers.CharField(max_length=4000, required=False, allow_blank=True, default="")
    author_name = serializers.CharField(read_only=True)
    created_at = serializers.DateTimeField(read_only=True)
    verified_purchase = serializers.BooleanField(source="is_verified", read_only=True)


class OwnReviewSerializer(ReviewSerializer):
    """As its author sees it: `pending` reviews wait for approval, only `approved` ones show and count."""

    status = serializers.ChoiceField(choices=Review.Status.values, read_only=True)


class ReviewChangeSerializer(serializers.Serializer):
    rating = serializers.IntegerField(min_value=1, max_value=5, required=False)
    title = serializers.CharField(max_length=120, required=False)
    body = serializers.CharField(max_length=4000, required=False, allow_blank=True)


class ReviewedProductSerializer(serializers.Serializer):
    slug = serializers.CharField()
    title = serializers.CharField()


class QueuedReviewSerializer(OwnReviewSerializer):
    """As staff see it; `revision` is the ETag of the moment."""

    product = ReviewedProductSerializer(read_only=True)
    report_count = serializers.IntegerField(read_only=True, help_text="Since the last decision.")
    moderated_by = serializers.CharField(read_only=True, help_text="Who decided last; empty before.")
    moderated_at = serializers.DateTimeField(read_only=True, allow_null=True)
    revision = serializers.SerializerMethodField()

    def get_revision(self, review: Review) -> str:
        return moderation.revision(review)


class ReportSerializer(serializers.Serializer):
    reason = serializers.ChoiceField(choices=ReviewReport.Reason.values)
    comment = serializers.CharField(max_length=500, required=False, allow_blank=True, default="")
    created_at = serializers.DateTimeField(read_only=True)


class ReportedReviewSerializer(QueuedReviewSerializer):
    reports = serializers.SerializerMethodField(help_text="The latest hundred.")

    @extend_schema_field(ReportSerializer(many=True))
    def get_reports(self, review: Review) -> list[dict[str, Any]]:
        return ReportSerializer(latest_reports(review), many=True).data
