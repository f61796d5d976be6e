"""The public catalogue, quotes, and changes by staff."""

from __future__ import annotations

import hashlib
import re
from typing import Any

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
# Any of a list; a weak one (a proxy that compressed the answer made it so) names the version as well.
ETAG = re.compile(r'"(\d{1,10})-[0-9a-f]{16}"')


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
        browse = selectors.Browse(query.filters())
        paginator = CursorPagination()
        paginator.ordering = query.ordering()
        rows = paginator.paginate_queryset(selectors.for_list(browse.products()), request)
        context = {"currency": browse.filters.currency}
        items = serializers.ProductListSerializer(rows, many=True, context=context).data
        response = paginator.get_paginated_response(items)
        response.data["corrected_query"] = browse.corrected_query
        if query.validated_data["facets"]:
            response.data["facets"] = browse.facets()
        response["Cache-Control"] = REVALIDATE["Cache-Control"]
        return response


class ProductView(APIView):
    def get_permissions(self) -> list[BasePermission]:
        return [AllowAny()] if self.request.method != "PATCH" else [RequireRole("catalog_staff")()]

    @extend_schema(
        parameters=[serializers.DetailQuerySerializer],
        responses={200: serializers.ProductDetailSerializer, 304: None},
    )
    def get(self, request: Request, slug: str) -> Response:
        """One product with all that its page shows."""
        query = serializers.DetailQuerySerializer(data=request.query_params.dict())
        query.is_valid(raise_exception=True)
        currency = query.validated_data["currency"]
        product = selectors.for_detail(selectors.published(currency).filter(slug=slug)).first()
        if product is None:
            raise NotFound("There is no such product.")
        context = {
            "currency": currency,
            "related": selectors.related_to(product, currency),
            "breadcrumbs": selectors.breadcrumbs(product.category),
        }
        data = serializers.ProductDetailSerializer(product, context=context).data
        return Response(data, headers=REVALIDATE | {"ETag": _etag(product.version, data)})

    @extend_schema(
        request=serializers.ProductChangeSerializer,
        responses=serializers.ProductStateSerializer,
        parameters=[OpenApiParameter("If-Match", str, OpenApiParameter.HEADER, description="The ETag you have seen.")],
    )
    def patch(self, request: Request, slug: str) -> Response:
        """Change texts, status or prices. With If-Match a change by somebody else in between answers 412."""
        serializer = serializers.ProductChangeSerializer(data=request.data)
        serializer.is_valid(raise_exception=True)
        texts = dict(serializer.validated_data)
        prices = {line["sku"]: line["price"] for line in texts.pop("variants", [])}
        versions = _versions(request.headers.get("If-Match"))
        product = services.change_product(slug, versions=versions, fields=texts, prices=prices)
        data = serializers.ProductStateSerializer(product).data
        return Response(data, headers={"ETag": _etag(product.version, data)})


def _etag(version: int, data: Any) -> str:
    """Staff's edits depend on the version alone; caches also on stock, reviews and related products."""
    return f'"{version}-{hashlib.sha256(JSONRenderer().render(data)).hexdigest()[:16]}"'


def _versions(header: str | None) -> frozenset[int] | None:
    """The versions in an If-Match header; None when any will do. Raises PreconditionFailed when none is ours."""
    if header is None or header.strip() == "*":
        return None
    versions = frozenset(int(number) for number in ETAG.findall(header))
    if not versions:
        raise PreconditionFailed("This ETag is not of this product. Load it again and repeat your change.")
    return versions


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
