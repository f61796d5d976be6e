"""Suggestions for the search field."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django.http import JsonResponse
from django.urls import reverse
from django.utils.translation import gettext, ngettext
from django.views.decorators.http import require_safe

from apps.ui.storefront.clients import catalog
from apps.ui.storefront.clients.catalog_schemas import Suggestion, Suggestions
from apps.ui.storefront.formats import format_money
from apps.ui.storefront.navigation import list_url
from apps.ui.storefront.parallel import fetch_or_default
from apps.ui.storefront.session import ShopRequest

MIN_SUGGEST_LENGTH = 2


@require_safe
def suggest(request: ShopRequest) -> JsonResponse:
    """Suggestions for what is being typed, with their addresses; none while catalog is unavailable."""
    text = request.GET.get("q", "").strip()[:100]
    found = Suggestions(())
    if len(text) >= MIN_SUGGEST_LENGTH:
        found = fetch_or_default(lambda: catalog.suggestions(text), found).result()
    results: list[dict[str, Any]] = [_suggestion(item) for item in found.results]
    count = len(results)
    status = ngettext("%(count)s suggestion", "%(count)s suggestions", count) % {"count": count}
    if results:
        address = reverse("search") + "?" + urlencode({"q": text})
        results.append({"text": _all_results(found.total), "address": address, "is_all": True})
    return JsonResponse({"results": results, "status": status if count else gettext("No suggestions")})


def suggestion_url(item: Suggestion) -> str:
    """The page of a suggested product, category or brand."""
    if item.kind == "product":
        return reverse("product", args=[item.slug])
    return reverse("category", args=[item.path]) if item.kind == "category" else list_url(brand=item.slug)


def _all_results(total: int | None) -> str:
    if not total:
        return gettext("See all results")
    return ngettext("See %(count)s result", "See all %(count)s results", total) % {"count": total}


def _suggestion(item: Suggestion) -> dict[str, Any]:
    return {
        "text": item.text,
        "note": _kind_and_price(item),
        "image": item.image.smallest_url if item.image else "",
        "address": suggestion_url(item),
    }


def _kind_and_price(item: Suggestion) -> str:
    """What a suggestion is: the year of a film, and what it costs; else its kind."""
    if item.kind == "category":
        return gettext("Category")
    if item.kind == "brand":
        return gettext("Brand")
    parts = []
    if item.product_kind == "video":
        film = gettext("Film")
        parts.append(f"{film}, {item.year}" if item.year else film)
    if item.price:
        price = format_money(item.price)
        parts.append(gettext("from %(price)s") % {"price": price} if item.price_from else price)
    return " · ".join(parts)
