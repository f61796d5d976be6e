"""Warehouses: created, changed, opened and closed. Only the units of active ones are sold."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from django.db import connection, transaction
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from apps.catalog.inventory import locked_stock
from apps.catalog.inventory.models import MAX_ON_HAND, StockLevel, StockMovement, Warehouse
from apps.catalog.products.changes import availability_changed
from apps.common.numbers import grouped
from apps.common.problems import Conflict, NotFound, ValidationProblem

FIRST = {"code": "main", "name": "Main warehouse"}
MAX_NAMED = 5

# Why a warehouse cannot be closed or opened, with the SKUs in the way.
IN_THE_WAY = """
    SELECT v.sku FROM inventory_stocklevel AS l
        JOIN inventory_stockitem AS s ON s.variant_id = l.variant_id
        JOIN products_variant AS v ON v.id = l.variant_id
    WHERE l.warehouse_id = %(warehouse)s AND {reason} ORDER BY v.sku LIMIT %(limit)s
"""
RESERVED = IN_THE_WAY.format(reason="l.reserved > 0")
OWED = IN_THE_WAY.format(reason="(l.on_hand < 0 OR s.reserved > s.on_hand - l.on_hand + s.backorder_limit)")
TOO_MANY = IN_THE_WAY.format(reason="s.on_hand + l.on_hand > %(most)s")

COUNT_IN = """
    UPDATE inventory_stockitem AS s
    SET on_hand = s.on_hand + %(sign)s * l.on_hand, reserved = s.reserved + %(sign)s * l.reserved
    FROM inventory_stocklevel AS l JOIN products_variant AS v ON v.id = l.variant_id
    WHERE l.warehouse_id = %(warehouse)s AND l.variant_id = s.variant_id AND (l.on_hand <> 0 OR l.reserved <> 0)
    RETURNING v.product_id
"""


class WarehouseInUse(Conflict):
    slug, title = "warehouse-in-use", _("The warehouse cannot be closed now")


def add_warehouse(*, code: str, name: str, country: str = "DE", priority: int = 0, is_active: bool = True) -> Warehouse:
    """A new, empty warehouse. Raises ValidationProblem when the code is taken."""
    with transaction.atomic():
        warehouse, is_new = Warehouse.objects.get_or_create(
            code=code, defaults={"name": name, "country": country, "priority": priority, "is_active": is_active}
        )
    if not is_new:
        raise ValidationProblem(
            gettext("There is such a warehouse already."),
            errors={"code": [gettext("%(code)s is taken.") % {"code": code}]},
        )
    return warehouse


def change_warehouse(
    code: str, fields: Mapping[str, Any], *, check: Callable[[Warehouse], None] = lambda warehouse: None
) -> Warehouse:
    """Change name, country, priority or whether its units are sold; its code stays.

    `check` sees it before the change, locked, and may raise. Raises NotFound, and WarehouseInUse when one is closed
    from which units are reserved or owed, or which is the last.
    """
    with transaction.atomic():
        # Before the row: whoever holds locked stock may be about to look at warehouses.
        if "is_active" in fields:
            locked_stock.lock_all()
        warehouse = Warehouse.objects.select_for_update().filter(code=code).first()
        if warehouse is None:
            raise NotFound(gettext("There is no such warehouse."))
        check(warehouse)
        was_active = warehouse.is_active
        for name, value in fields.items():
            setattr(warehouse, name, value)
        warehouse.save(update_fields=list(fields))
        if warehouse.is_active != was_active:
            _open(warehouse) if warehouse.is_active else _close(warehouse)
    return warehouse


def delete_warehouse(code: str, *, check: Callable[[Warehouse], None] = lambda warehouse: None) -> None:
    """Delete a warehouse that never held stock. Raises NotFound, WarehouseInUse (close it instead)."""
    with transaction.atomic():
        locked_stock.lock_all()
        warehouse = Warehouse.objects.select_for_update().filter(code=code).first()
        if warehouse is None:
            raise NotFound(gettext("There is no such warehouse."))
        check(warehouse)
        if warehouse.is_active and Warehouse.objects.filter(is_active=True).count() == 1:
            raise WarehouseInUse(gettext("This is the last active warehouse; open another one first."))
        used = StockLevel.objects.filter(warehouse=warehouse).exclude(on_hand=0, reserved=0)
        if used.exists() or StockMovement.objects.filter(warehouse=warehouse).exists():
            raise WarehouseInUse(gettext("Units lie here or have a history here; close it (is_active) instead."))
        StockLevel.objects.filter(warehouse=warehouse).delete()
        warehouse.delete()


def ensure_warehouse() -> Warehouse:
    """The first active warehouse, made when there is none at all."""
    first = Warehouse.objects.filter(is_active=True).order_by("priority", "id").first()
    return first or Warehouse.objects.get_or_create(code=FIRST["code"], defaults=FIRST)[0]


def _open(warehouse: Warehouse) -> None:
    if skus := _skus(TOO_MANY, warehouse):
        raise WarehouseInUse(
            gettext("More than %(limit)s units would be counted of %(skus)s.")
            % {"limit": grouped(MAX_ON_HAND), "skus": skus}
        )
    _count_in(warehouse, sign=1)


def _close(warehouse: Warehouse) -> None:
    if not Warehouse.objects.filter(is_active=True).exists():
        raise WarehouseInUse(gettext("This is the last active warehouse; open another one first."))
    if skus := _skus(RESERVED, warehouse):
        raise WarehouseInUse(
            gettext("Units here are reserved for orders: %(skus)s. Wait until they are sent or released.")
            % {"skus": skus}
        )
    if skus := _skus(OWED, warehouse):
        raise WarehouseInUse(
            gettext("Units of %(skus)s are owed to orders. Receive them, or move them here, first.") % {"skus": skus}
        )
    _count_in(warehouse, sign=-1)


def _skus(statement: str, warehouse: Warehouse) -> str:
    """The first few SKUs in the way, as a text; empty when there are none."""
    with connection.cursor() as cursor:
        cursor.execute(statement, {"warehouse": warehouse.pk, "limit": MAX_NAMED + 1, "most": MAX_ON_HAND})
        skus = [row[0] for row in cursor.fetchall()]
    named = ", ".join(skus[:MAX_NAMED])
    return gettext("%(skus)s and others") % {"skus": named} if len(skus) > MAX_NAMED else named


def _count_in(warehouse: Warehouse, *, sign: int) -> None:
    """Add the warehouse's units to the totals, or subtract them. The caller has locked all stocks."""
    with connection.cursor() as cursor:
        cursor.execute(COUNT_IN, {"warehouse": warehouse.pk, "sign": sign})
        product_ids = {row[0] for row in cursor.fetchall()}
    availability_changed.announce(sorted(product_ids))
