"""Home page, product lists, product pages."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.http import HttpResponse, JsonResponse
from django.urls import reverse
from django.views.decorators.http import require_safe

from apps.common.http import RemoteProblem
from apps.ui.storefront import language, structured_data
from apps.ui.storefront.clients import catalog, video
from apps.ui.storefront.clients.catalog_schemas import (
    Category,
    Collection,
    Product,
    ProductCard,
    ProductPage,
    ReviewEligibility,
    ReviewPage,
    Suggestion,
)
from apps.ui.storefront.clients.decoding import cursor_of
from apps.ui.storefront.clients.video import LibraryItem, Title
from apps.ui.storefront.filters import KINDS, PAGE_SIZES, RATINGS, SORTS, FilterState
from apps.ui.storefront.forms import ReviewForm
from apps.ui.storefront.navigation import list_url
from apps.ui.storefront.pages import shared_page
from apps.ui.storefront.parallel import fetch, fetch_or_default
from apps.ui.storefront.session import ShopRequest

HERO_FILM_COUNT = 3
CAROUSEL_SIZE = 8
MAX_CONTINUE_WATCHING = 4
MIN_SUGGEST_LENGTH = 2
# Shown by a list without results.
POPULAR_COUNT = 6
MAX_SIMILAR_SEARCHES = 5


@require_safe
def home(request: ShopRequest) -> HttpResponse:
    """Home page. Signed-in customers also see the films they have started, if video is available."""
    asked_films = fetch(lambda: catalog.products(kind="video", limit=12, sort="bestselling"))
    asked_featured = fetch(lambda: catalog.products(kind="goods", featured="true", limit=CAROUSEL_SIZE))
    asked_selling = fetch(lambda: catalog.products(kind="goods", sort="bestselling", limit=CAROUSEL_SIZE))
    asked_categories = fetch(catalog.categories)
    asked_collections = fetch_or_default(catalog.collections, ())
    started = fetch_or_default(lambda: _continue_watching(request), ())
    films, featured, selling = asked_films.result(), asked_featured.result(), asked_selling.result()
    categories, collections = asked_categories.result(), asked_collections.result()

    def context() -> dict[str, Any]:
        return {
            "hero": [film for film in films.results if film.image][:HERO_FILM_COUNT],
            "films": films.results,
            "goods": _fill_carousel(featured.results, selling.results),
            "categories": [category for category in categories if category.product_count],
            "collections": [collection for collection in collections if collection.product_count],
            "is_stale": films.is_stale,
        }

    return shared_page(
        request,
        "storefront/home.html",
        sources=(films, featured, selling, categories, collections),
        context=context,
        personal=lambda: {"continue_watching": started.result(), "is_stale": films.is_stale},
    )


def _fill_carousel(first: tuple[ProductCard, ...], others: tuple[ProductCard, ...]) -> tuple[ProductCard, ...]:
    """Fill a carousel: the featured products first, then best sellers."""
    known = {product.slug for product in first}
    return (first + tuple(product for product in others if product.slug not in known))[:CAROUSEL_SIZE]


def _continue_watching(request: ShopRequest) -> tuple[LibraryItem, ...]:
    """Films in the library that were started and not finished."""
    token = request.shop.token
    if token is None:
        return ()
    items = video.library(token, limit=12, deadline=video.OPTIONAL_TIMEOUT_SECONDS).results
    return tuple(item for item in items if item.is_ready and item.progress and item.progress.is_in_progress)[
        :MAX_CONTINUE_WATCHING
    ]


@require_safe
def product_list(request: ShopRequest, path: str = "") -> HttpResponse:
    """Browse, filter and search, in one category when the path names one."""
    state = FilterState(request.GET, category=path.strip("/"))
    section = state.params["category"]
    category = fetch(lambda: catalog.category(section) if section else None)
    page = _search(request, state)
    found = category.result()
    heading = f"“{state.params['q']}”" if state.params["q"] else ""
    heading = heading or (found.name if found else KINDS.get(state.params["kind"], "All products"))
    return _list_page(request, state, page, listing=found, heading=heading, category=found)


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
    messages.info(request, "Some filters couldn’t be applied and were removed.")
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
        values = _list_context(state, page) | {"listing": listing, "heading": heading, "category": category}
        return values if page.results else values | _no_results_context(state.params["q"])

    return shared_page(
        request,
        "storefront/list.html",
        sources=(page, listing),
        context=context,
        personal=lambda: {"is_stale": page.is_stale},
        variant=state.query_string(),
    )


def _list_context(state: FilterState, page: ProductPage) -> dict[str, Any]:
    filters = state.attribute_filters(page.facets)
    stars = {choice.value: choice.count for choice in (page.facets.rating if page.facets else ())}
    return {
        "page": page,
        "state": state,
        "q": state.params["q"],
        "is_section": bool(state.path_category),
        "kinds": _grid_kind(page),
        "params": state.params,
        "sort": state.sort,
        "sort_label": "Best match" if state.params["q"] else "Featured" if state.collection else "Newest",
        "sorts": SORTS if not state.params["q"] else (("relevance", "Best match"), *SORTS),
        "ratings": [(value, label, stars.get(value)) for value, label in RATINGS],
        "filters": filters,
        "hidden_fields": state.hidden_fields(filters),
        "chips": state.chips(page.facets),
        "filter_count": state.active_count,
        "is_filtered": state.is_filtered,
        "sizes": PAGE_SIZES,
        "limit": state.limit,
        "previous_url": "?" + state.query_string(cursor=cursor_of(page.previous)),
        "next_url": "?" + state.query_string(cursor=cursor_of(page.next)),
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
        if found := catalog.suggestions(text):
            return tuple({"text": item.text, "address": _suggestion_url(item)} for item in found[:MAX_SIMILAR_SEARCHES])
    return ()


def _grid_kind(page: ProductPage) -> str:
    """`video`, `goods` or `mixed`: posters are taller than pictures of goods."""
    kinds = {product.kind for product in page.results}
    return kinds.pop() if len(kinds) == 1 else "mixed"


@require_safe
def product(request: ShopRequest, slug: str) -> HttpResponse:
    """A product: goods with their variants, or a film to buy or rent."""
    return product_page(request, slug)


def product_page(request: ShopRequest, slug: str, *, form: ReviewForm | None = None, status: int = 200) -> HttpResponse:
    """The product page; `form` is a submitted review with errors."""
    token = request.shop.token
    cursor = request.GET.get("reviews", "")
    requested = fetch(lambda: catalog.product(slug))
    requested_reviews = fetch_or_default(lambda: _reviews(slug, cursor), None)
    eligibility = fetch_or_default(
        lambda: catalog.review_eligibility(token, slug) if token else ReviewEligibility(), ReviewEligibility()
    )
    found = requested.result()
    # Optional content of a film's page.
    requested_title = fetch_or_default(lambda: _film_title(found), None)
    owned = fetch_or_default(lambda: _library_item(token, found), None)
    title, reviews = requested_title.result(), requested_reviews.result()

    def context() -> dict[str, Any]:
        return {
            "product": found,
            "film": title,
            "reviews": reviews,
            "is_first_page": not cursor,
            "default_sku": _default_sku(found),
            "structured": structured_data.product(found),
            "review_address": request.path,
            "is_stale": found.is_stale,
        }

    def personal() -> dict[str, Any]:
        own = _own_review(request, slug, eligibility.result(), form)
        return context() | {"owned": owned.result()} | own

    response = shared_page(
        request,
        "storefront/product.html",
        sources=(found, title, reviews),
        context=context,
        personal=personal,
        variant=urlencode({"reviews": cursor}) if cursor else "",
    )
    response.status_code = status if response.status_code == 200 else response.status_code
    return response


def _reviews(slug: str, cursor: str) -> ReviewPage:
    """A page of reviews; the first one when the cursor is invalid."""
    try:
        return catalog.reviews(slug, cursor=cursor)
    except RemoteProblem as problem:
        if not cursor or problem.status != 400:
            raise
    return catalog.reviews(slug)


def _own_review(
    request: ShopRequest, slug: str, eligibility: ReviewEligibility, form: ReviewForm | None
) -> dict[str, Any]:
    """Context of the customer's own review and its form; the form is None when they may not write one.

    A submitted form with errors is always shown, so that no text is lost.
    """
    own = eligibility.review
    if form is None and (own or eligibility.may_review):
        form = ReviewForm(initial=asdict(own) if own else None)
    if own or eligibility.may_review:
        address = reverse("change-review" if own else "post-review", args=[slug])
    else:
        address = request.path
    return {"own_review": own, "review_form": form, "review_address": address}


def _film_title(product: Product) -> Title | None:
    """The film's data from video, for products that are films."""
    return video.title(product.title_slug, deadline=video.OPTIONAL_TIMEOUT_SECONDS) if product.title_slug else None


def _library_item(token: str | None, product: Product) -> LibraryItem | None:
    """The film's entry in the customer's library."""
    if token is None or product.title_slug is None:
        return None
    return video.library_item(token, product.title_slug, deadline=video.OPTIONAL_TIMEOUT_SECONDS)


def _default_sku(product: Product) -> str:
    """SKU of the variant that is selected at first: the first one that can be bought."""
    return next((variant.sku for variant in product.variants if variant.is_buyable), "")


@require_safe
def suggest(request: ShopRequest) -> JsonResponse:
    """Suggestions for the search field, with URLs; none while catalog is unavailable."""
    text = request.GET.get("q", "").strip()[:100]
    found = fetch_or_default(lambda: catalog.suggestions(text), ()).result() if len(text) >= MIN_SUGGEST_LENGTH else ()
    results = [{"text": item.text, "kind": item.kind, "address": _suggestion_url(item)} for item in found]
    return JsonResponse({"results": results, "language": language.current()})


def _suggestion_url(item: Suggestion) -> str:
    if item.kind == "product":
        return reverse("product", args=[item.slug])
    return reverse("category", args=[item.path]) if item.kind == "category" else list_url(brand=item.slug)
