"""Pages of text, for everybody."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from apps.catalog.pages import selectors
from apps.catalog.pages.api import serializers
from apps.catalog.products.translations import requested_language
from apps.common.api.views import REVALIDATE, GuestView
from apps.common.languages import languages

LANG = OpenApiParameter(
    "lang", str, description=f"Of the texts: {', '.join(languages())}. Else what Accept-Language prefers."
)


class PagesView(GuestView):
    @extend_schema(parameters=[LANG], responses=serializers.PagesSerializer)
    def get(self, request: Request) -> Response:
        """List the published pages of the shop, such as imprint and terms, in the order of the footer."""
        language = _language(request)
        pages = selectors.published_pages(language)
        return _response({"results": serializers.PageLinkSerializer(pages, many=True).data}, language)


class PageView(GuestView):
    @extend_schema(parameters=[LANG], responses={200: serializers.PageSerializer, 304: None})
    def get(self, request: Request, slug: str) -> Response:
        """Get a published page."""
        language = _language(request)
        return _response(serializers.PageSerializer(selectors.published_page(slug, language)).data, language)


def _language(request: Request) -> str:
    return requested_language(
        asked=request.query_params.get("lang", ""), accepted=request.headers.get("Accept-Language", "")
    )


def _response(data: Any, language: str) -> Response:
    """A response with an ETag, which the ConditionalGetMiddleware adds."""
    return Response(data, headers=REVALIDATE | {"Content-Language": language, "Vary": "Accept-Language"})
