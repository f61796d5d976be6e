"""Refunds: requested -> sent -> completed or failed, each step idempotent and keyed by the refund's id.

`advance` takes a refund as far as it goes. It may be called at any time by anybody (the request of staff, the periodic
job): a lease lets one of them work on a refund at a time, and what one left undone the next continues. No network call
happens inside a transaction. Refunds of orders and of subscriptions go the same way; a `RefundKind` says where they
differ.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext_noop

from apps.common.leases import Lease, claim, lease_time
from apps.payment.orders.selectors import payment_of
from apps.payment.payments.providers import registry
from apps.payment.payments.providers.base import ChargeClosed, ProviderRefund
from apps.payment.refunds.booking import complete, fail
from apps.payment.refunds.models import BaseRefund, Refund

# Longer than all network calls of one run together, so that a lease never ends under a living worker.
LEASE = lease_time(60)
# Stored in English and translated when it is shown (`BaseRefund.failure_sentence`).
REFUSED = gettext_noop("The payment provider refused the refund. Look at the charge there, then try again.")
LOST = gettext_noop("The payment provider could not complete the refund. Nothing was refunded; try again.")

State = BaseRefund.State


@dataclass(frozen=True, slots=True)
class RefundKind[R: BaseRefund]:
    """Where kinds of refunds differ: their rows, the charge that one goes back from (provider and its reference), and
    what is written when the money went back, or did not for the reason in the second argument. Both return False when
    another worker did it."""

    rows: Callable[[], QuerySet[R]]
    charge_of: Callable[[R], tuple[str, str]]
    complete: Callable[[R], bool]
    fail: Callable[[R, str], bool]


def advance(refund_id: uuid.UUID) -> Refund:
    """Take the refund of an order as far as it goes now and return it; as `advance_refund`."""
    return advance_refund(OF_ORDERS, refund_id)


def advance_refund[R: BaseRefund](kind: RefundKind[R], refund_id: uuid.UUID) -> R:
    """Take the refund as far as it goes now and return it. Does nothing when another worker holds it.

    Raises what a provider raises that cannot be reached; the refund then keeps its state.
    """
    open_rows = kind.rows().filter(state__in=BaseRefund.OPEN)
    lease: Lease[R] | None = claim(open_rows, refund_id, field="lease_until", duration=LEASE)
    if lease is not None:
        try:
            refund = kind.rows().get(pk=refund_id)
            while refund.is_open and STEPS[State(refund.state)](kind, refund):
                refund = kind.rows().get(pk=refund_id)
        finally:
            lease.release()
    return kind.rows().get(pk=refund_id)


# --- steps: each returns whether the refund moved on --------------------------------------------------------------


def _send[R: BaseRefund](kind: RefundKind[R], refund: R) -> bool:
    """Ask the provider, unless it was asked by a worker that died before saying so, or there is no money in it."""
    reference = ""
    if refund.amount:
        name, charge = kind.charge_of(refund)
        provider = registry.get(name)
        try:
            sent = provider.find_refund(charge, key=str(refund.pk)) or provider.refund(
                charge, key=str(refund.pk), amount=refund.total
            )
        except ChargeClosed:
            return kind.fail(refund, REFUSED)
        reference = sent.reference
    return move(kind, refund, State.SENT, reference=reference)


def _confirm[R: BaseRefund](kind: RefundKind[R], refund: R) -> bool:
    """Book what the provider has done; False while it is still at it."""
    if refund.amount:
        sent = _sent_refund(kind, refund)
        if sent is None or sent.state == "failed":
            return kind.fail(refund, LOST)
        if sent.state == "pending":
            return False
    return kind.complete(refund)


def _sent_refund[R: BaseRefund](kind: RefundKind[R], refund: R) -> ProviderRefund | None:
    name, charge = kind.charge_of(refund)
    return registry.get(name).find_refund(charge, key=str(refund.pk))


def move[R: BaseRefund](kind: RefundKind[R], refund: R, state: str, *, reference: str) -> bool:
    """Write the next state; only from the state this run started from."""
    moved = kind.rows().filter(pk=refund.pk, state=refund.state).update(state=state, reference=reference)
    return bool(moved)


STEPS: dict[str, Callable[[RefundKind[Any], Any], bool]] = {State.REQUESTED: _send, State.SENT: _confirm}


def _charge_of_order(refund: Refund) -> tuple[str, str]:
    payment = payment_of(refund.order)
    return payment.method.provider, payment.reference


OF_ORDERS = RefundKind[Refund](
    rows=lambda: Refund.objects.select_related("order"),
    charge_of=_charge_of_order,
    # By name when it is called, so that the tests of crashes can stop in it.
    complete=lambda refund: complete(refund),
    fail=lambda refund, message: fail(refund, message),
)
