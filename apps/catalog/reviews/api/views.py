"""Reviews of a product."""

from __future__ import annotations

from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema
from rest_framework import status
from rest_framework.generics import ListAPIView
from rest_framework.permissions import AllowAny, BasePermission
from rest_framework.request import Request
from rest_framework.response import Response

from apps.catalog.products.selectors import shown_product
from apps.catalog.reviews import services
from apps.catalog.reviews.api.serializers import ReviewSerializer
from apps.catalog.reviews.models import Review
from apps.common.identity.permissions import IsUser


class ReviewsView(ListAPIView):
    """What buyers say, newest first."""

    serializer_class = ReviewSerializer
    queryset = Review.objects.none()
    ordering = ("-created_at", "id")

    def get_permissions(self) -> list[BasePermission]:
        return [AllowAny()] if self.request.method in ("GET", "HEAD", "OPTIONS") else [IsUser()]

    def get_queryset(self) -> QuerySet[Review]:
        return Review.objects.filter(product=shown_product(self.kwargs["slug"]), status=Review.Status.APPROVED)

    @extend_schema(request=ReviewSerializer, responses={201: ReviewSerializer})
    def post(self, request: Request, slug: str) -> Response:
        """Review a product that you have bought."""
        serializer = ReviewSerializer(data=request.data)
        serializer.is_valid(raise_exception=True)
        review = services.post_review(
            shown_product(slug),
            user_id=request.user.user_id,
            author_name=request.user.name,
            **serializer.validated_data,
        )
        return Response(ReviewSerializer(review).data, status=status.HTTP_201_CREATED)
