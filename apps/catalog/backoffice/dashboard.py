"""The dashboard of the admin. One query for each panel, for any number of products."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.db.models import Sum
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext

from apps.catalog.discovery.models import ZeroResultSearch
from apps.catalog.imports.models import ImportJob
from apps.catalog.inventory.models import StockItem
from apps.catalog.products.models import Product
from apps.catalog.reviews.models import Review

SHOWN = 8
SEARCHED_FOR = timedelta(days=30)


@dataclass(frozen=True, slots=True)
class Panel:
    """A table of some rows: text, its address (or none) and a figure. `more` leads to all of them."""

    title: str
    more: str
    nothing: str
    rows: Sequence[tuple[str, str, Any]]


def panels(request: HttpRequest) -> list[Panel]:
    """The panels that this user may see."""
    found: list[tuple[str, Callable[[], Panel]]] = [
        ("inventory.view_stockitem", _low_stock),
        ("products.view_product", _drafts),
        ("products.view_product", _best_sellers),
        ("discovery.view_zeroresultsearch", _zero_result_searches),
        ("reviews.view_review", _waiting_reviews),
        ("imports.view_importjob", _imports),
    ]
    return [panel() for permission, panel in found if request.user.has_perm(permission)]


def callback(request: HttpRequest, context: dict[str, Any]) -> dict[str, Any]:
    """Unfold's hook for its first page."""
    return context | {"panels": panels(request)}


def _page(name: str, pk: Any) -> str:
    return reverse(f"admin:{name}_change", args=[pk])


def _low_stock() -> Panel:
    low = StockItem.objects.filter(is_low=True, variant__product__status=Product.Status.PUBLISHED)
    rows = low.select_related("variant__product").order_by("on_hand", "pk")[:SHOWN]
    return Panel(
        gettext("Low stock"),
        reverse("admin:products_product_changelist") + "?stock=low_stock",
        gettext("No products are low on stock."),
        [
            (f"{item.variant.product.title} ({item.variant.sku})", _page("inventory_stockitem", item.pk), item.in_stock)
            for item in rows
        ],
    )


def _drafts() -> Panel:
    drafts = Product.objects.filter(status=Product.Status.DRAFT).order_by("-updated_at")[:SHOWN]
    return Panel(
        gettext("Drafts"),
        reverse("admin:products_product_changelist") + "?state=draft",
        gettext("No drafts."),
        [
            (draft.title, _page("products_product", draft.pk), date_format(draft.updated_at, "SHORT_DATE_FORMAT"))
            for draft in drafts
        ],
    )


def _best_sellers() -> Panel:
    best = Product.objects.filter(sales_count__gt=0).order_by("-sales_count", "-id")[:SHOWN]
    return Panel(
        gettext("Best sellers"),
        reverse("admin:products_product_changelist"),
        gettext("No sales yet."),
        [(product.title, _page("products_product", product.pk), product.sales_count) for product in best],
    )


def _zero_result_searches() -> Panel:
    recent = ZeroResultSearch.objects.filter(day__gte=timezone.now().date() - SEARCHED_FOR)
    searches = recent.values("text").annotate(sum=Sum("times")).order_by("-sum", "text")[:SHOWN]
    return Panel(
        gettext("Searches without results"),
        reverse("admin:discovery_zeroresultsearch_changelist"),
        gettext("Every search found something."),
        [(row["text"], "", row["sum"]) for row in searches],
    )


def _waiting_reviews() -> Panel:
    waiting = Review.objects.filter(status=Review.Status.PENDING).select_related("product").order_by("created_at", "id")
    return Panel(
        gettext("Reviews to moderate"),
        reverse("admin:reviews_review_changelist"),
        gettext("No reviews to moderate."),
        [
            (f"{review.title} – {review.product.title}", _page("reviews_review", review.pk), f"{review.rating} / 5")
            for review in waiting[:SHOWN]
        ],
    )


def _imports() -> Panel:
    jobs = ImportJob.objects.order_by("-created_at", "-id")[:SHOWN]
    return Panel(
        gettext("Imports"),
        reverse("admin:imports_importjob_changelist"),
        gettext("No imports yet."),
        [(job.file_name, _page("imports_importjob", job.pk), job.get_state_display()) for job in jobs],
    )
