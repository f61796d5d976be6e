"""What the storefront asks of payment."""

from __future__ import annotations

import time
from typing import Any

from apps.common.http import RemoteProblem, ServiceClient

# Checkout asks catalog and the payment provider in turn, so it may take longer than a page should.
client = ServiceClient("payment", timeout=6.0)
ORDER_SECONDS = 25.0
IN_PROGRESS_TRIES = 8


def _headers(secret: str | None, name: str) -> dict[str, str]:
    return {name: secret} if secret else {}


def open_cart(token: str | None) -> dict[str, Any]:
    return client.post("/v1/carts", {}, token=token).json_or_raise()


def cart(cart_id: str, *, secret: str | None, token: str | None) -> dict[str, Any]:
    headers = _headers(secret, "X-Cart-Secret")
    return client.get(f"/v1/carts/{cart_id}", headers=headers, token=token).json_or_raise()


def set_line(cart_id: str, sku: str, quantity: int, *, secret: str | None, token: str | None) -> dict[str, Any]:
    path = f"/v1/carts/{cart_id}/lines/{sku}"
    headers = _headers(secret, "X-Cart-Secret")
    return client.put(path, {"quantity": quantity}, headers=headers, token=token).json_or_raise()


def merge_cart(cart_id: str, *, source: str, secret: str, token: str) -> dict[str, Any]:
    return client.post(f"/v1/carts/{cart_id}/merge", {"from": source, "secret": secret}, token=token).json_or_raise()


def shipping_methods(cart_id: str, country: str, *, secret: str | None, token: str | None) -> list[dict[str, Any]]:
    params = {"cart": cart_id, "country": country}
    headers = _headers(secret, "X-Cart-Secret")
    return client.get("/v1/shipping-methods", params=params, headers=headers, token=token).json_or_raise()["results"]


def add_payment_method(card: dict[str, Any]) -> dict[str, Any]:
    return client.post("/v1/payment-methods", {"provider": "sandbox", "card": card}).json_or_raise()


def place_order(order: dict[str, Any], *, key: str, secret: str | None, token: str | None) -> dict[str, Any]:
    headers = _headers(secret, "X-Cart-Secret")
    response = client.post(
        "/v1/orders", order, idempotency_key=key, headers=headers, token=token, deadline=ORDER_SECONDS
    )
    return response.json_or_raise()


def place_order_patiently(order: dict[str, Any], *, key: str, secret: str | None, token: str | None) -> dict[str, Any]:
    """Like place_order; while the same order is being placed by another click, wait for that one's answer."""
    for _ in range(IN_PROGRESS_TRIES):
        try:
            return place_order(order, key=key, secret=secret, token=token)
        except RemoteProblem as problem:
            if problem.slug != "request-in-progress":
                raise
            time.sleep(min(problem.retry_after or 1, 2))
    return place_order(order, key=key, secret=secret, token=token)


def orders(token: str, *, cursor: str = "") -> dict[str, Any]:
    return client.get("/v1/orders", params={"limit": 20, "cursor": cursor or None}, token=token).json_or_raise()


def order(number: str, *, secret: str | None, token: str | None) -> dict[str, Any]:
    headers = _headers(secret, "X-Order-Secret")
    return client.get(f"/v1/orders/{number}", headers=headers, token=token).json_or_raise()


def cancel_order(number: str, *, secret: str | None, token: str | None) -> None:
    headers = _headers(secret, "X-Order-Secret")
    client.post(f"/v1/orders/{number}/cancel", headers=headers, token=token).json_or_raise()
