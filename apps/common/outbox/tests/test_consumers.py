"""Effects and position move together or not at all; a failing event blocks, loudly, until it succeeds or is skipped."""

from __future__ import annotations

import threading
from io import StringIO

import httpx
import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from prometheus_client import REGISTRY

from apps.common.http import Unavailable
from apps.common.outbox import Event, runner, subscribe
from apps.common.outbox.handling import HandlerFailed, Rewound, current_position, handle_event
from apps.common.outbox.models import ConsumerFailure, ConsumerPosition, SkippedEvent
from apps.common.outbox.runner import FeedError, SourceConsumer, pause_before_retry
from apps.common.outbox.selectors import last_position
from apps.common.outbox.tests.helpers import SOURCE, in_thread, publish_one, wait_until

pytestmark = pytest.mark.django_db(transaction=True)


def events(*arguments: str) -> str:
    """What `manage.py <service> events …` prints."""
    output = StringIO()
    call_command("events", *arguments, stdout=output)
    return output.getvalue()


@pytest.fixture
def failing(effects) -> set[str]:
    """Subjects whose handler fails after its effect; the test puts them in and takes them out."""
    subjects: set[str] = set()

    @subscribe(SOURCE, "order.paid")
    def record(event: Event) -> None:
        effects.record(event)
        if event.subject in subjects:
            raise LookupError(f"no title for {event.subject}")

    return subjects


def test_each_event_takes_effect_once_and_in_order(feed, effects, failing):
    for number in range(5):
        publish_one(f"SC-{number}")
    events("--once")
    events("--once")
    assert effects.subjects() == [f"SC-{number}" for number in range(5)]
    assert current_position(SOURCE) == last_position()


def test_status_reports_how_far_behind_a_source_the_service_is(feed, effects, failing):
    publish_one("SC-0")
    events("--once")
    for number in range(1, 4):
        publish_one(f"SC-{number}")
    assert "3 behind, the oldest for" in events("--status")
    events("--once")
    assert "up to date" in events("--status")


def test_status_without_a_response_of_the_source_still_reports_the_position(effects, failing, monkeypatch):
    def refuse(*args: object, **kwargs: object) -> None:
        raise Unavailable(SOURCE, "connection refused")

    monkeypatch.setattr(runner.ServiceClient, "get", refuse)
    assert f"{SOURCE}: position 0 ({SOURCE} is unavailable" in events("--status")


def test_a_handler_gets_the_event_as_it_was_published(feed, effects):
    got: list[Event] = []
    subscribe(SOURCE, "order.paid", "order.refunded")(got.append)
    published = publish_one("SC-7", kind="order.refunded")
    events("--once")
    published.refresh_from_db()
    assert got == [
        Event(
            id=published.event_id,
            type="order.refunded",
            source=SOURCE,
            subject="SC-7",
            time=published.time,
            data={"order_number": "SC-7"},
            position=published.position,
        )
    ]


def test_all_handlers_of_an_event_share_its_transaction(feed, effects, failing):
    failing.add("SC-1")
    subscribe(SOURCE, "order.paid")(lambda event: effects.record(event, "second"))
    publish_one("SC-1")
    with pytest.raises(CommandError):
        events("--once")
    assert effects.subjects() == []
    failing.clear()
    events("--once")
    assert effects.subjects() == ["SC-1", "SC-1"]


def test_events_that_nobody_handles_move_the_position_all_at_once(feed, effects, monkeypatch):
    subscribe(SOURCE, "order.paid")(effects.record)
    for number in range(20):
        publish_one(f"t-{number}", kind="title.ready")
    moves: list[int] = []
    real = runner.move_past

    def move_past(source: str, *, expected: int, to: int) -> int:
        moves.append(to)
        return real(source, expected=expected, to=to)

    monkeypatch.setattr(runner, "move_past", move_past)
    events("--once")
    assert moves == [last_position()] == [current_position(SOURCE)]


def test_a_failing_handler_moves_nothing_and_holds_up_what_comes_behind(feed, effects, failing):
    failing.add("SC-1")
    for number in range(3):
        publish_one(f"SC-{number}")
    with pytest.raises(CommandError, match=r"order\.paid"):
        events("--once")
    assert effects.subjects() == ["SC-0"]
    failing.clear()
    events("--once")
    assert effects.subjects() == ["SC-0", "SC-1", "SC-2"]
    assert not ConsumerFailure.objects.exists()


def test_failures_are_counted_and_keep_their_error(feed, effects, failing):
    failing.add("SC-1")
    event = publish_one("SC-1")
    labels = {"source": SOURCE, "type": "order.paid"}
    before = REGISTRY.get_sample_value("streamcart_events_failed_total", labels) or 0
    for attempt in (1, 2, 3):
        with pytest.raises(HandlerFailed) as caught:
            SourceConsumer(SOURCE).step(wait=0)
        assert caught.value.attempts == attempt
    failure = ConsumerFailure.objects.get(source=SOURCE)
    assert (failure.event_id, failure.attempts) == (event.event_id, 3)
    assert "no title for SC-1" in failure.error
    assert REGISTRY.get_sample_value("streamcart_events_failed_total", labels) == before + 3
    assert f"blocked by order.paid {event.event_id}" in events("--status")


def test_a_broken_transaction_in_a_handler_is_a_failure_like_any_other(feed, effects):
    @subscribe(SOURCE, "order.paid")
    def divide(event: Event) -> None:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1 / 0")

    publish_one()
    with pytest.raises(HandlerFailed):
        SourceConsumer(SOURCE).step(wait=0)
    assert ConsumerFailure.objects.get().attempts == 1


def test_an_operator_skips_the_event_that_blocks_and_a_record_stays(feed, effects, failing):
    failing.add("SC-1")
    event = publish_one("SC-1")
    publish_one("SC-2")
    with pytest.raises(CommandError):
        events("--once")
    events("--skip", str(event.event_id))
    events("--once")
    assert effects.subjects() == ["SC-2"]
    skipped = SkippedEvent.objects.get()
    assert (skipped.source, skipped.event_id, skipped.type) == (SOURCE, event.event_id, "order.paid")
    assert "no title for SC-1" in skipped.error
    assert skipped.event["data"] == {"order_number": "SC-1"}
    assert not ConsumerFailure.objects.exists()


def test_an_event_that_does_not_block_cannot_be_skipped(feed, effects, failing):
    event = publish_one("SC-1")
    with pytest.raises(CommandError, match="blocks no source"):
        events("--skip", str(event.event_id))
    events("--once")
    assert effects.subjects() == ["SC-1"]


def test_a_new_consumer_replays_from_the_start(feed, effects, failing):
    for number in range(3):
        publish_one(f"SC-{number}")
    events("--once")
    ConsumerPosition.objects.all().delete()  # as in a new service, or a new database of it
    events("--once")
    assert effects.subjects() == ["SC-0", "SC-1", "SC-2"] * 2


def test_an_operator_rewinds_to_handle_events_again(feed, effects, failing):
    for number in range(3):
        publish_one(f"SC-{number}")
    events("--once")
    first_position = last_position() - 2
    events("--rewind", SOURCE, str(first_position))
    events("--once")
    assert effects.subjects() == ["SC-0", "SC-1", "SC-2", "SC-1", "SC-2"]


@pytest.mark.parametrize("position", ["999999999", "-1", "x"])
def test_a_rewind_never_goes_forward(feed, effects, failing, position):
    with pytest.raises(CommandError):
        events("--rewind", SOURCE, position)


def test_a_rewind_of_an_unknown_source_is_refused(effects, failing):
    with pytest.raises(CommandError, match="not nobody-knows"):
        events("--rewind", "nobody-knows", "0")


def test_a_rewind_while_a_batch_is_being_handled_is_not_lost(feed, effects):
    """The batch in hand was read from the old position; going on with it would jump over the rewound events."""
    is_handling, may_go_on = threading.Event(), threading.Event()

    @subscribe(SOURCE, "order.paid")
    def record(event: Event) -> None:
        effects.record(event)
        if event.subject == "SC-1" and not may_go_on.is_set():
            is_handling.set()
            assert may_go_on.wait(20)

    start = last_position()
    for number in range(4):
        publish_one(f"SC-{number}")
    draining = in_thread(SourceConsumer(SOURCE).drain)
    assert is_handling.wait(20)
    # It waits for the row lock of SC-1's transaction, so it comes right after SC-1.
    rewinding = in_thread(lambda: events("--rewind", SOURCE, str(start)))
    wait_until(is_a_row_lock_awaited)
    may_go_on.set()
    rewinding.join()
    draining.join()
    events("--once")
    # However the two raced: after the rewind every event was handled again, in order.
    assert effects.subjects()[-4:] == ["SC-0", "SC-1", "SC-2", "SC-3"]
    assert effects.subjects()[:2] == ["SC-0", "SC-1"]


def is_a_row_lock_awaited() -> bool:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database()"
        )
        return cursor.fetchone()[0] > 0


def test_a_batch_read_before_a_rewind_is_given_up(effects, failing):
    event = Event.from_cloudevent(cloudevent(position=12))
    ConsumerPosition.objects.create(source=SOURCE, position=3)
    with pytest.raises(Rewound):
        handle_event(event, expected=10)
    assert effects.subjects() == []


def test_two_consumers_at_once_handle_each_event_once(feed, effects, failing, monkeypatch):
    monkeypatch.setattr(runner, "BATCH", 7)
    subjects = [f"SC-{number:03}" for number in range(60)]
    for subject in subjects:
        publish_one(subject)
    start = threading.Barrier(3)

    def drain() -> None:
        start.wait(20)
        SourceConsumer(SOURCE).drain()

    tasks = [in_thread(drain) for _ in range(3)]
    for task in tasks:
        task.join(60)
    assert effects.subjects() == subjects


def test_a_source_that_is_away_makes_once_fail_and_the_others_are_still_drained(feed, effects, settings):
    settings.SERVICE_URLS = {**settings.SERVICE_URLS, "away": "http://127.0.0.1:9"}
    subscribe("away", "order.paid")(effects.record)
    subscribe(SOURCE, "order.paid")(effects.record)
    publish_one("SC-1")
    with pytest.raises(CommandError, match="away is unavailable"):
        events("--once")
    assert effects.subjects() == ["SC-1"]


def test_a_feed_that_refuses_the_token_is_named(feed, effects, monkeypatch):
    from apps.common.identity import service_tokens
    from apps.common.testing.tokens import access_token

    monkeypatch.setattr(service_tokens, "get_service_token", lambda: access_token(service="ui"))
    subscribe(SOURCE, "order.paid")(effects.record)
    with pytest.raises(CommandError, match=r"refuses its events: 403"):
        events("--once")


def test_a_service_that_follows_nobody_says_so():
    assert "follows no other service" in events()


def test_following_survives_failures_and_stops_when_asked_to(feed, effects, failing, monkeypatch):
    monkeypatch.setattr(runner, "pause_before_retry", lambda failures, *, longest: 0.01)
    failing.add("SC-1")
    publish_one("SC-1")
    stopping = threading.Event()
    following = in_thread(lambda: runner.run_consumers([SOURCE], stopping=stopping))
    try:
        wait_until(lambda: ConsumerFailure.objects.filter(attempts__gte=3).exists())
        failing.clear()
        wait_until(lambda: effects.subjects() == ["SC-1"])
        publish_one("SC-2")
        wait_until(lambda: effects.subjects() == ["SC-1", "SC-2"])
    finally:
        stopping.set()
    following.join(10)


def test_pauses_grow_and_have_an_end():
    pauses = [pause_before_retry(failures, longest=60) for failures in (1, 2, 3, 4, 8, 50)]
    for pause, expected in zip(pauses, [0.5, 1, 2, 4, 60, 60], strict=True):
        assert expected * 0.8 <= pause <= expected * 1.2


def cloudevent(**changes: object) -> dict:
    body = {
        "specversion": "1.0",
        "id": "019a0000-0000-7000-8000-000000000001",
        "source": SOURCE,
        "type": "streamcart.order.paid.v1",
        "subject": "SC-1",
        "time": "2026-01-02T03:04:05Z",
        "data": {},
        "position": 1,
    }
    return {**body, **changes}


@pytest.mark.parametrize(
    "changes",
    [{"specversion": "0.3"}, {"time": "yesterday"}, {"data": []}, {"id": "1"}, {"position": None}, {"type": None}],
)
def test_foreign_event_is_refused(changes):
    with pytest.raises(ValueError, match="not a CloudEvent"):
        Event.from_cloudevent(cloudevent(**changes))


@pytest.mark.parametrize(
    "batch",
    [
        [cloudevent(position=2), cloudevent(position=1)],
        [cloudevent(position=1), cloudevent(position=1)],
        [cloudevent(position=0)],
        [cloudevent(source="somebody-else")],
        {"events": []},
        "[",
    ],
)
def test_a_batch_that_breaks_the_contract_is_refused(monkeypatch, batch):
    class Response:
        raw = httpx.Response(200)

        @staticmethod
        def json_or_raise() -> object:
            return batch

    monkeypatch.setattr(runner.ServiceClient, "get", lambda *args, **kwargs: Response())
    with pytest.raises(FeedError):
        runner.fetch(SOURCE, after=0, wait=0)
