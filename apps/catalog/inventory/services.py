"""The public interface of the inventory."""

from __future__ import annotations

from apps.catalog.inventory.models import MAX_ON_HAND
from apps.catalog.inventory.reservations import (
    InsufficientStock,
    Line,
    ReservationClosed,
    ReservationExpired,
    ReservationResult,
    commit_reservation,
    expire_due,
    release_order,
    release_reservation,
    reserve_stock,
)
from apps.catalog.inventory.returns import NotSold, return_units
from apps.catalog.inventory.stock import (
    BY_HAND,
    NoStock,
    Policy,
    adjust_stock,
    count_stock,
    move_stock,
    set_policy,
    set_stock,
    set_stocks,
)
from apps.catalog.inventory.warehouses import (
    WarehouseInUse,
    add_warehouse,
    change_warehouse,
    delete_warehouse,
    ensure_warehouse,
)

__all__ = [
    "BY_HAND",
    "MAX_ON_HAND",
    "InsufficientStock",
    "Line",
    "NoStock",
    "NotSold",
    "Policy",
    "ReservationClosed",
    "ReservationExpired",
    "ReservationResult",
    "WarehouseInUse",
    "add_warehouse",
    "adjust_stock",
    "change_warehouse",
    "commit_reservation",
    "count_stock",
    "delete_warehouse",
    "ensure_warehouse",
    "expire_due",
    "move_stock",
    "release_order",
    "release_reservation",
    "reserve_stock",
    "return_units",
    "set_policy",
    "set_stock",
    "set_stocks",
]
