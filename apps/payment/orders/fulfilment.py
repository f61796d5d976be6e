"""When an order is fulfilled: all of its goods were sent, but for those refunded before they were."""

from __future__ import annotations

from collections.abc import Sequence

from django.utils import timezone

from apps.payment.orders.models import Order, OrderLine, OrderTransition

State = Order.State


def fulfil_if_complete(order: Order, lines: Sequence[OrderLine]) -> bool:
    """Mark an order as fulfilled once nothing is left to send and something was; returns whether that happened now.

    An order of films alone has nothing to send and stays paid; one that is refunded in part stays so, and only
    `fulfilled_at` says that its parcels are on their way. Call it in a transaction that has locked the order.
    """
    is_complete = any(line.shipped_quantity for line in lines) and not any(line.shippable_quantity for line in lines)
    if order.fulfilled_at is not None or not is_complete or not order.is_active:
        return False
    order.fulfilled_at = timezone.now()
    if order.state == State.PAID:
        order.state = State.FULFILLED
        OrderTransition.objects.create(order=order, state=State.FULFILLED)
    order.save(update_fields=["fulfilled_at", "state"])
    return True
