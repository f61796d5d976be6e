"""What an invoice or a credit note says, kept as JSON.

Amounts are whole minor units of the document's currency; those of lines are gross, as the shop's prices. Net amounts
are what is left of them without the tax that the order recorded (docs/documents.md).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict, dataclass
from datetime import date
from typing import Any

from apps.payment.tax.rates import TaxClass
from apps.payment.tax.rounding import included_tax


@dataclass(frozen=True, slots=True)
class Address:
    """A postal address; `country` is a code (ISO 3166-1 alpha-2) and all that is known of buyers of films alone."""

    country: str
    line1: str = ""
    line2: str = ""
    postal_code: str = ""
    city: str = ""
    region: str = ""


@dataclass(frozen=True, slots=True)
class Party:
    """Who sells or buys; a VAT id is the seller's, or that of a business that buys."""

    name: str
    email: str
    address: Address
    vat_id: str = ""


@dataclass(frozen=True, slots=True)
class Line:
    """Units of a product, or a part of shipping: `full` before the discount, `tax` in what is left after it."""

    title: str
    quantity: int
    full: int
    discount: int
    rate: int
    tax_class: str
    tax: int
    sku: str = ""
    variant: str = ""
    # Shipping, whose title is a sentence of ours in English; a reduced price, without units; or a subscription.
    kind: str = "product"

    @property
    def gross(self) -> int:
        return self.full - self.discount

    @property
    def net(self) -> int:
        return self.gross - self.tax

    @property
    def net_discount(self) -> int:
        return self.discount - included_tax(self.discount, self.rate)

    @property
    def full_net(self) -> int:
        """Before the discount."""
        return self.net + self.net_discount

    @property
    def untaxed(self) -> TaxClass | None:
        """Why it has no tax; None for what has a rate, be it zero."""
        tax_class = TaxClass(self.tax_class)
        return tax_class if tax_class.is_untaxed else None


@dataclass(frozen=True, slots=True)
class Reference:
    """The invoice that a credit note corrects."""

    number: str
    issued_on: date


@dataclass(frozen=True, slots=True)
class RateSum:
    """All lines of a rate; those without tax apart by the reason."""

    rate: int
    untaxed: TaxClass | None
    net: int
    tax: int

    @property
    def gross(self) -> int:
        return self.net + self.tax


@dataclass(frozen=True, slots=True)
class ServicePeriod:
    """The days, both included, that a subscription was paid for."""

    starts_on: date
    ends_on: date


@dataclass(frozen=True, slots=True)
class Facts:
    """All that a document says, but for its number, date and language."""

    seller: Party
    buyer: Party
    currency: str
    # Of the order, or of the subscription.
    order_number: str
    ordered_on: date
    # The day on which the money was taken, or went back.
    paid_on: date
    lines: tuple[Line, ...]
    voucher_code: str = ""
    corrects: Reference | None = None
    # Of a subscription's invoice.
    period: ServicePeriod | None = None

    @property
    def net(self) -> int:
        return sum(line.net for line in self.lines)

    @property
    def tax(self) -> int:
        return sum(line.tax for line in self.lines)

    @property
    def gross(self) -> int:
        return sum(line.gross for line in self.lines)

    @property
    def rates(self) -> tuple[RateSum, ...]:
        """The tax summary, the highest rate first."""
        return _sums(self.lines)

    def as_json(self) -> dict[str, Any]:
        """For a JSON column."""
        return _plain(asdict(self))


def facts_from_json(kept: dict[str, Any]) -> Facts:
    """The facts of an issued document."""
    corrects, period = kept["corrects"], kept.get("period")
    return Facts(
        seller=_party(kept["seller"]),
        buyer=_party(kept["buyer"]),
        currency=kept["currency"],
        order_number=kept["order_number"],
        ordered_on=date.fromisoformat(kept["ordered_on"]),
        paid_on=date.fromisoformat(kept["paid_on"]),
        lines=tuple(Line(**line) for line in kept["lines"]),
        voucher_code=kept["voucher_code"],
        corrects=corrects and Reference(corrects["number"], date.fromisoformat(corrects["issued_on"])),
        period=period and ServicePeriod(date.fromisoformat(period["starts_on"]), date.fromisoformat(period["ends_on"])),
    )


def _party(kept: dict[str, Any]) -> Party:
    return Party(**kept | {"address": Address(**kept["address"])})


def _plain(value: Any) -> Any:
    match value:
        case dict():
            return {key: _plain(part) for key, part in value.items()}
        case list() | tuple():
            return [_plain(part) for part in value]
        case date():
            return value.isoformat()
        case TaxClass():
            return value.value
    return value


def _sums(lines: Iterable[Line]) -> tuple[RateSum, ...]:
    sums: dict[tuple[int, TaxClass | None], tuple[int, int]] = {}
    for line in lines:
        net, tax = sums.get((line.rate, line.untaxed), (0, 0))
        sums[line.rate, line.untaxed] = net + line.net, tax + line.tax
    return tuple(RateSum(*key, *sums[key]) for key in sorted(sums, key=lambda key: (-key[0], key[1] or "")))
