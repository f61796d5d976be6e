"""Reservations stand twice, in Python and, for plentiful stock, in PL/pgSQL: both say the same."""

from __future__ import annotations

import uuid
from datetime import timedelta
from typing import Any

import pytest

from apps.catalog.inventory import reservations, services
from apps.catalog.inventory.models import StockItem, StockLevel
from apps.catalog.products.models import Variant
from apps.catalog.tests.factories import make_film, make_product

pytestmark = pytest.mark.django_db(transaction=True)

PLENTY = 100
ORDERS = {
    "one line": [("MUG", 1)],
    "several units": [("MUG", 7)],
    "two lines of one SKU": [("MUG", 2), ("MUG", 3)],
    "two SKUs": [("POT", 1), ("MUG", 2)],
    "a film": [("METROPOLIS-BUY", 1)],
    "a film and a mug": [("METROPOLIS-RENT", 1), ("MUG", 1)],
    "all that is left": [("MUG", PLENTY)],
    "more than there is": [("MUG", PLENTY + 1)],
    "more than the first warehouse has": [("POT", 70)],
    "few are left": [("CUP", 1)],
    "an unknown SKU": [("NOBODY", 1)],
}
# What the function leaves to Python.
LEFT_TO_PYTHON = {
    *("all that is left", "more than there is", "more than the first warehouse has", "few are left"),
    "an unknown SKU",
}


@pytest.fixture(autouse=True)
def shop() -> None:
    make_product("Mug", sku="MUG", stock=PLENTY)
    make_product("Cup", sku="CUP", stock=3)
    make_product("Pot", sku="POT", stock=60)
    make_film()
    second = services.add_warehouse(code="second", name="Second", country="DE", priority=5)
    services.set_stock(Variant.objects.get(sku="POT"), 60, warehouse=second, reference="test")


def reserve(lines: list[tuple[str, int]]) -> Any:
    """What the order gets, or why not, and what is reserved afterwards."""
    try:
        result, _ = services.reserve_stock(order_id=uuid.uuid4(), lines=lines, ttl=timedelta(minutes=5))
    except (services.InsufficientStock, reservations.ValidationProblem) as problem:
        outcome: Any = (type(problem), problem.extensions, problem.errors)
    else:
        outcome = [(line.sku, line.quantity, line.variant_id, line.allocation) for line in result.lines]
    totals = list(StockItem.objects.order_by("variant").values_list("variant", "on_hand", "reserved"))
    levels = list(StockLevel.objects.order_by("variant", "warehouse").values_list("variant", "warehouse", "reserved"))
    return outcome, totals, levels


@pytest.mark.parametrize("name", ORDERS)
def test_both_ways_reserve_the_same(name, monkeypatch):
    outcomes = []
    own = reservations._reserve_plenty
    monkeypatch.setattr(reservations, "_reserve_plenty", lambda *given: outcomes.append(own(*given)) or outcomes[-1])
    in_sql = reserve(ORDERS[name])
    assert [outcome is None for outcome in outcomes] == [name in LEFT_TO_PYTHON]
    StockItem.objects.update(reserved=0)
    StockLevel.objects.update(reserved=0)
    monkeypatch.setattr(reservations, "_reserve_plenty", lambda *given: None)
    assert reserve(ORDERS[name]) == in_sql
