"""Client of payment. `secret` gives access to a guest's cart or order."""

from __future__ import annotations

import time
from typing import Any
from urllib.parse import quote

from apps.common.http import RemoteProblem, ServiceClient
from apps.ui.storefront.clients.decoding import decode
from apps.ui.storefront.clients.payment_schemas import (
    Cart,
    Order,
    OrderPage,
    OrderTotals,
    ShippingCountries,
    ShippingMethod,
    ShippingMethods,
    TotalsOfMethods,
)
from apps.ui.storefront.clients.response_cache import ResponseCache
from apps.ui.storefront.currency import current_currency

client = ServiceClient("payment", timeout=6.0)
# Checkout calls catalog and the payment provider in turn, so it may take longer than other requests.
ORDER_TIMEOUT_SECONDS = 25.0
# While another request places the same order: how often to retry, and the longest pause between two attempts.
MAX_IN_PROGRESS_RETRIES = 8
MAX_RETRY_PAUSE_SECONDS = 2
# How long delivery methods are used without asking again; the last hour of dispatch changes their dates.
DELIVERY_SECONDS = 60.0
# A product's page does not wait longer for them.
DELIVERY_TIMEOUT_SECONDS = 1.0


responses = ResponseCache(client)


def open_cart(token: str | None, *, currency: str) -> Cart:
    """The account's cart, which may be in another currency, or a new one for a guest."""
    return _cart(client.post("/v1/carts", {"currency": currency}, token=token).json_or_raise())


def change_currency(cart_id: str, currency: str, *, secret: str | None, token: str | None) -> Cart:
    """Price the cart in another currency. Raises RemoteProblem (404) as `cart` does."""
    body = {"currency": currency}
    response = client.patch(f"/v1/carts/{cart_id}", body, headers=_cart_secret(secret), token=token)
    return _cart(response.json_or_raise())


def apply_voucher(cart_id: str, code: str, *, secret: str | None, token: str | None) -> Cart:
    """Raises RemoteProblem (409 voucher-not-applicable) for a code that does nothing for this cart now."""
    path = f"/v1/carts/{cart_id}/voucher"
    return _cart(client.post(path, {"code": code}, headers=_cart_secret(secret), token=token).json_or_raise())


def remove_voucher(cart_id: str, *, secret: str | None, token: str | None) -> Cart:
    """Take the code off the cart."""
    path = f"/v1/carts/{cart_id}/voucher"
    return _cart(client.delete(path, headers=_cart_secret(secret), token=token).json_or_raise())


def set_gift_message(cart_id: str, message: str, *, secret: str | None, token: str | None) -> Cart:
    """What comes with the parcel; empty for nothing. Raises RemoteProblem for a message that cannot be printed."""
    body = {"gift_message": message}
    response = client.patch(f"/v1/carts/{cart_id}", body, headers=_cart_secret(secret), token=token)
    return _cart(response.json_or_raise())


def cart(cart_id: str, *, secret: str | None, token: str | None, is_seen: bool = False) -> Cart:
    """Raises RemoteProblem (404) for a cart that is paid, merged or somebody else's.

    `is_seen`: the shopper reads the prices now, so the next change is compared with them.
    """
    params = {"seen": "1"} if is_seen else {}
    response = client.get(f"/v1/carts/{cart_id}", params=params, headers=_cart_secret(secret), token=token)
    return _cart(response.json_or_raise())


def set_line(cart_id: str, sku: str, quantity: int, *, secret: str | None, token: str | None) -> Cart:
    """Set a line's quantity; 0 removes it. Raises RemoteProblem for a SKU that cannot be bought."""
    return _change_line(cart_id, sku, {"quantity": quantity}, secret=secret, token=token)


def put_lines(cart_id: str, quantities: dict[str, int], *, secret: str | None, token: str | None) -> Cart:
    """Set several lines' quantities, all or none. Raises RemoteProblem; its `skus` cannot be bought."""
    body = {"lines": [{"sku": sku, "quantity": quantity} for sku, quantity in quantities.items()]}
    response = client.put(f"/v1/carts/{cart_id}/lines", body, headers=_cart_secret(secret), token=token)
    return _cart(response.json_or_raise())


def save_line(cart_id: str, sku: str, *, is_saved: bool, secret: str | None, token: str | None) -> Cart:
    """Save a line for later, or move it back into the cart."""
    return _change_line(cart_id, sku, {"saved": is_saved}, secret=secret, token=token)


def _change_line(cart_id: str, sku: str, line: dict[str, Any], *, secret: str | None, token: str | None) -> Cart:
    path = f"/v1/carts/{cart_id}/lines/{quote(sku, safe='')}"
    return _cart(client.put(path, line, headers=_cart_secret(secret), token=token).json_or_raise())


def merge_cart(cart_id: str, *, source: str, secret: str, token: str) -> Cart:
    """Move a guest's cart into the account's."""
    body = {"from": source, "secret": secret}
    return _cart(client.post(f"/v1/carts/{cart_id}/merge", body, token=token).json_or_raise())


def shipping_methods(
    cart_id: str, country: str, *, secret: str | None, token: str | None
) -> tuple[ShippingMethod, ...]:
    """Delivery methods for the cart's goods to a country."""
    params = {"cart": cart_id, "country": country}
    body = client.get("/v1/shipping-methods", params=params, headers=_cart_secret(secret), token=token)
    return decode(ShippingMethods, body.json_or_raise(), service="payment").results


def delivery_methods(country: str) -> tuple[ShippingMethod, ...]:
    """Delivery methods for goods to a country, whatever else is bought, in the page's currency."""
    params = {"country": country, "currency": current_currency()}
    found = responses.fetch(
        "/v1/shipping-methods",
        ShippingMethods,
        params,
        fresh_seconds=DELIVERY_SECONDS,
        deadline=DELIVERY_TIMEOUT_SECONDS,
    )
    return found.results


def order_totals(
    cart_id: str, *, country: str, region: str, vat_id: str, secret: str | None, token: str | None
) -> tuple[OrderTotals, ...]:
    """What the cart comes to with each delivery method to a place.

    Raises RemoteProblem (400) for an unusable VAT ID.
    """
    asked = {"country": country, "region": region, "vat_id": vat_id}
    params = {"cart": cart_id} | {name: value for name, value in asked.items() if value}
    body = client.get("/v1/order-totals", params=params, headers=_cart_secret(secret), token=token)
    return decode(TotalsOfMethods, body.json_or_raise(), service="payment").results


def delivery_countries() -> tuple[str, ...]:
    """The countries that goods are delivered to. Raises Unavailable while payment is down and they are not known."""
    found = responses.fetch("/v1/shipping-countries", ShippingCountries, fresh_seconds=DELIVERY_SECONDS)
    return found.results


def place_order(order: dict[str, Any], *, key: str, secret: str | None, token: str | None) -> Order:
    """Place and pay an order. Repeating the key returns the same order, and waits while another request places it.

    Raises RemoteProblem when it is refused, Unavailable when it is unknown whether it was placed.
    """
    for _ in range(MAX_IN_PROGRESS_RETRIES):
        try:
            return _place(order, key=key, secret=secret, token=token)
        except RemoteProblem as problem:
            if problem.slug != "request-in-progress":
                raise
            time.sleep(min(problem.retry_after or 1, MAX_RETRY_PAUSE_SECONDS))
    return _place(order, key=key, secret=secret, token=token)


def orders(token: str, *, cursor: str = "") -> OrderPage:
    """The account's orders."""
    body = client.get("/v1/orders", params={"limit": 20, "cursor": cursor or None}, token=token).json_or_raise()
    return decode(OrderPage, body, service="payment")


def order(number: str, *, secret: str | None, token: str | None) -> Order:
    """Raises RemoteProblem (404) for the order of somebody else."""
    headers = {"X-Order-Secret": secret} if secret else {}
    return _order(client.get(f"/v1/orders/{quote(number, safe='')}", headers=headers, token=token).json_or_raise())


def document(number: str, document_number: str, *, secret: str | None, token: str | None) -> bytes:
    """The PDF of an invoice or a credit note. Raises RemoteProblem (404) for that of somebody else."""
    path = f"/v1/orders/{quote(number, safe='')}/documents/{quote(document_number, safe='')}.pdf"
    headers = {"X-Order-Secret": secret} if secret else {}
    return client.get(path, headers=headers, token=token).content_or_raise()


def cancel_order(number: str, *, secret: str | None, token: str | None) -> None:
    """Raises RemoteProblem when the order is already paid."""
    headers = {"X-Order-Secret": secret} if secret else {}
    client.post(f"/v1/orders/{quote(number, safe='')}/cancel", headers=headers, token=token).json_or_raise()


def request_order_access(number: str, email: str) -> None:
    """Mail the link to an order when number and address match; the response is the same when they do not."""
    client.post("/v1/orders/access", {"number": number, "email": email}).json_or_raise()


def _place(order: dict[str, Any], *, key: str, secret: str | None, token: str | None) -> Order:
    headers = _cart_secret(secret)
    response = client.post(
        "/v1/orders", order, idempotency_key=key, headers=headers, token=token, deadline=ORDER_TIMEOUT_SECONDS
    )
    return _order(response.json_or_raise())


def _cart(body: Any) -> Cart:
    return decode(Cart, body, service="payment")


def _order(body: Any) -> Order:
    return decode(Order, body, service="payment")


def _cart_secret(secret: str | None) -> dict[str, str]:
    return {"X-Cart-Secret": secret} if secret else {}
