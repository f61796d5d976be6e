"""What an action of staff will do, in sentences: above all to the money."""

from __future__ import annotations

from collections.abc import Iterable

from django.utils.translation import gettext

from apps.common.admin_site.display import money
from apps.payment.orders.models import Order
from apps.payment.payments.models import Payment
from apps.payment.refunds.planning import PlannedLine, RefundPlan


def no_money_moves() -> str:
    return gettext("No money moves.")


def refund_summary(plan: RefundPlan, payment: Payment | None) -> list[str]:
    """The money first, then films and stock."""
    order = plan.order
    sentences = [
        _money_sentence(plan, payment),
        gettext("%(left)s of %(total)s remain paid.")
        % {
            "left": money(order.left_amount - plan.amount, order.currency),
            "total": money(order.total_amount, order.currency),
        },
        *_line_sentences(plan.lines),
    ]
    if plan.goodwill_amount:
        free = gettext("%(amount)s of it are a free amount.")
        sentences.append(free % {"amount": money(plan.goodwill_amount, order.currency)})
    return [*sentences, gettext("The customer gets a mail.")]


def return_summary(plan: RefundPlan, payment: Payment | None) -> list[str]:
    """Of a return request that is accepted; the form asks about the stock."""
    films = [planned for planned in plan.lines if planned.line.is_film]
    return [
        gettext("If you accept: %(sentence)s") % {"sentence": _money_sentence(plan, payment)},
        *_line_sentences(films),
        gettext("If you decline: %(sentence)s") % {"sentence": no_money_moves()},
        gettext("The customer gets a mail either way."),
    ]


def _money_sentence(plan: RefundPlan, payment: Payment | None) -> str:
    if not plan.amount or payment is None:
        return no_money_moves()
    values = {"amount": money(plan.amount, plan.order.currency), "method": payment.method}
    return gettext("%(amount)s go back to %(method)s.") % values


def _line_sentences(lines: Iterable[PlannedLine]) -> list[str]:
    sentences = []
    for planned in lines:
        values = {"units": planned.quantity, "title": planned.line.title}
        if not planned.quantity:
            continue
        if planned.line.is_film:
            sentences.append(gettext("“%(title)s” leaves the customer’s library.") % values)
        elif planned.is_restocked:
            sentences.append(gettext("%(units)s × “%(title)s” go back into the stock.") % values)
        else:
            sentences.append(gettext("%(units)s × “%(title)s” do not go back into the stock.") % values)
        if planned.cancelled_quantity:
            cancelled = values | {"units": planned.cancelled_quantity}
            sentences.append(gettext("%(units)s × “%(title)s” will not be sent.") % cancelled)
    return sentences


def cancel_unpaid_summary(order: Order) -> list[str]:
    return [
        gettext("No money moves: %(amount)s were not charged.") % {"amount": money(order.total_amount, order.currency)},
        gettext("The reserved stock is released, and the customer’s cart stays as it was."),
    ]
