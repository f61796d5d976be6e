"""Reads of documents."""

from __future__ import annotations

import uuid
from collections.abc import Iterable

from django.utils.translation import gettext

from apps.common.problems import NotFound
from apps.payment.documents.models import Document, Series
from apps.payment.orders.models import Order


def documents_of(orders: Iterable[Order]) -> dict[uuid.UUID, list[Document]]:
    """Documents by order id, oldest first and without what they say: 1 query."""
    found: dict[uuid.UUID, list[Document]] = {order.pk: [] for order in orders}
    for document in Document.objects.filter(order__in=found).defer("facts").order_by("issued_at", "pk"):
        found[document.order_id].append(document)
    return found


def find_invoice(order: Order) -> Document:
    """Raises NotFound for an order that was not paid, or before invoices were issued."""
    document = Document.objects.filter(order=order, series=Series.INVOICE).first()
    if document is None:
        raise NotFound(gettext("This order has no invoice: it gets one when it is paid."))
    return document


def find_document(order: Order, number: str) -> Document:
    """An invoice or a credit note of this order; raises NotFound."""
    document = Document.objects.filter(order=order, number=number.upper()).first()
    if document is None:
        raise NotFound(gettext("This order has no such document."))
    return document
