"""A person is forgotten at once, and again when something came late."""

from __future__ import annotations

import uuid
from datetime import timedelta

import pytest
from django.utils import timezone

from apps.common.erasure import registry, services, tasks
from apps.common.erasure.models import DeletedAccount
from apps.common.idempotency.models import IdempotencyRecord
from apps.common.jobs.models import JobFailure
from apps.common.outbox.handling import rewind
from apps.common.outbox.registry import discover
from apps.common.outbox.testing import deliver

pytestmark = pytest.mark.django_db


@pytest.fixture
def erased(monkeypatch) -> list[uuid.UUID]:
    """Whom the service was asked to forget, in the order of the calls."""
    calls: list[uuid.UUID] = []
    discover()
    monkeypatch.setattr(registry, "_erasers", [*registry.erasers(), calls.append])
    return calls


def delete(user_id: uuid.UUID) -> None:
    deliver("auth", "user.deleted", subject=str(user_id), data={"user_id": str(user_id)})


def wait_for_the_next_pass() -> None:
    DeletedAccount.objects.filter(next_pass_at__isnull=False).update(next_pass_at=timezone.now())


def test_a_person_is_forgotten_at_once_and_several_times_more(erased):
    delete(ada := uuid.uuid4())
    assert erased == [ada]
    assert services.was_deleted(ada)
    assert not services.was_deleted(uuid.uuid4())
    assert tasks.repeat_erasures() == 0, "nothing is due yet"
    for times in range(2, len(services.REPEAT_AFTER) + 2):
        wait_for_the_next_pass()
        assert tasks.repeat_erasures() == 1
        assert erased == [ada] * times
    wait_for_the_next_pass()
    assert tasks.repeat_erasures() == 0
    assert services.was_deleted(ada), "its id stays, so that old events do not bring the person back"


def test_the_passes_go_beyond_the_life_of_a_token(settings):
    latest_write = settings.SIMPLE_JWT["ACCESS_TOKEN_LIFETIME"] + timedelta(seconds=settings.SIMPLE_JWT["LEEWAY"])
    assert sum(services.REPEAT_AFTER, timedelta()) > latest_write
    assert services.REPEAT_AFTER[0] <= timedelta(seconds=10)


def test_failing_erasure_does_not_hold_up_the_others(erased, monkeypatch):
    delete(broken := uuid.uuid4())
    delete(ada := uuid.uuid4())
    erased.clear()

    def fail(user_id: uuid.UUID) -> None:
        if user_id == broken:
            raise RuntimeError("this one fails")

    monkeypatch.setattr(registry, "_erasers", [fail, *registry.erasers()])
    wait_for_the_next_pass()
    assert tasks.repeat_erasures() == 1
    assert erased == [ada]
    assert DeletedAccount.objects.get(pk=broken).passes == 0
    failure = JobFailure.objects.get()
    assert (failure.item, failure.tries, failure.reason) == (str(broken), 1, "RuntimeError: this one fails")
    assert tasks.repeat_erasures() == 0, "it rests for a while"
    JobFailure.objects.update(retry_at=timezone.now())
    monkeypatch.setattr(registry, "_erasers", registry.erasers()[1:])
    assert tasks.repeat_erasures() == 1
    assert not JobFailure.objects.exists()


def test_an_event_that_is_read_again_erases_again_and_starts_nothing_anew(erased):
    delete(ada := uuid.uuid4())
    DeletedAccount.objects.update(passes=4, next_pass_at=None)
    rewind("auth", to=0)
    delete(ada)
    assert erased == [ada, ada]
    assert DeletedAccount.objects.get().next_pass_at is None


def test_responses_stored_for_repeated_requests_go_too():
    ada, grace = uuid.uuid4(), uuid.uuid4()
    for user_id in (ada, grace):
        IdempotencyRecord.objects.create(
            scope=f"subject:{user_id}", key="1", fingerprint="x", lease=uuid.uuid4(), locked_until=timezone.now()
        )
    delete(ada)
    assert [record.scope for record in IdempotencyRecord.objects.all()] == [f"subject:{grace}"]
