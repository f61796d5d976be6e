"""Reviews of a product, one's own review, reports, and what staff decide."""

from __future__ import annotations

import re
import uuid
from typing import Any

from django.db.models import QuerySet
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import status
from rest_framework.generics import ListAPIView
from rest_framework.permissions import AllowAny, BasePermission
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.serializers import Serializer
from rest_framework.throttling import SimpleRateThrottle
from rest_framework.views import APIView

from apps.catalog.products.selectors import shown_product
from apps.catalog.reviews import moderation, selectors, services
from apps.catalog.reviews.api import serializers
from apps.catalog.reviews.models import Review
from apps.common.idempotency import optionally_idempotent
from apps.common.identity.permissions import IsUser, RequireRole
from apps.common.problems import PreconditionFailed

# Kept by caches but asked for again every time; the middleware adds the ETag that makes it cheap.
REVALIDATE = {"Cache-Control": "public, no-cache"}
PRIVATE = {"Cache-Control": "private, no-store"}
ETAG = re.compile(r'"([0-9a-f]{16})"')
IF_MATCH = OpenApiParameter("If-Match", str, OpenApiParameter.HEADER, description="The ETag of the review you read.")
IsModerator = RequireRole("catalog_staff", "support_staff")


class ReportThrottle(SimpleRateThrottle):
    """Nobody empties a product's page by reporting all there is. In Redis: while that is away nobody is held up."""

    scope, rate = "review-reports", "20/hour"

    def get_cache_key(self, request: Request, view: Any) -> str:
        return self.cache_format % {"scope": self.scope, "ident": request.user.pk}


def validated(serializer: type[Serializer], data: Any) -> dict[str, Any]:
    """`data` as the serializer sees it; raises ValidationError."""
    checked = serializer(data=data)
    checked.is_valid(raise_exception=True)
    return checked.validated_data


class ReviewsView(ListAPIView):
    """What buyers say."""

    serializer_class = serializers.ReviewSerializer
    queryset = Review.objects.none()

    def get_permissions(self) -> list[BasePermission]:
        return [AllowAny()] if self.request.method in ("GET", "HEAD", "OPTIONS") else [IsUser()]

    @extend_schema(parameters=[serializers.ReviewQuerySerializer])
    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """The approved reviews of a product, newest first unless asked otherwise."""
        self.query = validated(serializers.ReviewQuerySerializer, request.query_params.dict())
        self.ordering = selectors.ORDERINGS[self.query["sort"]]
        response = super().get(request, *args, **kwargs)
        response["Cache-Control"] = REVALIDATE["Cache-Control"]
        return response

    def get_queryset(self) -> QuerySet[Review]:
        product = shown_product(self.kwargs["slug"])
        return selectors.shown_reviews(product, rating=self.query.get("rating"))

    @extend_schema(request=serializers.ReviewSerializer, responses={201: serializers.OwnReviewSerializer})
    @optionally_idempotent
    def post(self, request: Request, slug: str) -> Response:
        """Review a product that you have bought. It shows once staff have approved it: `status` is `pending`."""
        review = services.post_review(
            shown_product(slug),
            user_id=request.user.user_id,
            author_name=request.user.name,
            **validated(serializers.ReviewSerializer, request.data),
        )
        return Response(serializers.OwnReviewSerializer(review).data, status=status.HTTP_201_CREATED)


class OwnReviewView(APIView):
    permission_classes = [IsUser]

    @extend_schema(responses=serializers.OwnReviewSerializer)
    def get(self, request: Request, slug: str) -> Response:
        """Your review of this product, whatever became of it."""
        return self._answer(selectors.own_review(slug, request.user.user_id))

    @extend_schema(request=serializers.ReviewChangeSerializer, responses=serializers.OwnReviewSerializer)
    def patch(self, request: Request, slug: str) -> Response:
        """Change your review. It waits for approval again."""
        fields = validated(serializers.ReviewChangeSerializer, request.data)
        return self._answer(services.change_review(slug, user_id=request.user.user_id, fields=fields))

    @extend_schema(responses={204: None})
    def delete(self, request: Request, slug: str) -> Response:
        """Take your review back."""
        services.delete_review(slug, user_id=request.user.user_id)
        return Response(status=status.HTTP_204_NO_CONTENT)

    def _answer(self, review: Review) -> Response:
        return Response(serializers.OwnReviewSerializer(review).data, headers=PRIVATE)


class ReportsView(APIView):
    permission_classes = [IsUser]
    throttle_classes = [ReportThrottle]

    @extend_schema(
        request=serializers.ReportSerializer,
        responses={201: serializers.ReportSerializer, 200: serializers.ReportSerializer},
    )
    @optionally_idempotent
    def post(self, request: Request, review_id: uuid.UUID) -> Response:
        """Report a review as abusive. A second report of yours changes nothing and answers with the first one."""
        values = validated(serializers.ReportSerializer, request.data)
        report, is_new = moderation.report_review(review_id, user_id=request.user.user_id, **values)
        code = status.HTTP_201_CREATED if is_new else status.HTTP_200_OK
        return Response(serializers.ReportSerializer(report).data, status=code)


class QueueView(ListAPIView):
    """Reviews for staff; those that wait come oldest first, others newest first."""

    permission_classes = [IsModerator]
    serializer_class = serializers.QueuedReviewSerializer
    queryset = Review.objects.none()

    @extend_schema(parameters=[serializers.QueueQuerySerializer])
    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """`status=pending` is the moderation queue."""
        self.query = validated(serializers.QueueQuerySerializer, request.query_params.dict())
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
        """One review with what people report of it."""
        return _for_staff(selectors.review_for_staff(review_id))


class DecisionView(APIView):
    permission_classes = [IsModerator]

    def decide(self, request: Request, review_id: uuid.UUID, status: str) -> Response:
        seen = _revision(request.headers.get("If-Match"))
        moderation.moderate(review_id, status, by=request.user.email, seen=seen)
        return _for_staff(selectors.review_for_staff(review_id))


class ApproveView(DecisionView):
    @extend_schema(request=None, responses=serializers.ReportedReviewSerializer, parameters=[IF_MATCH])
    def post(self, request: Request, review_id: uuid.UUID) -> Response:
        """Let a review show and count. With If-Match a change by its author or a colleague in between answers 412."""
        return self.decide(request, review_id, Review.Status.APPROVED)


class RejectView(DecisionView):
    @extend_schema(request=None, responses=serializers.ReportedReviewSerializer, parameters=[IF_MATCH])
    def post(self, request: Request, review_id: uuid.UUID) -> Response:
        """Take a review off the page, or keep it from it."""
        return self.decide(request, review_id, Review.Status.REJECTED)


def _for_staff(review: Review) -> Response:
    headers = PRIVATE | {"ETag": f'"{moderation.revision(review)}"'}
    return Response(serializers.ReportedReviewSerializer(review).data, headers=headers)


def _revision(header: str | None) -> str | None:
    """The revision in an If-Match header; None when any will do. Raises PreconditionFailed for one that is not ours."""
    if header is None or header.strip() == "*":
        return None
    found = ETAG.search(header)
    if found is None:
        raise PreconditionFailed("This ETag is not of this review. Read it again, then decide.")
    return found[1]
