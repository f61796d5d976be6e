"""Home page and product lists."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.contrib import messages
from django.http import HttpResponse
from django.utils.translation import gettext
from django.views.decorators.http import require_safe

from apps.common.http import RemoteProblem
from apps.ui.storefront import breadcrumbs, structured_data
from apps.ui.storefront.clients import catalog
from apps.ui.storefront.clients.catalog_schemas import (
    Category,
    Collection,
    ProductPage,
)
from apps.ui.storefront.context import menu
from apps.ui.storefront.filters import RELEVANCE, SORTS, FilterState
from apps.ui.storefront.library import continue_watching
from apps.ui.storefront.numbered_pages import NumberedPages
from apps.ui.storefront.pages import shared_page
from apps.ui.storefront.parallel import fetch, fetch_or_default
from apps.ui.storefront.session import ShopRequest
from apps.ui.storefront.views.suggestions import MIN_SUGGEST_LENGTH, suggestion_url

HERO_FILM_COUNT = 3
# Shown by a list without results.
POPULAR_COUNT = 6
MAX_SIMILAR_SEARCHES = 5


@require_safe
def home(request: ShopRequest) -> HttpResponse:
    """Home page. Signed-in customers also see the films they have started, if video is available."""
    asked = fetch(catalog.front_page)
    started = fetch_or_default(lambda: continue_watching(request), ())
    page, categories = asked.result(), menu()

    def context() -> dict[str, Any]:
        shown = [film for film in page.films if film.image][:HERO_FILM_COUNT]
        return {
            "hero": shown,
            "films": tuple(film for film in page.films if film not in shown),
            "films_path": next((film.category.path.partition("/")[0] for film in page.films), ""),
            "new": page.new,
            "best_sellers": page.best_sellers,
            "categories": [category for category in categories if category.product_count],
            "collections": [collection for collection in page.collections if collection.product_count],
            "structured": structured_data.website(),
            "is_stale": page.is_stale,
        }

    return shared_page(
        request,
        "storefront/home.html",
        sources=(page,),
        context=context,
        personal=lambda: {"continue_watching": started.result(), "is_stale": page.is_stale},
    )


@require_safe
def product_list(request: ShopRequest, path: str = "") -> HttpResponse:
    """Browse and filter all products, or those of the category that the path names."""
    state = FilterState(request.GET, category=path.strip("/"))
    section = state.params["category"]
    category = fetch(lambda: catalog.category(section) if section else None)
    page = _search(request, state)
    found = category.result()
    heading = found.name if found else gettext("All products")
    return _list_page(request, state, page, listing=found, heading=heading, category=found if path else None)


@require_safe
def search(request: ShopRequest) -> HttpResponse:
    """Search; without words, a field and what is popular."""
    state = FilterState(request.GET)
    words = state.params["q"]
    heading = gettext("Results for “%(words)s”") % {"words": words} if words else gettext("Search")
    page = _search(request, state) if words else ProductPage((), None, None)
    return _list_page(request, state, page, listing=None, heading=heading)


@require_safe
def collection(request: ShopRequest, slug: str) -> HttpResponse:
    """A collection, as a list with filters."""
    state = FilterState(request.GET, collection=slug)
    found = fetch(lambda: catalog.collection(slug))
    page = _search(request, state)
    listing = found.result()
    return _list_page(request, state, page, listing=listing, heading=listing.title)


@require_safe
def collections(request: ShopRequest) -> HttpResponse:
    """All collections."""
    found = catalog.collections()
    template = "storefront/collections.html"
    return shared_page(request, template, sources=(found,), context=lambda: {"collections": found})


def _search(request: ShopRequest, state: FilterState) -> ProductPage:
    """The products for these filters. Invalid filters are dropped with a message instead of an error page."""
    try:
        return catalog.products(**state.api_params(), facets="true")
    except RemoteProblem as problem:
        if problem.status != 400:
            raise
    messages.info(request, gettext("Some filters couldn’t be applied and were removed."))
    return catalog.products(**state.unfiltered_params(), facets="true")


def _list_page(
    request: ShopRequest,
    state: FilterState,
    page: ProductPage,
    *,
    listing: Category | Collection | None,
    heading: str,
    category: Category | None = None,
) -> HttpResponse:
    def context() -> dict[str, Any]:
        crumbs = breadcrumbs.of_category(category) if category else breadcrumbs.of_list(heading)
        values = _list_context(state, page) | {
            "listing": listing,
            "heading": heading,
            "category": category,
            "crumbs": crumbs,
            "sections": _sections(category),
            "section": category.path.partition("/")[0] if category else "",
            "structured": structured_data.breadcrumbs(crumbs),
            "is_empty_search": not state.params["q"] and page.total is None,
            "is_filtered": state.is_filtered or page.total is None,
        }
        if state.page > 1:
            values["canonical"] = f"{settings.PUBLIC_URL}{request.path}?page={state.page}"
        return values if page.results else values | _no_results_context(state.params["q"])

    return shared_page(
        request,
        "storefront/list.html",
        sources=(page, listing),
        context=context,
        personal=lambda: {"is_stale": page.is_stale},
        variant=state.query_string(),
    )


def _sections(category: Category | None) -> tuple[Category, ...]:
    """Where to go on from a category: its subcategories, else its siblings; from everything, the top ones."""
    tree = menu()
    if category is None:
        return tuple(found for found in tree if found.product_count)
    parent = category.path.rpartition("/")[0]
    shown = category.children or breadcrumbs.children_of(tree, parent)
    return tuple(found for found in shown if found.product_count)


def _list_context(state: FilterState, page: ProductPage) -> dict[str, Any]:
    filters, facets = state.attribute_filters(page.facets), page.facets
    natural = gettext("Featured") if state.collection else gettext("Newest")
    return {
        "page": page,
        "pages": NumberedPages.of(page.total or 0, state),
        "q": state.params["q"],
        "is_section": bool(state.path_category),
        "kinds": _grid_kind(page),
        "params": state.params,
        "sort": state.sort,
        "sort_label": gettext("Best match") if state.params["q"] else natural,
        "sorts": (RELEVANCE, *SORTS) if state.params["q"] else SORTS,
        "filters": filters,
        "kind_choices": state.kind_choices(facets),
        "ratings": state.rating_choices(facets, total=page.total),
        "has_price_filter": state.narrows_by_price(facets),
        "has_stock_filter": state.narrows_by_stock(facets, total=page.total),
        "hidden_fields": state.hidden_fields(filters),
        "chips": state.chips(facets),
        "filter_count": state.active_count,
        "is_stale": page.is_stale,
    }


def _no_results_context(q: str) -> dict[str, Any]:
    """Context of a list without results: similar searches and popular products."""
    nearby = fetch_or_default(lambda: _similar_searches(q), ())
    popular = fetch_or_default(
        lambda: catalog.products(sort="bestselling", limit=POPULAR_COUNT), ProductPage((), None, None)
    )
    return {"similar_searches": nearby.result(), "popular": popular.result().results}


def _similar_searches(q: str) -> tuple[dict[str, str], ...]:
    """Suggestions for the whole search, else for its longest word."""
    words = [q.strip()[:100], max(q.split(), key=len, default="")[:100]]
    for text in dict.fromkeys(word for word in words if len(word) >= MIN_SUGGEST_LENGTH):
        if found := catalog.suggestions(text).results:
            return tuple({"text": item.text, "address": suggestion_url(item)} for item in found[:MAX_SIMILAR_SEARCHES])
    return ()


def _grid_kind(page: ProductPage) -> str:
    """`video`, `goods` or `mixed`: posters are taller than pictures of goods."""
    kinds = {product.kind for product in page.results}
    return kinds.pop() if len(kinds) == 1 else "mixed"
