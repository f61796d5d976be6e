"""What happens when an account is deleted."""

from __future__ import annotations

import uuid

from apps.common.erasure import erases_person
from apps.payment.carts import services as carts
from apps.payment.orders import services as orders
from apps.payment.payments import services as payments
from apps.payment.refunds.returns import erase_texts
from apps.payment.shipments.services import erase_tracking
from apps.payment.subscriptions import services as subscriptions


@erases_person
def forget_user(user_id: uuid.UUID) -> None:
    # Before its cards, which it must not be charged with any more.
    subscriptions.forget_user(user_id)
    carts.forget_user(user_id)
    orders.forget_user(user_id)
    payments.forget_user(user_id)
    erase_texts()
    erase_tracking()
