"""Issuing invoices and credit notes: numbers without gaps, in the transaction of what they are about.

The counter of a series is one row, so its lock puts the transactions that issue one behind the other. Callers issue
with the last statement of theirs: the lock is held for one insert and the commit, and nobody waits for another lock
with it. A transaction that is rolled back gives its number back.
"""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from datetime import datetime
from typing import Any

import structlog
from django.db import connection
from django.db.models import QuerySet

from apps.common.languages import default_language, shop_language
from apps.payment.documents.drafting import credit_note_facts, invoice_facts
from apps.payment.documents.facts import Facts, Line
from apps.payment.documents.models import Document, DocumentCounter, Series
from apps.payment.orders.models import Order, OrderLine
from apps.payment.orders.selectors import has_recorded_tax
from apps.payment.tax.services import tax_date

log = structlog.get_logger(__name__)
PREFIXES = {Series.INVOICE: "INV", Series.CREDIT_NOTE: "CN"}


def issue_invoice(order: Order, lines: Sequence[OrderLine], *, paid_at: datetime) -> Document | None:
    """The invoice of an order that is being paid, in the caller's transaction and as its last statement. An order that
    has one keeps it.

    None for an order that was placed before tax was recorded: nobody can say what tax is in it.
    """
    if not has_recorded_tax(order, lines):
        log.warning("no invoice: the order has no tax recorded", order=order.number)
        return None
    facts = invoice_facts(order, lines, paid_on=tax_date(paid_at))
    issued = _issue(Series.INVOICE, facts, language=order.language, issued_at=paid_at, order=order)
    return issued or Document.objects.get(order=order, series=Series.INVOICE)


def issue_service_invoice(facts: Facts, *, charge_id: uuid.UUID, language: str, issued_at: datetime) -> Document:
    """The invoice of a charge that belongs to no order, in the caller's transaction and as its last statement. A charge
    that has one keeps it."""
    issued = _issue(Series.INVOICE, facts, language=language, issued_at=issued_at, charge_id=charge_id)
    return issued or Document.objects.get(charge_id=charge_id, series=Series.INVOICE)


def issue_credit_note(
    order: Order, lines: Sequence[Line], *, refund_id: uuid.UUID, refunded_at: datetime
) -> Document | None:
    """The credit note about the lines of a refund, in the caller's transaction and as its last statement.

    None where no amount goes back, and for orders without an invoice: there is nothing to correct.
    """
    invoice = Document.objects.filter(order=order, series=Series.INVOICE).first()
    lines = tuple(line for line in lines if line.gross)
    if invoice is None or not lines:
        return None
    facts = credit_note_facts(invoice, lines, paid_on=tax_date(refunded_at))
    return _issue(
        Series.CREDIT_NOTE, facts, language=order.language, issued_at=refunded_at, order=order, refund_id=refund_id
    )


def issue_service_credit_note(
    lines: Sequence[Line], *, charge_id: uuid.UUID, refund_id: uuid.UUID, refunded_at: datetime
) -> Document | None:
    """The credit note about a refund of a charge that belongs to no order, in the caller's transaction and as its last
    statement. None for a charge without an invoice."""
    invoice = Document.objects.filter(charge_id=charge_id, series=Series.INVOICE).first()
    if invoice is None:
        return None
    facts = credit_note_facts(invoice, lines, paid_on=tax_date(refunded_at))
    belongs_to = {"charge_id": charge_id, "refund_id": refund_id}
    issued = _issue(Series.CREDIT_NOTE, facts, language=invoice.language, issued_at=refunded_at, **belongs_to)
    return issued or Document.objects.get(series=Series.CREDIT_NOTE, **belongs_to)


def _issue(series: Series, facts: Facts, *, language: str, issued_at: datetime, **belongs_to: Any) -> Document | None:
    """`belongs_to`: the order or the charge of a subscription, with the refund of a credit note. None,
    and no number is used, where the document was issued before."""
    year = tax_date(issued_at).year
    sequence = _next_sequence(series, year, unless=Document.objects.filter(series=series, **belongs_to))
    if sequence is None:
        return None
    return Document.objects.create(
        series=series,
        year=year,
        sequence=sequence,
        number=f"{PREFIXES[series]}-{year}-{sequence:06}",
        language=shop_language(language) or default_language(),
        issued_at=issued_at,
        facts=facts.as_json(),
        **belongs_to,
    )


def _next_sequence(series: Series, year: int, *, unless: QuerySet[Document]) -> int | None:
    """One statement, which also makes the counter of a new year; its lock is held until the transaction ends. None
    where there are documents in `unless`."""
    table = connection.ops.quote_name(DocumentCounter._meta.db_table)
    present, parameters = unless.values("pk").query.sql_with_params()
    with connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO {table} AS counter (series, year, last_sequence)"
            f" SELECT %s, %s, 1 WHERE NOT EXISTS ({present})"
            " ON CONFLICT (series, year) DO UPDATE SET last_sequence = counter.last_sequence + 1"
            " RETURNING last_sequence",
            [series, year, *parameters],
        )
        row = cursor.fetchone()
        return int(row[0]) if row else None
