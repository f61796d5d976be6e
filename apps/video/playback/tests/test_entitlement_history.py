"""What happened to an entitlement stays written, by whom and why."""

from __future__ import annotations

import uuid
from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from apps.common.outbox.testing import deliver
from apps.common.problems import Conflict, ValidationProblem
from apps.video.playback import services
from apps.video.playback.models import Entitlement, EntitlementEvent
from apps.video.playback.tasks import record_expired_entitlements

pytestmark = pytest.mark.django_db(transaction=True)
LINE = {"kind": "video", "quantity": 1, "slug": "metropolis", "title_slug": "metropolis", "offer": "buy"}


def report(type: str, number: str = "SC-1", **data: object) -> None:
    deliver("payment", type, subject=number, data={"order_number": number} | data)


def paid(user_id: uuid.UUID, number: str = "SC-1") -> None:
    report("order.paid", number, user_id=str(user_id), lines=[LINE])


def history() -> list[tuple[str, str]]:
    return list(EntitlementEvent.objects.order_by("pk").values_list("kind", "cause"))


def test_each_event_of_an_order_is_written_once():
    me = uuid.uuid4()
    for _ in range(2):
        paid(me)
        report("order.disputed")
        report("order.dispute_won")
    assert history()[:3] == [("granted", "paid"), ("revoked", "disputed"), ("reinstated", "dispute_won")]
    assert [kind for kind, _ in history()].count("granted") == 1
    report("order.refunded", lines=[LINE])
    report("order.refunded", lines=[LINE])
    assert history()[-1] == ("revoked", "refunded")
    assert [cause for _, cause in history()].count("refunded") == 1


@pytest.mark.parametrize("type", ["refunded", "disputed", "cancelled"])
@pytest.mark.parametrize("is_late", [False, True])
def test_refunds_disputes_and_cancellations_revoke_in_any_order_and_say_why(type, is_late):
    me = uuid.uuid4()
    steps = [lambda: paid(me), lambda: report(f"order.{type}")]
    for step in reversed(steps) if is_late else steps:
        step()
    assert Entitlement.objects.get().revoked_at is not None
    assert history() == [("granted", "paid"), ("revoked", type)]


def test_the_first_play_of_a_rental_is_its_start(as_user, film, entitle):
    me = uuid.uuid4()
    entitle(me, offer="rent", rental_hours=48, expires_at=timezone.now() + timedelta(days=30))
    client = as_user(me)
    assert [client.post("/v1/titles/metropolis/playback").status_code for _ in range(2)] == [201, 201]
    assert history() == [("started", "first_play")]


def test_an_expiry_is_written_once_at_the_time_it_happened(entitle):
    ended = timezone.now() - timedelta(hours=5)
    expired = entitle(uuid.uuid4(), offer="rent", rental_hours=48, expires_at=ended)
    entitle(uuid.uuid4(), offer="rent", rental_hours=48, expires_at=timezone.now() + timedelta(hours=1))
    entitle(uuid.uuid4(), expires_at=ended, revoked_at=ended)
    assert [record_expired_entitlements(), record_expired_entitlements()] == [1, 0]
    event = EntitlementEvent.objects.get()
    assert (event.entitlement_id, event.kind, event.at) == (expired.pk, "expired", ended)


def test_history_cannot_be_rewritten(entitle):
    paid(uuid.uuid4())
    with pytest.raises(IntegrityError), transaction.atomic():
        EntitlementEvent.objects.update(actor="nobody@example.com")
    assert EntitlementEvent.objects.get().actor == ""


def grant(**changes: object) -> Entitlement:
    given = {"user_id": uuid.uuid4(), "title_slug": "metropolis", "reason": "The disc was broken"} | changes
    return services.grant_by_staff(services.StaffGrant(**given), actor="staff@example.com")


def test_a_grant_of_staff_opens_the_film_until_it_expires(as_user, film):
    me = uuid.uuid4()
    granted = grant(user_id=me, expires_at=timezone.now() + timedelta(hours=1))
    assert as_user(me).post("/v1/titles/metropolis/playback").status_code == 201
    event = granted.events.get()
    assert (event.kind, event.actor, event.reason) == ("granted", "staff@example.com", "The disc was broken")
    Entitlement.objects.update(expires_at=timezone.now())
    assert as_user(me).post("/v1/titles/metropolis/playback").status_code == 403


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"reason": "  "}, "reason"),
        ({"reason": "x" * 301}, "reason"),
        ({"title_slug": "nothing"}, "title_slug"),
        ({"expires_at": timezone.now() - timedelta(seconds=1)}, "expires_at"),
    ],
)
def test_a_grant_needs_a_reason_a_film_and_a_time_to_come(film, changes, field):
    with pytest.raises(ValidationProblem) as refused:
        grant(**changes)
    assert list(refused.value.errors) == [field]
    assert not Entitlement.objects.exists()


def test_staff_revoke_and_reinstate_with_a_reason(film):
    granted = grant()
    for reason in ("", "x" * 301):
        with pytest.raises(ValidationProblem):
            services.revoke_by_staff(granted.pk, actor="staff@example.com", reason=reason)
    services.revoke_by_staff(granted.pk, actor="staff@example.com", reason="By mistake")
    with pytest.raises(Conflict):
        services.revoke_by_staff(granted.pk, actor="staff@example.com", reason="Again")
    services.reinstate_by_staff(granted.pk, actor="grace@example.com", reason="After all")
    with pytest.raises(Conflict):
        services.reinstate_by_staff(granted.pk, actor="grace@example.com", reason="Again")
    kinds = list(granted.events.order_by("pk").values_list("kind", "actor", "reason"))
    assert kinds[1:] == [
        ("revoked", "staff@example.com", "By mistake"),
        ("reinstated", "grace@example.com", "After all"),
    ]
