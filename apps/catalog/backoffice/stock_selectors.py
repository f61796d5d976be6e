"""Selectors of stock for staff."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.db.models import Q, QuerySet

from apps.catalog.discovery.search import products_found
from apps.catalog.inventory.models import StockItem
from apps.catalog.inventory.selectors import LEVELS, LISTED, in_warehouse
from apps.catalog.products.models import Variant


def listed_stock(filters: Mapping[str, Any]) -> QuerySet[StockItem]:
    """Stock with its levels under these filters (`show` of LISTED, `q`, `warehouse` by code): 2 queries."""
    items = StockItem.objects.select_related("variant__product").prefetch_related(LEVELS)
    items = items.defer("variant__product__description", "variant__product__translations")
    if show := filters.get("show"):
        items = items.filter(LISTED[show])
    if text := filters.get("q"):
        items = items.filter(matching_text(text))
    if code := filters.get("warehouse"):
        items = items.filter(in_warehouse(code))
    return items


def matching_text(text: str) -> Q:
    """Stock whose SKU begins with `text`, as typed or in upper case, or whose product the search finds."""
    skus = Q(sku__startswith=text) | Q(sku__startswith=text.upper())
    return Q(variant__in=Variant.objects.filter(skus | Q(product__in=products_found(text))))
