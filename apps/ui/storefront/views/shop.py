"""Home, lists, products."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from django.contrib import messages
from django.http import HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from apps.common.http import RemoteProblem
from apps.ui.storefront import language, structured
from apps.ui.storefront.browsing import KINDS, RATINGS, SIZES, SORTS, Narrowing
from apps.ui.storefront.clients import catalog, video
from apps.ui.storefront.clients.catalog_shapes import (
    Product,
    ProductCard,
    ProductPage,
    ReviewPage,
    Standing,
    Suggestion,
)
from apps.ui.storefront.clients.video import LibraryItem, Title
from apps.ui.storefront.forms import ReviewForm
from apps.ui.storefront.navigation import list_address, safe_next
from apps.ui.storefront.parallel import ask, ask_kindly
from apps.ui.storefront.session import ShopRequest

HERO_FILMS = 3
SHELF = 8
STARTED = 4
SUGGEST_FROM = 2
# What a list without results shows instead.
POPULAR = 6
NEARBY = 5


@require_safe
def home(request: ShopRequest) -> HttpResponse:
    """All questions at once; the library is asked for who is signed in, and is not needed."""
    token = request.shop.token
    films = ask(lambda: catalog.products(kind="video", limit=12, sort="bestselling"))
    featured = ask(lambda: catalog.products(kind="goods", featured="true", limit=SHELF))
    selling = ask(lambda: catalog.products(kind="goods", sort="bestselling", limit=SHELF))
    categories = ask(catalog.categories)
    collections = ask_kindly(catalog.collections, ())
    started = ask_kindly(lambda: _started(token), ())
    context = {
        "hero": [film for film in films.result().results if film.image][:HERO_FILMS],
        "films": films.result().results,
        "goods": _filled(featured.result().results, selling.result().results),
        "categories": [category for category in categories.result() if category.product_count],
        "collections": [collection for collection in collections.result() if collection.product_count],
        "started": started.result(),
        "is_stale": films.result().is_stale,
    }
    return render(request, "storefront/home.html", context)


def _filled(first: tuple[ProductCard, ...], others: tuple[ProductCard, ...]) -> tuple[ProductCard, ...]:
    """A full shelf: the featured ones, and what sells well in the places that are left."""
    known = {product.slug for product in first}
    return (first + tuple(product for product in others if product.slug not in known))[:SHELF]


def _started(token: str | None) -> tuple[LibraryItem, ...]:
    """Films in the library that were begun and not finished."""
    if token is None:
        return ()
    items = video.library(token, limit=12, deadline=video.ASIDE_SECONDS).results
    return tuple(item for item in items if item.is_ready and item.progress and item.progress.is_begun)[:STARTED]


@require_safe
def product_list(request: ShopRequest, path: str = "") -> HttpResponse:
    """Browse, filter, search; under the address of a section, this section."""
    wanted = Narrowing(request.GET, category=path.strip("/"))
    section = wanted.params["category"]
    category = ask(lambda: catalog.category(section) if section else None)
    page = _found(request, wanted)
    found = category.result()
    heading = f"“{wanted.params['q']}”" if wanted.params["q"] else ""
    heading = heading or (found.name if found else KINDS.get(wanted.params["kind"], "Everything"))
    context = {"category": found, "shelf": found, "is_told": bool(found and not wanted.params["q"])}
    return _list_page(request, wanted, page, heading=heading, **context)


@require_safe
def collection(request: ShopRequest, slug: str) -> HttpResponse:
    """What staff put together, as a list to filter."""
    wanted = Narrowing(request.GET, collection=slug)
    found = ask(lambda: catalog.collection(slug))
    page = _found(request, wanted)
    shelf = found.result()
    return _list_page(request, wanted, page, heading=shelf.title, shelf=shelf, is_told=True)


@require_safe
def collections(request: ShopRequest) -> HttpResponse:
    """All of them."""
    return render(request, "storefront/collections.html", {"collections": catalog.collections()})


def _found(request: ShopRequest, wanted: Narrowing) -> ProductPage:
    """The results. What cannot be used in the address is dropped with a word, never an error page."""
    try:
        return catalog.products(**wanted.question(), facets="true")
    except RemoteProblem as problem:
        if problem.status != 400:
            raise
    messages.info(request, "Some of the filters could not be used, so they were left out.")
    return catalog.products(**wanted.unfiltered(), facets="true")


def _list_page(
    request: ShopRequest, wanted: Narrowing, page: ProductPage, *, heading: str, **context: Any
) -> HttpResponse:
    filters = wanted.filters(page.facets)
    stars = {choice.value: choice.count for choice in (page.facets.rating if page.facets else ())}
    context |= {
        "page": page,
        "is_section": bool(wanted.path_category),
        "kinds": _kinds(page),
        "params": wanted.params,
        "sort": wanted.sort,
        "sort_label": "Best match" if wanted.params["q"] else "As arranged" if wanted.collection else "Newest",
        "sorts": SORTS if not wanted.params["q"] else (("relevance", "Best match"), *SORTS),
        "ratings": [(value, label, stars.get(value)) for value, label in RATINGS],
        "filters": filters,
        "hidden": wanted.hidden(filters),
        "chips": wanted.chips(page.facets),
        "filter_count": wanted.chosen_count,
        "is_narrowed": wanted.is_narrowed,
        "sizes": SIZES,
        "limit": wanted.limit,
        "heading": heading,
        "is_stale": page.is_stale,
    }
    if not page.results:
        context |= _instead(wanted.params["q"])
    return render(request, "storefront/list.html", context)


def _instead(q: str) -> dict[str, Any]:
    """What a list without results shows: what was perhaps meant, and what others like."""
    nearby = ask_kindly(lambda: _nearby(q), ())
    popular = ask_kindly(lambda: catalog.products(sort="bestselling", limit=POPULAR), ProductPage((), None, None))
    return {"nearby": nearby.result(), "popular": popular.result().results}


def _nearby(q: str) -> tuple[dict[str, str], ...]:
    """Completions of the whole search, else of its longest word."""
    words = [q.strip()[:100], max(q.split(), key=len, default="")[:100]]
    for text in dict.fromkeys(word for word in words if len(word) >= SUGGEST_FROM):
        if found := catalog.suggestions(text):
            return tuple({"text": item.text, "address": _address(item)} for item in found[:NEARBY])
    return ()


def _kinds(page: ProductPage) -> str:
    """`video`, `goods` or `mixed`: posters stand taller than goods."""
    kinds = {product.kind for product in page.results}
    return kinds.pop() if len(kinds) == 1 else "mixed"


@require_safe
def product(request: ShopRequest, slug: str) -> HttpResponse:
    """Goods with their variants, or a film to buy or rent."""
    return product_page(request, slug)


def product_page(request: ShopRequest, slug: str, *, form: ReviewForm | None = None, status: int = 200) -> HttpResponse:
    """The page, with the form of a review as it was sent when something in it needs another look."""
    token = request.shop.token
    asked = ask(lambda: catalog.product(slug))
    reviews = ask_kindly(lambda: _reviews(slug, request.GET.get("reviews", "")), None)
    standing = ask_kindly(lambda: catalog.standing(token, slug) if token else Standing(), Standing())
    found = asked.result()
    # What the film's page can do without.
    title = ask_kindly(lambda: _title_of(found), None)
    owned = ask_kindly(lambda: _owned(token, found), None)
    context = {
        "product": found,
        "film": title.result(),
        "owned": owned.result(),
        "reviews": reviews.result(),
        **_own_review(request, slug, standing.result(), form),
        "chosen": _chosen(found),
        "structured": structured.product(found),
        "is_stale": found.is_stale,
    }
    return render(request, "storefront/product.html", context, status=status)


def _reviews(slug: str, cursor: str) -> ReviewPage:
    """From the newest on when the link to older ones is not whole."""
    try:
        return catalog.reviews(slug, cursor=cursor)
    except RemoteProblem as problem:
        if not cursor or problem.status != 400:
            raise
    return catalog.reviews(slug)


def _own_review(request: ShopRequest, slug: str, standing: Standing, form: ReviewForm | None) -> dict[str, Any]:
    """The visitor's review and the form for it, None for who may not write one.

    A form that came back is always shown: it holds somebody's words.
    """
    own = standing.review
    if form is None and (own or standing.may_review):
        form = ReviewForm(initial=asdict(own) if own else None)
    if own or standing.may_review:
        address = reverse("change-review" if own else "post-review", args=[slug])
    else:
        address = request.path
    return {"own_review": own, "review_form": form, "review_address": address}


def _title_of(product: Product) -> Title | None:
    """What video knows of the film."""
    return video.title(product.title_slug, deadline=video.ASIDE_SECONDS) if product.title_slug else None


def _owned(token: str | None, product: Product) -> LibraryItem | None:
    """The film in the visitor's library."""
    if token is None or product.title_slug is None:
        return None
    return video.library_item(token, product.title_slug, deadline=video.ASIDE_SECONDS)


def _chosen(product: Product) -> str:
    """The variant that is selected at first: one that can be had."""
    return next((variant.sku for variant in product.variants if variant.can_be_bought), "")


@require_safe
def suggest(request: ShopRequest) -> JsonResponse:
    """Completions for the search field, with addresses; none while catalog is away."""
    text = request.GET.get("q", "").strip()[:100]
    found = ask_kindly(lambda: catalog.suggestions(text), ()).result() if len(text) >= SUGGEST_FROM else ()
    results = [{"text": item.text, "kind": item.kind, "address": _address(item)} for item in found]
    return JsonResponse({"results": results, "language": language.current()})


def _address(item: Suggestion) -> str:
    if item.kind == "product":
        return f"/p/{item.slug}"
    return f"/shop/c/{item.path}" if item.kind == "category" else list_address(brand=item.slug)


@require_POST
def choose_language(request: ShopRequest) -> HttpResponse:
    """Keep the language that the visitor wants to read the catalogue in, and go back."""
    response = redirect(safe_next(request))
    code = request.POST.get("language", "")
    if code in language.LANGUAGES:
        language.remember(response, code)
    return response
