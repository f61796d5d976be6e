"""Selectors of stock."""

from __future__ import annotations

from django.db.models import Exists, F, OuterRef, Prefetch, Q, QuerySet
from django.utils.translation import gettext

from apps.catalog.inventory.models import StockItem, StockLevel, StockMovement, Warehouse
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


def in_warehouse(code: str) -> Exists:
    """Stock with units in a warehouse or owed from it."""
    levels = StockLevel.objects.filter(variant=OuterRef("variant"), warehouse__code=code)
    return Exists(levels.exclude(on_hand=0))


def stock_of(sku: str) -> StockItem:
    """A variant's stock with its levels: 2 queries. One that nobody counted yet has none. Raises NotFound."""
    variant = stocked_variant(sku)
    item = StockItem.objects.select_related("variant__product").prefetch_related(LEVELS).filter(pk=variant.pk).first()
    return item or StockItem(variant=variant)


def stocked_variant(sku: str) -> Variant:
    """Raises NotFound, also for what is digital."""
    variant = Variant.objects.select_related("product").filter(sku=sku, offer="").first()
    if variant is None:
        raise NotFound(gettext("There is no such SKU, or it is digital and has no stock."))
    return variant


def movements_of(sku: str) -> QuerySet[StockMovement]:
    """A variant's history: 1 query, and one for the variant. Raises NotFound."""
    return StockMovement.objects.filter(variant=stocked_variant(sku)).select_related("variant", "warehouse")


def find_warehouse(code: str) -> Warehouse:
    """Raises NotFound."""
    warehouse = Warehouse.objects.filter(code=code).first()
    if warehouse is None:
        raise NotFound(gettext("There is no such warehouse."))
    return warehouse
