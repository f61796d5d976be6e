"""What every step of checkout writes: the next state with its history and event, and what the provider says."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.db import transaction

from apps.common import outbox
from apps.payment.orders.models import Order, OrderLine, OrderTransition
from apps.payment.payments.models import Payment
from apps.payment.payments.providers.base import Charge
from apps.payment.vouchers import services as vouchers

State = Order.State


def move(order: Order, state: str, *, note: str = "", **changes: Any) -> bool:
    """Write the next state with its history; only from the state this run started from."""
    with transaction.atomic(durable=True):
        moved = Order.objects.filter(pk=order.pk, state=order.state).update(state=state, **changes)
        if moved:
            OrderTransition.objects.create(order=order, state=state, note=note[:300])
            if state in Order.GIVEN_UP:
                vouchers.release(order.pk)
            if state == State.CANCELLED:
                data = event_payload(order, order.lines.order_by("position"))
                outbox.publish(type="order.cancelled", subject=order.number, data=data)
    return bool(moved)


def payment_of(order: Order) -> Payment:
    """The payment, with its method, of an order that costs something."""
    return Payment.objects.select_related("method").get(order_id=order.pk)


def record_charge(payment: Payment, charge: Charge) -> None:
    """Keep what the provider says."""
    Payment.objects.filter(pk=payment.pk).update(
        reference=charge.reference,
        state=charge.state,
        action_url=charge.action_url,
        decline_code=charge.decline_code,
    )


def event_payload(order: Order, lines: Iterable[OrderLine]) -> dict[str, Any]:
    """What `order.paid` and `order.cancelled` carry. No e-mail: nobody needs it, and events stay."""
    return {
        "order_id": str(order.pk),
        "order_number": order.number,
        "user_id": order.user_id and str(order.user_id),
        "currency": order.currency,
        "total": order.total.as_dict(),
        "lines": [
            {
                "sku": line.sku,
                "kind": line.kind,
                "quantity": line.quantity,
                "slug": line.slug,
                "title_slug": line.title_slug or None,
                "offer": line.offer or None,
                "rental_hours": line.rental_hours,
            }
            for line in lines
        ],
    }
