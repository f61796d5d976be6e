"""What every step of checkout writes: the next state with its history and event, and what the provider says."""

from __future__ import annotations

from typing import Any

from django.db import transaction

from apps.common import outbox
from apps.payment.orders.events import all_units, event_payload
from apps.payment.orders.models import Order, OrderTransition
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
                data = event_payload(order, all_units(order.lines.order_by("position")))
                outbox.publish(type="order.cancelled", subject=order.number, data=data)
    return bool(moved)


def record_charge(payment: Payment, charge: Charge) -> None:
    """Keep what the provider says."""
    Payment.objects.filter(pk=payment.pk).update(
        reference=charge.reference,
        state=charge.state,
        action_url=charge.action_url,
        decline_code=charge.decline_code,
    )
