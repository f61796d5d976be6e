"""What every step of checkout writes: the next state with its history and event, and what the provider says."""

from __future__ import annotations

from typing import Any

from django.db import connection, transaction
from django.utils import timezone

from apps.common import outbox
from apps.common.model_fields import column_of, concrete_field
from apps.payment.orders.events import all_units, event_payload
from apps.payment.orders.models import Order
from apps.payment.orders.selectors import lines_of
from apps.payment.payments.models import Payment
from apps.payment.payments.providers.base import Charge
from apps.payment.vouchers import services as vouchers

State = Order.State


# One statement, so that no state is without its history and nothing waits between the two.
MOVE = """
    WITH moved AS (UPDATE orders_order SET {changes} WHERE id = %s AND state = %s RETURNING id)
    INSERT INTO orders_ordertransition (order_id, state, note, at) SELECT id, %s, %s, %s FROM moved
"""


def move(order: Order, state: str, *, note: str = "", **changes: Any) -> bool:
    """Write the next state with its history, here and in the database; only from the state this run started from.

    Where another worker was faster the order is read again.
    """
    if state in Order.GIVEN_UP:
        moved = _move_to_end(order, state, note=note, **changes)
    else:
        moved = write_state(order, state, note=note, **changes)
    remember_state(order, state, changes if moved else None)
    return moved


def _move_to_end(order: Order, state: str, *, note: str, **changes: Any) -> bool:
    with transaction.atomic(durable=True):
        moved = write_state(order, state, note=note, **changes)
        if moved:
            vouchers.release(order.pk)
            if state == State.CANCELLED:
                data = event_payload(order, all_units(lines_of(order)))
                outbox.publish(type="order.cancelled", subject=order.number, data=data)
    return moved


def write_state(order: Order, state: str, *, note: str = "", **changes: Any) -> bool:
    """Write the next state, other columns and the history; False, with nothing written, when the order has another
    state than `order` says. Call `remember_state` once it is committed."""
    fields = [concrete_field(Order, name) for name in ("state", *changes)]
    values = [
        field.get_db_prep_save(value, connection)
        for field, value in zip(fields, (state, *changes.values()), strict=True)
    ]
    assignments = ", ".join(f"{connection.ops.quote_name(column_of(field))} = %s" for field in fields)
    with connection.cursor() as cursor:
        cursor.execute(
            MOVE.format(changes=assignments), [*values, order.pk, order.state, state, note[:300], timezone.now()]
        )
        return bool(cursor.rowcount)


def remember_state(order: Order, state: str, changes: dict[str, Any] | None) -> None:
    """Have `order` say what was written; None where nothing was, because another worker was faster."""
    if changes is None:
        order.refresh_from_db()
        return
    for name, value in {"state": state, **changes}.items():
        setattr(order, name, value)


def record_charge(payment: Payment, charge: Charge) -> None:
    """Keep what the provider says."""
    said = {
        "reference": charge.reference,
        "state": charge.state,
        "action_url": charge.action_url,
        "decline_code": charge.decline_code,
    }
    Payment.objects.filter(pk=payment.pk).update(**said)
    for name, value in said.items():
        setattr(payment, name, value)
