"""The currencies that prices may be in: ISO 4217, from pycountry, without what nobody pays with."""

from __future__ import annotations

import pycountry

# Funds and units of account that countries have beside their currency.
FUNDS = frozenset(("BOV", "CHE", "CHW", "CLF", "COU", "MXV", "USN", "UYI", "UYW"))
# X begins what belongs to no country: metals, bonds, tests, and these, the money of several.
OF_SEVERAL_COUNTRIES = frozenset(("XAF", "XCD", "XCG", "XOF", "XPF"))
CURRENCIES = frozenset(
    code
    for code in (currency.alpha_3 for currency in pycountry.currencies)
    if code not in FUNDS and (not code.startswith("X") or code in OF_SEVERAL_COUNTRIES)
)
