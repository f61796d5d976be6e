"""Work that is carried out after its caller gave up leaves nothing behind."""

from __future__ import annotations

import shlex
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import psycopg2
import pytest

from tests.conftest import RunningStack, until
from tests.e2e.test_journey import GOOD, filled_cart, pay, sku_of

pytestmark = pytest.mark.attack


@contextmanager
def database(stack: RunningStack, service: str) -> Iterator[Any]:
    """A cursor in the service's own database; what it locks is free again afterwards."""
    lines = (stack.var / "env" / f"{service}.env").read_text().splitlines()
    (url,) = [line.partition("=")[2] for line in lines if line.removeprefix("export ").startswith("DATABASE_URL=")]
    connection = psycopg2.connect(shlex.split(url)[0])
    try:
        with connection.cursor() as cursor:
            yield cursor
    finally:
        connection.close()


def asked(cursor: Any, query: str, *values: Any) -> Any:
    cursor.execute(query, values)
    return cursor.fetchone()


RESERVED = (
    "SELECT s.reserved FROM inventory_stockitem AS s JOIN products_variant AS v ON v.id = s.variant_id WHERE v.sku = %s"
)
WAITING = "SELECT count(*) FROM pg_locks WHERE NOT granted"


def test_stock_that_is_reserved_after_its_order_was_cancelled_is_free_again(stack, api, newcomer):
    """Somebody holds the stock's row longer than payment waits: the reservation goes on when nobody wants it."""
    _, me = newcomer
    product = api.get("/catalog/v1/products", params={"kind": "goods", "in_stock": "true", "limit": 1}).json()
    sku = sku_of(api, product["results"][0]["slug"])
    cart = filled_cart(api, me, sku)
    with database(stack, "catalog") as look:
        look.connection.autocommit = True
        (before,) = asked(look, RESERVED, sku)
        with database(stack, "catalog") as hold:
            asked(hold, f"{RESERVED} FOR UPDATE OF s", sku)
            assert pay(api, me, cart, GOOD).status_code == 503
            assert asked(look, WAITING) > (0,), "the reservation still waits for the stock"
        until(lambda: asked(look, WAITING) == (0,), what="the late reservation")
        with database(stack, "payment") as orders:
            order_id, state, release_due_at = asked(
                orders, "SELECT id, state, stock_release_due_at FROM orders_order WHERE cart_id = %s", cart["id"]
            )
        assert (state, release_due_at) == ("cancelled", None)
        assert asked(look, "SELECT status FROM inventory_reservation WHERE order_id = %s", order_id) == ("released",)
        assert asked(look, RESERVED, sku) == (before,)
    assert pay(api, me, cart, GOOD).status_code == 201
