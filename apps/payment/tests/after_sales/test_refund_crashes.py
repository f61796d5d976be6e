"""The process dies at every place where it can: the card is refunded once, and order, books, event and stock say so."""

from __future__ import annotations

from contextlib import contextmanager
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from apps.common import outbox
from apps.common.idempotency.models import IdempotencyRecord
from apps.payment import catalog as catalog_client
from apps.payment.payments.providers.sandbox.models import SandboxRefund
from apps.payment.payments.providers.sandbox.provider import SandboxProvider
from apps.payment.refunds import booking, state_machine, tasks
from apps.payment.refunds.models import Refund
from apps.payment.tests.after_sales.helpers import MUG, Staff, assert_adds_up, buy
from apps.payment.tests.killing import Killed

pytestmark = pytest.mark.django_db(transaction=True)
# Every place between two effects of a refund: what is called there, and whether it was done before the process died.
BOUNDARIES: dict[str, tuple[Any, str, bool]] = {
    "the refund is requested": (SandboxProvider, "find_refund", False),
    "before the provider is asked": (SandboxProvider, "refund", False),
    "the money went back, unknown to us": (SandboxProvider, "refund", True),
    "the state is about to be written": (state_machine, "move", False),
    "the refund is sent": (state_machine, "move", True),
    "before it is booked": (state_machine, "complete", False),
    "in the middle of booking": (booking, "book", True),
    "in the middle of publishing": (outbox, "publish", True),
    "all is written, nobody was informed": (state_machine, "complete", True),
    "before the stock is returned": (catalog_client, "return_units", False),
    "the stock was returned, unknown to us": (catalog_client, "return_units", True),
}
PLACES = list(BOUNDARIES)
SENT, BOOKED = PLACES.index("the refund is sent"), PLACES.index("all is written, nobody was informed")
KNOWN = PLACES.index("the money went back, unknown to us")
# A recovery passes its own beginning again and what comes after, but asks for no money that went back already, and
# writes no state that is written.
PAIRS = [
    (first, again)
    for index, first in enumerate(PLACES[:BOOKED])
    for position, again in enumerate(PLACES[: BOOKED + 1])
    if position >= index
    and not (index >= KNOWN and again in ("before the provider is asked", PLACES[KNOWN]))
    and not (index >= SENT and again in ("the state is about to be written", "the refund is sent"))
]


@contextmanager
def killed_at(place: str, monkeypatch: pytest.MonkeyPatch):
    owner, name, is_done = BOUNDARIES[place]
    original = getattr(owner, name)

    def deadly(*args: Any, **kwargs: Any) -> Any:
        if is_done:
            original(*args, **kwargs)
        raise Killed

    with monkeypatch.context() as patch:
        patch.setattr(owner, name, deadly)
        with pytest.raises(Killed):
            yield
    Refund.objects.filter(state__in=Refund.OPEN).update(lease_until=timezone.now() + state_machine.LEASE)


def resume() -> None:
    """What the periodic jobs do once nobody holds a lease."""
    past = timezone.now() - timedelta(minutes=1)
    Refund.objects.update(lease_until=past)
    Refund.objects.filter(restock_due_at__isnull=False).update(restock_due_at=past)
    IdempotencyRecord.objects.update(locked_until=past)
    tasks.resume_open_refunds()
    Refund.objects.filter(restock_due_at__isnull=False).update(restock_due_at=past)
    tasks.restock_due()


def assert_refunded_once(order, catalog) -> None:
    assert [(refund.state, refund.amount) for refund in Refund.objects.all()] == [("completed", 1490)]
    assert [refund.amount for refund in SandboxRefund.objects.all()] == [1490]
    assert catalog.available(MUG) == 9
    assert_adds_up(order)


@pytest.mark.parametrize("place", PLACES)
def test_the_periodic_job_finishes_what_a_killed_process_began(place, ada, catalog, monkeypatch):
    order = buy(ada)
    with killed_at(place, monkeypatch):
        Staff().refund(order.number, lines={0: 1}, restock=True)
    before = Refund.objects.get().state
    tasks.resume_open_refunds()
    assert Refund.objects.get().state == before, "the lease of a process that may be alive was broken"
    resume()
    assert_refunded_once(order, catalog)


@pytest.mark.parametrize("place", PLACES)
def test_the_same_request_again_finishes_the_same_refund(place, ada, catalog, monkeypatch):
    order, eve = buy(ada), Staff()
    with killed_at(place, monkeypatch):
        eve.refund(order.number, lines={0: 1}, restock=True, key="mine")
    past = timezone.now() - timedelta(minutes=1)
    Refund.objects.update(lease_until=past)
    IdempotencyRecord.objects.update(locked_until=past)
    response = eve.refund(order.number, lines={0: 1}, restock=True, key="mine")
    assert response.status_code == 201, response.content
    resume()
    assert_refunded_once(order, catalog)


@pytest.mark.parametrize(("place", "again"), PAIRS)
def test_a_second_kill_in_the_recovery_changes_nothing(place, again, ada, catalog, monkeypatch):
    order = buy(ada)
    with killed_at(place, monkeypatch):
        Staff().refund(order.number, lines={0: 1}, restock=True)
    Refund.objects.update(lease_until=timezone.now() - timedelta(minutes=1))
    with killed_at(again, monkeypatch):
        tasks.resume_open_refunds()
    resume()
    assert_refunded_once(order, catalog)
