"""Serializers of reviews for staff, and filters of the moderation queue."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from apps.catalog.reviews import moderation
from apps.catalog.reviews.models import Review
from apps.catalog.reviews.selectors import latest_reports
from apps.catalog.reviews.serializers import OwnReviewSerializer, ReportSerializer
from apps.common.api.serializers import StrictQuerySerializer


class QueueQuerySerializer(StrictQuerySerializer):
    status = serializers.ChoiceField(choices=Review.Status.values, required=False)
    product = serializers.CharField(required=False, max_length=120, help_text="A product's slug.")


class ReviewedProductSerializer(serializers.Serializer):
    slug = serializers.CharField()
    title = serializers.CharField()


class QueuedReviewSerializer(OwnReviewSerializer):
    """A review for staff; `revision` is its current ETag."""

    product = ReviewedProductSerializer(read_only=True)
    report_count = serializers.IntegerField(read_only=True, help_text="Reports since the last decision.")
    moderated_by = serializers.CharField(
        read_only=True, help_text="The e-mail of the last moderator; empty before a decision."
    )
    moderated_at = serializers.DateTimeField(read_only=True, allow_null=True)
    revision = serializers.SerializerMethodField()

    def get_revision(self, review: Review) -> str:
        return moderation.revision(review)


class ReportedReviewSerializer(QueuedReviewSerializer):
    reports = serializers.SerializerMethodField(help_text="The latest 100 reports.")

    @extend_schema_field(ReportSerializer(many=True))
    def get_reports(self, review: Review) -> list[dict[str, Any]]:
        return list(ReportSerializer(latest_reports(review), many=True).data)
