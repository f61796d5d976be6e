"""Quotes."""

from __future__ import annotations

from drf_spectacular.utils import extend_schema
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from apps.catalog.inventory.api import quote_serializers as serializers
from apps.catalog.inventory.quotes import quote
from apps.common.api.requests import shared, validated


class QuotesView(APIView):
    permission_classes = [AllowAny]

    @extend_schema(request=serializers.QuoteRequestSerializer, responses=serializers.QuoteSerializer)
    def post(self, request: Request) -> Response:
        """Quote the current price and availability of each line."""
        data = validated(serializers.QuoteRequestSerializer, request)
        lines = quote([(line["sku"], line["quantity"]) for line in data["lines"]], data["currency"])
        quoted = {"currency": data["currency"], "lines": lines}
        return Response(shared(serializers.QuoteSerializer).to_representation(quoted))
