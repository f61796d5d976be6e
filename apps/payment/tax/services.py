"""The tax of an order (docs/tax.md).

Amounts are whole minor units of the order's currency. Each rate's tax is rounded once, over all that the order has at
that rate; lines and shipping get their shares of it by largest remainder.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from zoneinfo import ZoneInfo

from django.conf import settings
from django.utils.translation import gettext

from apps.common.addresses import address_rules
from apps.common.countries import COUNTRIES_TAXED_BY_STATE, EUROPEAN_UNION
from apps.common.problems import ValidationProblem
from apps.payment.tax.rates import TaxClass
from apps.payment.tax.rounding import (
    added_tax,
    exact_added_tax,
    exact_tax,
    included_tax,
    largest_remainder,
    split,
)
from apps.payment.tax.selectors import rates_of
from apps.payment.tax.vat_ids import country_of_vat_id


@dataclass(frozen=True, slots=True)
class TaxableItem:
    """A line before its tax is known: what it costs at the shop's prices, less its discount."""

    tax_class: TaxClass
    amount: int


@dataclass(frozen=True, slots=True)
class TaxedAmount:
    """What is paid, and the tax in it; `rate` in basis points (1900 is 19 %)."""

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
    """The tax of a rate over all classes, as receipts name it.

    `untaxed` says why there is none; it is None for a supply at a rate, be it zero.
    """

    rate: int
    untaxed: TaxClass | None
    tax: int


def shop_country() -> str:
    """The country of the shop (ISO 3166-1 alpha-2)."""
    return shop_place()[0]


def shop_place() -> tuple[str, str]:
    """Country and state (or another part of the country) of the shop."""
    country, _, region = settings.SHOP_REGION.partition("-")
    return country, region


def tax_date(moment: datetime) -> date:
    """The day whose rates apply: that of the shop, not of UTC."""
    return moment.astimezone(ZoneInfo(settings.SHOP_TIME_ZONE)).date()


def taxed_order(
    items: Sequence[TaxableItem], *, shipping: int, country: str, rates: Mapping[TaxClass, int], vat_id: str = ""
) -> OrderTax:
    """The tax of an order's lines and of its shipping at the rates of its destination (`rates_of`).

    With PRICES_INCLUDE_TAX the amounts include it, else it is added. `vat_id` is a checked one: a business in another
    member state of the EU than the shop's is charged none, and pays what is left of the prices without it.
    """
    lines = [_at_destination(item, rates) for item in items]
    parcel = [line for item, line in zip(items, lines, strict=True) if item.tax_class is not TaxClass.DIGITAL]
    taxed = _with_tax([*lines, *shipping_parts(shipping, parcel)])
    if rates and _is_business_abroad(country, vat_id):
        taxed = [_without_tax(amount) for amount in taxed]
        return OrderTax(country, tuple(taxed[: len(lines)]), tuple(tax_summary(taxed[len(lines) :])))
    return OrderTax(country, tuple(taxed[: len(lines)]), tuple(taxed[len(lines) :]))


def tax_in_price(
    price: int, tax_class: TaxClass, *, country: str, day: date, region: str = "", vat_id: str = ""
) -> TaxedAmount:
    """What somebody there pays for what has this price, and the tax in it. The price includes tax whatever
    PRICES_INCLUDE_TAX says, as that of a subscription; a business abroad (`vat_id`, checked) pays what is left without
    it.

    One query. Raises LookupError for a day before the rates of the country begin."""
    rates = rates_of(country, region, day)
    if not rates:
        return TaxedAmount(TaxClass.EXPORT, rate=0, gross=price, tax=0)
    taxed = TaxedAmount(tax_class, rates[tax_class], gross=price, tax=included_tax(price, rates[tax_class]))
    return _without_tax(taxed) if _is_business_abroad(country, vat_id) else taxed


def tax_of_rest(taxed: TaxedAmount, deduction: int) -> TaxedAmount:
    """What is left to pay after a deduction, at the same rate."""
    gross = taxed.gross - deduction
    return replace(taxed, gross=gross, tax=included_tax(gross, taxed.rate))


def taxed_region(country: str, text: str) -> str:
    """The state whose tax applies, by its code or its name; empty where no state levies one. Raises ValidationProblem
    where it is missing or unknown."""
    if country not in COUNTRIES_TAXED_BY_STATE:
        return ""
    if region := address_rules(country).region_values.get(text.strip().casefold()):
        return region
    message = gettext("Choose your state: tax depends on it.")
    raise ValidationProblem(message, errors={"region": [message]})


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
    taxes: dict[tuple[int, TaxClass | None], int] = {}
    for amount in amounts:
        key = amount.rate, amount.tax_class if amount.tax_class.is_untaxed else None
        taxes[key] = taxes.get(key, 0) + amount.tax
    by_rate = sorted(taxes, key=lambda key: (-key[0], key[1] or ""))
    return [RateTotal(rate, untaxed, taxes[rate, untaxed]) for rate, untaxed in by_rate]


def _sum(one: TaxedAmount, other: TaxedAmount) -> TaxedAmount:
    return TaxedAmount(one.tax_class, one.rate, gross=one.gross + other.gross, tax=one.tax + other.tax)


def _at_destination(item: TaxableItem, rates: Mapping[TaxClass, int]) -> TaxedAmount:
    """The item with its rate; its tax is not known yet."""
    if not rates:
        return TaxedAmount(TaxClass.EXPORT, rate=0, gross=item.amount, tax=0)
    return TaxedAmount(item.tax_class, rates[item.tax_class], gross=item.amount, tax=0)


def _is_business_abroad(country: str, vat_id: str) -> bool:
    """Whether somebody who accounts for the tax gets the goods or films in another member state than the shop's."""
    home = shop_country()
    is_union = {home, country} <= EUROPEAN_UNION
    return bool(vat_id) and is_union and home not in (country, country_of_vat_id(vat_id))


def _without_tax(amount: TaxedAmount) -> TaxedAmount:
    is_film = amount.tax_class is TaxClass.DIGITAL
    reason = TaxClass.REVERSE_CHARGE if is_film else TaxClass.INTRA_COMMUNITY
    return TaxedAmount(reason, rate=0, gross=amount.net, tax=0)


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
    """With the tax that is in the amounts, or added to them."""
    is_included = settings.PRICES_INCLUDE_TAX
    exact, whole = (exact_tax, included_tax) if is_included else (exact_added_tax, added_tax)
    taxes = [0] * len(amounts)
    for rate in {amount.rate for amount in amounts}:
        indexes = [index for index, amount in enumerate(amounts) if amount.rate == rate]
        listed = [amounts[index].gross for index in indexes]
        parts = largest_remainder([exact(amount, rate) for amount in listed], whole(sum(listed), rate))
        for index, part in zip(indexes, parts, strict=True):
            taxes[index] = part
    return [
        replace(amount, gross=amount.gross + (0 if is_included else tax), tax=tax)
        for amount, tax in zip(amounts, taxes, strict=True)
    ]
