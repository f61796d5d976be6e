"""Categories and brands, for staff."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import status
from rest_framework.request import Request
from rest_framework.response import Response

from apps.catalog.backoffice.api import taxonomy_serializers as serializers
from apps.catalog.backoffice.api.optimistic_locking import seen_rows, staff_response
from apps.catalog.backoffice.api.views import StaffListView, StaffView, StaffWrites, found
from apps.catalog.products.models import Brand, Category
from apps.catalog.products.services import brands, categories
from apps.common.api.conditional import ETAG, IF_MATCH
from apps.common.api.requests import validated
from apps.common.idempotency import idempotent


def brand_data(brand: Brand) -> dict[str, Any]:
    return serializers.StaffBrandSerializer(brand).data


def category_data(category: Category) -> dict[str, Any]:
    return serializers.StaffCategorySerializer(category).data


class StaffBrandsView(StaffListView):
    """List all brands by name."""

    serializer_class = serializers.StaffBrandSerializer
    queryset = Brand.objects.all()
    ordering = ("name", "id")


class StaffBrandView(StaffView):
    @extend_schema(responses=serializers.StaffBrandSerializer, parameters=[ETAG])
    def get(self, request: Request, slug: str) -> Response:
        """One brand as staff edit it."""
        return staff_response(brand_data(found(Brand.objects.filter(slug=slug))))


class BrandsView(StaffView):
    @extend_schema(
        request=serializers.NewBrandSerializer, responses={201: serializers.StaffBrandSerializer}, parameters=[ETAG]
    )
    @idempotent
    def post(self, request: Request) -> Response:
        """Create a brand."""
        brand = brands.create_brand(validated(serializers.NewBrandSerializer, request))
        at = f"/v1/staff/brands/{brand.slug}"
        return staff_response(brand_data(brand), status=status.HTTP_201_CREATED, at=at)


class BrandView(StaffView):
    @extend_schema(
        request=serializers.BrandChangeSerializer,
        responses=serializers.StaffBrandSerializer,
        parameters=[IF_MATCH, ETAG],
    )
    def patch(self, request: Request, slug: str) -> Response:
        """Change a brand; its products show the new name and are found by it at once."""
        columns = validated(serializers.BrandChangeSerializer, request)
        return staff_response(brand_data(brands.change_brand(slug, columns, guard=seen_rows(request, brand_data))))

    @extend_schema(responses={204: None}, parameters=[IF_MATCH])
    def delete(self, request: Request, slug: str) -> Response:
        """Delete a brand without products."""
        brands.delete_brand(slug, guard=seen_rows(request, brand_data))
        return Response(status=status.HTTP_204_NO_CONTENT)


class StaffCategoriesView(StaffListView):
    """List all categories by path, so that parents come before their subcategories."""

    serializer_class = serializers.StaffCategorySerializer
    queryset = Category.objects.all()
    ordering = ("full_path",)


class StaffCategoryView(StaffView):
    @extend_schema(responses=serializers.StaffCategorySerializer, parameters=[ETAG])
    def get(self, request: Request, path: str) -> Response:
        """One category as staff edit it."""
        return staff_response(category_data(found(Category.objects.filter(full_path=path))))


class CategoriesWrites(StaffWrites):
    @extend_schema(
        request=serializers.NewCategorySerializer,
        responses={201: serializers.StaffCategorySerializer},
        parameters=[ETAG],
    )
    @idempotent
    def post(self, request: Request) -> Response:
        """Create a category below `parent`, or at the top."""
        category = categories.create_category(validated(serializers.NewCategorySerializer, request))
        at = f"/v1/staff/categories/{category.full_path}"
        return staff_response(category_data(category), status=status.HTTP_201_CREATED, at=at)


class CategoryWrites(StaffWrites):
    @extend_schema(
        request=serializers.CategoryChangeSerializer,
        responses=serializers.StaffCategorySerializer,
        parameters=[IF_MATCH, ETAG],
    )
    def patch(self, request: Request, path: str) -> Response:
        """Change, rename or move a category with all below it. Its address is its path: see `path` of the response."""
        columns = validated(serializers.CategoryChangeSerializer, request)
        guard = seen_rows(request, category_data)
        return staff_response(category_data(categories.change_category(path, columns, guard=guard)))

    @extend_schema(responses={204: None}, parameters=[IF_MATCH])
    def delete(self, request: Request, path: str) -> Response:
        """Delete a category without products and subcategories."""
        categories.delete_category(path, guard=seen_rows(request, category_data))
        return Response(status=status.HTTP_204_NO_CONTENT)
