"""Reviews of a product, one's own review, and reports."""

from __future__ import annotations

import uuid
from typing import Any

from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema
from rest_framework import status
from rest_framework.generics import ListAPIView
from rest_framework.parsers import MultiPartParser
from rest_framework.permissions import AllowAny, BasePermission
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.throttling import SimpleRateThrottle
from rest_framework.views import APIView

from apps.catalog.products.selectors import shown_product
from apps.catalog.products.transactions import invalid
from apps.catalog.reviews import images, moderation, selectors, serializers, services
from apps.catalog.reviews.models import Review
from apps.common.api.requests import validated, validated_query
from apps.common.api.views import REVALIDATE
from apps.common.idempotency import optionally_idempotent
from apps.common.identity.permissions import IsUser, principal_of, user_id_of
from apps.common.images import MAX_IMAGE_BYTES

PRIVATE = {"Cache-Control": "private, no-store"}


class ReportThrottle(SimpleRateThrottle):
    """Limits reports by user, so that nobody can hide all reviews of a product. Without Redis there is no limit."""

    scope, rate = "review-reports", "20/hour"

    def get_cache_key(self, request: Request, view: Any) -> str:
        return self.cache_format % {"scope": self.scope, "ident": request.user.pk}


class ImageThrottle(SimpleRateThrottle):
    """Limits uploads by user, as rendering takes a second. Without Redis there is no limit."""

    scope, rate = "review-images", "30/hour"

    def get_cache_key(self, request: Request, view: Any) -> str:
        return self.cache_format % {"scope": self.scope, "ident": request.user.pk}


class ReviewsView(ListAPIView):
    """Reviews of a product."""

    serializer_class = serializers.ReviewSerializer
    queryset = Review.objects.none()

    def get_permissions(self) -> list[BasePermission]:
        return [AllowAny()] if self.request.method in ("GET", "HEAD", "OPTIONS") else [IsUser()]

    @extend_schema(parameters=[serializers.ReviewQuerySerializer])
    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """List the approved reviews of a product, newest first by default."""
        self.query = validated_query(serializers.ReviewQuerySerializer, request)
        self.ordering = selectors.ORDERINGS[self.query["sort"]]
        response = super().get(request, *args, **kwargs)
        response["Cache-Control"] = REVALIDATE["Cache-Control"]
        return response

    def get_queryset(self) -> QuerySet[Review]:
        product = shown_product(self.kwargs["slug"])
        return selectors.shown_reviews(product, rating=self.query.get("rating"), with_images=self.query["with_images"])

    @extend_schema(request=serializers.ReviewSerializer, responses={201: serializers.OwnReviewSerializer})
    @optionally_idempotent
    def post(self, request: Request, slug: str) -> Response:
        """Review a product that you have bought. Its `status` is `pending` until staff approve it."""
        review = services.post_review(
            shown_product(slug),
            user_id=user_id_of(request),
            author_name=principal_of(request).name,
            **validated(serializers.ReviewSerializer, request),
        )
        return Response(serializers.OwnReviewSerializer(review).data, status=status.HTTP_201_CREATED)


class OwnReviewView(APIView):
    permission_classes = [IsUser]

    @extend_schema(responses=serializers.OwnReviewSerializer)
    def get(self, request: Request, slug: str) -> Response:
        """Get your review of this product, in any state."""
        return self._response(selectors.own_review(slug, user_id_of(request)))

    @extend_schema(request=serializers.ReviewChangeSerializer, responses=serializers.OwnReviewSerializer)
    def patch(self, request: Request, slug: str) -> Response:
        """Change your review. It waits for approval again."""
        fields = validated(serializers.ReviewChangeSerializer, request)
        return self._response(services.change_review(slug, user_id=user_id_of(request), fields=fields))

    @extend_schema(responses={204: None})
    def delete(self, request: Request, slug: str) -> Response:
        """Delete your review."""
        services.delete_review(slug, user_id=user_id_of(request))
        return Response(status=status.HTTP_204_NO_CONTENT)

    def _response(self, review: Review) -> Response:
        return Response(serializers.OwnReviewSerializer(review).data, headers=PRIVATE)


class OwnReviewImagesView(APIView):
    permission_classes = [IsUser]
    throttle_classes = [ImageThrottle]
    parser_classes = [MultiPartParser]

    @extend_schema(
        request={"multipart/form-data": serializers.ReviewImageUploadSerializer},
        responses={201: serializers.OwnReviewSerializer, 200: serializers.OwnReviewSerializer},
    )
    def post(self, request: Request, slug: str) -> Response:
        """Add an image to your review, up to four. It waits for approval again; the same file again returns 200."""
        # Before the body is read, which only authors may send.
        selectors.own_review(slug, user_id_of(request))
        file = validated(serializers.ReviewImageUploadSerializer, request)["file"]
        if file.size > MAX_IMAGE_BYTES:
            raise invalid("file", f"The image is larger than {MAX_IMAGE_BYTES // 1024**2} MB.")
        review, is_new = images.add_image(slug, file.read(), user_id=user_id_of(request))
        code = status.HTTP_201_CREATED if is_new else status.HTTP_200_OK
        return Response(serializers.OwnReviewSerializer(review).data, status=code, headers=PRIVATE)


class OwnReviewImageView(APIView):
    permission_classes = [IsUser]

    @extend_schema(responses={204: None})
    def delete(self, request: Request, slug: str, image_id: uuid.UUID) -> Response:
        """Remove an image from your review."""
        images.remove_image(slug, image_id, user_id=user_id_of(request))
        return Response(status=status.HTTP_204_NO_CONTENT)


class ReportsView(APIView):
    permission_classes = [IsUser]
    throttle_classes = [ReportThrottle]

    @extend_schema(
        request=serializers.ReportSerializer,
        responses={201: serializers.ReportSerializer, 200: serializers.ReportSerializer},
    )
    @optionally_idempotent
    def post(self, request: Request, review_id: uuid.UUID) -> Response:
        """Report a review as abusive. Reporting it again changes nothing and returns your first report."""
        values = validated(serializers.ReportSerializer, request)
        report, is_new = moderation.report_review(review_id, user_id=user_id_of(request), **values)
        code = status.HTTP_201_CREATED if is_new else status.HTTP_200_OK
        return Response(serializers.ReportSerializer(report).data, status=code)
