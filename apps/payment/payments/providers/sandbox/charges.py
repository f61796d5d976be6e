"""The sandbox's own records of charges."""

from __future__ import annotations

from django.db import transaction
from django.utils import timezone

from apps.common.problems import NotFound
from apps.payment.payments.providers.base import ChargeClosed
from apps.payment.payments.providers.sandbox.models import SandboxCharge

State = SandboxCharge.State


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
    with transaction.atomic():
        charge = locked(reference)
        if charge.state == state:
            return charge
        if charge.state not in allowed:
            raise ChargeClosed(f"The charge is {charge.state} already.")
        charge.state, charge.decline_code = state, decline_code or charge.decline_code
        if state == State.CAPTURED:
            charge.captured_at = timezone.now()
        charge.save(update_fields=["state", "decline_code", "captured_at"])
        return charge


def locked(reference: str) -> SandboxCharge:
    charge = SandboxCharge.objects.select_for_update().filter(pk=reference).first()
    if charge is None:
        raise NotFound("There is no such charge.")
    return charge
