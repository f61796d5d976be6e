"""Rates of tax by destination, what is sold and day, as a release brings them.

A rate applies from its day until the day of the next row. `source` is where an official page states it: check it there
before you change a row. The table of the database begins with these rows (`apps.payment.tax.loading`), and staff add
their own.

VAT is that of the country. Sales tax of the United States is that of the state alone, without counties and cities, and
only where it is a whole number of basis points (not in Minnesota, Missouri, New Jersey and New Mexico).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

# Taxes in Europe Database of the European Commission: the member states report their rates and dates there.
EU_SOURCE = "https://ec.europa.eu/taxation_customs/tedb/"
GB_SOURCE = "https://www.gov.uk/vat-rates"
CH_SOURCE = "https://www.estv.admin.ch/estv/en/home/value-added-tax/vat-rates-switzerland.html"
US_SOURCE = "https://taxfoundation.org/data/all/state/sales-tax-rates/"


class TaxClass(StrEnum):
    """How the law on tax sorts what is sold.

    Products are STANDARD, REDUCED (as printed books), ZERO or DIGITAL (films). The others say why an order has no tax:
    EXPORT leaves the places where the shop is registered, INTRA_COMMUNITY are goods and REVERSE_CHARGE are films for a
    business in another member state of the EU.
    """

    STANDARD = "standard"
    REDUCED = "reduced"
    ZERO = "zero"
    DIGITAL = "digital"
    EXPORT = "export"
    INTRA_COMMUNITY = "intra_community"
    REVERSE_CHARGE = "reverse_charge"

    @property
    def is_untaxed(self) -> bool:
        """Whether no tax is charged for a reason that papers have to state."""
        return self in (TaxClass.EXPORT, TaxClass.INTRA_COMMUNITY, TaxClass.REVERSE_CHARGE)


@dataclass(frozen=True, slots=True)
class Rate:
    """`rate` in basis points (1900 is 19 %) from a day on; `region` is empty or a state's code (`CA`)."""

    country: str
    region: str
    tax_class: TaxClass
    rate: int
    valid_from: date
    source: str


def _periods(country: str, source: str, tax_class: TaxClass, *starts: tuple[str, int], region: str = "") -> list[Rate]:
    """The rates of a class by the day on which each began."""
    return [Rate(country, region, tax_class, rate, date.fromisoformat(day), source) for day, rate in starts]


def _general(country: str, source: str, *starts: tuple[str, int]) -> list[Rate]:
    """A country's standard rates: of goods, and of films on demand, which are services supplied electronically and have
    the standard rate in all of these countries."""
    classes = (TaxClass.STANDARD, TaxClass.DIGITAL)
    return [rate for tax_class in classes for rate in _periods(country, source, tax_class, *starts)]


STANDARD_RATES: tuple[Rate, ...] = (
    *_general("AT", EU_SOURCE, ("1984-01-01", 2000)),
    *_general("BE", EU_SOURCE, ("1996-01-01", 2100)),
    *_general("BG", EU_SOURCE, ("1999-01-01", 2000)),
    *_general("CY", EU_SOURCE, ("2014-01-13", 1900)),
    *_general("CZ", EU_SOURCE, ("2013-01-01", 2100)),
    *_general("DE", EU_SOURCE, ("2007-01-01", 1900), ("2020-07-01", 1600), ("2021-01-01", 1900)),
    *_general("DK", EU_SOURCE, ("1992-01-01", 2500)),
    *_general("EE", EU_SOURCE, ("2009-07-01", 2000), ("2024-01-01", 2200), ("2025-07-01", 2400)),
    *_general("ES", EU_SOURCE, ("2012-09-01", 2100)),
    *_general("FI", EU_SOURCE, ("2013-01-01", 2400), ("2024-09-01", 2550)),
    *_general("FR", EU_SOURCE, ("2014-01-01", 2000)),
    *_general("GR", EU_SOURCE, ("2016-06-01", 2400)),
    *_general("HR", EU_SOURCE, ("2012-03-01", 2500)),
    *_general("HU", EU_SOURCE, ("2012-01-01", 2700)),
    *_general("IE", EU_SOURCE, ("2012-01-01", 2300), ("2020-09-01", 2100), ("2021-03-01", 2300)),
    *_general("IT", EU_SOURCE, ("2013-10-01", 2200)),
    *_general("LT", EU_SOURCE, ("2009-09-01", 2100)),
    *_general("LU", EU_SOURCE, ("2015-01-01", 1700), ("2023-01-01", 1600), ("2024-01-01", 1700)),
    *_general("LV", EU_SOURCE, ("2012-07-01", 2100)),
    *_general("MT", EU_SOURCE, ("2004-01-01", 1800)),
    *_general("NL", EU_SOURCE, ("2012-10-01", 2100)),
    *_general("PL", EU_SOURCE, ("2011-01-01", 2300)),
    *_general("PT", EU_SOURCE, ("2011-01-01", 2300)),
    *_general("RO", EU_SOURCE, ("2017-01-01", 1900), ("2025-08-01", 2100)),
    *_general("SE", EU_SOURCE, ("1990-07-01", 2500)),
    *_general("SI", EU_SOURCE, ("2013-07-01", 2200)),
    *_general("SK", EU_SOURCE, ("2011-01-01", 2000), ("2025-01-01", 2300)),
    *_general("GB", GB_SOURCE, ("2011-01-04", 2000)),
    *_general("CH", CH_SOURCE, ("2018-01-01", 770), ("2024-01-01", 810)),
)

# Of printed books. A country that is left out has no such rate here, and charges its standard rate.
REDUCED_RATES: tuple[Rate, ...] = (
    *_periods("AT", EU_SOURCE, TaxClass.REDUCED, ("1984-01-01", 1000)),
    *_periods("BE", EU_SOURCE, TaxClass.REDUCED, ("1996-01-01", 600)),
    *_periods("BG", EU_SOURCE, TaxClass.REDUCED, ("2020-07-01", 900)),
    *_periods("CZ", EU_SOURCE, TaxClass.REDUCED, ("2015-01-01", 1000), ("2024-01-01", 0)),
    *_periods("DE", EU_SOURCE, TaxClass.REDUCED, ("2007-01-01", 700), ("2020-07-01", 500), ("2021-01-01", 700)),
    *_periods("EE", EU_SOURCE, TaxClass.REDUCED, ("2009-01-01", 900)),
    *_periods("ES", EU_SOURCE, TaxClass.REDUCED, ("1995-01-01", 400)),
    *_periods("FI", EU_SOURCE, TaxClass.REDUCED, ("2013-01-01", 1000), ("2025-01-01", 1400), ("2026-01-01", 1350)),
    *_periods("FR", EU_SOURCE, TaxClass.REDUCED, ("2013-01-01", 550)),
    *_periods("GR", EU_SOURCE, TaxClass.REDUCED, ("2015-07-20", 600)),
    *_periods("HR", EU_SOURCE, TaxClass.REDUCED, ("2013-01-01", 500)),
    *_periods("HU", EU_SOURCE, TaxClass.REDUCED, ("2006-01-01", 500)),
    *_periods("IE", EU_SOURCE, TaxClass.REDUCED, ("1975-01-01", 0)),
    *_periods("IT", EU_SOURCE, TaxClass.REDUCED, ("1989-01-01", 400)),
    *_periods("LT", EU_SOURCE, TaxClass.REDUCED, ("2009-01-01", 900), ("2026-01-01", 500)),
    *_periods("LU", EU_SOURCE, TaxClass.REDUCED, ("1993-01-01", 300)),
    *_periods("LV", EU_SOURCE, TaxClass.REDUCED, ("2012-07-01", 1200), ("2022-01-01", 500)),
    *_periods("MT", EU_SOURCE, TaxClass.REDUCED, ("1999-01-01", 500)),
    *_periods("NL", EU_SOURCE, TaxClass.REDUCED, ("2019-01-01", 900)),
    *_periods("PL", EU_SOURCE, TaxClass.REDUCED, ("2011-01-01", 500)),
    *_periods("PT", EU_SOURCE, TaxClass.REDUCED, ("1996-07-01", 600)),
    *_periods("RO", EU_SOURCE, TaxClass.REDUCED, ("2018-01-01", 500), ("2025-08-01", 1100)),
    *_periods("SE", EU_SOURCE, TaxClass.REDUCED, ("2002-01-01", 600)),
    *_periods("SI", EU_SOURCE, TaxClass.REDUCED, ("2020-01-01", 500)),
    *_periods("SK", EU_SOURCE, TaxClass.REDUCED, ("2011-01-01", 1000), ("2025-01-01", 500)),
    *_periods("GB", GB_SOURCE, TaxClass.REDUCED, ("2011-01-04", 0)),
    *_periods("CH", CH_SOURCE, TaxClass.REDUCED, ("2018-01-01", 250), ("2024-01-01", 260)),
)

# Children's clothes and other goods that these countries do not tax; elsewhere they have the standard rate.
ZERO_RATES: tuple[Rate, ...] = (
    *_periods("GB", GB_SOURCE, TaxClass.ZERO, ("2011-01-04", 0)),
    *_periods("IE", EU_SOURCE, TaxClass.ZERO, ("2012-01-01", 0)),
)

# States without a sales tax (Alaska, Delaware, Montana, New Hampshire, Oregon) are left out.
_STATES = {
    "AL": 400,
    "AR": 650,
    "AZ": 560,
    "CA": 725,
    "CO": 290,
    "CT": 635,
    "DC": 600,
    "FL": 600,
    "GA": 400,
    "HI": 400,
    "IA": 600,
    "ID": 600,
    "IL": 625,
    "IN": 700,
    "KS": 650,
    "KY": 600,
    "LA": 500,
    "MA": 625,
    "MD": 600,
    "ME": 550,
    "MI": 600,
    "MS": 700,
    "NC": 475,
    "ND": 500,
    "NE": 550,
    "NV": 685,
    "NY": 400,
    "OH": 575,
    "OK": 450,
    "PA": 600,
    "RI": 700,
    "SC": 600,
    "SD": 420,
    "TN": 700,
    "TX": 625,
    "UT": 485,
    "VA": 430,
    "VT": 600,
    "WA": 650,
    "WI": 500,
    "WV": 600,
    "WY": 400,
}
STATE_RATES: tuple[Rate, ...] = tuple(
    rate
    for state, percent in _STATES.items()
    for rate in _periods("US", US_SOURCE, TaxClass.STANDARD, ("2025-01-01", percent), region=state)
)

RATES = (*STANDARD_RATES, *REDUCED_RATES, *ZERO_RATES, *STATE_RATES)
