"""Client of payment. `secret` gives access to a guest's cart or order."""

from __future__ import annotations

import time
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from urllib.parse import quote

from apps.common.http import RemoteProblem, ServiceClient
from apps.common.money import Money
from apps.ui.storefront.clients.after_sales import Refund, ReturnRequest, Shipment
from apps.ui.storefront.clients.decoding import decode
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

# Classes of tax that say why there is none.
UNTAXED = ("export", "intra_community", "reverse_charge")

responses = ResponseCache(client)


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """A line of a cart or an order. Product data is empty when catalog was down while the line was added."""

    sku: str
    quantity: int
    title: str
    variant_name: str
    slug: str
    kind: str
    unit_price: Money | None
    line_total: Money | None
    image_url: str | None
    title_slug: str | None
    offer: str | None
    rental_hours: int | None
    # What a voucher takes off the line's total.
    discount: Money | None = None

    @property
    def is_film(self) -> bool:
        return self.kind == "video"


@dataclass(frozen=True, slots=True, kw_only=True)
class CartLine(Line):
    """`status` is ok, insufficient_stock, unavailable or unknown.

    `previous_unit_price` is what the shopper saw last, where the price has changed since.
    """

    status: str
    available_quantity: int | None
    previous_unit_price: Money | None
    requires_shipping: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderLine(Line):
    """A line of an order. `position` names it in returns; None from a payment service of the release before."""

    position: int | None = None
    shipped_quantity: int = 0
    refunded_quantity: int = 0

    @property
    def returnable_quantity(self) -> int:
        """Units that are neither refunded nor being refunded."""
        return 0 if self.position is None else self.quantity - self.refunded_quantity


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why a code does nothing for a cart; `message` is for the customer."""

    reason: str
    message: str


@dataclass(frozen=True, slots=True)
class CartVoucher:
    """The code on a cart; while it is refused it takes nothing off."""

    code: str
    has_free_shipping: bool
    refusal: Refusal | None


@dataclass(frozen=True, slots=True)
class Cart:
    """A cart with prices; `prices_are_current` is False while catalog is down. `saved_lines` are for later.

    `subtotal` is before the discount, `total` after it and without shipping.
    """

    id: str
    currency: str
    lines: tuple[CartLine, ...]
    saved_lines: tuple[CartLine, ...]
    item_count: int
    subtotal: Money
    discount: Money
    total: Money
    voucher: CartVoucher | None
    gift_message: str
    requires_shipping: bool
    requires_account: bool
    prices_are_current: bool
    secret: str | None = None


@dataclass(frozen=True, slots=True)
class ShippingMethod:
    """A delivery method; the dates are the first and the last day on which the parcel may arrive."""

    code: str
    name: str
    description: str
    price: Money
    earliest_date: date
    latest_date: date
    requires_phone: bool


@dataclass(frozen=True, slots=True)
class ShippingCountries:
    """Codes of the countries that goods are delivered to."""

    results: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ShippingMethods:
    """Delivery methods, cheapest first."""

    results: tuple[ShippingMethod, ...]


@dataclass(frozen=True, slots=True)
class Shipping:
    """The delivery method of an order."""

    code: str
    name: str
    price: Money


@dataclass(frozen=True, slots=True)
class Delivery:
    """When the parcel of an order arrives, as it was said at checkout."""

    earliest_date: date
    latest_date: date


@dataclass(frozen=True, slots=True)
class TaxSummary:
    """The tax in an order's total at one rate (in basis points) and of one class.

    Classes are standard, reduced, zero and digital; or why there is no tax: export, intra_community, reverse_charge.
    """

    rate: int
    tax_class: str
    tax: Money


@dataclass(frozen=True, slots=True)
class RateTotal:
    """The tax of a rate over all classes, as receipts name it."""

    rate: int
    # The class that says why there is none; empty where there is a rate, be it zero.
    untaxed: str
    tax: Money


@dataclass(frozen=True, slots=True)
class OrderTotals:
    """What a cart comes to with a delivery method (None for films alone), with its taxes.

    `added_tax` is what tax changes in the prices of the lines: nothing where they include it.
    """

    shipping_method: str | None
    shipping: Money
    added_tax: Money
    tax: tuple[TaxSummary, ...]
    total: Money

    @property
    def tax_by_rate(self) -> list[RateTotal]:
        """One sum for each rate."""
        return tax_by_rate(self.tax)


@dataclass(frozen=True, slots=True)
class TotalsOfMethods:
    """For each delivery method, cheapest first."""

    results: tuple[OrderTotals, ...]


def tax_by_rate(parts: tuple[TaxSummary, ...]) -> list[RateTotal]:
    """One sum for each rate, in the order of the API: the highest rate first."""
    taxes: dict[tuple[int, str], Money] = {}
    for part in parts:
        key = part.rate, part.tax_class if part.tax_class in UNTAXED else ""
        taxes[key] = taxes.get(key, Money.zero(part.tax.currency)) + part.tax
    return [RateTotal(*key, tax) for key, tax in taxes.items()]


@dataclass(frozen=True, slots=True)
class OrderAddress:
    """The delivery address of an order."""

    name: str
    line1: str
    country: str
    postal_code: str = ""
    city: str = ""
    line2: str = ""
    region: str = ""
    phone: str = ""


@dataclass(frozen=True, slots=True)
class OrderPayment:
    """The card that an order was paid with."""

    brand: str
    last4: str


@dataclass(frozen=True, slots=True)
class NextAction:
    """The page where the customer confirms the payment."""

    url: str


@dataclass(frozen=True, slots=True)
class OrderVoucher:
    """The code that made an order cheaper, by a discount or by free shipping."""

    code: str
    has_free_shipping: bool


@dataclass(frozen=True, slots=True)
class Failure:
    """Why an order was not paid; `message` is for the customer."""

    code: str
    message: str


@dataclass(frozen=True, slots=True)
class Document:
    """An invoice or a credit note of an order."""

    number: str
    kind: str


@dataclass(frozen=True, slots=True)
class Order:
    """An order as its owner sees it; `secret` is set only in the response that creates a guest's order."""

    number: str
    state: str
    email: str
    lines: tuple[OrderLine, ...]
    subtotal: Money
    voucher: OrderVoucher | None
    discount: Money
    shipping: Shipping | None
    total: Money
    refunded: Money
    shipping_address: OrderAddress | None
    billing_address: OrderAddress | None
    gift_message: str
    delivery: Delivery | None
    payment: OrderPayment | None
    placed_at: datetime
    paid_at: datetime | None
    next_action: NextAction | None
    failure: Failure | None
    # Empty for orders placed before tax was recorded.
    tax: tuple[TaxSummary, ...] = ()
    # What tax changes in the prices of the lines; None or nothing where they include it.
    added_tax: Money | None = None
    company: str = ""
    vat_id: str = ""
    secret: str | None = None
    fulfilled_at: datetime | None = None
    shipments: tuple[Shipment, ...] = ()
    refunds: tuple[Refund, ...] = ()
    return_requests: tuple[ReturnRequest, ...] = ()
    documents: tuple[Document, ...] = ()

    @property
    def tax_by_rate(self) -> list[RateTotal]:
        """One sum for each rate."""
        return tax_by_rate(self.tax)

    @property
    def invoice(self) -> Document | None:
        return next((document for document in self.documents if document.kind == "invoice"), None)

    @property
    def is_unfinished(self) -> bool:
        return self.state in ("pending", "reserved", "authorised")

    @property
    def is_paid(self) -> bool:
        return self.state in ("paid", "fulfilled", "partially_refunded")

    @property
    def is_shipped(self) -> bool:
        """Whether all of its goods were sent."""
        return self.fulfilled_at is not None or self.state == "fulfilled"

    @property
    def has_parcel(self) -> bool:
        """Whether something was sent or has yet to be: goods that were not all refunded before."""
        goods = [line for line in self.lines if not line.is_film]
        return bool(self.shipments) or any(line.quantity > line.refunded_quantity for line in goods)

    @property
    def has_films_to_watch(self) -> bool:
        """Whether a film was bought and not refunded."""
        return any(line.is_film and not line.refunded_quantity for line in self.lines)

    @property
    def has_open_return(self) -> bool:
        return any(request.state == "open" for request in self.return_requests)

    @property
    def is_returnable(self) -> bool:
        """Whether a return can be requested."""
        return self.is_paid and not self.has_open_return and any(line.returnable_quantity for line in self.lines)


@dataclass(frozen=True, slots=True)
class OrderPage:
    """Orders, newest first; `next` is a link of the API."""

    results: tuple[Order, ...]
    next: str | None


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
