"""Stock of variants by warehouse: locked, changed in memory and written together. Nothing else writes stock.

Every change of stock runs in a transaction of its caller: `lock…` the variants, change their stock in memory, `save`.
Lock order everywhere: reservations, then stock rows by SKU (levels are guarded by the stock row of their variant), then
listings. So no two transactions wait for each other. A warehouse opens or closes while nobody holds stock
(`lock_all`), so locked stock knows for sure which warehouses count.
"""

from __future__ import annotations

import json
import uuid
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db import connection

from apps.catalog.inventory.models import MAX_DISPLAYED_STOCK, StockMovement, stock_state
from apps.catalog.products.changes import availability_changed
from apps.common.ids import uuid7

# Any constant does; advisory locks are per database.
WAREHOUSES_LOCK = 0x5348454C

LOCK = """
    SELECT pg_advisory_xact_lock_shared(%(warehouses)s);
    SELECT 1 FROM inventory_stockitem AS s JOIN products_variant AS v ON v.id = s.variant_id
    WHERE {chosen} ORDER BY v.sku FOR UPDATE OF s;
"""
# One round trip. The read is a statement of its own, so that it sees what the holders of the locks committed.
LOCK_AND_READ = f"""{LOCK}
    SELECT v.id, v.product_id, v.sku, v.offer <> '', s.variant_id IS NOT NULL, coalesce(s.on_hand, 0),
        coalesce(s.reserved, 0), coalesce(s.policy, 'deny'), coalesce(s.backorder_limit, 0),
        coalesce(s.low_stock_at, 0), (
            SELECT json_agg(
                json_build_array(w.id, w.is_active, l.id IS NOT NULL, coalesce(l.on_hand, 0), coalesce(l.reserved, 0))
                ORDER BY w.priority, w.id
            )::text
            FROM inventory_warehouse AS w
                LEFT JOIN inventory_stocklevel AS l ON l.warehouse_id = w.id AND l.variant_id = v.id
        )
    FROM products_variant AS v LEFT JOIN inventory_stockitem AS s ON s.variant_id = v.id
    WHERE {{chosen}} ORDER BY v.sku
"""  # noqa: S608  (made of constants of this module)
OF_SKUS, OF_VARIANTS = "v.sku = ANY(%(chosen)s)", "v.id = ANY(%(chosen)s::uuid[])"
BY_SKU, BY_VARIANT = LOCK_AND_READ.format(chosen=OF_SKUS), LOCK_AND_READ.format(chosen=OF_VARIANTS)

WRITE_TOTALS = """
    UPDATE inventory_stockitem AS s SET on_hand = new.on_hand, reserved = new.reserved
    FROM jsonb_to_recordset(%(totals)s::jsonb) AS new (variant_id uuid, on_hand int, reserved int)
    WHERE s.variant_id = new.variant_id
"""
LEVELS = (
    "jsonb_to_recordset(%({name})s::jsonb) AS new (variant_id uuid, warehouse_id bigint, on_hand int, reserved int)"
)
CHANGE_LEVELS = f"""
    UPDATE inventory_stocklevel AS l SET on_hand = new.on_hand, reserved = new.reserved
    FROM {LEVELS.format(name="levels")}
    WHERE l.variant_id = new.variant_id AND l.warehouse_id = new.warehouse_id
"""  # noqa: S608  (made of constants of this module)
ADD_LEVELS = f"""
    INSERT INTO inventory_stocklevel (variant_id, warehouse_id, on_hand, reserved)
    SELECT variant_id, warehouse_id, on_hand, reserved FROM {LEVELS.format(name="new_levels")}
"""  # noqa: S608  (made of constants of this module)

SOLD = "jsonb_to_recordset(%(sold)s::jsonb) AS sold (id uuid, variant_id uuid, warehouse_id bigint, quantity int)"
ADD_MOVEMENTS = f"""
    INSERT INTO inventory_stockmovement
        (id, variant_id, warehouse_id, quantity, reason, reference, moved_by, created_at)
    SELECT id, variant_id, warehouse_id, -quantity, %(reason)s, %(reference)s, '', statement_timestamp() FROM {SOLD}
"""  # noqa: S608  (made of constants of this module)
SELL = f"""
    {ADD_MOVEMENTS};
    {LOCK.format(chosen=OF_VARIANTS)}
    UPDATE inventory_stockitem AS s SET on_hand = s.on_hand - total.quantity, reserved = s.reserved - total.quantity
    FROM (SELECT variant_id, sum(quantity) AS quantity FROM {SOLD} GROUP BY variant_id) AS total
    WHERE s.variant_id = total.variant_id;
    UPDATE inventory_stocklevel AS l SET on_hand = l.on_hand - sold.quantity, reserved = l.reserved - sold.quantity
    FROM {SOLD} WHERE l.variant_id = sold.variant_id AND l.warehouse_id = sold.warehouse_id
"""  # noqa: S608  (made of constants of this module)

# A statement and its parameters, whose names no other statement of the same round trip has.
Statement = tuple[str, dict[str, Any]]


@dataclass(slots=True)
class Level:
    """A variant's units in one warehouse."""

    warehouse_id: int
    is_active: bool
    is_kept: bool
    on_hand: int
    reserved: int
    is_changed: bool = False

    @property
    def free(self) -> int:
        return self.on_hand - self.reserved


@dataclass(slots=True)
class LockedStock:
    """A variant's stock while it is locked, with a level for every warehouse, the first to send from in front."""

    variant_id: uuid.UUID
    product_id: uuid.UUID
    sku: str
    is_digital: bool
    is_stocked: bool
    on_hand: int
    reserved: int
    policy: str
    backorder_limit: int
    low_stock_at: int
    levels: dict[int, Level] = field(default_factory=dict)
    displayed_before: tuple[str, int] = ("", 0)

    @property
    def home(self) -> Level | None:
        """The first active warehouse, which receives units and sends those owed."""
        return next((level for level in self.levels.values() if level.is_active), None)

    @property
    def available(self) -> int:
        """How many can be ordered now."""
        return max(0, self.on_hand - self.reserved + self.backorder_limit) if self.home else 0

    @property
    def displayed(self) -> tuple[str, int]:
        """What the shop displays: the state, and how many are left, up to MAX_DISPLAYED_STOCK."""
        in_stock = self.on_hand - self.reserved
        state = stock_state(in_stock, self.policy, self.backorder_limit, self.low_stock_at)
        return state, max(0, min(in_stock, MAX_DISPLAYED_STOCK))

    def change(self, warehouse_id: int, *, on_hand: int = 0, reserved: int = 0) -> None:
        """Add to the units on hand and reserved in a warehouse; active warehouses count in the total."""
        level = self.levels[warehouse_id]
        level.on_hand += on_hand
        level.reserved += reserved
        level.is_changed = True
        if level.is_active:
            self.on_hand += on_hand
            self.reserved += reserved

    def reserve(self, quantity: int) -> dict[str, int]:
        """Reserve available units, warehouse by warehouse in their order; units not yet here, from `home`."""
        allocation: dict[str, int] = {}
        rest = quantity
        for level in self.levels.values():
            taken = min(rest, level.free) if level.is_active else 0
            if taken > 0:
                allocation[str(level.warehouse_id)] = taken
                rest -= taken
        if rest and self.home:
            owed_by = str(self.home.warehouse_id)
            allocation[owed_by] = allocation.get(owed_by, 0) + rest
        for warehouse_id, units in allocation.items():
            self.change(int(warehouse_id), reserved=units)
        return allocation


def lock_skus(skus: Iterable[str]) -> dict[str, LockedStock]:
    """The stock of these SKUs, locked in their order; unknown ones are left out."""
    return {stock.sku: stock for stock in _locked(BY_SKU, sorted(set(skus)))}


def lock_variants(variant_ids: Iterable[uuid.UUID]) -> dict[uuid.UUID, LockedStock]:
    """The stock of these variants, locked in the order of their SKUs."""
    stocks = _locked(BY_VARIANT, sorted({str(variant_id) for variant_id in variant_ids}))
    return {stock.variant_id: stock for stock in stocks}


def sell(units: Mapping[tuple[uuid.UUID, int], int], *, reference: str) -> bool:
    """Take reserved units out of the stock, by variant and warehouse, with their movements; False when a stock is gone,
    which undoes nothing.

    The stocks need not be read, since the displayed stock stays the same. So it is one round trip, to be made last:
    others wait for a hot SKU no longer than until the commit.
    """
    rows = [
        {"id": str(uuid7()), "variant_id": str(variant_id), "warehouse_id": warehouse_id, "quantity": quantity}
        for (variant_id, warehouse_id), quantity in units.items()
    ]
    parameters: dict[str, Any] = {
        "warehouses": WAREHOUSES_LOCK,
        "chosen": sorted({str(variant_id) for variant_id, _ in units}),
        "sold": json.dumps(rows),
        "reason": StockMovement.Reason.SOLD,
        "reference": reference,
    }
    with connection.cursor() as cursor:
        cursor.execute(SELL, parameters)
        return cursor.rowcount == len(rows)


def lock_all() -> None:
    """Wait until no transaction has locked any stock, and keep others from it until this transaction ends."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [WAREHOUSES_LOCK])


def save(
    stocks: Collection[LockedStock], *, movements: Sequence[StockMovement] = (), beside: Iterable[Statement] = ()
) -> None:
    """Write changed stocks, with the statements `beside` in the same round trip, and announce changed displayed stock.

    Raises IntegrityError when more units would be reserved than the database allows.
    """
    changed = [stock for stock in stocks if any(level.is_changed for level in stock.levels.values())]
    _run([*beside, *_writes(changed)])
    if movements:
        StockMovement.objects.bulk_create(movements)
    availability_changed.announce(
        sorted({stock.product_id for stock in changed if stock.displayed != stock.displayed_before})
    )


def _locked(statement: str, chosen: list[str]) -> list[LockedStock]:
    if not chosen:
        return []
    with connection.cursor() as cursor:
        cursor.execute(statement, {"warehouses": WAREHOUSES_LOCK, "chosen": chosen})
        return [_locked_stock(*row) for row in cursor.fetchall()]


def _locked_stock(*row: Any) -> LockedStock:
    *facts, levels = row
    stock = LockedStock(*facts)
    stock.levels = {level[0]: Level(*level) for level in json.loads(levels or "[]")}
    stock.displayed_before = stock.displayed
    return stock


def _writes(stocks: Iterable[LockedStock]) -> list[Statement]:
    totals: list[dict[str, Any]] = []
    levels: list[dict[str, Any]] = []
    new_levels: list[dict[str, Any]] = []
    for stock in stocks:
        variant_id = str(stock.variant_id)
        totals.append({"variant_id": variant_id, "on_hand": stock.on_hand, "reserved": stock.reserved})
        for level in stock.levels.values():
            if level.is_changed:
                row = {"variant_id": variant_id, "warehouse_id": level.warehouse_id}
                row |= {"on_hand": level.on_hand, "reserved": level.reserved}
                (levels if level.is_kept else new_levels).append(row)
    pairs = (
        (WRITE_TOTALS, "totals", totals),
        (CHANGE_LEVELS, "levels", levels),
        (ADD_LEVELS, "new_levels", new_levels),
    )
    return [(statement, {name: json.dumps(rows)}) for statement, name, rows in pairs if rows]


def _run(statements: Sequence[Statement]) -> None:
    """Run all in one round trip; each sees what the previous one wrote."""
    if statements:
        parameters = {name: value for _, named in statements for name, value in named.items()}
        with connection.cursor() as cursor:
            cursor.execute(";".join(statement for statement, _ in statements), parameters)
