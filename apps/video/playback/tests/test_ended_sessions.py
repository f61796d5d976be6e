"""The gateway refuses sessions that have ended, before their addresses expire."""

from __future__ import annotations

import os
import uuid
from datetime import timedelta
from pathlib import Path

import pytest
from django.conf import settings as django_settings
from django.core.exceptions import ImproperlyConfigured
from django.utils import timezone

from apps.common.outbox.testing import deliver
from apps.common.problems import Problem
from apps.common.testing.concurrency import at_once
from apps.common.testing.jobs import run_until_given_up
from apps.video.playback import ended_sessions, services
from apps.video.playback.models import PlaybackSession
from apps.video.playback.tasks import remove_ended_session_marks
from apps.video.stream_secrets import stream_secrets
from apps.video.titles.models import Title

pytestmark = pytest.mark.django_db(transaction=True)
PLAY = "/v1/titles/metropolis/playback"


@pytest.fixture
def me() -> uuid.UUID:
    return uuid.uuid4()


@pytest.fixture
def client(as_user, me):
    return as_user(me)


def play(client, slug: str = "metropolis") -> str:
    return client.post(f"/v1/titles/{slug}/playback").json()["session"]


def marks() -> set[str]:
    """What the gateway looks for."""
    folder = Path(django_settings.MEDIA_ROOT) / "ended"
    return {path.name for path in folder.iterdir()} if folder.exists() else set()


def ended() -> set[str]:
    return {str(pk) for pk in PlaybackSession.objects.filter(ended_at__isnull=False).values_list("pk", flat=True)}


def test_a_stopped_session_is_refused_and_no_other(client, me, film, entitle):
    entitle(me)
    stopped, other = play(client), play(client)
    for _ in range(2):
        client.delete(f"/v1/playback/{stopped}")
    assert marks() == {stopped}
    client.delete(f"/v1/playback/{other}")
    assert marks() == {stopped, other}


def test_a_refund_ends_what_plays_at_once_and_nothing_else(client, as_user, me, film, entitle):
    faust = Title.objects.create(slug="faust", name="Faust", state="ready", asset_id=uuid.uuid4(), runtime_seconds=9)
    entitle(me, order_number="SC-1")
    entitle(me, "faust", order_number="SC-2")
    stranger = uuid.uuid4()
    entitle(stranger)
    refunded, _other_film, _other_account = play(client), play(client, faust.slug), play(as_user(stranger))
    deliver("payment", "order.refunded", subject="SC-1", data={"order_number": "SC-1"})
    assert marks() == ended() == {refunded}
    body = {"session": refunded, "position_seconds": 1}
    assert client.put("/v1/progress/metropolis", body).json()["type"] == "/problems/not-entitled"


def test_a_film_that_was_bought_twice_plays_on_after_one_refund(client, me, film, entitle):
    entitle(me, order_number="SC-1")
    entitle(me, order_number="SC-2")
    play(client)
    services.revoke(order_number="SC-1")
    assert marks() == ended() == set()


def test_staff_who_revoke_a_right_end_what_plays(client, me, film, entitle):
    right = entitle(me)
    session = play(client)
    services.revoke_by_staff(right.pk, actor="staff@example.com", reason="Fraud")
    assert marks() == ended() == {session}


def test_a_subscription_that_ends_ends_what_plays(client, me, film):
    Title.objects.update(packages=["plus"])
    state = services.SubscriptionState(
        subscription_id=uuid.uuid4(),
        number="SUB-1",
        user_id=me,
        package="plus",
        state="active",
        access_until=timezone.now() + timedelta(days=1),
        version=1,
    )
    change_subscription(state)
    session = play(client)
    assert ended() == set()
    change_subscription(state, state="ended", access_until=timezone.now(), version=2)
    assert marks() == ended() == {session}


def change_subscription(before: services.SubscriptionState, **changes: object) -> None:
    values = {name: getattr(before, name) for name in before.__slots__} | changes
    values["subscription_number"] = values.pop("number")
    data = {name: str(value) if name.endswith(("_id", "_until")) else value for name, value in values.items()}
    deliver("payment", "subscription.changed", subject="SUB-1", data=data)


def test_a_refused_heartbeat_and_a_deleted_account_end_the_addresses(client, me, film, entitle):
    right = entitle(me)
    first = play(client)
    type(right).objects.update(expires_at=timezone.now())
    client.put("/v1/progress/metropolis", {"session": first, "position_seconds": 1})
    assert marks() == {first}
    type(right).objects.update(expires_at=None)
    second = play(client)
    services.forget_user(me)
    assert marks() == {first, second}


def test_a_start_at_the_moment_of_a_refund_does_not_survive_it(me, film, entitle):
    for number in range(10):
        order = f"SC-{number}"
        entitle(me, order_number=order)

        def start() -> bool:
            try:
                services.start_playback(user_id=me, title_slug="metropolis")
            except Problem:
                return False
            return True

        results = at_once(start, lambda order=order: services.revoke(order_number=order))
        assert results[0] in (True, False)
        assert results[1] is None
        assert not PlaybackSession.objects.filter(ended_at=None).exists()
        PlaybackSession.objects.all().delete()


def test_a_storage_that_fails_stops_nobody_from_stopping(client, me, film, entitle, monkeypatch):
    entitle(me)
    session = play(client)
    monkeypatch.setattr("apps.video.playback.ended_sessions.default_storage.save", _raise)
    assert client.delete(f"/v1/playback/{session}").status_code == 204
    assert ended() == {session}
    assert marks() == set()


def _raise(*_: object) -> None:
    raise OSError("The disk is full.")


def test_marks_go_when_no_address_of_the_session_can_work_any_more(client, me, film, entitle):
    assert remove_ended_session_marks() == 0
    entitle(me)
    old, fresh = play(client), play(client)
    for session in (old, fresh):
        client.delete(f"/v1/playback/{session}")
    long_ago = timezone.now().timestamp() - 2 * django_settings.STREAM_SECONDS - 5
    os.utime(Path(django_settings.MEDIA_ROOT) / "ended" / old, (long_ago, long_ago))
    assert remove_ended_session_marks() == 1
    assert marks() == {fresh}


def test_a_mark_that_cannot_be_removed_delays_no_other(client, me, film, entitle, monkeypatch):
    entitle(me)
    sessions = sorted(play(client) for _ in range(3))
    services.end_sessions([uuid.UUID(session) for session in sessions])
    long_ago = timezone.now().timestamp() - 2 * django_settings.STREAM_SECONDS - 5
    for session in sessions:
        os.utime(Path(django_settings.MEDIA_ROOT) / "ended" / session, (long_ago, long_ago))
    delete = ended_sessions.default_storage.delete

    def refuse(path: str) -> None:
        if path.endswith(sessions[1]):
            raise PermissionError("read-only")
        delete(path)

    monkeypatch.setattr(ended_sessions.default_storage, "delete", refuse)
    failure = run_until_given_up(remove_ended_session_marks)
    assert failure.item == sessions[1]
    assert marks() == {sessions[1]}


def test_while_secrets_are_rotated_the_first_signs_and_is_named(client, me, film, entitle, settings):
    entitle(me)
    settings.STREAM_SECRETS = ("newer-secret", "older-secret")
    body = client.post(PLAY).json()
    signature = body["manifest_url"].split("/")[-4]
    assert (signature[:4], len(signature)) == ("newe", 26)
    assert body["stream_cookie"]["value"].split(".")[0] == signature


@pytest.mark.parametrize("text", ["", ",", "secret-one,", "same-one,same-two", "a/b/c,secret-two", "one,two"])
def test_ambiguous_secrets_are_refused(text):
    with pytest.raises(ImproperlyConfigured):
        stream_secrets(text)


def test_a_single_secret_may_be_anything_and_several_are_kept_in_order():
    assert stream_secrets("~+/=x") == ("~+/=x",)
    assert stream_secrets("newer-one,older-one") == ("newer-one", "older-one")
