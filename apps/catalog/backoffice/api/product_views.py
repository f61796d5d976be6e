"""Products, their variants and images, for staff, at the same URLs that shoppers read."""

from __future__ import annotations

import uuid
from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext
from drf_spectacular.utils import extend_schema
from rest_framework import status
from rest_framework.parsers import MultiPartParser
from rest_framework.request import Request
from rest_framework.response import Response

from apps.catalog.backoffice.api import product_serializers as serializers
from apps.catalog.backoffice.api.optimistic_locking import MAY_MATCH, staff_response
from apps.catalog.backoffice.api.views import StaffListView, StaffView, StaffWrites
from apps.catalog.backoffice.product_selectors import editable_product, listed_products
from apps.catalog.products.models import Product
from apps.catalog.products.services import images, products, variants
from apps.catalog.products.transactions import invalid
from apps.common.api.conditional import ETAG, IF_MATCH, seen_versions
from apps.common.api.requests import validated, validated_query
from apps.common.idempotency import idempotent
from apps.common.images import MAX_IMAGE_BYTES


def product_response(slug: str, *, status: int = 200) -> Response:
    """The whole product as staff edit it, with the ETag for the next change."""
    product = editable_product(slug)
    at = f"/v1/staff/products/{slug}" if status == 201 else ""
    return staff_response(
        serializers.StaffProductSerializer(product).data, version=product.version, status=status, at=at
    )


class ProductsWrites(StaffWrites):
    @extend_schema(
        request=serializers.NewProductSerializer, responses={201: serializers.StaffProductSerializer}, parameters=[ETAG]
    )
    @idempotent
    def post(self, request: Request) -> Response:
        """Create a product with its variants, prices, attribute values and translations, by default as a draft."""
        edit = serializers.as_product_edit(validated(serializers.NewProductSerializer, request))
        return product_response(products.create_product(edit).slug, status=status.HTTP_201_CREATED)


class ProductWrites(StaffWrites):
    @extend_schema(
        request=serializers.ProductChangeSerializer,
        responses=serializers.StaffProductSerializer,
        parameters=[IF_MATCH, ETAG],
    )
    def patch(self, request: Request, slug: str) -> Response:
        """Change what is named and leave the rest. `status` publishes and archives, from `published_at` until before
        `published_until`."""
        edit = serializers.as_product_edit(validated(serializers.ProductChangeSerializer, request))
        product = products.change_product(slug, edit, versions=seen_versions(request))
        return product_response(product.slug)

    @extend_schema(responses={200: serializers.StaffProductSerializer, 204: None}, parameters=[IF_MATCH])
    def delete(self, request: Request, slug: str) -> Response:
        """Delete a product that was never on sale (204); archive and return any other (200)."""
        archived = products.delete_product(slug, versions=seen_versions(request))
        return product_response(archived.slug) if archived else Response(status=status.HTTP_204_NO_CONTENT)


class StaffProductsView(StaffListView):
    serializer_class = serializers.StaffListedProductSerializer
    queryset = Product.objects.none()
    ordering = ("-updated_at", "-id")

    @extend_schema(parameters=[serializers.StaffProductQuerySerializer])
    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """List all products, including drafts and archived ones, latest change first."""
        self.filters = validated_query(serializers.StaffProductQuerySerializer, request)
        return super().get(request, *args, **kwargs)

    def get_queryset(self) -> QuerySet[Product]:
        return listed_products(self.filters)


class StaffProductView(StaffView):
    @extend_schema(responses=serializers.StaffProductSerializer, parameters=[ETAG])
    def get(self, request: Request, slug: str) -> Response:
        """One product as staff edit it, whatever its status. Send its ETag as If-Match with the change."""
        return product_response(slug)


class VariantsView(StaffView):
    @extend_schema(
        request=serializers.NewVariantSerializer,
        responses={201: serializers.StaffProductSerializer},
        parameters=[MAY_MATCH, ETAG],
    )
    @idempotent
    def post(self, request: Request, slug: str) -> Response:
        """Add a variant, with its prices and sales."""
        edit = serializers.as_variant_edit(validated(serializers.NewVariantSerializer, request))
        versions = seen_versions(request, is_required=False)
        product = variants.add_variant(slug, edit, versions=versions)
        return product_response(product.slug, status=status.HTTP_201_CREATED)


class VariantView(StaffView):
    @extend_schema(
        request=serializers.VariantChangeSerializer,
        responses=serializers.StaffProductSerializer,
        parameters=[IF_MATCH, ETAG],
    )
    def patch(self, request: Request, slug: str, sku: str) -> Response:
        """Change a variant, its prices and its scheduled sales."""
        edit = serializers.as_variant_edit(validated(serializers.VariantChangeSerializer, request), sku=sku)
        variants.change_variant(slug, edit, versions=seen_versions(request))
        return product_response(slug)

    @extend_schema(responses={200: serializers.StaffProductSerializer}, parameters=[IF_MATCH, ETAG])
    def delete(self, request: Request, slug: str, sku: str) -> Response:
        """Delete a variant that was never in stock and is not reserved."""
        variants.delete_variant(slug, sku, versions=seen_versions(request))
        return product_response(slug)


class ImagesView(StaffView):
    parser_classes = [MultiPartParser]

    @extend_schema(
        request={"multipart/form-data": serializers.ImageUploadSerializer},
        responses={201: serializers.StaffProductSerializer, 200: serializers.StaffProductSerializer},
        parameters=[MAY_MATCH, ETAG],
    )
    def post(self, request: Request, slug: str) -> Response:
        """Upload an image; its renditions are made later. The same file again returns 200 and changes nothing."""
        data = validated(serializers.ImageUploadSerializer, request)
        versions = seen_versions(request, is_required=False)
        file = data["file"]
        if file.size > MAX_IMAGE_BYTES:
            raise invalid(
                "file",
                gettext("The image is larger than %(limit)s MB.") % {"limit": MAX_IMAGE_BYTES // 1024**2},
            )
        _, is_new = images.add_image(
            slug, file.read(), filename=file.name, alt=data["alt"], position=data["position"], versions=versions
        )
        return product_response(slug, status=status.HTTP_201_CREATED if is_new else status.HTTP_200_OK)


class ImageView(StaffView):
    @extend_schema(
        request=serializers.ImageChangeSerializer,
        responses=serializers.StaffProductSerializer,
        parameters=[IF_MATCH, ETAG],
    )
    def patch(self, request: Request, slug: str, image_id: uuid.UUID) -> Response:
        """Change the alternative text or position of an image."""
        columns = dict(validated(serializers.ImageChangeSerializer, request))
        translations = columns.pop("translations", None)
        images.change_image(slug, image_id, columns=columns, translations=translations, versions=seen_versions(request))
        return product_response(slug)

    @extend_schema(responses={200: serializers.StaffProductSerializer}, parameters=[IF_MATCH, ETAG])
    def delete(self, request: Request, slug: str, image_id: uuid.UUID) -> Response:
        """Delete an image."""
        images.delete_image(slug, image_id, versions=seen_versions(request))
        return product_response(slug)


class ImageOrderView(StaffView):
    @extend_schema(
        request=serializers.ImageOrderSerializer,
        responses=serializers.StaffProductSerializer,
        parameters=[IF_MATCH, ETAG],
    )
    def put(self, request: Request, slug: str) -> Response:
        """Set the order of the images."""
        ids = validated(serializers.ImageOrderSerializer, request)["images"]
        images.order_images(slug, ids, versions=seen_versions(request))
        return product_response(slug)
