"""Refunds: requested -> sent -> completed or failed, each step idempotent and keyed by the refund's id.

`advance` takes a refund as far as it goes. It may be called at any time by anybody (the request of staff, the periodic
job): a lease lets one of them work on a refund at a time, and what one left undone the next continues. No network call
happens inside a transaction.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable
from datetime import timedelta

from django.utils.translation import gettext_noop

from apps.common.leases import Lease, claim
from apps.payment.orders.selectors import payment_of
from apps.payment.payments.providers import registry
from apps.payment.payments.providers.base import ChargeClosed, ProviderRefund
from apps.payment.refunds.booking import complete, fail
from apps.payment.refunds.models import Refund

# Longer than all network calls of one run together, so that a lease never ends under a living worker.
LEASE = timedelta(seconds=60)
# Stored in English and translated when it is shown (`Refund.failure_sentence`).
REFUSED = gettext_noop("The payment provider refused the refund. Look at the charge there, then try again.")
LOST = gettext_noop("The payment provider could not complete the refund. Nothing was refunded; try again.")

State = Refund.State


def advance(refund_id: uuid.UUID) -> Refund:
    """Take the refund as far as it goes now and return it. Does nothing when another worker holds it.

    Raises what a provider raises that cannot be reached; the refund then keeps its state.
    """
    lease: Lease[Refund] | None = claim(
        Refund.objects.filter(state__in=Refund.OPEN), refund_id, field="lease_until", duration=LEASE
    )
    if lease is not None:
        try:
            refund = _read(refund_id)
            while refund.is_open and STEPS[State(refund.state)](refund):
                refund = _read(refund_id)
        finally:
            lease.release()
    return _read(refund_id)


def _read(refund_id: uuid.UUID) -> Refund:
    return Refund.objects.select_related("order").get(pk=refund_id)


# --- steps: each returns whether the refund moved on --------------------------------------------------------------


def _send(refund: Refund) -> bool:
    """Ask the provider, unless it was asked by a worker that died before saying so, or there is no money in it."""
    reference = ""
    if refund.amount:
        payment = payment_of(refund.order)
        provider = registry.get(payment.method.provider)
        try:
            sent = provider.find_refund(payment.reference, key=str(refund.pk)) or provider.refund(
                payment.reference, key=str(refund.pk), amount=refund.total
            )
        except ChargeClosed:
            return fail(refund, REFUSED)
        reference = sent.reference
    return move(refund, State.SENT, reference=reference)


def _confirm(refund: Refund) -> bool:
    """Book what the provider has done; False while it is still at it."""
    if refund.amount:
        sent = _sent_refund(refund)
        if sent is None or sent.state == "failed":
            return fail(refund, LOST)
        if sent.state == "pending":
            return False
    return complete(refund)


def _sent_refund(refund: Refund) -> ProviderRefund | None:
    payment = payment_of(refund.order)
    return registry.get(payment.method.provider).find_refund(payment.reference, key=str(refund.pk))


def move(refund: Refund, state: str, *, reference: str) -> bool:
    """Write the next state; only from the state this run started from."""
    moved = Refund.objects.filter(pk=refund.pk, state=refund.state).update(state=state, reference=reference)
    return bool(moved)


STEPS: dict[str, Callable[[Refund], bool]] = {State.REQUESTED: _send, State.SENT: _confirm}
