"""Money as integer minor units with an ISO 4217 currency; never a float."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal, localcontext
from functools import total_ordering
from typing import Any

from babel import Locale
from babel.numbers import format_currency, get_currency_symbol

DEFAULT_DIGITS = 2
# ISO 4217, list one, column "Minor unit", where it is not 2. CLDR's digits are how people write prices (none for the
# Hungarian forint), which is not how banks and payment providers count.
DIGITS = {
    **dict.fromkeys(
        "BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX VND VUV XAF XOF XPF".split(),  # noqa: SIM905  (reads as a list)
        0,
    ),
    **dict.fromkeys("BHD IQD JOD KWD LYD OMR TND".split(), 3),  # noqa: SIM905  (reads as a list)
}


def digits_of(currency: str) -> int:
    """How many digits of an amount stand after the point: 2 for EUR, 0 for JPY, 3 for KWD."""
    return DIGITS.get(currency, DEFAULT_DIGITS)


@total_ordering
@dataclass(frozen=True, slots=True)
class Money:
    """An amount in minor units (`amount=1999, currency="EUR"` is €19.99). Mixing currencies raises ValueError."""

    amount: int
    currency: str

    def __post_init__(self) -> None:
        if isinstance(self.amount, bool) or not isinstance(self.amount, int):
            raise TypeError("Money.amount is a whole number of minor units (cents).")
        if len(self.currency) != 3 or not self.currency.isalpha() or not self.currency.isupper():
            raise ValueError(f"{self.currency!r} is not an ISO 4217 currency code such as EUR.")

    @classmethod
    def zero(cls, currency: str) -> Money:
        """Nothing, in this currency."""
        return cls(0, currency)

    def _same(self, other: Money) -> None:
        if self.currency != other.currency:
            raise ValueError(f"{self.currency} and {other.currency} cannot be combined; convert first.")

    def __add__(self, other: Money) -> Money:
        self._same(other)
        return Money(self.amount + other.amount, self.currency)

    def __sub__(self, other: Money) -> Money:
        self._same(other)
        return Money(self.amount - other.amount, self.currency)

    def __neg__(self) -> Money:
        return Money(-self.amount, self.currency)

    def __mul__(self, times: int) -> Money:
        if not isinstance(times, int):
            return NotImplemented
        return Money(self.amount * times, self.currency)

    __rmul__ = __mul__

    def __lt__(self, other: Money) -> bool:
        self._same(other)
        return self.amount < other.amount

    def __bool__(self) -> bool:
        return self.amount != 0

    def as_dict(self) -> dict[str, Any]:
        """The JSON form that every API uses."""
        return {"amount": self.amount, "currency": self.currency}

    @property
    def major_units(self) -> Decimal:
        """`Decimal("19.99")` for 1999 cents, with the decimals that ISO 4217 gives the currency."""
        return Decimal(self.amount).scaleb(-digits_of(self.currency))

    def format(self, language: str = "en") -> str:
        """For people, as CLDR has it: `€19.99`, `-$0.50`, `¥1,200` in English, `19,99 €` in German."""
        locale = Locale.parse(language, sep="-")
        digits = digits_of(self.currency)
        decimals = f".{'0' * digits}" if digits else ""
        pattern = locale.currency_formats["standard"].pattern.replace(".00", decimals)
        # Unicode TR 35, "currencySpacing", which Babel leaves out: `KWD 1.234`, not `KWD1.234`.
        if get_currency_symbol(self.currency, locale)[-1].isalpha():
            pattern = pattern.replace("¤#", "¤\N{NO-BREAK SPACE}#")
        with localcontext(prec=100):  # whatever stands in somebody's file
            return format_currency(self.major_units, self.currency, pattern, locale=locale, currency_digits=False)

    __str__ = format
