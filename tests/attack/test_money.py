"""Money is moved once, whoever asks how often and whatever dies meanwhile."""

from __future__ import annotations

import os
import random
import signal
import time
import uuid
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from functools import partial
from itertools import chain
from typing import Any

import httpx
import psutil
import pytest

from tests.attack.test_late_work import asked, database
from tests.conftest import RunningStack, until
from tests.e2e.test_failures import pids
from tests.e2e.test_journey import ADDRESS, GOOD, filled_cart

pytestmark = pytest.mark.attack

ORDERS = "SELECT count(*), count(*) FILTER (WHERE state = 'paid') FROM orders_order WHERE cart_id = %s"
# Charges of the payments of a cart's orders, and how many of them took money.
CHARGES = """
SELECT count(*), count(*) FILTER (WHERE c.state = 'captured')
FROM payments_sandboxcharge AS c JOIN payments_payment AS p ON c.id = p.reference
JOIN orders_order AS o ON o.id = p.order_id WHERE o.cart_id = %s
"""
ENTRIES = "SELECT count(*) FROM ledger_journalentry WHERE order_number = %s AND kind = %s"
OPEN = "SELECT count(*) FROM orders_order WHERE state IN ('pending', 'reserved', 'authorised')"
REFUNDS = "SELECT count(*), coalesce(sum(amount), 0) FROM refunds_refund WHERE state <> 'completed'"
SANDBOX_REFUNDS = """
SELECT count(*), coalesce(sum(r.amount), 0) FROM payments_sandboxrefund AS r
JOIN payments_payment AS p ON r.charge_id = p.reference JOIN orders_order AS o ON o.id = p.order_id
WHERE o.number = %s
"""
STOCK = "SELECT on_hand, reserved FROM inventory_stockitem AS s JOIN products_variant AS v ON v.id = s.variant_id"
BUYERS = 8
SUBSCRIBERS = 4
# As if the trials had ended a second ago.
END_TRIALS = """
UPDATE subscriptions_subscription
SET trial_ends_at = now() - interval '1 second', period_ends_at = now() - interval '1 second',
    anchor_at = now() - interval '1 second', due_at = now() - interval '1 second',
    period_starts_at = period_starts_at - interval '30 days'
WHERE number = ANY(%s)
"""
# Renewals that have written their attempt, have asked the provider, have taken the money.
ATTEMPTS = """
SELECT count(*) FROM subscriptions_chargeattempt AS a JOIN subscriptions_billingperiod AS p ON p.id = a.period_id
JOIN subscriptions_subscription AS s ON s.id = p.subscription_id WHERE s.number = ANY(%s)
"""
ASKED = f"{ATTEMPTS} AND EXISTS (SELECT FROM payments_sandboxcharge AS c WHERE c.key = a.id::text"
RENEWAL_STEPS = (ATTEMPTS, f"{ASKED})", f"{ASKED} AND c.state = 'captured')")
STATES = "SELECT array_agg(DISTINCT state) FROM subscriptions_subscription WHERE number = ANY(%s)"
# What was taken of each: charges that took money, periods that are paid, entries in the books, invoices.
RENEWALS = """
SELECT (SELECT count(*) FROM payments_sandboxcharge AS c JOIN subscriptions_chargeattempt AS a ON a.id::text = c.key
        JOIN subscriptions_billingperiod AS p ON p.id = a.period_id
        WHERE p.subscription_id = s.id AND c.state = 'captured'),
       (SELECT count(*) FROM subscriptions_billingperiod AS p WHERE p.subscription_id = s.id AND p.state = 'paid'),
       (SELECT count(*) FROM ledger_journalentry AS j WHERE j.order_number = s.number AND j.kind = 'capture'),
       (SELECT count(*) FROM documents_document AS d JOIN subscriptions_billingperiod AS p ON p.id = d.charge_id
        WHERE p.subscription_id = s.id)
FROM subscriptions_subscription AS s WHERE s.number = %s
"""


def order_of(api: httpx.Client, cart: dict[str, Any], **more: Any) -> dict[str, Any]:
    """The body of a guest's or an account's order with a good card of its own."""
    card = {"number": GOOD, "exp_month": 12, "exp_year": 2034, "cvc": "123"}
    method = api.post("/payment/v1/payment-methods", json={"card": card}).json()
    return {"cart": cart["id"], "payment_method": method["id"], "email": "guest@example.com", **more}


def plentiful(api: httpx.Client) -> str:
    """A good of which there are enough for everybody; the shop reports at most 20."""
    found = api.get("/catalog/v1/products", params={"kind": "goods", "in_stock": "true", "limit": 50}).json()["results"]
    for product in found:
        for variant in api.get(f"/catalog/v1/products/{product['slug']}").json()["variants"]:
            if (variant["available"] or 0) >= 20:
                return variant["sku"]
    raise AssertionError("There are fewer than 20 units of everything.")


def test_two_hundred_requests_with_one_key_make_one_order_and_one_charge(stack, api):
    cart = filled_cart(api, {}, plentiful(api))
    body = order_of(api, cart, shipping_address=ADDRESS, shipping_method="standard")
    headers = {"X-Cart-Secret": cart["secret"], "Idempotency-Key": uuid.uuid4().hex}

    def send(changes: dict[str, Any]) -> httpx.Response:
        with httpx.Client(base_url=f"{stack.url}/api", timeout=60) as client:
            return client.post("/payment/v1/orders", json=body | changes, headers=headers)

    with ThreadPoolExecutor(50) as pool:
        responses = list(pool.map(send, [{}] * 200))
    statuses = Counter(response.status_code for response in responses)
    # Those that came while the first was worked on are asked to come again.
    assert set(statuses) <= {201, 409}, statuses
    waiting = {response.json()["type"] for response in responses if response.status_code == 409}
    assert waiting <= {"/problems/request-in-progress"}
    assert len({response.json()["number"] for response in responses if response.status_code == 201}) == 1
    again = send({})
    assert (again.status_code, again.headers["Idempotency-Replayed"]) == (201, "true")
    assert send({"email": "other@example.com"}).json()["type"] == "/problems/idempotency-key-reused"
    with database(stack, "payment") as books:
        assert asked(books, ORDERS, cart["id"]) == (1, 1)
        assert asked(books, CHARGES, cart["id"]) == (1, 1)
        assert asked(books, ENTRIES, again.json()["number"], "capture") == (1,)


def processes(stack: RunningStack, kind: str) -> list[int]:
    """Those of payment that serve requests, or that work in the background."""
    if kind == "background":
        return pids(stack, "payment", "background")
    return [child.pid for server in pids(stack, "apps.payment.wsgi") for child in psutil.Process(server).children()]


def kill_payment(stack: RunningStack, *kinds: str) -> None:
    """End all of these at once, and wait until others have taken their place."""
    victims = {kind: processes(stack, kind) for kind in kinds}
    for victim in chain.from_iterable(victims.values()):
        os.kill(victim, signal.SIGKILL)

    def is_back(kind: str) -> bool:
        found = processes(stack, kind)
        return bool(found) and not set(found) & set(victims[kind])

    for kind in kinds:
        until(partial(is_back, kind), 60, f"new {kind} processes of payment")


@contextmanager
def dying_payment(stack: RunningStack, *, seed: int) -> Iterator[None]:
    """All processes of payment are killed at moments that differ from run to run of the seed, and then once more."""
    choose = random.Random(seed)

    def kill() -> None:
        for kind in ("web", "background", "web"):
            time.sleep(choose.uniform(0.05, 0.6))
            kill_payment(stack, kind)

    with ThreadPoolExecutor(1) as killer:
        killing = killer.submit(kill)
        yield
        killing.result()


def persistent(stack: RunningStack, path: str, body: dict[str, Any], headers: dict[str, str]) -> httpx.Response:
    """POST with one key until the response says what became of it, as a client with patience does."""
    headers = headers | {"Idempotency-Key": uuid.uuid4().hex}

    def attempt() -> httpx.Response | None:
        try:
            with httpx.Client(base_url=f"{stack.url}/api", timeout=30) as client:
                response = client.post(path, json=body, headers=headers)
        except httpx.HTTPError:
            return None
        in_progress = response.status_code == 409 and response.json()["type"] == "/problems/request-in-progress"
        if response.status_code < 500 and not in_progress:
            return response
        time.sleep(float(response.headers.get("Retry-After", 1)))
        return None

    return until(attempt, 150, f"a response to {path}")


# A request whose process died may be repeated after a minute.
@pytest.mark.timeout(400)
def test_orders_and_refunds_outlive_the_processes_that_work_on_them(stack, api, sign_in):
    staff = sign_in("staff@example.com")
    sku = plentiful(api)
    carts = [filled_cart(api, {}, sku) for _ in range(BUYERS)]
    bodies = [order_of(api, cart, shipping_address=ADDRESS, shipping_method="standard") for cart in carts]
    with database(stack, "catalog") as stock:
        on_hand, reserved = asked(stock, f"{STOCK} WHERE v.sku = %s", sku)

    def order(pair: tuple[dict[str, Any], dict[str, Any]]) -> httpx.Response:
        cart, body = pair
        return persistent(stack, "/payment/v1/orders", body, {"X-Cart-Secret": cart["secret"]})

    with dying_payment(stack, seed=1), ThreadPoolExecutor(BUYERS) as pool:
        placed = list(pool.map(order, zip(carts, bodies, strict=True)))
    assert {response.status_code for response in placed} <= {201, 202, 402, 409}, [response.text for response in placed]
    with database(stack, "payment") as books:
        books.connection.autocommit = True
        until(lambda: asked(books, OPEN) == (0,), 180, "all orders to be decided")
        results = [(asked(books, ORDERS, cart["id"]), asked(books, CHARGES, cart["id"])) for cart in carts]
        for (orders, paid), (charges, captured) in results:
            assert orders >= 1
            assert paid <= 1
            assert captured == paid, "a card is charged for an order that is paid, and for no other"
            assert charges <= orders
        numbers = [response.json()["number"] for response in placed if response.status_code in (201, 202)]
        assert len(numbers) == sum(paid for (_, paid), _ in results) > 0
    with database(stack, "catalog") as stock:
        stock.connection.autocommit = True
        left = (on_hand - len(numbers), reserved)
        until(lambda: asked(stock, f"{STOCK} WHERE v.sku = %s", sku) == left, 60, f"stock of {left}")

    def refund(number: str) -> httpx.Response:
        body = {"lines": [{"position": 0, "quantity": 1, "restock": True}]}
        return persistent(stack, f"/payment/v1/orders/{number}/refunds", body, staff)

    with dying_payment(stack, seed=2), ThreadPoolExecutor(BUYERS) as pool:
        refunds = list(pool.map(refund, numbers))
    assert {response.status_code for response in refunds} <= {201, 202}, [response.text for response in refunds]
    with database(stack, "payment") as books:
        books.connection.autocommit = True
        until(lambda: asked(books, REFUNDS)[0] == 0, 180, "all refunds to be completed")
        for number, response in zip(numbers, refunds, strict=True):
            assert asked(books, SANDBOX_REFUNDS, number) == (1, response.json()["amount"]["amount"])
            assert asked(books, ENTRIES, number, "refund") == (1,)
    with database(stack, "catalog") as stock:
        stock.connection.autocommit = True
        until(
            lambda: asked(stock, f"{STOCK} WHERE v.sku = %s", sku)[0] == on_hand, 90, "the goods to be in stock again"
        )


@pytest.mark.timeout(400)
def test_renewals_outlive_the_processes_that_work_on_them(stack, api, register):
    """Trials end, and payment is killed as soon as a renewal has reached each of its steps: one charge for each."""
    numbers = [start_trial(stack, api, register()[1]) for _ in range(SUBSCRIBERS)]
    with database(stack, "payment") as books:
        books.connection.autocommit = True
        books.execute(END_TRIALS, [numbers])
        for step in RENEWAL_STEPS:
            until(lambda query=step: asked(books, query, numbers) != (0,), 60, step, pause=0.002)
            kill_payment(stack, "background", "web")
        until(lambda: asked(books, STATES, numbers) == (["active"],), 180, "all trials to be renewed")
        assert [asked(books, RENEWALS, number) for number in numbers] == [(1, 1, 1, 1)] * SUBSCRIBERS


def start_trial(stack: RunningStack, api: httpx.Client, me: dict[str, str]) -> str:
    """The number of a subscription that is charged once its trial ends."""
    card = {"number": GOOD, "exp_month": 12, "exp_year": 2034, "cvc": "123"}
    method = api.post("/payment/v1/payment-methods", json={"card": card, "keep": True}, headers=me).json()
    body = {"plan": "plus-monthly", "currency": "EUR", "country": "DE", "payment_method": method["id"]}
    response = persistent(stack, "/payment/v1/subscription", body, me)
    assert (response.status_code, response.json()["state"]) == (201, "trialing"), response.text
    return response.json()["number"]
