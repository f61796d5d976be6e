"""Reads of orders with all that happened to them."""

from __future__ import annotations

from typing import Any

from apps.payment.documents.selectors import documents_of
from apps.payment.orders.models import Order
from apps.payment.orders.selectors import payments_of
from apps.payment.payments.models import Payment
from apps.payment.refunds.selectors import refunds_of, return_requests_of
from apps.payment.shipments.selectors import shipments_of


def order_context(orders: list[Order]) -> dict[str, Any]:
    """What the representation of orders needs beside them, by their ids: 5 queries, and up to 7 more for parcels,
    refunds and return requests with their lines."""
    return {
        "payments": payments_of(orders),
        "documents": documents_of(orders),
        "shipments": shipments_of(orders),
        "refunds": refunds_of(orders),
        "return_requests": return_requests_of(orders),
    }


def new_order_context(order: Order, payment: Payment | None) -> dict[str, Any]:
    """The same for an order that this request has placed: 1 query, as nothing was sent or given back of it yet."""
    return {
        "payments": {order.pk: payment} if payment else {},
        "documents": documents_of([order]),
        "shipments": {order.pk: []},
        "refunds": {order.pk: []},
        "return_requests": {order.pk: []},
    }
