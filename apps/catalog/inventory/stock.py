"""Changes of stock by staff: adjustments, counts, transfers between warehouses, and the backorder policy."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from django.db import transaction
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from apps.catalog.inventory import locked_stock
from apps.catalog.inventory.locked_stock import Level, LockedStock
from apps.catalog.inventory.models import MAX_BACKORDERS, MAX_ON_HAND, StockItem, StockMovement, Warehouse
from apps.catalog.inventory.warehouses import ensure_warehouse
from apps.catalog.products.changes import ProductChange, availability_changed
from apps.catalog.products.models import Variant
from apps.common.ids import uuid7
from apps.common.numbers import grouped
from apps.common.problems import Conflict, ValidationProblem

Reason = StockMovement.Reason
# What staff may give as a reason; sales and moves are written by what does them.
BY_HAND = (Reason.RECEIVED, Reason.RETURNED, Reason.COUNTED, Reason.DAMAGED)


class NoStock(Conflict):
    slug, title = "no-stock", _("This has no stock")


@dataclass(frozen=True, slots=True)
class Actor:
    """Who moves units and why; stored with each movement."""

    reference: str = ""
    by: str = ""


def open_stock(changes: Sequence[ProductChange]) -> None:
    """Every new variant that is sent gets a stock row, empty at first, so that staff can fill it."""
    products = [change.product_id for change in changes if change.may_have_new_variants]
    if products:
        unstocked = Variant.objects.filter(product__in=products, stock=None, offer="")
        StockItem.objects.bulk_create([StockItem(variant=variant) for variant in unstocked], ignore_conflicts=True)


def adjust_stock(
    variant: Variant,
    *,
    change: int,
    reason: str,
    reference: str = "",
    warehouse: Warehouse | None = None,
    by: str = "",
    movement_id: uuid.UUID | None = None,
) -> StockMovement:
    """Add or take units, with a reason, in a warehouse (the first active one when none is named).

    The same `movement_id` again changes nothing. Raises ValidationProblem below the units reserved for orders or beyond
    MAX_ON_HAND, NoStock for a digital variant.
    """
    if change == 0:
        raise _refusal("change", gettext("Say how many units are added (12) or taken (-3)."))
    with transaction.atomic():
        stock = _locked_stock(variant)
        if movement_id and (done := _done(movement_id)):
            return done
        return _changed(stock, _level(stock, warehouse), change, reason, Actor(reference, by), movement_id)


def count_stock(
    variant: Variant,
    *,
    count: int,
    reason: str = Reason.COUNTED,
    reference: str = "",
    warehouse: Warehouse | None = None,
    by: str = "",
    movement_id: uuid.UUID | None = None,
) -> StockMovement | None:
    """`adjust_stock` to as many units as were counted in a warehouse; None when it holds that many already."""
    if count < 0:
        raise _refusal("quantity", gettext("Nobody can count fewer than no units."))
    with transaction.atomic():
        stock = _locked_stock(variant)
        if movement_id and (done := _done(movement_id)):
            return done
        level = _level(stock, warehouse)
        if count == level.on_hand:
            return None
        return _changed(stock, level, count - level.on_hand, reason, Actor(reference, by), movement_id)


def move_stock(
    variant: Variant,
    *,
    quantity: int,
    source: Warehouse,
    target: Warehouse,
    reference: str = "",
    by: str = "",
    movement_id: uuid.UUID | None = None,
) -> None:
    """Move units that are not reserved from one warehouse to another.

    The same `movement_id` again changes nothing. Raises ValidationProblem when fewer than `quantity` are free or
    orders count on them, NoStock for a digital variant.
    """
    if quantity < 1:
        raise _refusal("quantity", gettext("Move at least one unit."))
    if source.pk == target.pk:
        raise _refusal("target", gettext("Choose another warehouse than the one they lie in."))
    with transaction.atomic():
        stock = _locked_stock(variant)
        if movement_id and _done(movement_id):
            return
        lies, comes = _level(stock, source), _level(stock, target)
        if lies.free < quantity:
            raise _refusal(
                "quantity",
                gettext("%(count)s units in %(source)s can be moved; no more are free.")
                % {"count": max(0, lies.free), "source": source},
            )
        stock.change(lies.warehouse_id, on_hand=-quantity)
        stock.change(comes.warehouse_id, on_hand=quantity)
        if stock.reserved > stock.on_hand + stock.backorder_limit:
            raise _refusal(
                "quantity",
                gettext("Orders count on these units, and nothing is sold from %(target)s.") % {"target": target},
            )
        if max(stock.on_hand, comes.on_hand) > MAX_ON_HAND:
            raise _refusal("quantity", gettext("%(limit)s units are the maximum.") % {"limit": grouped(MAX_ON_HAND)})
        actor = Actor(reference, by)
        moved: list[tuple[Level, int, uuid.UUID | None]] = [(lies, -quantity, movement_id), (comes, quantity, None)]
        movements = [_movement(stock, level, change, Reason.MOVED, actor, key) for level, change, key in moved]
        locked_stock.save([stock], movements=movements)


def set_stock(
    variant: Variant, on_hand: int, *, reference: str = "", warehouse: Warehouse | None = None, by: str = ""
) -> None:
    """Bring the count to `on_hand` (a stock-take or an import): in a warehouse, or over all active ones.

    Raises ValidationProblem below the units reserved for orders, NoStock for a digital variant.
    """
    set_stocks({variant.pk: on_hand}, reference=reference, warehouse=warehouse, by=by)


def set_stocks(
    counts: Mapping[uuid.UUID, int], *, reference: str = "", warehouse: Warehouse | None = None, by: str = ""
) -> None:
    """`set_stock` for many variants by id, in few queries; all or none."""
    with transaction.atomic():
        held = _lock_stock(counts)
        movements = []
        for stock in held.values():
            if counts[stock.variant_id] < 0 and counts[stock.variant_id] != stock.on_hand:
                raise _refusal("on_hand", gettext("Nobody can count fewer than no units."))
            for level, change in _differences(stock, counts[stock.variant_id], warehouse):
                _require_possible(stock, level, change)
                stock.change(level.warehouse_id, on_hand=change)
                movements.append(_movement(stock, level, change, Reason.COUNTED, Actor(reference, by)))
        locked_stock.save(held.values(), movements=movements)


@dataclass(frozen=True, slots=True)
class Policy:
    """How many units may be sold before they arrive, when those are sent, and at how many stock is low."""

    policy: str
    backorder_limit: int
    available_on: date | None
    low_stock_at: int

    @classmethod
    def of(cls, item: StockItem) -> Policy:
        return cls(item.policy, item.backorder_limit, item.available_on, item.low_stock_at)


def set_policy(
    variant: Variant, changes: Mapping[str, Any], *, check: Callable[[StockItem], None] = lambda item: None
) -> StockItem:
    """Write what `changes` name of the policy.

    `check` sees the stock before the change, locked, and may raise. Raises ValidationProblem for a limit below what is
    owed already or a preorder without a day, NoStock.
    """
    with transaction.atomic():
        stock = _locked_stock(variant)
        item = StockItem.objects.get(pk=variant.pk)
        check(item)
        policy = replace(Policy.of(item), **changes)
        if policy.policy == StockItem.Policy.DENY and policy.backorder_limit:
            raise _refusal("backorder_limit", gettext("Only a backorder or preorder has a limit; make it 0."))
        if policy.policy == StockItem.Policy.PREORDER and policy.available_on is None:
            raise _refusal("available_on", gettext("Say on which day the preorder is sent."))
        if item.owed > policy.backorder_limit:
            raise _refusal(
                "backorder_limit",
                gettext("%(count)s units are owed to orders; at least that many must stay.") % {"count": item.owed},
            )
        for name in ("backorder_limit", "low_stock_at"):
            if not 0 <= getattr(policy, name) <= MAX_BACKORDERS:
                raise _refusal(
                    name,
                    gettext("Use a number from 0 to %(limit)s.") % {"limit": grouped(MAX_BACKORDERS)},
                )
        item.policy, item.backorder_limit = policy.policy, policy.backorder_limit
        item.available_on, item.low_stock_at = policy.available_on, policy.low_stock_at
        item.save(update_fields=["policy", "backorder_limit", "available_on", "low_stock_at"])
        availability_changed.announce([stock.product_id])
    return item


def _locked_stock(variant: Variant) -> LockedStock:
    return _lock_stock([variant.pk])[variant.pk]


def _lock_stock(variant_ids: Iterable[uuid.UUID]) -> dict[uuid.UUID, LockedStock]:
    """The variants' stock, made when missing, locked. Raises NoStock for digital variants."""
    ids = list(variant_ids)
    held = locked_stock.lock_variants(ids)
    if digital := sorted(stock.sku for stock in held.values() if stock.is_digital):
        raise NoStock(gettext("%(sku)s is digital: there is nothing to count.") % {"sku": digital[0]})
    missing = [stock.variant_id for stock in held.values() if not stock.is_stocked]
    if not missing and all(stock.home for stock in held.values()):
        return held
    ensure_warehouse()
    StockItem.objects.bulk_create([StockItem(variant_id=pk) for pk in sorted(missing)], ignore_conflicts=True)
    return locked_stock.lock_variants(ids)


def _done(movement_id: uuid.UUID) -> StockMovement | None:
    """The movement with this id; read while the stock is locked, so that a concurrent request sees it."""
    return StockMovement.objects.filter(pk=movement_id).first()


def _changed(
    stock: LockedStock, level: Level, change: int, reason: str, actor: Actor, movement_id: uuid.UUID | None
) -> StockMovement:
    _require_possible(stock, level, change)
    stock.change(level.warehouse_id, on_hand=change)
    movement = _movement(stock, level, change, reason, actor, movement_id)
    locked_stock.save([stock], movements=[movement])
    return movement


def _level(stock: LockedStock, warehouse: Warehouse | None) -> Level:
    level = stock.levels.get(warehouse.pk) if warehouse else stock.home
    if level is None:
        raise _refusal("warehouse", gettext("There is no such warehouse."))
    return level


def _require_possible(stock: LockedStock, level: Level, change: int) -> None:
    """Refuse a change that would take units reserved for orders, in total or in this warehouse."""
    may_owe = stock.backorder_limit if level.is_active else 0
    lowest = level.reserved - may_owe
    if level.is_active:
        others = stock.on_hand - level.on_hand
        lowest = max(lowest, stock.reserved - may_owe - others)
    if change < 0 and level.on_hand + change < lowest:
        message = gettext("%(count)s units can be removed here; the others are reserved for orders.") % {
            "count": max(0, level.on_hand - lowest)
        }
        raise _refusal("change", message)
    if max(level.on_hand, stock.on_hand if level.is_active else 0) + change > MAX_ON_HAND:
        raise _refusal("change", gettext("%(limit)s units are the maximum.") % {"limit": grouped(MAX_ON_HAND)})


def _differences(stock: LockedStock, count: int, warehouse: Warehouse | None) -> list[tuple[Level, int]]:
    """What to add and take where so that `count` are on hand. Without a warehouse more come in at home; fewer are
    taken wherever they are free, in the warehouses' order, and the rest at home."""
    if warehouse:
        level = _level(stock, warehouse)
        return [(level, count - level.on_hand)] if count != level.on_hand else []
    home, rest = _level(stock, None), count - stock.on_hand
    differences = []
    for level in stock.levels.values():
        if rest < 0 and level.is_active and (taken := min(-rest, max(0, level.free))):
            differences.append((level, -taken))
            rest += taken
    return [*differences, (home, rest)] if rest else differences


def _movement(
    stock: LockedStock, level: Level, change: int, reason: Any, actor: Actor, movement_id: uuid.UUID | None = None
) -> StockMovement:
    return StockMovement(
        id=movement_id or uuid7(),
        variant_id=stock.variant_id,
        warehouse_id=level.warehouse_id,
        quantity=change,
        reason=reason,
        reference=actor.reference,
        moved_by=actor.by,
    )


def _refusal(field: str, message: str) -> ValidationProblem:
    return ValidationProblem(message, errors={field: [message]})
