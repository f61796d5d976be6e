"""What variants cost: prices by currency, and scheduled sales."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from django.utils.translation import gettext

from apps.catalog.products.models import Price, Product, SalePrice, Variant
from apps.catalog.products.rules import Period, is_running, overlapping, sale_amount, sale_errors, unpriced_sale_errors
from apps.common.money import Money
from apps.common.problems import ValidationProblem


@dataclass(frozen=True, slots=True)
class Offer:
    """What a variant costs in one currency at one moment.

    `regular` is the price without the sale, None when there is no sale (or it saves nothing).
    """

    price: Money
    regular: Money | None = None
    sale_ends_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Sale:
    """A scheduled sale: `price` from `starts_at` until before `ends_at`."""

    price: Money
    starts_at: datetime
    ends_at: datetime


class ScheduledSale(Period, Protocol):
    """A sale with its price in minor units."""

    @property
    def amount(self) -> int: ...


def offer_of(variant: Variant, currency: str, *, at: datetime) -> Offer | None:
    """What the variant costs at a moment, from prefetched `prices` and `sale_prices`; None when it is not sold in this
    currency."""
    amount = next((price.amount for price in variant.prices.all() if price.currency == currency), None)
    sales = [sale for sale in variant.sale_prices.all() if sale.currency == currency]
    return best_offer(amount, sales, currency, at=at)


def best_offer(amount: int | None, sales: Iterable[ScheduledSale], currency: str, *, at: datetime) -> Offer | None:
    """What is asked at a moment for what costs `amount` outside sales; None when it is not sold in this currency."""
    if amount is None:
        return None
    for sale in sales:
        if is_running(sale, at=at) and (reduced := sale_amount(regular=amount, sale=sale.amount)) is not None:
            return Offer(Money(reduced, currency), Money(amount, currency), sale.ends_at)
    return Offer(Money(amount, currency))


def set_sales(variant: Variant, sales: Iterable[Sale]) -> None:
    """Replace the variant's scheduled sales. The caller records the change.

    Raises ValidationProblem for sales that end before they begin, overlap in one currency or lack a price in it.
    """
    sales = list(sales)
    _require_prices(variant, sales)
    rows = [
        SalePrice(
            variant=variant,
            currency=sale.price.currency,
            amount=sale.price.amount,
            starts_at=sale.starts_at,
            ends_at=sale.ends_at,
        )
        for sale in sales
    ]
    for row in rows:
        if errors := sale_errors(starts_at=row.starts_at, ends_at=row.ends_at):
            [message] = errors.values()
            raise ValidationProblem(message, errors={"sales": [message]})
    _require_apart(variant, rows)
    SalePrice.objects.filter(variant=variant).delete()
    SalePrice.objects.bulk_create(rows)


def _require_prices(variant: Variant, sales: Iterable[Sale]) -> None:
    priced = set(Price.objects.filter(variant=variant).values_list("currency", flat=True))
    errors = unpriced_sale_errors(priced=priced, on_sale={sale.price.currency for sale in sales})
    for place, sale in enumerate(sales):
        if message := errors.get(sale.price.currency):
            raise ValidationProblem(message, errors={f"sales.{place}.price": [message]})


def _require_apart(variant: Variant, rows: Iterable[SalePrice]) -> None:
    by_currency: dict[str, list[SalePrice]] = {}
    for row in rows:
        by_currency.setdefault(row.currency, []).append(row)
    if any(overlapping(sales) for sales in by_currency.values()):
        message = gettext("Two sales of %(sku)s overlap; a variant has one sale price at a time.") % {
            "sku": variant.sku
        }
        raise ValidationProblem(message, errors={"sales": [message]})


def set_prices(product: Product, prices: Mapping[str, Money]) -> None:
    """Write prices by SKU. Raises ValidationProblem for SKUs of other products. The caller records the change."""
    variants = {variant.sku: variant for variant in product.variants.filter(sku__in=prices)}
    if unknown := sorted(prices.keys() - variants.keys()):
        errors = {"variants": [gettext("This product has no variant %(sku)s.") % {"sku": sku} for sku in unknown]}
        raise ValidationProblem(gettext("Some variants are unknown; see errors."), errors=errors)
    for sku, price in prices.items():
        Price.objects.update_or_create(
            variant=variants[sku], currency=price.currency, defaults={"amount": price.amount}
        )
