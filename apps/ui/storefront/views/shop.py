"""Home, lists, products."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST, require_safe

from apps.common.http import RemoteProblem
from apps.ui.storefront.clients import catalog, video
from apps.ui.storefront.errors import SignInNeeded
from apps.ui.storefront.forms import ReviewForm
from apps.ui.storefront.parallel import forgiving, gather

FILTERS = ("q", "category", "kind", "brand", "min_price", "max_price", "in_stock", "sort", "cursor")
SORTS = (
    ("", "Best match"),
    ("newest", "Newest"),
    ("bestselling", "Best sellers"),
    ("rating", "Best rated"),
    ("price", "Price, low to high"),
    ("-price", "Price, high to low"),
    ("title", "Title"),
)


@require_safe
def home(request: HttpRequest) -> HttpResponse:
    answers = gather(
        films=lambda: catalog.products(kind="video", limit=12, sort="bestselling"),
        goods=lambda: catalog.products(kind="goods", featured="true", limit=8),
        categories=catalog.categories,
    )
    films = answers["films"]["results"]
    context = {
        "hero": films[:3],
        "films": films,
        "goods": answers["goods"]["results"],
        "categories": [c for c in answers["categories"] if c["product_count"]],
        "is_stale": answers["films"].get("is_stale"),
    }
    return render(request, "storefront/home.html", context)


@require_safe
def product_list(request: HttpRequest, path: str = "") -> HttpResponse:
    """Browse, filter, search. What cannot be used in the address is dropped with a word, never an error page."""
    params = {name: request.GET.get(name, "")[:200] for name in FILTERS}
    prices = {name: _cents(params[name]) for name in ("min_price", "max_price")}
    asked = params | prices | {"category": path.strip("/") or params["category"], "facets": "true"}
    try:
        page = catalog.products(**asked)
    except RemoteProblem as problem:
        if problem.status != 400:
            raise
        messages.info(request, "Some of the filters could not be used, so they were left out.")
        page = catalog.products(category=asked["category"], q=params["q"], facets="true")
    category = catalog.category(asked["category"]) if asked["category"] else None
    is_filtered = any(params[name] for name in FILTERS if name not in ("sort", "cursor"))
    context = {
        "page": page,
        "facets": page.get("facets", {}),
        "category": category,
        "params": params,
        "sorts": SORTS,
        "is_filtered": is_filtered,
        "heading": _heading(params, category),
        "is_stale": page.get("is_stale"),
    }
    return render(request, "storefront/list.html", context)


def _cents(text: str) -> str:
    """Euros as typed, in cents for the API; what is no number is passed on for the API to refuse."""
    try:
        return str(round(float(text.replace(",", ".")) * 100)) if text else ""
    except (ValueError, OverflowError):
        return text


def _heading(params: dict[str, str], category: dict[str, Any] | None) -> str:
    if params["q"]:
        return f"“{params['q']}”"
    if category:
        return category["name"]
    return {"video": "Films", "goods": "Goods"}.get(params["kind"], "Everything")


@require_safe
def product(request: HttpRequest, slug: str) -> HttpResponse:
    return _product_page(request, slug, ReviewForm())


def _product_page(request: HttpRequest, slug: str, form: ReviewForm, status: int = 200) -> HttpResponse:
    token = request.shop.token  # type: ignore[attr-defined]  # set by ShopSessionMiddleware
    answers = gather(
        product=lambda: catalog.product(slug),
        reviews=forgiving(lambda: catalog.reviews(slug), []),
        library=forgiving(lambda: video.library(token), []) if token else list,
    )
    found = answers["product"]
    title = None
    if found["title_slug"]:
        title = gather(title=forgiving(lambda: video.title(found["title_slug"]), None))["title"]
    owned = next((item for item in answers["library"] if item["title_slug"] == found["title_slug"]), None)
    context = {
        "product": found,
        "film": title,
        "owned": owned if found["title_slug"] else None,
        "reviews": answers["reviews"],
        "review_form": form,
        "chosen": _chosen(found["variants"]),
        "is_stale": found.get("is_stale"),
    }
    return render(request, "storefront/product.html", context, status=status)


def _chosen(variants: list[dict[str, Any]]) -> str:
    """The variant that is selected at first: one that can be had."""
    first = next((v for v in variants if v["availability"] != "out_of_stock"), variants[0] if variants else None)
    return first["sku"] if first else ""


@require_POST
def post_review(request: HttpRequest, slug: str) -> HttpResponse:
    token = request.shop.token  # type: ignore[attr-defined]  # set by ShopSessionMiddleware
    if token is None:
        raise SignInNeeded
    form = ReviewForm(request.POST)
    if form.is_valid():
        try:
            catalog.post_review(token, slug, form.cleaned_data)
        except RemoteProblem as problem:
            form.add_remote_errors(problem.errors, problem.detail)
        else:
            messages.success(request, "Thank you. Your review helps others.")
            return redirect(f"/p/{slug}#reviews")
    return _product_page(request, slug, form, status=422)
