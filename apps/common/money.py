"""Money as integer minor units with an ISO 4217 currency; never a float."""

from __future__ import annotations

from dataclasses import dataclass
from functools import total_ordering
from typing import Any

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
SYMBOLS = {"EUR": "€", "USD": "$", "GBP": "£", "JPY": "¥"}


def digits_of(currency: str) -> int:
    """How many digits of an amount stand after the point: 2 for EUR, 0 for JPY, 3 for KWD."""
    return DIGITS.get(currency, DEFAULT_DIGITS)


@total_ordering
@dataclass(frozen=True, slots=True)
class Money:
    """An amount in minor units (`amount=1999, currency="EUR"` is 19.99 €). Mixing currencies raises ValueError."""

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

    def format(self) -> str:
        """For people, e.g. `19.99 €`, `-0.50 $`, `1,200 ¥`."""
        exponent = digits_of(self.currency)
        major, minor = divmod(abs(self.amount), 10**exponent)
        number = f"{major:,}" + (f".{minor:0{exponent}d}" if exponent else "")
        return f"{'-' if self.amount < 0 else ''}{number} {SYMBOLS.get(self.currency, self.currency)}"

    __str__ = format
