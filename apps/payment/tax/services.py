"""The tax included in an order (docs/tax.md).

Amounts are whole minor units of the order's currency, prices are gross. Each rate's tax is rounded once, over all that
the order has at that rate; lines and shipping get their shares of it by largest remainder.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from django.conf import settings

from apps.payment.tax.rates import TaxClass, rate_for
from apps.payment.tax.rounding import exact_tax, included_tax, largest_remainder, split


@dataclass(frozen=True, slots=True)
class TaxableItem:
    """A line before its tax is known."""

    tax_class: TaxClass
    gross: int


@dataclass(frozen=True, slots=True)
class TaxedAmount:
    """A gross amount, and the tax in it; `rate` in basis points (1900 is 19 %)."""

    tax_class: TaxClass
    rate: int
    gross: int
    tax: int

    @property
    def net(self) -> int:
        return self.gross - self.tax


@dataclass(frozen=True, slots=True)
class OrderTax:
    """The tax of an order for its destination: of each line, in their order, and of the parts of shipping."""

    country: str
    lines: tuple[TaxedAmount, ...]
    shipping: tuple[TaxedAmount, ...]


@dataclass(frozen=True, slots=True)
class RateTotal:
    """The tax of a rate over all classes, as receipts name it. An export has none, and is no supply at a zero rate."""

    rate: int
    is_export: bool
    tax: int


def shop_country() -> str:
    """The country of the shop (ISO 3166-1 alpha-2)."""
    return settings.SHOP_REGION.partition("-")[0]


def tax_date(moment: datetime) -> date:
    """The day whose rates apply: that of the shop, not of UTC."""
    return moment.astimezone(ZoneInfo(settings.SHOP_TIME_ZONE)).date()


def tax_order(items: Sequence[TaxableItem], *, shipping: int, country: str, day: date) -> OrderTax:
    """The tax of an order's lines and of its shipping at the rates of the destination on a day."""
    lines = [_at_destination(item, country, day) for item in items]
    parcel = [line for item, line in zip(items, lines, strict=True) if item.tax_class is not TaxClass.DIGITAL]
    taxed = _with_tax([*lines, *shipping_parts(shipping, parcel)])
    return OrderTax(country, tuple(taxed[: len(lines)]), tuple(taxed[len(lines) :]))


def tax_summary(amounts: Iterable[TaxedAmount]) -> list[TaxedAmount]:
    """Sums by rate and class, the highest rate first."""
    sums: dict[tuple[int, TaxClass], TaxedAmount] = {}
    for amount in amounts:
        key = amount.rate, amount.tax_class
        before = sums.get(key)
        sums[key] = _sum(before, amount) if before else amount
    return sorted(sums.values(), key=lambda amount: (-amount.rate, amount.tax_class))


def tax_by_rate(amounts: Iterable[TaxedAmount]) -> list[RateTotal]:
    """What a receipt says: one sum for each rate, the highest first."""
    taxes: dict[tuple[int, bool], int] = {}
    for amount in amounts:
        key = amount.rate, amount.tax_class is TaxClass.EXPORT
        taxes[key] = taxes.get(key, 0) + amount.tax
    return [RateTotal(rate, is_export, taxes[rate, is_export]) for rate, is_export in sorted(taxes, reverse=True)]


def _sum(one: TaxedAmount, other: TaxedAmount) -> TaxedAmount:
    return TaxedAmount(one.tax_class, one.rate, gross=one.gross + other.gross, tax=one.tax + other.tax)


def _at_destination(item: TaxableItem, country: str, day: date) -> TaxedAmount:
    """The item with its rate; its tax is not known yet."""
    rate = rate_for(country, item.tax_class, day)
    if rate is None:
        return TaxedAmount(TaxClass.EXPORT, rate=0, gross=item.gross, tax=0)
    return TaxedAmount(rate.tax_class, rate.rate, gross=item.gross, tax=0)


def shipping_parts(shipping: int, parcel: Sequence[TaxedAmount]) -> list[TaxedAmount]:
    """Shipping is ancillary to the goods in the parcel: in proportion to their values it has their rates."""
    if not shipping:
        return []
    goods = tax_summary(parcel)
    parts = split(shipping, [amount.gross for amount in goods])
    return [
        TaxedAmount(amount.tax_class, amount.rate, gross=part, tax=0) for amount, part in zip(goods, parts, strict=True)
    ]


def _with_tax(amounts: Sequence[TaxedAmount]) -> list[TaxedAmount]:
    taxes = [0] * len(amounts)
    for rate in {amount.rate for amount in amounts}:
        indexes = [index for index, amount in enumerate(amounts) if amount.rate == rate]
        grosses = [amounts[index].gross for index in indexes]
        shares = [exact_tax(gross, rate) for gross in grosses]
        parts = largest_remainder(shares, included_tax(sum(grosses), rate))
        for index, part in zip(indexes, parts, strict=True):
            taxes[index] = part
    return [
        TaxedAmount(amount.tax_class, amount.rate, gross=amount.gross, tax=tax)
        for amount, tax in zip(amounts, taxes, strict=True)
    ]
