"""Product pages: goods with their variants, films to buy or rent, and products that are no longer sold."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.cache import get_conditional_response
from django.views.decorators.http import require_safe

from apps.common.http import RemoteProblem
from apps.ui.storefront import breadcrumbs, film_facts, product_options, structured_data, wishlists
from apps.ui.storefront.address_forms import HOME_COUNTRY
from apps.ui.storefront.clients import catalog, payment, subscriptions, video
from apps.ui.storefront.clients.catalog_schemas import Product, ProductCard, ProductPage, ReviewPage, Variant
from apps.ui.storefront.clients.payment_schemas import ShippingMethod
from apps.ui.storefront.clients.subscriptions import Plan
from apps.ui.storefront.clients.video import LibraryItem, Title
from apps.ui.storefront.context import footer_pages
from apps.ui.storefront.library import is_demo_clip
from apps.ui.storefront.pages import shared_page
from apps.ui.storefront.parallel import fetch, fetch_or_default
from apps.ui.storefront.review_filters import ReviewFilters
from apps.ui.storefront.session import ShopRequest

RAIL_SIZE = 12
# Networks look once and keep what they saw, so a picture may be as old as this.
SHARE_IMAGE_CACHE_CONTROL = "public, max-age=300, s-maxage=600"
NO_PRODUCTS = ProductPage((), None, None)


@require_safe
def product(request: ShopRequest, slug: str) -> HttpResponse:
    """A product; one that is no longer sold offers others (a renamed one redirects, see `errors`)."""
    try:
        return _product_page(request, slug)
    except RemoteProblem as problem:
        if problem.slug != "product-withdrawn":
            raise
        return _withdrawn(request, slug)


def _product_page(request: ShopRequest, slug: str) -> HttpResponse:
    token = request.shop.token
    asked = ReviewFilters.of(request.GET)
    requested = fetch(lambda: catalog.product(slug))
    requested_reviews = fetch_or_default(lambda: _reviews(slug, asked), None)
    wished = fetch_or_default(lambda: wishlists.contains(request.shop, slug), False)
    found = requested.result()
    # Optional content.
    requested_title = fetch_or_default(lambda: _film_title(found), None)
    requested_films = fetch_or_default(lambda: _films_by_directors(found), NO_PRODUCTS)
    requested_delivery = fetch_or_default(lambda: _delivery(found), None)
    requested_plans = fetch_or_default(lambda: _plans(found), ())
    owned = fetch_or_default(lambda: _library_item(token, found), None)
    title, reviews, films = requested_title.result(), requested_reviews.result(), requested_films.result()
    delivery, plans = requested_delivery.result(), requested_plans.result()
    variant = product_options.selected_variant(found, request.GET.get("sku", ""))
    is_default = variant is None or variant == product_options.default_variant(found)
    filters = replace(asked, sku="" if variant is None or is_default else variant.sku)

    def context() -> dict[str, Any]:
        return _context(found, variant, filters) | {
            "film": title,
            "is_demo_clip": title is not None and is_demo_clip(title, found),
            "credit_groups": film_facts.credit_groups(title),
            "age_ratings": film_facts.shown_ratings(title, HOME_COUNTRY),
            "watch_countries": film_facts.watch_countries(found),
            "including_plan": _including(plans, title, found),
            "films_by_directors": tuple(card for card in films.results if card.slug != slug),
            "reviews": reviews,
            "delivery": delivery,
            "delivery_country": HOME_COUNTRY,
        }

    return shared_page(
        request,
        "storefront/product.html",
        sources=(found, title, reviews, films, delivery, plans),
        context=context,
        personal=lambda: context() | {"owned": owned.result(), "is_wished": wished.result()},
        variant=filters.query_string(),
    )


def _context(found: Product, variant: Variant | None, filters: ReviewFilters) -> dict[str, Any]:
    crumbs = breadcrumbs.of_product(found)
    default = product_options.default_variant(found)
    policies = {page.slug: reverse("page", args=[page.slug]) for page in footer_pages()}
    return {
        "product": found,
        "variant": variant,
        "default_sku": default.sku if default and default.is_buyable else "",
        "options": product_options.option_groups(found, variant),
        "gallery": product_options.gallery(found, variant),
        "filters": filters,
        "histogram": filters.histogram(found.rating),
        "crumbs": crumbs,
        "section": found.category.path.partition("/")[0],
        "structured": structured_data.product_page(found, crumbs, policies),
        "is_stale": found.is_stale,
    }


def _reviews(slug: str, filters: ReviewFilters) -> ReviewPage:
    """A page of reviews; the newest ones when the cursor is invalid."""
    try:
        return catalog.reviews(slug, **filters.api_params())
    except RemoteProblem as problem:
        if not filters.cursor or problem.status != 400:
            raise
    return catalog.reviews(slug, **(filters.api_params() | {"cursor": ""}))


def _delivery(product: Product) -> ShippingMethod | None:
    """The cheapest way in which goods travel; None for films."""
    methods = () if product.is_film else payment.delivery_methods(HOME_COUNTRY)
    return methods[0] if methods else None


def _film_title(product: Product) -> Title | None:
    """The film's data from video, for products that are films."""
    return video.title(product.title_slug, deadline=video.OPTIONAL_TIMEOUT_SECONDS) if product.title_slug else None


def _plans(product: Product) -> tuple[Plan, ...]:
    """Plans that may include the film; none for goods."""
    return subscriptions.plans(deadline=subscriptions.OPTIONAL_TIMEOUT_SECONDS) if product.is_film else ()


def _including(plans: tuple[Plan, ...], title: Title | None, product: Product) -> Plan | None:
    """The first plan that includes the film, while the film is on offer."""
    if title is None or (product.film and not product.film.is_available):
        return None
    return next((plan for plan in plans if plan.package in title.packages), None)


def _films_by_directors(product: Product) -> ProductPage:
    """Films by the directors of this one, which may be among them; none for goods."""
    if not product.is_film or not product.directors:
        return NO_PRODUCTS
    return catalog.products(**{"kind": "video", "attr.director": list(product.directors), "limit": RAIL_SIZE})


def _library_item(token: str | None, product: Product) -> LibraryItem | None:
    """The film's entry in the customer's library."""
    if token is None or product.title_slug is None:
        return None
    return video.library_item(token, product.title_slug, deadline=video.OPTIONAL_TIMEOUT_SECONDS)


@require_safe
def share_image(request: ShopRequest, slug: str) -> HttpResponse:
    """What messengers and social networks show with a link to the product; gateways keep it.

    The address alone decides what is drawn, so query strings make no work.
    """
    try:
        image = catalog.share_image(slug)
    except RemoteProblem as problem:
        if moved_to := problem.body.get("slug") if problem.slug == "product-moved" else None:
            return redirect("share-image", slug=moved_to, permanent=True)
        raise
    response = HttpResponse(image.content, content_type="image/jpeg")
    response["Cache-Control"] = SHARE_IMAGE_CACHE_CONTROL
    response["ETag"] = image.etag
    return get_conditional_response(request, etag=image.etag or None, response=response) or response


def _withdrawn(request: ShopRequest, slug: str) -> HttpResponse:
    """410: the product is no longer sold. The page has a search, what is like it by its name, and what sells best."""
    words = slug.replace("-", " ")
    asked_similar = fetch_or_default(lambda: catalog.products(q=words, limit=RAIL_SIZE), NO_PRODUCTS)
    asked_popular = fetch_or_default(lambda: catalog.products(sort="bestselling", limit=RAIL_SIZE), NO_PRODUCTS)
    products: tuple[ProductCard, ...] = asked_similar.result().results or asked_popular.result().results
    return render(request, "storefront/withdrawn.html", {"products": products}, status=410)
