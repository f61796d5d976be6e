"""What a voucher takes off a cart: arithmetic over its lines, without the database (docs/vouchers.md)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

from apps.payment.tax.rounding import largest_remainder, round_half_up, split
from apps.payment.vouchers.models import Voucher

Kind = Voucher.Kind


@dataclass(frozen=True, slots=True)
class Item:
    """A line that can be bought: units at a gross price in minor units of the cart's currency."""

    unit_amount: int
    quantity: int
    kind: str
    category: str = ""
    is_on_sale: bool = False
    requires_shipping: bool = False

    @property
    def amount(self) -> int:
        return self.unit_amount * self.quantity


def is_eligible(voucher: Voucher, item: Item) -> bool:
    """Whether the voucher counts this line: by its kind, its category (or one above it), and whether it is on sale."""
    if voucher.product_kind and voucher.product_kind != item.kind:
        return False
    if voucher.excludes_sale_items and item.is_on_sale:
        return False
    if voucher.kind == Kind.FREE_SHIPPING and not item.requires_shipping:
        return False
    return not voucher.categories or any(_is_within(item.category, path) for path in voucher.categories)


def _is_within(category: str, path: str) -> bool:
    return category == path or category.startswith(f"{path}/")


def free_units(voucher: Voucher, eligible: Sequence[Item]) -> int:
    """How many units are free: `free_quantity` for each complete set of units bought and free."""
    bought, free = voucher.buy_quantity or 0, voucher.free_quantity or 0
    units = sum(item.quantity for item in eligible)
    return units // (bought + free) * free if free else 0


def line_discounts(voucher: Voucher, items: Sequence[Item]) -> list[int]:
    """What the voucher takes off each line, in their order: never below 0, never more than the line.

    A percentage is rounded once, half a cent upwards, over all eligible lines; it and a fixed amount are split over
    them in proportion to their values, by largest remainder. Of free units the cheapest are taken. Free shipping takes
    nothing off lines.
    """
    indexes = [index for index, item in enumerate(items) if is_eligible(voucher, item)]
    eligible = [items[index] for index in indexes]
    discounts = [0] * len(items)
    for index, discount in zip(indexes, _eligible_discounts(voucher, eligible), strict=True):
        discounts[index] = discount
    return discounts


def _eligible_discounts(voucher: Voucher, eligible: list[Item]) -> list[int]:
    amounts = [item.amount for item in eligible]
    if not sum(amounts):
        return [0] * len(eligible)
    match voucher.kind:
        case Kind.PERCENTAGE:
            part = Fraction(voucher.percentage or 0) / 100
            return largest_remainder([amount * part for amount in amounts], round_half_up(sum(amounts) * part))
        case Kind.FIXED_AMOUNT:
            return split(min(voucher.amount or 0, sum(amounts)), amounts)
        case Kind.BUY_X_GET_Y:
            return _free_amounts(eligible, free_units(voucher, eligible))
    return [0] * len(eligible)


def _free_amounts(eligible: list[Item], units: int) -> list[int]:
    discounts = [0] * len(eligible)
    for index in sorted(range(len(eligible)), key=lambda index: eligible[index].unit_amount):
        taken = min(units, eligible[index].quantity)
        discounts[index] = taken * eligible[index].unit_amount
        units -= taken
    return discounts
