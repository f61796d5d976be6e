"""The one place where imports meet stock: what is counted, counting again, and the first count of new variants."""

from __future__ import annotations

import uuid
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from apps.catalog.imports import bulk
from apps.catalog.imports.columns import find_column
from apps.catalog.imports.facts import Facts
from apps.catalog.imports.models import ImportRow
from apps.catalog.inventory.models import StockItem, StockLevel, StockMovement, Warehouse
from apps.catalog.inventory.services import set_stock
from apps.catalog.products.models import Variant
from apps.common.problems import Problem


@dataclass(frozen=True, slots=True)
class Author:
    """Who imports what, as stock movements name it, and the time at which the file was checked."""

    reference: str
    name: str
    checked_at: datetime


@dataclass(frozen=True, slots=True)
class Counts:
    """Units by warehouse's code. Over all: `reserved` for orders, and how many may be taken (`free`)."""

    units: Mapping[str, int]
    reserved: int = 0
    free: int = 0

    def of(self, warehouse: str) -> int | None:
        return self.units.get(warehouse)


NO_COUNTS = Counts({})


def load_counts(variant_ids: Collection[uuid.UUID], facts: Facts) -> dict[uuid.UUID, Counts]:
    """What is counted of these variants: 2 queries.

    A variant that was never counted by warehouse is all in the first one.
    """
    codes = {pk: code for code, pk in facts.warehouses.items()}
    units: dict[uuid.UUID, dict[str, int]] = {}
    for variant_id, warehouse_id, on_hand in StockLevel.objects.filter(
        variant__in=variant_ids, warehouse__in=list(codes)
    ).values_list("variant_id", "warehouse_id", "on_hand"):
        units.setdefault(variant_id, {})[codes[warehouse_id]] = on_hand
    return {
        item.variant_id: Counts(
            units.get(item.variant_id) or {facts.first_warehouse: item.on_hand}, item.reserved, item.available
        )
        for item in StockItem.objects.filter(variant__in=variant_ids)
    }


def count_rows(rows: Iterable[ImportRow], facts: Facts, author: Author) -> int:
    """Bring counts to what these rows of known variants say, in the order given.

    A row that cannot be becomes an error; returns how many. A variant that is gone by now has nothing to count.
    """
    failed = 0
    rows = list(rows)
    warehouses = {warehouse.code: warehouse for warehouse in Warehouse.objects.all()}
    variants = {variant.sku: variant for variant in Variant.objects.filter(sku__in=[row.sku for row in rows])}
    for row in rows:
        for name, (_, after) in row.changes.items():
            column = find_column(name, facts) if name.startswith("stock") else None
            if column is None or row.sku not in variants:
                continue
            try:
                with transaction.atomic():
                    set_stock(
                        variants[row.sku],
                        int(after),
                        warehouse=warehouses.get(column.key),
                        reference=author.reference,
                        by=author.name,
                    )
            except Problem as problem:
                row.action, row.errors = ImportRow.Action.ERROR, row.errors | {name: [str(problem)]}
                row.save(update_fields=["action", "errors"])
                failed += 1
    return failed


def open_counts(counts: Mapping[uuid.UUID, Mapping[str, int]], facts: Facts, author: Author) -> None:
    """Stock of new variants of goods, by warehouse's code: 3 statements for all. Nobody else knows them yet."""
    items = [
        bulk.new_row(StockItem, variant_id=variant_id, on_hand=sum(units.values()))
        for variant_id, units in counts.items()
    ]
    bulk.insert(StockItem, items)
    counted = [
        (variant_id, facts.warehouses[warehouse], units)
        for variant_id, by_warehouse in counts.items()
        for warehouse, units in by_warehouse.items()
    ]
    levels = [bulk.new_row(StockLevel, variant_id=v, warehouse_id=w, on_hand=units) for v, w, units in counted]
    bulk.insert(StockLevel, levels)
    bulk.insert(
        StockMovement,
        [
            bulk.new_row(
                StockMovement,
                variant_id=variant_id,
                warehouse_id=warehouse,
                quantity=units,
                reason=StockMovement.Reason.COUNTED,
                reference=author.reference,
                moved_by=author.name,
            )
            for variant_id, warehouse, units in counted
            if units
        ],
    )
