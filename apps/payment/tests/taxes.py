"""The tax of an order on a day, as checkout works it out."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from apps.payment.tax.services import OrderTax, TaxableItem, rates_of, taxed_order


def tax_order(
    items: Sequence[TaxableItem], *, shipping: int, country: str, day: date, region: str = "", vat_id: str = ""
) -> OrderTax:
    """At the rates of the destination on that day."""
    return taxed_order(items, shipping=shipping, country=country, rates=rates_of(country, region, day), vat_id=vat_id)
