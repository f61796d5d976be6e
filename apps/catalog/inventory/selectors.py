"""Reads of stock, for staff."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.db.models import Exists, F, OuterRef, Prefetch, Q, QuerySet

from apps.catalog.inventory.models import StockItem, StockLevel, StockMovement, Warehouse
from apps.catalog.products.editable import products_found
from apps.catalog.products.models import Variant
from apps.common.problems import NotFound

# Each has an index that holds little else. What is sold out or owed is low as well.
LISTED = {
    "low": Q(is_low=True),
    "out": Q(is_low=True, on_hand__lte=F("reserved")),
    "owed": Q(is_low=True, on_hand__lt=F("reserved")),
    "backorder": Q(policy=StockItem.Policy.BACKORDER),
    "preorder": Q(policy=StockItem.Policy.PREORDER),
}
LEVELS = Prefetch(
    "variant__stock_levels",
    StockLevel.objects.select_related("warehouse").order_by("warehouse__priority", "warehouse_id"),
)


def listed_stock(filters: Mapping[str, Any]) -> QuerySet[StockItem]:
    """Stock with its levels under these filters (`show` of LISTED, `q`, `warehouse` by code): 2 queries."""
    items = StockItem.objects.select_related("variant__product").prefetch_related(LEVELS)
    items = items.defer("variant__product__description", "variant__product__translations")
    if show := filters.get("show"):
        items = items.filter(LISTED[show])
    if text := filters.get("q"):
        items = items.filter(named(text))
    if code := filters.get("warehouse"):
        items = items.filter(lying_in(code))
    return items


def lying_in(code: str) -> Exists:
    """Stock of which pieces lie in a warehouse, or are owed from it."""
    levels = StockLevel.objects.filter(variant=OuterRef("variant"), warehouse__code=code)
    return Exists(levels.exclude(on_hand=0))


def named(text: str) -> Q:
    """Stock whose SKU begins like this, in any case that SKUs are usually written in, or whose product is found so."""
    skus = Q(sku__startswith=text) | Q(sku__startswith=text.upper())
    return Q(variant__in=Variant.objects.filter(skus | Q(product__in=products_found(text))))


def stock_of(sku: str) -> StockItem:
    """A variant's stock with its levels: 2 queries. One that nobody counted yet has none. Raises NotFound."""
    variant = stocked_variant(sku)
    item = StockItem.objects.select_related("variant__product").prefetch_related(LEVELS).filter(pk=variant.pk).first()
    return item or StockItem(variant=variant)


def stocked_variant(sku: str) -> Variant:
    """Raises NotFound, also for what is digital."""
    variant = Variant.objects.select_related("product").filter(sku=sku, offer="").first()
    if variant is None:
        raise NotFound("There is no such SKU, or it is digital and has no stock.")
    return variant


def movements_of(sku: str) -> QuerySet[StockMovement]:
    """A variant's history: 1 query, and one for the variant. Raises NotFound."""
    return StockMovement.objects.filter(variant=stocked_variant(sku)).select_related("variant", "warehouse")


def find_warehouse(code: str) -> Warehouse:
    """Raises NotFound."""
    warehouse = Warehouse.objects.filter(code=code).first()
    if warehouse is None:
        raise NotFound("There is no such warehouse.")
    return warehouse
