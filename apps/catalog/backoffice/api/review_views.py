"""The moderation queue: reviews for staff, and their decisions."""

from __future__ import annotations

import uuid
from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.generics import ListAPIView
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from apps.catalog.backoffice.api import review_serializers as serializers
from apps.catalog.backoffice.api.optimistic_locking import TAG
from apps.catalog.reviews import moderation, selectors
from apps.catalog.reviews.models import Review
from apps.common.api.conditional import if_match
from apps.common.api.requests import validated_query
from apps.common.identity.permissions import RequireRole, principal_of
from apps.common.problems import PreconditionFailed

PRIVATE = {"Cache-Control": "private, no-store"}
IF_MATCH = OpenApiParameter(
    "If-Match", str, OpenApiParameter.HEADER, description="The review's ETag from your last read."
)
IsModerator = RequireRole("catalog_staff", "support_staff")


class QueueView(ListAPIView):
    """Reviews for staff: pending ones oldest first, others newest first."""

    permission_classes = [IsModerator]
    serializer_class = serializers.QueuedReviewSerializer
    queryset = Review.objects.none()

    @extend_schema(parameters=[serializers.QueueQuerySerializer])
    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """List reviews; `status=pending` is the moderation queue."""
        self.query = validated_query(serializers.QueueQuerySerializer, request)
        is_queue = self.query.get("status") == Review.Status.PENDING
        self.ordering = ("created_at", "id") if is_queue else ("-id",)
        response = super().get(request, *args, **kwargs)
        response["Cache-Control"] = PRIVATE["Cache-Control"]
        return response

    def get_queryset(self) -> QuerySet[Review]:
        return selectors.review_queue(status=self.query.get("status", ""), slug=self.query.get("product", ""))


class QueuedReviewView(APIView):
    permission_classes = [IsModerator]

    @extend_schema(responses=serializers.ReportedReviewSerializer)
    def get(self, request: Request, review_id: uuid.UUID) -> Response:
        """Get a review with its reports."""
        return _for_staff(selectors.review_for_staff(review_id))


class DecisionView(APIView):
    permission_classes = [IsModerator]

    def decide(self, request: Request, review_id: uuid.UUID, status: str) -> Response:
        moderation.moderate(review_id, status, by=principal_of(request).email, seen=_revision(request))
        return _for_staff(selectors.review_for_staff(review_id))


class ApproveView(DecisionView):
    @extend_schema(request=None, responses=serializers.ReportedReviewSerializer, parameters=[IF_MATCH])
    def post(self, request: Request, review_id: uuid.UUID) -> Response:
        """Approve a review, so that it shows and counts. With If-Match, 412 if anybody changed it since."""
        return self.decide(request, review_id, Review.Status.APPROVED)


class RejectView(DecisionView):
    @extend_schema(request=None, responses=serializers.ReportedReviewSerializer, parameters=[IF_MATCH])
    def post(self, request: Request, review_id: uuid.UUID) -> Response:
        """Reject a review, so that it does not show."""
        return self.decide(request, review_id, Review.Status.REJECTED)


def _for_staff(review: Review) -> Response:
    headers = PRIVATE | {"ETag": f'"{moderation.revision(review)}"'}
    return Response(serializers.ReportedReviewSerializer(review).data, headers=headers)


def _revision(request: Request) -> str | None:
    """The revision in If-Match; None when any will do. Raises PreconditionFailed for one that is not a review's."""
    header = if_match(request, is_required=False)
    if header is None:
        return None
    found = TAG.search(header)
    if found is None:
        raise PreconditionFailed(gettext("This ETag is not of this review. Read it again, then decide."))
    return found[0].strip('"')
