"""A cart as a shopper sees it: with prices from catalog, or the last known ones while it is down.

Neither a plain read nor a plain write, hence neither in selectors nor in services: what catalog says is remembered.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from apps.common.http import Unavailable
from apps.common.money import Money
from apps.payment import catalog
from apps.payment.carts.models import Cart
from apps.payment.carts.services import remember_quotes


@dataclass(frozen=True, slots=True)
class PricedCart:
    """Totals count the lines that can be bought. `prices_are_current` is false while catalog is down."""

    id: str
    currency: str
    lines: list[catalog.Quote]
    item_count: int
    subtotal: Money
    requires_shipping: bool
    requires_account: bool
    prices_are_current: bool
    updated_at: datetime


def price_cart(cart: Cart, *, must_be_current: bool = False) -> PricedCart:
    """The cart with prices. With `must_be_current` it raises Unavailable instead of showing old prices."""
    rows = list(cart.lines.order_by("added_at", "sku"))
    is_current = True
    try:
        raw_quotes = catalog.quotes([(row.sku, row.quantity) for row in rows], cart.currency)
        remember_quotes(cart, raw_quotes)
    except Unavailable:
        if must_be_current:
            raise
        is_current = False
        raw_quotes = [{"status": "unknown"} | row.quote | {"sku": row.sku, "quantity": row.quantity} for row in rows]
    lines = [catalog.Quote.from_json(raw_quote) for raw_quote in raw_quotes]
    sellable = [line.line_total for line in lines if line.status not in ("unknown", "unavailable")]
    return PricedCart(
        id=str(cart.pk),
        currency=cart.currency,
        lines=lines,
        item_count=sum(line.quantity for line in lines),
        subtotal=sum((total for total in sellable if total), Money.zero(cart.currency)),
        requires_shipping=any(line.requires_shipping for line in lines),
        requires_account=any(line.is_video for line in lines),
        prices_are_current=is_current,
        updated_at=cart.updated_at,
    )
