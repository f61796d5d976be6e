"""The rates of a place on a day."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from django.conf import settings
from django.db.models import Q

from apps.common.countries import EUROPEAN_UNION
from apps.payment.tax.models import TaxRate
from apps.payment.tax.rates import TaxClass


def is_registered(country: str, region: str) -> bool:
    """Whether the shop charges tax there, by TAX_REGISTRATIONS: countries (`GB`), states (`US-CA`), and `EU` for all of
    the European Union (one-stop shop)."""
    places = set(settings.TAX_REGISTRATIONS)
    return bool({country, f"{country}-{region}"} & places) or ("EU" in places and country in EUROPEAN_UNION)


def rates_of(country: str, region: str, day: date) -> Mapping[TaxClass, int]:
    """The rates in basis points by class; empty where the shop charges no tax. One query.

    Of several rows of a class the one that began last applies, staff's before the release's. A class without a row has
    the standard rate. Raises LookupError for a place that has rates, but none yet on this day: no tax would be wrong.
    """
    if not is_registered(country, region):
        return {}
    rows = list(TaxRate.objects.filter(Q(region="") | Q(region=region), country=country))
    # A state's rates come after those of its country, so that they win.
    rows.sort(key=lambda row: (row.region != "", row.valid_from, not row.is_of_release))
    rates = {TaxClass(row.tax_class): row.rate for row in rows if row.valid_from <= day}
    if rows and TaxClass.STANDARD not in rates:
        raise LookupError(f"No rate of {country} on {day}: add it to the tax rates in the admin.")
    if not rates:
        return {}
    return {name: rates.get(name, rates[TaxClass.STANDARD]) for name in map(TaxClass, TaxRate.ProductClass.values)}
