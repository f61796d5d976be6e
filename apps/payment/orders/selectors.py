"""Reads of orders."""

from __future__ import annotations

import uuid
from typing import Any

from django.db.models import QuerySet

from apps.common.money import Money
from apps.payment import secrets
from apps.payment.orders.models import Order
from apps.payment.payments.models import Payment


def orders_of(user_id: uuid.UUID) -> QuerySet[Order]:
    """An account's orders with their lines: 2 queries a page."""
    return Order.objects.filter(user_id=user_id).prefetch_related("lines")


def payments_of(orders: list[Order]) -> dict[uuid.UUID, Payment]:
    """Payments with their methods by order id: 1 query."""
    rows = Payment.objects.filter(order_id__in=[order.pk for order in orders]).select_related("method")
    return {payment.order_id: payment for payment in rows}


def mail_facts(order: Order) -> dict[str, Any]:
    """What the confirmation mail shows."""
    secret = secrets.order_secret(order.pk)
    return {
        "order": order,
        "lines": [
            {
                "title": line.title,
                "variant": line.variant_name,
                "quantity": line.quantity,
                "total": Money(line.unit_amount * line.quantity, order.currency).format(),
            }
            for line in sorted(order.lines.all(), key=lambda line: line.position)
        ],
        "shipping": Money(order.shipping_amount, order.currency).format() if order.shipping_code else "",
        "total": order.total.format(),
        "has_films": any(line.kind == "video" for line in order.lines.all()),
        # A guest has no account to look the order up with: the mail is the key.
        "query": f"?secret={secret}" if secrets.matches(secret, order.secret_hash) else "",
    }
