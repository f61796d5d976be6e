"""Kills the process that works on an order, at a chosen place: `kill -9` as the database and other services see it."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from apps.common import outbox
from apps.common.idempotency.models import IdempotencyRecord
from apps.payment import catalog
from apps.payment.checkout import state_machine
from apps.payment.checkout.tasks import resume_stuck_orders
from apps.payment.orders.models import Order
from apps.payment.payments.providers.sandbox.provider import SandboxProvider


class Killed(BaseException):
    """Not an Exception: nothing may catch it, as nothing catches a signal."""


# Every place between two effects of a checkout that ends paid: what ran last before the process died.
BOUNDARIES: dict[str, tuple[Any, str, Callable[..., bool]]] = {
    "nothing but the order's row": (catalog, "reserve", lambda *a, **k: False),
    "stock was reserved, unknown to us": (catalog, "reserve", lambda *a, **k: True),
    "the order is reserved": (SandboxProvider, "authorise", lambda *a, **k: False),
    "the card was authorised, unknown to us": (SandboxProvider, "authorise", lambda *a, **k: True),
    "the charge is known, the state is not": (state_machine, "move", lambda order, state, **k: state != "authorised"),
    "the order is authorised": (catalog, "commit", lambda *a, **k: False),
    "the stock was committed, unknown to us": (catalog, "commit", lambda *a, **k: True),
    "the money was taken, unknown to us": (SandboxProvider, "capture", lambda *a, **k: True),
    "in the middle of settling": (outbox, "publish", lambda *a, **k: True),
    "the order is paid, nobody was informed": (state_machine, "settle", lambda *a, **k: True),
}


@contextmanager
def killed_when(boundary: str, monkeypatch: pytest.MonkeyPatch):
    """Within, the process dies at `boundary`, and its lease is left as a dead process leaves it."""
    owner, name, survives = BOUNDARIES[boundary]
    original = getattr(owner, name)

    def deadly(*args: Any, **kwargs: Any) -> Any:
        if owner is state_machine and name == "move":
            if survives(*args, **kwargs):
                return original(*args, **kwargs)
            raise Killed
        if survives(*args, **kwargs):
            original(*args, **kwargs)
        raise Killed

    with monkeypatch.context() as patch:
        patch.setattr(owner, name, deadly)
        with pytest.raises(Killed):
            yield
    Order.objects.filter(state__in=Order.OPEN).update(lease_until=timezone.now() + state_machine.LEASE)


def let_leases_end() -> None:
    """As if the time of everything that was being worked on were over."""
    Order.objects.update(lease_until=timezone.now() - timedelta(minutes=1))
    IdempotencyRecord.objects.update(locked_until=timezone.now() - timedelta(minutes=1))


def resume() -> None:
    """What the periodic job does once nobody holds a lease."""
    let_leases_end()
    resume_stuck_orders()
