"""A cart as a shopper sees it: with prices from catalog, or the last known ones while it is down.

Neither a plain read nor a plain write, hence neither in selectors nor in services: what catalog says is remembered.
"""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from django.utils import timezone

from apps.common.http import Unavailable
from apps.common.money import Money
from apps.payment import catalog
from apps.payment.carts.models import Cart, CartLine
from apps.payment.carts.selectors import lines_of
from apps.payment.carts.services import EMPTY_QUOTE, hold_voucher, mark_prices_seen, remember_quotes
from apps.payment.vouchers.discounts import Item
from apps.payment.vouchers.evaluation import Evaluation, evaluate, unknown_code
from apps.payment.vouchers.models import VoucherCode
from apps.payment.vouchers.problems import VoucherNotApplicable
from apps.payment.vouchers.selectors import Redeemer, code_of, find_code

# As long as it takes to go from the cart to the checkout: how old a price may be that is not yet that of an order.
QUOTE_LASTS = timedelta(seconds=10)


@dataclass(frozen=True, slots=True)
class PricedLine(catalog.Quote):
    """A line as catalog sells it now; `previous_unit_price` is what the shopper saw last, where it was another.

    `discount` is what the cart's voucher takes off the line's total; None where there is no price.
    """

    previous_unit_price: Money | None = None
    discount: Money | None = None

    @property
    def is_sellable(self) -> bool:
        """Whether it counts in the totals."""
        return self.unit_price is not None and self.status not in ("unknown", "unavailable")


@dataclass(frozen=True, slots=True)
class PricedCart:
    """Totals count the lines that can be bought. `prices_are_current` is false while catalog is down.

    `saved_lines` are saved for later and count nowhere. `subtotal` is before the discount, `total` after it and without
    shipping. `voucher` is the code on the cart, and why it does nothing where that is so.
    """

    id: str
    currency: str
    lines: list[PricedLine]
    saved_lines: list[PricedLine]
    item_count: int
    subtotal: Money
    voucher: Evaluation | None
    gift_message: str
    requires_shipping: bool
    requires_account: bool
    prices_are_current: bool
    updated_at: datetime

    @property
    def weight_grams(self) -> int:
        """Of the parcel; films weigh nothing."""
        return sum(line.weight_grams * line.quantity for line in self.lines if line.is_sellable)

    @property
    def discount(self) -> Money:
        return Money(self.voucher.discount if self.voucher else 0, self.currency)

    @property
    def total(self) -> Money:
        return self.subtotal - self.discount


def price_cart(cart: Cart, raw_quotes: Sequence[dict[str, Any]] = ()) -> PricedCart:
    """The cart with prices, the last known ones while catalog is down. It is not asked when `raw_quotes`, of the cart's
    currency and of a moment ago, have all lines."""
    return _with_voucher(_price(cart, raw_quotes), code_of(cart.voucher_code_id), Redeemer(cart.pk, cart.user_id))


def price_lately(cart: Cart) -> PricedCart:
    """`price_cart` for who does not show the lines: without asking catalog again when it has quoted all of them in the
    last seconds. An order asks in any case."""
    rows = lines_of(cart)
    if cart.quoted_at is None or cart.quoted_at < timezone.now() - QUOTE_LASTS or not _are_quoted(cart, rows):
        return price_cart(cart)
    priced = _priced(cart, rows, [row.quote for row in rows], is_current=True)
    return _with_voucher(priced, code_of(cart.voucher_code_id), Redeemer(cart.pk, cart.user_id))


def _are_quoted(cart: Cart, rows: list[CartLine]) -> bool:
    """Whether the quotes that the lines keep are of these quantities, and in the cart's currency."""
    return all(
        row.quote.get("quantity") == row.quantity
        and (row.quote.get("unit_price") or {}).get("currency", cart.currency) == cart.currency
        for row in rows
    )


def price_for_checkout(cart: Cart, *, user_id: uuid.UUID | None, email: str) -> PricedCart:
    """What this customer would order, with current prices; what is saved for later is left out. Raises Unavailable."""
    rows = [row for row in lines_of(cart) if not row.is_saved]
    priced = _priced(cart, rows, _current_quotes(cart, rows), is_current=True)
    return _with_voucher(priced, code_of(cart.voucher_code_id), Redeemer(cart.pk, user_id, email))


def apply_voucher(cart: Cart, text: str) -> PricedCart:
    """Put the code that a customer typed on the cart, instead of another one that may be there.

    Raises VoucherNotApplicable, and then nothing is changed, for a code that does nothing for this cart now; NotFound
    for a closed cart.
    """
    code = find_code(text)
    if code is None:
        raise VoucherNotApplicable(unknown_code())
    priced = _with_voucher(_price(cart), code, Redeemer(cart.pk, cart.user_id))
    if priced.voucher and priced.voucher.refusal:
        raise VoucherNotApplicable(priced.voucher.refusal)
    hold_voucher(cart, code.pk)
    return replace(priced, updated_at=cart.updated_at)


def remember_seen_prices(cart: Cart, priced: PricedCart) -> None:
    """The shopper sees this cart now: its prices are not reported as changed the next time."""
    if priced.prices_are_current:
        lines = [*priced.lines, *priced.saved_lines]
        mark_prices_seen(cart, {line.sku: line.unit_price.amount for line in lines if line.unit_price})


def _price(cart: Cart, raw_quotes: Sequence[dict[str, Any]] = ()) -> PricedCart:
    """Before the discount."""
    rows = lines_of(cart)
    said = {(raw_quote["sku"], raw_quote["quantity"]): raw_quote for raw_quote in raw_quotes}
    if raw_quotes and all((row.sku, row.quantity) in said for row in rows):
        fresh = [said[row.sku, row.quantity] for row in rows]
        remember_quotes(rows, fresh)
        return _priced(cart, rows, fresh, is_current=True)
    try:
        return _priced(cart, rows, _current_quotes(cart, rows), is_current=True)
    except Unavailable:
        return _priced(cart, rows, [_known_quote(cart, row) for row in rows], is_current=False)


def _with_voucher(priced: PricedCart, code: VoucherCode | None, redeemer: Redeemer) -> PricedCart:
    """The cart with what the code takes off its lines."""
    if code is None:
        return priced
    sellable = [line for line in priced.lines if line.is_sellable]
    found = evaluate(code, [_item(line) for line in sellable], currency=priced.currency, redeemer=redeemer)
    amounts = iter(found.line_discounts)
    lines = [
        replace(line, discount=Money(next(amounts), priced.currency)) if line.is_sellable else line
        for line in priced.lines
    ]
    return replace(priced, lines=lines, voucher=found)


def _item(line: PricedLine) -> Item:
    return Item(
        unit_amount=line.unit_price.amount if line.unit_price else 0,
        quantity=line.quantity,
        kind=line.kind,
        category=line.category,
        is_on_sale=line.regular_price is not None,
        requires_shipping=line.requires_shipping,
    )


def _current_quotes(cart: Cart, rows: list[CartLine]) -> list[dict[str, Any]]:
    raw_quotes = catalog.quotes([(row.sku, row.quantity) for row in rows], cart.currency)
    remember_quotes(rows, raw_quotes)
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
    totals = [line.line_total for line in lines if line.is_sellable]
    return PricedCart(
        id=str(cart.pk),
        currency=cart.currency,
        lines=lines,
        saved_lines=[line for row, line in zip(rows, priced, strict=True) if row.is_saved],
        item_count=sum(line.quantity for line in lines),
        subtotal=sum((total for total in totals if total), Money.zero(cart.currency)),
        voucher=None,
        gift_message=cart.gift_message,
        requires_shipping=any(line.requires_shipping for line in lines),
        requires_account=any(line.is_video for line in lines),
        prices_are_current=is_current,
        updated_at=cart.updated_at,
    )


def _priced_line(row: CartLine, raw_quote: dict[str, Any]) -> PricedLine:
    line = PricedLine.from_json(raw_quote)
    if line.unit_price:
        line = replace(line, discount=Money.zero(line.unit_price.currency))
    if row.seen_unit_amount is None or line.unit_price is None or line.unit_price.amount == row.seen_unit_amount:
        return line
    return replace(line, previous_unit_price=Money(row.seen_unit_amount, line.unit_price.currency))
