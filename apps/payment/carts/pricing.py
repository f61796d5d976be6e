"""A cart as a shopper sees it: with prices from catalog, or the last known ones while it is down.

Neither a plain read nor a plain write, hence neither in selectors nor in services: what catalog says is remembered.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from apps.common.http import Unavailable
from apps.common.money import Money
from apps.payment import catalog
from apps.payment.carts.models import Cart, CartLine
from apps.payment.carts.services import EMPTY_QUOTE, mark_prices_seen, remember_quotes


@dataclass(frozen=True, slots=True)
class PricedLine(catalog.Quote):
    """A line as catalog sells it now; `previous_unit_price` is what the shopper saw last, where it was another."""

    previous_unit_price: Money | None = None


@dataclass(frozen=True, slots=True)
class PricedCart:
    """Totals count the lines that can be bought. `prices_are_current` is false while catalog is down.

    `saved_lines` are saved for later and count nowhere.
    """

    id: str
    currency: str
    lines: list[PricedLine]
    saved_lines: list[PricedLine]
    item_count: int
    subtotal: Money
    requires_shipping: bool
    requires_account: bool
    prices_are_current: bool
    updated_at: datetime


def price_cart(cart: Cart) -> PricedCart:
    """The cart with prices, the last known ones while catalog is down."""
    rows = list(cart.lines.order_by("added_at", "sku"))
    try:
        return _priced(cart, rows, _current_quotes(cart, rows), is_current=True)
    except Unavailable:
        return _priced(cart, rows, [_known_quote(cart, row) for row in rows], is_current=False)


def price_for_checkout(cart: Cart) -> PricedCart:
    """What is to be ordered, with current prices; what is saved for later is left out. Raises Unavailable."""
    rows = list(cart.lines.active().order_by("added_at", "sku"))
    return _priced(cart, rows, _current_quotes(cart, rows), is_current=True)


def remember_seen_prices(cart: Cart, priced: PricedCart) -> None:
    """The shopper sees this cart now: its prices are not reported as changed the next time."""
    if priced.prices_are_current:
        lines = [*priced.lines, *priced.saved_lines]
        mark_prices_seen(cart, {line.sku: line.unit_price.amount for line in lines if line.unit_price})


def _current_quotes(cart: Cart, rows: list[CartLine]) -> list[dict[str, Any]]:
    raw_quotes = catalog.quotes([(row.sku, row.quantity) for row in rows], cart.currency)
    remember_quotes(cart, raw_quotes)
    return raw_quotes


def _known_quote(cart: Cart, row: CartLine) -> dict[str, Any]:
    """What catalog last said; without its prices when they are in another currency than the cart is now."""
    known = EMPTY_QUOTE | row.quote | {"sku": row.sku, "quantity": row.quantity}
    price = known.get("unit_price")
    if price and price["currency"] != cart.currency:
        return known | dict.fromkeys(["unit_price", "regular_price", "line_total"])
    return known


def _priced(cart: Cart, rows: list[CartLine], raw_quotes: list[dict[str, Any]], *, is_current: bool) -> PricedCart:
    priced = [_priced_line(row, raw_quote) for row, raw_quote in zip(rows, raw_quotes, strict=True)]
    lines = [line for row, line in zip(rows, priced, strict=True) if not row.is_saved]
    sellable = [line.line_total for line in lines if line.status not in ("unknown", "unavailable")]
    return PricedCart(
        id=str(cart.pk),
        currency=cart.currency,
        lines=lines,
        saved_lines=[line for row, line in zip(rows, priced, strict=True) if row.is_saved],
        item_count=sum(line.quantity for line in lines),
        subtotal=sum((total for total in sellable if total), Money.zero(cart.currency)),
        requires_shipping=any(line.requires_shipping for line in lines),
        requires_account=any(line.is_video for line in lines),
        prices_are_current=is_current,
        updated_at=cart.updated_at,
    )


def _priced_line(row: CartLine, raw_quote: dict[str, Any]) -> PricedLine:
    line = PricedLine.from_json(raw_quote)
    if row.seen_unit_amount is None or line.unit_price is None or line.unit_price.amount == row.seen_unit_amount:
        return line
    return replace(line, previous_unit_price=Money(row.seen_unit_amount, line.unit_price.currency))
