"""Quotes, and changes by staff."""

from __future__ import annotations

import re

from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.permissions import AllowAny, BasePermission
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from apps.catalog.browse.api.views import ProductView as PublicProductView
from apps.catalog.browse.api.views import entity_tag
from apps.catalog.products import services
from apps.catalog.products.api import serializers
from apps.catalog.products.quotes import quote
from apps.common.identity.permissions import RequireRole
from apps.common.problems import PreconditionFailed

# Any of a list; a weak one (a proxy that compressed the answer made it so) names the version as well.
ETAG = re.compile(r'"(\d{1,10})-[0-9a-f]{16}"')


class ProductView(PublicProductView):
    """A product at its address: shoppers read, staff write."""

    def get_permissions(self) -> list[BasePermission]:
        return [AllowAny()] if self.request.method != "PATCH" else [RequireRole("catalog_staff")()]

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
        return Response(data, headers={"ETag": entity_tag(data, version=product.version)})


def _versions(header: str | None) -> frozenset[int] | None:
    """The versions in an If-Match header; None when any will do. Raises PreconditionFailed when none is ours."""
    if header is None or header.strip() == "*":
        return None
    versions = frozenset(int(number) for number in ETAG.findall(header))
    if not versions:
        raise PreconditionFailed("This ETag is not of this product. Load it again and repeat your change.")
    return versions


class QuotesView(APIView):
    permission_classes = [AllowAny]

    @extend_schema(request=serializers.QuoteRequestSerializer, responses=serializers.QuoteSerializer)
    def post(self, request: Request) -> Response:
        """What lines cost now and whether they can be had."""
        serializer = serializers.QuoteRequestSerializer(data=request.data)
        serializer.is_valid(raise_exception=True)
        data = serializer.validated_data
        lines = quote([(line["sku"], line["quantity"]) for line in data["lines"]], data["currency"])
        return Response(serializers.QuoteSerializer({"currency": data["currency"], "lines": lines}).data)
