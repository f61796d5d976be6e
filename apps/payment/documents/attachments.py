"""Documents as files of mails."""

from __future__ import annotations

import uuid
from collections.abc import Iterator

import structlog

from apps.payment.documents.models import Document, Series
from apps.payment.documents.rendering import render_document
from apps.payment.orders.mail_attachments import MailAttachment
from apps.payment.orders.models import Order

log = structlog.get_logger(__name__)
MEDIA_TYPE = "application/pdf"


def invoice_of(order: Order) -> Iterator[MailAttachment]:
    """The invoice, if the order has one."""
    yield from _files(Document.objects.filter(order=order, series=Series.INVOICE).first())


def credit_note_of(refund_id: uuid.UUID) -> Iterator[MailAttachment]:
    """The credit note of a refund, if it has one."""
    yield from _files(Document.objects.filter(refund_id=refund_id).first())


def invoice_of_charge(charge_id: uuid.UUID) -> Iterator[MailAttachment]:
    """The invoice of a subscription's period."""
    yield from _files(Document.objects.filter(charge_id=charge_id, series=Series.INVOICE).first())


def _files(document: Document | None) -> Iterator[MailAttachment]:
    """Nothing when the file cannot be drawn: the mail goes out, and its order's page has the document once that is
    fixed."""
    if document is None:
        return
    try:
        content = render_document(document)
    except Exception:  # whatever is wrong with the file, the customer gets the mail
        log.exception("mail sent without its document", document=document.number)
        return
    yield MailAttachment(document.file_name, content, MEDIA_TYPE)
