"""Recording disputes: state, books and event stand or fall together."""

from __future__ import annotations

import uuid
from datetime import datetime, timedelta
from functools import partial

import structlog
from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext

from apps.common.http import Unavailable
from apps.common.jobs.services import for_each
from apps.common.money import Money
from apps.payment.disputes.models import Dispute, DisputeChange
from apps.payment.disputes.problems import PaymentDisputed
from apps.payment.disputes.subjects import find_subject
from apps.payment.ledger.models import Account, JournalEntry
from apps.payment.ledger.services import book
from apps.payment.orders.models import Order
from apps.payment.payments.providers import registry
from apps.payment.payments.providers.base import ProviderDispute

log = structlog.get_logger(__name__)
# How far back the nightly job looks for disputes whose webhook never came.
CATCH_UP = timedelta(days=8)
JOB = "catch-up-on-disputes"


def record_dispute(provider: str, reference: str) -> Dispute | None:
    """Ask the provider how the dispute stands, and write what is new; None when it is about no charge of ours.

    May be repeated at any time. Raises Unavailable.
    """
    return _record(provider, registry.get(provider).dispute(reference))


def catch_up(now: datetime | None = None) -> int:
    """Record disputes that no webhook reported, and how the open ones stand; returns how many were looked at."""
    since, count = (now or timezone.now()) - CATCH_UP, 0
    for name in registry.in_use():
        try:
            found = {dispute.reference: dispute for dispute in registry.get(name).disputes_since(since)}
        except Unavailable as error:
            log.warning("disputes not read; it is tried again", provider=name, error=str(error))
            continue
        waiting = Dispute.objects.filter(provider=name, state__in=Dispute.OPEN).exclude(reference__in=found)
        references = [*found, *waiting.values_list("reference", flat=True)]
        count += for_each(references, partial(_look_at, name, found), job=JOB)
    return count


def _look_at(provider: str, found: dict[str, ProviderDispute], reference: str) -> None:
    if reference in found:
        _record(provider, found[reference])
    else:
        record_dispute(provider, reference)


def require_undisputed(order: Order) -> None:
    """Raises PaymentDisputed while the bank holds the order's money, or after it gave it back: the same money must not
    go back a second time."""
    _require_undisputed(Dispute.objects.filter(order=order), order.number)


def require_undisputed_charge(charge_id: uuid.UUID, number: str) -> None:
    """The same of a charge that belongs to no order; `number` is that of the subscription."""
    _require_undisputed(Dispute.objects.filter(charge_id=charge_id), number)


def _require_undisputed(disputes: QuerySet[Dispute], number: str) -> None:
    states = set(disputes.values_list("state", flat=True))
    if Dispute.State.LOST in states:
        detail = gettext("The bank has given the money of %(number)s back to the customer already.")
        raise PaymentDisputed(detail % {"number": number})
    if states & set(Dispute.OPEN):
        detail = gettext(
            "The customer disputes the payment of %(number)s. Respond to it at the payment provider; "
            "what is refunded now could go back twice."
        )
        raise PaymentDisputed(detail % {"number": number})


def _record(provider: str, found: ProviderDispute) -> Dispute | None:
    subject = find_subject(provider, found.charge)
    if subject is None:
        log.warning("a dispute is about no charge of ours", provider=provider, reference=found.reference)
        return None
    with transaction.atomic(durable=True):
        subject.lock()
        dispute = Dispute.objects.filter(provider=provider, reference=found.reference).first()
        before = dispute.state if dispute else None
        if dispute and not (before == found.state or dispute.is_before(found.state)):
            return dispute
        values = {"state": found.state, "reason": found.reason[:40], "due_at": found.due_at, "url": found.url[:300]}
        dispute, _is_new = Dispute.objects.update_or_create(
            provider=provider,
            reference=found.reference,
            defaults=values,
            create_defaults=values
            | subject.fields
            | {"number": subject.number, "amount": found.amount.amount, "currency": found.amount.currency},
        )
        if before != found.state:
            DisputeChange.objects.create(dispute=dispute, state=found.state)
            subject.react(before, dispute)
        _book(subject.number, found)
    return dispute


def _book(number: str, found: ProviderDispute) -> None:
    """The bank takes amount and fee from what the provider owes the shop, and gives it back to a shop that wins."""
    if found.withdrawn:
        book(
            key=f"dispute:{found.reference}",
            kind=JournalEntry.Kind.DISPUTE,
            order_number=number,
            postings={
                str(Account.DISPUTES): found.withdrawn,
                str(Account.PROVIDER_FEES): found.fee,
                str(Account.PROVIDER_CLEARING): -(found.withdrawn + found.fee),
            },
        )
    if found.reinstated:
        returned_fee = found.reinstated - found.withdrawn
        fee = returned_fee if returned_fee.amount > 0 else Money.zero(found.reinstated.currency)
        book(
            key=f"reversal:{found.reference}",
            kind=JournalEntry.Kind.REVERSAL,
            order_number=number,
            postings={
                str(Account.PROVIDER_CLEARING): found.reinstated,
                str(Account.DISPUTES): -(found.reinstated - fee),
                str(Account.PROVIDER_FEES): -fee,
            },
        )
