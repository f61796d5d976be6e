"""Whole minor units from exact shares, so that parts add up to what they are parts of."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

BASIS_POINTS = 10_000


def exact_tax(gross: int, rate: int) -> Fraction:
    """The tax included in a gross amount at a rate in basis points, not rounded."""
    return Fraction(gross * rate, BASIS_POINTS + rate)


def included_tax(gross: int, rate: int) -> int:
    """The tax included in a gross amount, in whole minor units: half a cent is rounded up."""
    return round_half_up(exact_tax(gross, rate))


def exact_added_tax(net: int, rate: int) -> Fraction:
    """The tax that is added to a net amount at a rate in basis points, not rounded."""
    return Fraction(net * rate, BASIS_POINTS)


def added_tax(net: int, rate: int) -> int:
    """The tax that is added to a net amount, in whole minor units: half a cent is rounded up."""
    return round_half_up(exact_added_tax(net, rate))


def round_half_up(amount: Fraction) -> int:
    """The nearest whole number; of two that are equally near, the greater."""
    return (2 * amount.numerator + amount.denominator) // (2 * amount.denominator)


def split(total: int, weights: Sequence[int]) -> list[int]:
    """`total` in parts in proportion to `weights`, by largest remainder; in equal parts where all weights are 0.

    Raises ValueError without weights: nothing could take the total.
    """
    if not weights:
        raise ValueError("There is nothing to split an amount over.")
    whole = sum(weights)
    if not whole:
        weights, whole = [1] * len(weights), len(weights)
    return largest_remainder([Fraction(total * weight, whole) for weight in weights], total)


def largest_remainder(shares: Sequence[Fraction], total: int) -> list[int]:
    """Whole numbers that add up to `total`, each less than 1 away from its share.

    Every share is rounded down; what is missing then goes, 1 each, to those that lost most (of equals, the first).
    `total` is the sum of the shares, rounded.
    """
    parts = [share.numerator // share.denominator for share in shares]
    by_loss = sorted(range(len(shares)), key=lambda index: parts[index] - shares[index])
    for index in by_loss[: total - sum(parts)]:
        parts[index] += 1
    return parts
