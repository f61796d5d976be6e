"""What an order comes to: lines, shipping and tax at its destination."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from django.utils import timezone

from apps.common.money import Money
from apps.payment.carts.pricing import PricedCart, PricedLine
from apps.payment.shipping.selectors import ShippingChoice, methods_for, with_cheapest_free
from apps.payment.tax.rates import TaxClass
from apps.payment.tax.selectors import rates_of
from apps.payment.tax.services import OrderTax, TaxableItem, shop_place, tax_date, tax_summary, taxed_order


@dataclass(frozen=True, slots=True)
class OrderTotals:
    """Amounts in minor units of the cart's currency. `added_tax` is what tax changes in the amounts of the lines."""

    tax: OrderTax
    shipping_amount: int
    added_tax: int
    total: Money


@dataclass(frozen=True, slots=True)
class Destination:
    """Where an order is taxed, and at which rates today."""

    country: str
    rates: Mapping[TaxClass, int]


def destination_of(
    offer: PricedCart, address: Mapping[str, str] | None, *, billing_place: Mapping[str, str] | None = None
) -> Destination:
    """Where the parcel goes. Films alone are taxed where their buyer is (`billing_place`: country and region, as of an
    address), and where the shop is if nothing says where that is. One query."""
    found = address if offer.requires_shipping else billing_place
    place = (found["country"], found["region"]) if found else shop_place()
    return Destination(place[0], rates_of(*place, tax_date(timezone.now())))


def buyer_country(delivery_address: Mapping[str, str] | None, billing_place: Mapping[str, str] | None) -> str:
    """Where the buyer of films is: where the invoice goes, else where the parcel goes; empty when neither is said."""
    place = billing_place or delivery_address
    return place["country"] if place else ""


def order_totals(
    offer: PricedCart, shipping: ShippingChoice | None, destination: Destination, *, vat_id: str = ""
) -> OrderTotals:
    """With a delivery method, None for films alone; no query."""
    tax = taxed_order(
        [TaxableItem(TaxClass(line.tax_class), paid_amount(line)) for line in offer.lines],
        shipping=shipping.price.amount if shipping else 0,
        country=destination.country,
        rates=destination.rates,
        vat_id=vat_id,
    )
    shipping_amount = sum(part.gross for part in tax.shipping)
    lines = sum(line.gross for line in tax.lines)
    added_tax = lines - sum(paid_amount(line) for line in offer.lines)
    return OrderTotals(tax, shipping_amount, added_tax, Money(lines + shipping_amount, offer.currency))


def totals_of_choices(offer: PricedCart, place: dict[str, str], *, vat_id: str = "") -> list[dict[str, Any]]:
    """What the cart comes to with each delivery method to `place` (country and region), cheapest first; of films alone
    once. Empty for goods without a place, and where nothing is delivered."""
    sellable = replace(offer, lines=[line for line in offer.lines if line.is_sellable])
    if not offer.requires_shipping:
        billing_place = place if place["country"] else None
        destination = destination_of(sellable, None, billing_place=billing_place)
        return [_shown(sellable, None, order_totals(sellable, None, destination, vat_id=vat_id))]
    choices = shipping_choices(offer, place["country"]) if place["country"] else []
    if not choices:
        return []
    destination = destination_of(offer, place)
    return [_shown(offer, choice, order_totals(sellable, choice, destination, vat_id=vat_id)) for choice in choices]


def _shown(offer: PricedCart, choice: ShippingChoice | None, totals: OrderTotals) -> dict[str, Any]:
    return {
        "shipping_method": choice.code if choice else None,
        "shipping": Money(totals.shipping_amount, offer.currency),
        "added_tax": Money(totals.added_tax, offer.currency),
        "tax": tax_summary([*totals.tax.lines, *totals.tax.shipping]),
        "total": totals.total,
    }


def shipping_choices(offer: PricedCart, country: str) -> list[ShippingChoice]:
    """The delivery methods of a cart for a country, with what they cost with its voucher; none for films alone."""
    if not offer.requires_shipping:
        return []
    methods = methods_for(country, offer.subtotal, weight_grams=offer.weight_grams)
    return with_cheapest_free(methods) if offer.voucher and offer.voucher.has_free_shipping else methods


def paid_amount(line: PricedLine) -> int:
    """At the price of the shop, less the discount."""
    return line.line_total.amount - discount_amount(line) if line.line_total else 0


def discount_amount(line: PricedLine) -> int:
    """What a voucher takes off the line."""
    return line.discount.amount if line.discount else 0
