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
        if document.order_id:
            found[document.order_id].append(document)
    return found


def invoices_of_charges(charge_ids: Iterable[uuid.UUID]) -> dict[uuid.UUID, Document]:
    """Invoices of periods of subscriptions, without what they say: 1 query."""
    rows = Document.objects.filter(charge_id__in=list(charge_ids), series=Series.INVOICE).defer("facts")
    return {document.charge_id: document for document in rows if document.charge_id}


def credit_notes_of_charges(charge_ids: Iterable[uuid.UUID]) -> dict[uuid.UUID, list[Document]]:
    """Credit notes about periods of subscriptions by the period's id, oldest first and without what they say: 1
    query."""
    found: dict[uuid.UUID, list[Document]] = {}
    rows = Document.objects.filter(charge_id__in=list(charge_ids), series=Series.CREDIT_NOTE)
    for document in rows.defer("facts").order_by("issued_at", "pk"):
        if document.charge_id:
            found.setdefault(document.charge_id, []).append(document)
    return found


def find_charge_invoice(charge_id: uuid.UUID) -> Document:
    """The invoice of a period of a subscription; raises NotFound for one that was not paid."""
    document = Document.objects.filter(charge_id=charge_id, series=Series.INVOICE).first()
    if document is None:
        raise NotFound(gettext("There is no such invoice."))
    return document


def find_charge_credit_note(charge_id: uuid.UUID, number: str) -> Document:
    """A credit note about this period of a subscription; raises NotFound."""
    notes = Document.objects.filter(charge_id=charge_id, series=Series.CREDIT_NOTE, number=number.upper())
    document = notes.first()
    if document is None:
        raise NotFound(gettext("There is no such credit note."))
    return document


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
