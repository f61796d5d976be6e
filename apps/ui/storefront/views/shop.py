"""Home, lists, products."""

from __future__ import annotations

from decimal import Decimal, InvalidOperation

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST, require_safe

from apps.common.http import RemoteProblem
from apps.ui.storefront.clients import catalog, video
from apps.ui.storefront.clients.catalog import Category, Product, ProductCard, ProductPage, ReviewPage
from apps.ui.storefront.clients.video import LibraryItem, Title
from apps.ui.storefront.forms import ReviewForm
from apps.ui.storefront.parallel import ask, ask_kindly
from apps.ui.storefront.session import ShopRequest

FILTERS = ("q", "category", "kind", "brand", "min_price", "max_price", "in_stock", "rating")
SORTS = (
    ("newest", "Newest"),
    ("bestselling", "Best sellers"),
    ("rating", "Best rated"),
    ("price", "Price, low to high"),
    ("-price", "Price, high to low"),
    ("title", "Title"),
)
RATINGS = (("4", "4 stars or more"), ("3", "3 stars or more"))
HERO_FILMS = 3
SHELF = 8
STARTED = 4


@require_safe
def home(request: ShopRequest) -> HttpResponse:
    """All questions at once; the library is asked for who is signed in, and is not needed."""
    token = request.shop.token
    films = ask(lambda: catalog.products(kind="video", limit=12, sort="bestselling"))
    featured = ask(lambda: catalog.products(kind="goods", featured="true", limit=SHELF))
    selling = ask(lambda: catalog.products(kind="goods", sort="bestselling", limit=SHELF))
    categories = ask(catalog.categories)
    started = ask_kindly(lambda: _started(token), ())
    context = {
        "hero": [film for film in films.result().results if film.image][:HERO_FILMS],
        "films": films.result().results,
        "goods": _filled(featured.result().results, selling.result().results),
        "categories": [category for category in categories.result() if category.product_count],
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
    """Browse, filter, search. What cannot be used in the address is dropped with a word, never an error page."""
    params = {name: request.GET.get(name, "")[:200] for name in FILTERS}
    params["category"] = path.strip("/") or params["category"]
    asked = params | {name: _cents(params[name]) for name in ("min_price", "max_price")}
    sort, cursor = request.GET.get("sort", ""), request.GET.get("cursor", "")
    category = ask(lambda: catalog.category(params["category"]) if params["category"] else None)
    try:
        page = catalog.products(**asked, sort=sort, cursor=cursor, facets="true")
    except RemoteProblem as problem:
        if problem.status != 400:
            raise
        messages.info(request, "Some of the filters could not be used, so they were left out.")
        page = catalog.products(category=params["category"], q=params["q"], facets="true")
    # What the heading says is no filter to clear.
    fixed = ("q", "category") if path else ("q",)
    context = {
        "page": page,
        "category": category.result(),
        "is_section": bool(path),
        "kinds": _kinds(page),
        "params": params,
        "sort": sort,
        "sorts": SORTS if not params["q"] else (("relevance", "Best match"), *SORTS),
        "ratings": RATINGS,
        "filter_count": sum(bool(params[name]) for name in FILTERS if name not in fixed),
        "heading": _heading(params, category.result()),
        "is_stale": page.is_stale,
    }
    return render(request, "storefront/list.html", context)


def _kinds(page: ProductPage) -> str:
    """`video`, `goods` or `mixed`: posters stand taller than goods."""
    kinds = {product.kind for product in page.results}
    return kinds.pop() if len(kinds) == 1 else "mixed"


def _cents(text: str) -> str:
    """Euros as typed, in cents for the API; what is no number is passed on for the API to refuse."""
    try:
        return str(int(Decimal(text.replace(",", ".")) * 100)) if text else ""
    except (InvalidOperation, ValueError, OverflowError):
        return text


def _heading(params: dict[str, str], category: Category | None) -> str:
    if params["q"]:
        return f"“{params['q']}”"
    if category:
        return category.name
    return {"video": "Films", "goods": "Goods"}.get(params["kind"], "Everything")


@require_safe
def product(request: ShopRequest, slug: str) -> HttpResponse:
    """Goods with their variants, or a film to buy or rent."""
    return _product_page(request, slug, ReviewForm())


def _product_page(request: ShopRequest, slug: str, form: ReviewForm, status: int = 200) -> HttpResponse:
    token = request.shop.token
    asked = ask(lambda: catalog.product(slug))
    reviews = ask_kindly(lambda: catalog.reviews(slug, cursor=request.GET.get("reviews", "")), ReviewPage((), None))
    found = asked.result()
    # What the film's page can do without.
    title = ask_kindly(lambda: _title_of(found), None)
    owned = ask_kindly(lambda: _owned(token, found), None)
    context = {
        "product": found,
        "film": title.result(),
        "owned": owned.result(),
        "reviews": reviews.result(),
        "review_form": form,
        "chosen": _chosen(found),
        "is_stale": found.is_stale,
    }
    return render(request, "storefront/product.html", context, status=status)


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


@require_POST
def post_review(request: ShopRequest, slug: str) -> HttpResponse:
    """For those who have bought it; catalog knows."""
    token = request.shop.require_token()
    form = ReviewForm(request.POST)
    if form.is_valid():
        try:
            catalog.post_review(token, slug, **form.cleaned_data)
        except RemoteProblem as problem:
            if problem.status in (401, 404):
                raise
            form.add_remote_errors(problem.errors, problem.detail)
        else:
            messages.success(request, "Thank you. Your review helps others.")
            return redirect(f"/p/{slug}#reviews")
    return _product_page(request, slug, form, status=422)
