"""The sandbox's own records of charges."""

from __future__ import annotations

from django.utils import timezone

from apps.common.problems import NotFound
from apps.payment.payments.providers.base import ChargeClosed
from apps.payment.payments.providers.sandbox.models import SandboxCharge

State = SandboxCharge.State

MOVE = """
    UPDATE payments_sandboxcharge SET state = %(state)s, decline_code = coalesce(nullif(%(code)s, ''), decline_code),
        captured_at = coalesce(%(captured_at)s, captured_at)
    WHERE id = %(id)s AND state = ANY(%(allowed)s) RETURNING *
"""


def complete_challenge(reference: str, *, approved: bool) -> SandboxCharge:
    """What the customer decides on the challenge page; the first decision counts."""
    target = State.AUTHORISED if approved else State.DECLINED
    code = "" if approved else "challenge_failed"
    return move(reference, target, allowed=[State.REQUIRES_ACTION], decline_code=code)


def find(reference: str) -> SandboxCharge:
    charge = SandboxCharge.objects.filter(pk=reference).first()
    if charge is None:
        raise NotFound("There is no such charge.")
    return charge


def move(reference: str, state: str, *, allowed: list[str], decline_code: str = "") -> SandboxCharge:
    """The charge in its new state, which it may have already. Raises ChargeClosed when it is in none of `allowed`."""
    captured_at = timezone.now() if state == State.CAPTURED else None
    changes = {"state": state, "code": decline_code, "captured_at": captured_at, "id": reference, "allowed": allowed}
    for charge in SandboxCharge.objects.raw(MOVE, changes):
        return charge
    charge = find(reference)
    if charge.state != state:
        raise ChargeClosed(f"The charge is {charge.state} already.")
    return charge


def locked(reference: str) -> SandboxCharge:
    charge = SandboxCharge.objects.select_for_update().filter(pk=reference).first()
    if charge is None:
        raise NotFound("There is no such charge.")
    return charge
