"""From what staff choose to a planned refund: which lines, how many units, how much of each part of the order."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from django.utils.translation import gettext

from apps.common.languages import current_language
from apps.common.money import Money
from apps.common.problems import ValidationProblem
from apps.payment.orders.models import Order, OrderLine
from apps.payment.orders.selectors import shipping_tax_of
from apps.payment.refunds.amounts import Amounts, Part, RefundedPart, refund_amounts, subtract
from apps.payment.refunds.models import BaseRefund, Refund, RefundLine
from apps.payment.refunds.problems import NotRefundable, RefundChanged, RefundExceedsPayment, RefundInProgress
from apps.payment.tax.services import TaxedAmount


@dataclass(frozen=True, slots=True)
class RefundChoice:
    """What staff choose: units by the position of the order's line, which of these lines go back into the stock, and
    amounts in minor units for shipping and as a free amount."""

    quantities: Mapping[int, int] = field(default_factory=dict)
    restocked: frozenset[int] = frozenset()
    shipping_amount: int = 0
    goodwill_amount: int = 0


@dataclass(frozen=True, slots=True)
class PlannedLine:
    """A line of a planned refund; `cancelled_quantity` of its units had not been sent."""

    line: OrderLine
    quantity: int
    cancelled_quantity: int
    part: RefundedPart
    is_restocked: bool


@dataclass(frozen=True, slots=True)
class RefundPlan:
    """A refund before it is requested."""

    order: Order
    lines: tuple[PlannedLine, ...]
    shipping_amount: int
    goodwill_amount: int
    amount: int
    # As `Refund.shipping_tax`.
    shipping_tax: list[dict[str, int | str]] | None

    @property
    def total(self) -> Money:
        return Money(self.amount, self.order.currency)


def require_possible(number: str, refunds: Iterable[BaseRefund], *, refunded: int, expected: int | None) -> None:
    """Raises RefundInProgress while one of the refunds of an order or a charge is under way, and RefundChanged when
    something other than `expected` was `refunded` of it (minor units). What they belong to is locked."""
    if any(refund.is_open for refund in refunds):
        detail = gettext("Another refund of %(number)s is in progress. Wait until it is completed.")
        raise RefundInProgress(detail % {"number": number})
    if expected is not None and expected != refunded:
        detail = gettext("%(number)s was refunded in part meanwhile. Look at it again, then decide.")
        raise RefundChanged(detail % {"number": number})


def everything_left(order: Order, *, is_restocked: bool) -> RefundChoice:
    """All that has not been refunded; goods go back into the stock where `is_restocked`."""
    lines = [line for line in order.lines.all() if line.refundable_quantity]
    goods = frozenset(line.position for line in lines if not line.is_film) if is_restocked else frozenset()
    quantities = {line.position: line.refundable_quantity for line in lines}
    return RefundChoice(quantities, goods, shipping_amount=shipping_left(order))


def shipping_left(order: Order) -> int:
    """What is left of the shipping that was paid, in minor units: all that is left, less what is left of the lines."""
    lines = sum(line.refundable_amount for line in order.lines.all())
    in_flight = sum(refund.amount for refund in order.refunds.all() if refund.is_open)
    return order.left_amount - in_flight - lines


def plan_refund(order: Order, choice: RefundChoice) -> RefundPlan:
    """The refund that a choice makes of an order (with lines and refunds, as they are now).

    Raises NotRefundable, RefundExceedsPayment, or ValidationProblem for units that are not there to be refunded.
    """
    if not order.is_active:
        detail = gettext("Order %(number)s is %(state)s; there is nothing to refund.")
        raise NotRefundable(detail % {"number": order.number, "state": order.get_state_display().lower()})
    lines = sorted(order.lines.all(), key=lambda line: line.position)
    units = _units(lines, choice)
    line_parts, shipping_parts = _parts_left(order, lines)
    _require_left(order, choice, lines=line_parts, shipping=shipping_parts, units=units)
    amounts = refund_amounts(
        line_parts,
        shipping_parts,
        units=units,
        shipping_amount=choice.shipping_amount,
        goodwill=choice.goodwill_amount,
    )
    planned = tuple(
        _planned(line, units.get(index, 0), part, is_restocked=line.position in choice.restocked and not line.is_film)
        for index, (line, part) in enumerate(zip(lines, amounts.lines, strict=True))
        if index in units or part.gross
    )
    return RefundPlan(
        order,
        planned,
        choice.shipping_amount,
        choice.goodwill_amount,
        amounts.total,
        _shipping_tax(shipping_parts, amounts),
    )


def _units(lines: Sequence[OrderLine], choice: RefundChoice) -> dict[int, int]:
    """Units by index of the line; raises ValidationProblem."""
    index_of = {line.position: index for index, line in enumerate(lines)}
    units, errors = {}, {}
    for position, quantity in choice.quantities.items():
        index = index_of.get(position)
        if index is None:
            errors[f"lines.{position}"] = [gettext("The order has no such line.")]
        elif not 1 <= quantity <= lines[index].refundable_quantity:
            message = gettext("Of “%(title)s”, at most %(count)s can be refunded.")
            values = {"count": lines[index].refundable_quantity, "title": lines[index].title}
            errors[f"lines.{position}"] = [message % values]
        else:
            units[index] = quantity
    if not (errors or units or choice.shipping_amount or choice.goodwill_amount):
        errors["lines"] = [gettext("Choose lines, shipping or an amount to refund.")]
    if errors:
        raise ValidationProblem(gettext("This cannot be refunded; see errors."), errors=errors)
    return units


def _parts_left(order: Order, lines: Sequence[OrderLine]) -> tuple[list[Part], list[Part]]:
    """What is left of each line, and of each part of the shipping."""
    refunds = [refund for refund in order.refunds.all() if refund.state != Refund.State.FAILED]
    rows = [row for refund in refunds for row in refund.lines.all()]
    line_parts = [_line_part(line, [row for row in rows if row.line_id == line.pk]) for line in lines]
    recorded = shipping_tax_of(order)
    if recorded is None:
        return line_parts, [Part(shipping_left(order))]
    before = [refund.shipping_tax or [] for refund in refunds]
    shipping = []
    for index, part in enumerate(recorded):
        refunded = [_taxed(part, row[index]["gross"], row[index]["tax"]) for row in before if index < len(row)]
        left = subtract(part, refunded)
        shipping.append(Part(left.gross, left))
    return line_parts, shipping


def _line_part(line: OrderLine, rows: Sequence[RefundLine]) -> Part:
    """What is left of a line after the refunds that these are rows of."""
    taxed = line.taxed_amount
    if taxed is not None:
        taxed = subtract(taxed, [_taxed(taxed, row.gross_amount, row.tax_amount or 0) for row in rows])
    discount_left = line.discount_amount - sum(row.discount_amount for row in rows)
    return Part(line.refundable_amount, taxed, line.refundable_quantity, discount_left)


def _taxed(like: TaxedAmount, gross: int, tax: int) -> TaxedAmount:
    return TaxedAmount(like.tax_class, like.rate, gross=gross, tax=tax)


def _require_left(
    order: Order, choice: RefundChoice, *, lines: Sequence[Part], shipping: Sequence[Part], units: Mapping[int, int]
) -> None:
    for_shipping = sum(part.gross_left for part in shipping)
    if choice.shipping_amount > for_shipping:
        detail = gettext("%(amount)s are left of what was paid for shipping.")
        raise RefundExceedsPayment(detail % {"amount": _formatted(order, for_shipping)})
    for_units = refund_amounts(lines, shipping, units=units, shipping_amount=choice.shipping_amount, goodwill=0).total
    left = sum(part.gross_left for part in (*lines, *shipping)) - for_units
    if choice.goodwill_amount > left:
        detail = gettext("%(amount)s are left for a free amount, besides the lines and the shipping of this refund.")
        raise RefundExceedsPayment(detail % {"amount": _formatted(order, left)})


def _formatted(order: Order, amount: int) -> str:
    return Money(amount, order.currency).format(current_language())


def _planned(line: OrderLine, quantity: int, part: RefundedPart, *, is_restocked: bool) -> PlannedLine:
    """Units that have not been sent are refunded first."""
    cancelled = min(quantity, line.shippable_quantity)
    return PlannedLine(line, quantity, cancelled, part, is_restocked and quantity > 0)


def _shipping_tax(parts: Sequence[Part], amounts: Amounts) -> list[dict[str, int | str]] | None:
    if any(part.taxed is None for part in parts):
        return None
    return [
        {"tax_class": part.taxed.tax_class, "rate": part.taxed.rate, "gross": refunded.gross, "tax": refunded.tax or 0}
        for part, refunded in zip(parts, amounts.shipping, strict=True)
        if part.taxed is not None
    ]
