"""What a refund amounts to: pure arithmetic on what is left of an order (docs/orders.md).

Amounts are whole minor units. A unit is worth its share of what is left of its line, so that the last one takes the
rest and no cent is lost; a free amount lowers the price of everything that is left, in proportion. The tax of a part is
its share of the tax that is left of it, rounded once for each rate over the refund.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction

from apps.payment.tax.rates import TaxClass
from apps.payment.tax.rounding import largest_remainder, round_half_up, split
from apps.payment.tax.services import TaxedAmount


@dataclass(frozen=True, slots=True)
class Part:
    """What is left of a line of an order, or of a part of its shipping; `taxed` None where tax was not recorded.
    `discount_left` is what a voucher took off the units that are left."""

    gross_left: int
    taxed: TaxedAmount | None = None
    units_left: int = 0
    discount_left: int = 0

    @property
    def tax_left(self) -> int:
        return self.taxed.tax if self.taxed else 0


@dataclass(frozen=True, slots=True)
class RefundedPart:
    """What goes back of a part: for units or shipping, as a share of the free amount, and the tax in both. `discount`
    is what a voucher had taken off the units."""

    amount: int = 0
    goodwill: int = 0
    tax: int | None = None
    discount: int = 0

    @property
    def gross(self) -> int:
        return self.amount + self.goodwill


@dataclass(frozen=True, slots=True)
class Amounts:
    """A refund by the order's lines and the parts of its shipping, in their order."""

    lines: tuple[RefundedPart, ...]
    shipping: tuple[RefundedPart, ...]

    @property
    def total(self) -> int:
        return sum(part.gross for part in (*self.lines, *self.shipping))


def refund_amounts(
    lines: Sequence[Part], shipping: Sequence[Part], *, units: Mapping[int, int], shipping_amount: int, goodwill: int
) -> Amounts:
    """The amounts of a refund of `units` (by index of the line), of shipping and of a free amount.

    The caller has made sure that no more is asked for than is left. Raises ValueError otherwise.
    """
    parts = [*lines, *shipping]
    _require(all(0 < units[index] <= lines[index].units_left for index in units), "units")
    _require(0 <= shipping_amount <= sum(part.gross_left for part in shipping), "shipping")
    wanted = [_share(part.gross_left, part, units.get(index, 0)) for index, part in enumerate(lines)]
    wanted += split_up_to(shipping_amount, [part.gross_left for part in shipping])
    left = [part.gross_left - amount for part, amount in zip(parts, wanted, strict=True)]
    _require(0 <= goodwill <= sum(left), "goodwill")
    shares = split_up_to(goodwill, left)
    taxes = _taxes(parts, [amount + share for amount, share in zip(wanted, shares, strict=True)])
    discounts = [_share(part.discount_left, part, units.get(index, 0)) for index, part in enumerate(parts)]
    refunded = [RefundedPart(*values) for values in zip(wanted, shares, taxes, discounts, strict=True)]
    return Amounts(tuple(refunded[: len(lines)]), tuple(refunded[len(lines) :]))


def split_up_to(total: int, limits: Sequence[int]) -> list[int]:
    """`total` in proportion to `limits`, none of which is exceeded when their sum is not."""
    return split(total, limits) if total else [0] * len(limits)


def subtract(taxed: TaxedAmount, others: Iterable[TaxedAmount]) -> TaxedAmount:
    """What is left of an amount and of its tax."""
    for other in others:
        taxed = replace(taxed, gross=taxed.gross - other.gross, tax=taxed.tax - other.tax)
    return taxed


def _share(amount: int, part: Part, units: int) -> int:
    """The share that some of the units left have in an amount; the last one takes what is left."""
    return round_half_up(Fraction(amount * units, part.units_left)) if units else 0


def _taxes(parts: Sequence[Part], amounts: Sequence[int]) -> list[int | None]:
    """The tax in each amount; None where the order has none recorded."""
    taxes: list[int | None] = [None] * len(parts)
    by_rate: dict[tuple[int, TaxClass], list[int]] = {}
    for index, part in enumerate(parts):
        if part.taxed is not None:
            rate = part.taxed.rate, _kind(part.taxed.tax_class)
            by_rate.setdefault(rate, []).append(index)
    for indexes in by_rate.values():
        shares = [_tax_share(parts[index], amounts[index]) for index in indexes]
        for index, tax in zip(indexes, largest_remainder(shares, round_half_up(sum(shares, Fraction()))), strict=True):
            taxes[index] = tax
    return taxes


def _kind(tax_class: TaxClass) -> TaxClass:
    """What has one rate is rounded together, as in the order; what has no tax for a reason is apart."""
    return tax_class if tax_class.is_untaxed else TaxClass.STANDARD


def _tax_share(part: Part, amount: int) -> Fraction:
    return Fraction(part.tax_left * amount, part.gross_left) if part.gross_left else Fraction()


def _require(is_possible: bool, what: str) -> None:
    if not is_possible:
        raise ValueError(f"More is to be refunded than is left of: {what}.")
