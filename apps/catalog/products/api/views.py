"""The public catalogue, quotes, and changes by staff."""

from __future__ import annotations

import hashlib
import re

from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.permissions import AllowAny, BasePermission
from rest_framework.renderers import JSONRenderer
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from apps.catalog.products import selectors, services
from apps.catalog.products.api import serializers
from apps.catalog.products.quotes import quote
from apps.common.identity.permissions import RequireRole
from apps.common.pagination import CursorPagination
from apps.common.problems import NotFound, PreconditionFailed

# Kept by caches but asked for again every time: the ETag makes that cheap, and a new price shows at once.
REVALIDATE = {"Cache-Control": "public, no-cache"}
ETAG = re.compile(r'\A(?:W/)?"(\d{1,10})-[0-9a-f]{16}"\Z')


class PublicView(APIView):
    permission_classes = [AllowAny]


class ProductsView(PublicView):
    @extend_schema(
        parameters=[
            serializers.ProductQuerySerializer,
            OpenApiParameter("limit", int),
            OpenApiParameter("cursor", str),
        ],
        responses=serializers.ProductPageSerializer,
    )
    def get(self, request: Request) -> Response:
        """Browse and search. `attr.<name>=<value>` narrows by attribute, e.g. `attr.material=stoneware`."""
        query = serializers.ProductQuerySerializer(data=request.query_params.dict())
        query.is_valid(raise_exception=True)
        filters = query.filters()
        paginator = CursorPagination()
        paginator.ordering = query.ordering()
        products = selectors.for_list(selectors.filtered(filters))
        rows = paginator.paginate_queryset(products, request)
        response = paginator.get_paginated_response(serializers.ProductListSerializer(rows, many=True).data)
        if query.validated_data["facets"]:
            response.data["facets"] = selectors.facets(filters)
        response["Cache-Control"] = REVALIDATE["Cache-Control"]
        return response


class ProductView(APIView):
    def get_permissions(self) -> list[BasePermission]:
        return [AllowAny()] if self.request.method != "PATCH" else [RequireRole("catalog_staff")()]

    @extend_schema(responses=serializers.ProductDetailSerializer)
    def get(self, request: Request, slug: str) -> Response:
        """One product with all that its page shows."""
        product = selectors.for_detail(selectors.published().filter(slug=slug)).first()
        if product is None:
            raise NotFound("There is no such product.")
        context = {
            "related": selectors.related_to(product),
            "breadcrumbs": selectors.breadcrumbs(product.category),
        }
        data = serializers.ProductDetailSerializer(product, context=context).data
        digest = hashlib.sha256(JSONRenderer().render(data)).hexdigest()[:16]
        return Response(data, headers=REVALIDATE | {"ETag": f'"{product.version}-{digest}"'})

    @extend_schema(
        request=serializers.ProductChangeSerializer,
        responses=serializers.ProductStateSerializer,
        parameters=[OpenApiParameter("If-Match", str, OpenApiParameter.HEADER, description="The ETag you have seen.")],
    )
    def patch(self, request: Request, slug: str) -> Response:
        """Change texts, status or prices. With If-Match a change by somebody else in between answers 412."""
        serializer = serializers.ProductChangeSerializer(data=request.data)
        serializer.is_valid(raise_exception=True)
        version = _version(request.headers.get("If-Match"))
        product = services.change_product(slug, version=version, changes=dict(serializer.validated_data))
        return Response(serializers.ProductStateSerializer(product).data)


def _version(etag: str | None) -> int | None:
    """The version in an ETag of ours; the rest of it (stock, reviews) may change without harm to staff's edits."""
    if etag is None or etag == "*":
        return None
    match = ETAG.match(etag)
    if match is None:
        raise PreconditionFailed("This ETag is not of this product. Load it again and repeat your change.")
    return int(match[1])


class CategoriesView(PublicView):
    @extend_schema(responses=serializers.CategoriesSerializer)
    def get(self, request: Request) -> Response:
        """The tree of categories with counts."""
        return Response({"results": selectors.category_tree()}, headers=REVALIDATE)


class CategoryView(PublicView):
    @extend_schema(responses=serializers.CategoryDetailSerializer)
    def get(self, request: Request, path: str) -> Response:
        """One category with its children and the way to it."""
        return Response(selectors.find_category(path), headers=REVALIDATE)


class SuggestView(PublicView):
    @extend_schema(parameters=[OpenApiParameter("q", OpenApiTypes.STR)], responses=serializers.SuggestionsSerializer)
    def get(self, request: Request) -> Response:
        """Completions while typing."""
        text = request.query_params.get("q", "")[:100]
        return Response({"results": selectors.suggestions(text)}, headers={"Cache-Control": "public, max-age=60"})


class QuotesView(PublicView):
    @extend_schema(request=serializers.QuoteRequestSerializer, responses=serializers.QuoteSerializer)
    def post(self, request: Request) -> Response:
        """What lines cost now and whether they can be had."""
        serializer = serializers.QuoteRequestSerializer(data=request.data)
        serializer.is_valid(raise_exception=True)
        data = serializer.validated_data
        lines = quote([(line["sku"], line["quantity"]) for line in data["lines"]], data["currency"])
        return Response(serializers.QuoteSerializer({"currency": data["currency"], "lines": lines}).data)
