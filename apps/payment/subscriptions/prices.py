"""What a plan costs a customer: its price, or for a business in another member state of the EU what is left of it
without tax."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils import timezone

from apps.common.money import Money
from apps.payment.subscriptions.models import Subscription
from apps.payment.tax.rates import TaxClass
from apps.payment.tax.services import TaxedAmount, tax_date, tax_in_price, taxed_region


def taxed_price(subscription: Subscription, price: int) -> TaxedAmount:
    """The price of a plan (minor units) for this customer today, with the tax in it: 1 query."""
    return tax_in_price(
        price,
        TaxClass.DIGITAL,
        country=subscription.country,
        region=subscription.region,
        vat_id=subscription.vat_id,
        day=tax_date(timezone.now()),
    )


@dataclass(frozen=True, slots=True)
class PriceQuote:
    """What a period of a plan costs somebody, and the tax in it."""

    price: Money
    taxed: TaxedAmount


def quote_price(price: Money, *, country: str, region: str, vat_id: str) -> PriceQuote:
    """The price of a plan for somebody who does not subscribe yet: 1 query. Raises ValidationProblem without the state
    that it depends on."""
    place = Subscription(country=country, region=taxed_region(country, region), vat_id=vat_id)
    taxed = taxed_price(place, price.amount)
    return PriceQuote(Money(taxed.gross, price.currency), taxed)


def customer_price(subscription: Subscription, price: Money) -> Money:
    """The same without the tax; no query for a consumer, who pays the price as it is."""
    return Money(taxed_price(subscription, price.amount).gross, price.currency) if subscription.vat_id else price
