"""Currencies: which there are (ISO 4217), and how many digits of an amount stand after the point.

The list is pycountry's of ISO 4217 without what CLDR (through Babel) knows to be no tender: funds, metals, codes for
testing. Minor units are ISO 4217's; CLDR's are how people write prices (no digits for the Hungarian forint), which is
not how banks and payment providers count.
"""

from __future__ import annotations

import pycountry
from babel.core import get_global

DEFAULT_DIGITS = 2
# ISO 4217, list one, column "Minor unit", where it is not 2.
DIGITS = {
    **dict.fromkeys("BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX VND VUV XAF XOF XPF".split(), 0),  # noqa: SIM905
    **dict.fromkeys("BHD IQD JOD KWD LYD OMR TND".split(), 3),  # noqa: SIM905
}


def _in_circulation() -> frozenset[str]:
    tender: set[str] = set()
    others: set[str] = set()
    for periods in get_global("territory_currencies").values():
        for code, _, _, is_tender in periods:
            (tender if is_tender else others).add(code)
    codes = {currency.alpha_3 for currency in pycountry.currencies}
    # X begins what belongs to no country: francs and dollars of several countries, but metals and tests as well.
    return frozenset(code for code in codes if code in tender or not (code in others or code.startswith("X")))


CURRENCIES = _in_circulation()


def digits_of(currency: str) -> int:
    """How many digits stand after the point: 2 for EUR, 0 for JPY, 3 for KWD."""
    return DIGITS.get(currency, DEFAULT_DIGITS)
