"""Reads of refunds and return requests."""

from __future__ import annotations

import uuid
from collections.abc import Iterable

from django.utils.translation import gettext

from apps.common.problems import NotFound
from apps.payment.orders.models import Order
from apps.payment.orders.selectors import taxed_amounts
from apps.payment.refunds.models import Refund, RefundLine, ReturnRequest
from apps.payment.tax.services import TaxedAmount, tax_summary


def refundable_order(order_id: uuid.UUID) -> Order:
    """The order with what a refund is planned from: 4 queries."""
    return Order.objects.prefetch_related("lines", "refunds__lines").get(pk=order_id)


def refunds_of(orders: Iterable[Order]) -> dict[uuid.UUID, list[Refund]]:
    """Refunds with their lines by order id, oldest first: 3 queries, or 1 without any."""
    found: dict[uuid.UUID, list[Refund]] = {order.pk: [] for order in orders}
    rows = Refund.objects.filter(order__in=found).prefetch_related("lines__line").order_by("requested_at", "pk")
    for refund in rows:
        found[refund.order_id].append(refund)
    return found


def return_requests_of(orders: Iterable[Order]) -> dict[uuid.UUID, list[ReturnRequest]]:
    """Return requests with their lines by order id, oldest first: 3 queries, or 1 without any."""
    found: dict[uuid.UUID, list[ReturnRequest]] = {order.pk: [] for order in orders}
    rows = ReturnRequest.objects.filter(order__in=found).prefetch_related("lines__line").order_by("requested_at", "pk")
    for request in rows:
        found[request.order_id].append(request)
    return found


def find_return_request(order: Order, request_id: uuid.UUID) -> ReturnRequest:
    """A return request of this order, with its lines; raises NotFound."""
    requests = ReturnRequest.objects.filter(order=order, pk=request_id).prefetch_related("lines__line")
    request = requests.first()
    if request is None:
        raise NotFound(gettext("There is no such return request."))
    return request


def tax_of_refund(refund: Refund) -> list[TaxedAmount]:
    """The tax in a refund by rate and class; empty where the order has none recorded. No query where the lines are
    prefetched with theirs."""
    amounts = taxed_amounts(refund.shipping_tax or [])
    for row in refund.lines.all():
        amount = taxed_amount_of(row)
        if amount is None:
            return []
        amounts.append(amount)
    return [amount for amount in tax_summary(amounts) if amount.gross]


def taxed_amount_of(row: RefundLine) -> TaxedAmount | None:
    """What goes back of a line with its tax; None where tax was not recorded."""
    taxed = row.line.taxed_amount
    if taxed is None or row.tax_amount is None:
        return None
    return TaxedAmount(taxed.tax_class, taxed.rate, gross=row.gross_amount, tax=row.tax_amount)
