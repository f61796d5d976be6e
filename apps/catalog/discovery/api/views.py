"""The public catalogue."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django.http import HttpResponse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.renderers import JSONRenderer
from rest_framework.request import Request
from rest_framework.utils.urls import remove_query_param, replace_query_param

from apps.catalog.discovery import navigation
from apps.catalog.discovery.api import serializers
from apps.catalog.discovery.api.cached import canonical_address
from apps.catalog.discovery.api.query import (
    PARAMETERS,
    ProductQuery,
    ProductQuerySerializer,
    read_currency,
    read_language,
    read_query,
    write_cursor,
)
from apps.catalog.discovery.browsing import Listed, browse, products_by_slugs
from apps.catalog.discovery.details import detail
from apps.catalog.discovery.front_page import front_page
from apps.catalog.discovery.missing_products import ProductMoved
from apps.catalog.discovery.suggestions import suggestions
from apps.catalog.discovery.zero_result_searches import record_zero_result_search
from apps.common.api.conditional import entity_tag_of_body
from apps.common.api.views import GuestView
from apps.common.languages import languages
from apps.common.links import public_url

# Kept by caches but asked for again every time: the ETag makes that cheap, and a new price shows at once.
CACHE_CONTROL = "public, no-cache"
LANG = OpenApiParameter(
    "lang", str, description=f"Of the texts: {', '.join(languages())}. Else what Accept-Language prefers."
)
CURRENCY = OpenApiParameter("currency", str, description="The currency of the prices; by default the shop's.")
LONGEST_SUGGESTION = 100


class PublicResponse(HttpResponse):
    """A JSON response with its ETag. `depends_on` are products' numbers, None for the whole catalogue."""

    depends_on: tuple[int, ...] | None


def public_response(
    data: Any, *, language: str, depends_on: tuple[int, ...] | None = None, version: int | None = None
) -> PublicResponse:
    """A public response that can be cached."""
    body = JSONRenderer().render(data)
    headers = {
        "ETag": entity_tag_of_body(body, version=version),
        "Cache-Control": CACHE_CONTROL,
        "Content-Language": language,
        "Vary": "Accept-Language",
    }
    response = PublicResponse(body, content_type="application/json", headers=headers)
    response.depends_on = depends_on
    return response


PAGE = OpenApiParameter("page", int, description="A page by its number, of the first 10,000 products; else `cursor`.")


class ProductsView(GuestView):
    @extend_schema(
        parameters=[
            ProductQuerySerializer,
            OpenApiParameter("limit", int),
            OpenApiParameter("cursor", str),
            PAGE,
            LANG,
        ],
        responses=serializers.ProductPageSerializer,
    )
    def get(self, request: Request) -> PublicResponse:
        """Browse and search. `attr.<name>=<value>` narrows by attribute, e.g. `attr.material=stoneware,oak` for either
        and `attr.height=10..40` for numbers."""
        query = read_query(request)
        if query.slugs is not None:
            shown = products_by_slugs(query.slugs, currency=query.filters.currency, language=query.language)
            alone = {"next": None, "previous": None, "total": len(shown), "corrected_query": None}
            return public_response({"results": shown, **alone}, language=query.language)
        listed = browse(
            query.filters,
            sort=query.sort,
            language=query.language,
            limit=query.limit,
            after=query.after,
            backwards=query.backwards,
            skip=query.skip,
            with_facets=query.with_facets,
        )
        response = public_response(self._page(request, query, listed), language=query.language)
        if query.filters.q and query.after is None and not listed.total:
            record_zero_result_search(query.filters.q)
            # Not kept, so that each of them counts.
            del response.depends_on
        return response

    def _page(self, request: Request, query: ProductQuery, listed: Listed) -> dict[str, Any]:
        has_next = listed.has_more if not query.backwards else True
        has_previous = listed.has_more if query.backwards else query.after is not None or query.skip > 0
        # The same for everybody whom the cache gives this page.
        address = public_url(canonical_address(request, PARAMETERS))

        def link(cursor: str | None) -> str | None:
            return cursor and replace_query_param(remove_query_param(address, "page"), "cursor", cursor)

        page = {
            "results": listed.cards,
            "next": link(write_cursor(listed.last, query.sort, backwards=False)) if has_next else None,
            "previous": link(write_cursor(listed.first, query.sort, backwards=True)) if has_previous else None,
            "total": listed.total,
            "corrected_query": listed.corrected,
        }
        return page if listed.facets is None else page | {"facets": listed.facets}


class ProductView(GuestView):
    @extend_schema(parameters=[CURRENCY, LANG], responses={200: serializers.ProductDetailSerializer, 304: None})
    def get(self, request: Request, slug: str) -> PublicResponse:
        """Get a product with all its details. A renamed one is 301 `product-moved`, with the new slug as the member
        `slug`; one that is no longer sold is 410 `product-withdrawn`."""
        language = read_language(request)
        try:
            found = detail(slug, currency=read_currency(request), language=language)
        except ProductMoved as moved:
            named = {name: request.query_params[name] for name in ("currency", "lang") if name in request.query_params}
            query = f"?{urlencode(named)}" if named else ""
            moved.headers["Location"] = public_url(f"/v1/products/{moved.new_slug}{query}")
            raise
        return public_response(found.data, language=language, depends_on=found.numbers, version=found.version)


class FrontPageView(GuestView):
    @extend_schema(parameters=[CURRENCY, LANG], responses=serializers.FrontPageSerializer)
    def get(self, request: Request) -> PublicResponse:
        """Get what the first page of a shop shows: best-selling films, new goods, best sellers, collections."""
        language = read_language(request)
        return public_response(front_page(currency=read_currency(request), language=language), language=language)


class CategoriesView(GuestView):
    @extend_schema(parameters=[LANG], responses=serializers.CategoriesSerializer)
    def get(self, request: Request) -> PublicResponse:
        """List the tree of categories with product counts."""
        language = read_language(request)
        return public_response({"results": navigation.category_tree(language)}, language=language)


class CategoryView(GuestView):
    @extend_schema(parameters=[LANG], responses=serializers.CategoryDetailSerializer)
    def get(self, request: Request, path: str) -> PublicResponse:
        """Get a category with its subcategories and breadcrumbs."""
        language = read_language(request)
        return public_response(navigation.find_category(path, language), language=language)


class CollectionsView(GuestView):
    @extend_schema(parameters=[CURRENCY, LANG], responses=serializers.CollectionsSerializer)
    def get(self, request: Request) -> PublicResponse:
        """List collections; `GET /v1/products?collection=<slug>` lists the products of one."""
        language = read_language(request)
        found = navigation.collections(language, read_currency(request))
        return public_response({"results": found}, language=language)


class CollectionView(GuestView):
    @extend_schema(parameters=[CURRENCY, LANG], responses=serializers.CollectionDetailSerializer)
    def get(self, request: Request, slug: str) -> PublicResponse:
        """Get a collection."""
        language = read_language(request)
        return public_response(navigation.find_collection(slug, language, read_currency(request)), language=language)


class SuggestView(GuestView):
    @extend_schema(
        parameters=[OpenApiParameter("q", OpenApiTypes.STR), CURRENCY, LANG],
        responses=serializers.SuggestionsSerializer,
    )
    def get(self, request: Request) -> PublicResponse:
        """Suggest categories, brands and products for a partly typed text, products by their titles first."""
        language = read_language(request)
        text = request.query_params.get("q", "")[:LONGEST_SUGGESTION]
        found = suggestions(text, language=language, currency=read_currency(request))
        return public_response({"results": found.results, "total": found.total}, language=language)
