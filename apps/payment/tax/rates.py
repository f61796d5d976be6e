"""Rates of VAT by destination, what is sold and day.

A change of a rate is a new row and an end of the row before it; the law is the same for every shop, so it is data of a
release and not a setting. `source` is where an official page states the rate: check it there before you change a row.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

# Taxes in Europe Database of the European Commission: the member states report their rates and dates there.
EU_SOURCE = "https://ec.europa.eu/taxation_customs/tedb/"
GB_SOURCE = "https://www.gov.uk/vat-rates"
CH_SOURCE = "https://www.estv.admin.ch/estv/en/home/value-added-tax/vat-rates-switzerland.html"


class TaxClass(StrEnum):
    """What is sold, as the law on VAT sorts it. EXPORT is anything that leaves the countries of this table: no VAT."""

    STANDARD = "standard"
    DIGITAL = "digital"
    EXPORT = "export"


@dataclass(frozen=True, slots=True)
class TaxRate:
    """`rate` in basis points (1900 is 19 %), from one day to another, both included; `valid_until` None: until now."""

    country: str
    tax_class: TaxClass
    rate: int
    valid_from: date
    valid_until: date | None
    source: str


def _periods(country: str, source: str, *starts: tuple[str, int]) -> list[TaxRate]:
    """A country's standard rates by the day on which each began, oldest first: for goods, and for films.

    Films on demand are services supplied electronically, which all of these countries tax at the standard rate.
    """
    days = [date.fromisoformat(day) for day, _ in starts]
    ends = [date.fromordinal(day.toordinal() - 1) for day in days[1:]]
    periods = zip(days, [*ends, None], (rate for _, rate in starts), strict=True)
    return [
        TaxRate(country, tax_class, rate, valid_from, valid_until, source)
        for valid_from, valid_until, rate in periods
        for tax_class in (TaxClass.STANDARD, TaxClass.DIGITAL)
    ]


RATES: tuple[TaxRate, ...] = (
    *_periods("AT", EU_SOURCE, ("1984-01-01", 2000)),
    *_periods("BE", EU_SOURCE, ("1996-01-01", 2100)),
    *_periods("BG", EU_SOURCE, ("1999-01-01", 2000)),
    *_periods("CY", EU_SOURCE, ("2014-01-13", 1900)),
    *_periods("CZ", EU_SOURCE, ("2013-01-01", 2100)),
    *_periods("DE", EU_SOURCE, ("2007-01-01", 1900), ("2020-07-01", 1600), ("2021-01-01", 1900)),
    *_periods("DK", EU_SOURCE, ("1992-01-01", 2500)),
    *_periods("EE", EU_SOURCE, ("2009-07-01", 2000), ("2024-01-01", 2200), ("2025-07-01", 2400)),
    *_periods("ES", EU_SOURCE, ("2012-09-01", 2100)),
    *_periods("FI", EU_SOURCE, ("2013-01-01", 2400), ("2024-09-01", 2550)),
    *_periods("FR", EU_SOURCE, ("2014-01-01", 2000)),
    *_periods("GR", EU_SOURCE, ("2016-06-01", 2400)),
    *_periods("HR", EU_SOURCE, ("2012-03-01", 2500)),
    *_periods("HU", EU_SOURCE, ("2012-01-01", 2700)),
    *_periods("IE", EU_SOURCE, ("2012-01-01", 2300), ("2020-09-01", 2100), ("2021-03-01", 2300)),
    *_periods("IT", EU_SOURCE, ("2013-10-01", 2200)),
    *_periods("LT", EU_SOURCE, ("2009-09-01", 2100)),
    *_periods("LU", EU_SOURCE, ("2015-01-01", 1700), ("2023-01-01", 1600), ("2024-01-01", 1700)),
    *_periods("LV", EU_SOURCE, ("2012-07-01", 2100)),
    *_periods("MT", EU_SOURCE, ("2004-01-01", 1800)),
    *_periods("NL", EU_SOURCE, ("2012-10-01", 2100)),
    *_periods("PL", EU_SOURCE, ("2011-01-01", 2300)),
    *_periods("PT", EU_SOURCE, ("2011-01-01", 2300)),
    *_periods("RO", EU_SOURCE, ("2017-01-01", 1900), ("2025-08-01", 2100)),
    *_periods("SE", EU_SOURCE, ("1990-07-01", 2500)),
    *_periods("SI", EU_SOURCE, ("2013-07-01", 2200)),
    *_periods("SK", EU_SOURCE, ("2011-01-01", 2000), ("2025-01-01", 2300)),
    *_periods("GB", GB_SOURCE, ("2011-01-04", 2000)),
    *_periods("CH", CH_SOURCE, ("2018-01-01", 770), ("2024-01-01", 810)),
)
COUNTRIES_WITH_RATES = frozenset(rate.country for rate in RATES)


def rate_for(country: str, tax_class: TaxClass, day: date) -> TaxRate | None:
    """The rate in a country (ISO 3166-1 alpha-2) on a day; None for countries that the table does not have.

    Raises LookupError for a day before the table begins: no VAT would be wrong there.
    """
    if country not in COUNTRIES_WITH_RATES:
        return None
    for rate in RATES:
        is_valid = rate.valid_from <= day and (rate.valid_until is None or day <= rate.valid_until)
        if (rate.country, rate.tax_class) == (country, tax_class) and is_valid:
            return rate
    raise LookupError(f"No rate of {country} for {tax_class} on {day} in apps/payment/tax/rates.py.")
