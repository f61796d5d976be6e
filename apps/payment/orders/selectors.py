"""Reads of orders."""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from datetime import timedelta
from typing import Any

from django.db.models import Exists, F, OuterRef, QuerySet
from django.utils import timezone
from django.utils.translation import gettext

from apps.common.problems import NotFound
from apps.payment.access import Caller
from apps.payment.orders.models import Order, OrderLine
from apps.payment.payments.models import Payment
from apps.payment.tax.rates import TaxClass
from apps.payment.tax.services import TaxedAmount, tax_summary

# Checkout gives an order up that was not authorised within half an hour.
STUCK_AFTER = timedelta(minutes=35)


def orders_of(user_id: uuid.UUID) -> QuerySet[Order]:
    """An account's orders with their lines: 2 queries a page."""
    return Order.objects.filter(user_id=user_id).prefetch_related("lines")


def payments_of(orders: list[Order]) -> dict[uuid.UUID, Payment]:
    """Payments with their methods by order id: 1 query."""
    rows = Payment.objects.filter(order_id__in=[order.pk for order in orders]).select_related("method")
    return {payment.order_id: payment for payment in rows}


def lines_of(order: Order) -> list[OrderLine]:
    """The lines in their order: at most 1 query, none where they are prefetched."""
    return sorted(order.lines.all(), key=lambda line: line.position)


def payment_of(order: Order) -> Payment:
    """The payment, with its method, of an order that costs something."""
    return Payment.objects.select_related("method").get(order_id=order.pk)


def find_order(number: str, caller: Caller) -> Order:
    """An order of the caller, or any for support; raises NotFound otherwise."""
    order = Order.objects.prefetch_related("lines").filter(number=number.upper()).first()
    if order and (caller.is_support or caller.owns(user_id=order.user_id, secret_hash=order.secret_hash)):
        return order
    raise NotFound(gettext("There is no such order, or it is not yours."))


def tax_of(order: Order) -> list[TaxedAmount]:
    """The tax in an order's total by rate and class; empty for orders placed before tax was recorded.

    No query where the lines are prefetched.
    """
    lines = list(order.lines.all())
    if not has_recorded_tax(order, lines):
        return []
    recorded = [line.taxed_amount for line in lines]
    return tax_summary([*(amount for amount in recorded if amount), *(shipping_tax_of(order) or [])])


def has_recorded_tax(order: Order, lines: Iterable[OrderLine]) -> bool:
    """Whether the order was placed when tax was recorded."""
    return order.shipping_tax is not None and all(line.taxed_amount is not None for line in lines)


def shipping_tax_of(order: Order) -> list[TaxedAmount] | None:
    """The parts of what was paid for shipping with their taxes; None for orders placed before tax was recorded."""
    return None if order.shipping_tax is None else taxed_amounts(order.shipping_tax)


def taxed_amounts(parts: Iterable[dict[str, Any]]) -> list[TaxedAmount]:
    """Amounts as they are kept in JSON."""
    return [TaxedAmount(**part | {"tax_class": TaxClass(part["tax_class"])}) for part in parts]


def orders_to_ship() -> QuerySet[Order]:
    """Paid orders with goods that were neither sent nor cancelled."""
    left = F("quantity") - F("cancelled_quantity")
    goods = OrderLine.objects.filter(order=OuterRef("pk"), kind="goods", shipped_quantity__lt=left)
    return Order.objects.filter(Exists(goods), state__in=Order.ACTIVE, fulfilled_at=None)


def stuck_orders() -> QuerySet[Order]:
    """Orders that are neither paid nor given up by now, though checkout tries every few seconds."""
    return Order.objects.filter(state__in=Order.OPEN, placed_at__lt=timezone.now() - STUCK_AFTER)
