from __future__ import annotations

import threading
import time

import httpx
import pytest

from apps.common import lifecycle
from apps.common.outbox.api import views
from apps.common.outbox.selectors import last_position
from apps.common.outbox.tests.helpers import in_thread, publish_one

FEED = "/internal/events"


@pytest.fixture
def reader(as_service):
    return as_service("video", "events:read")


@pytest.mark.django_db
def test_a_stranger_may_not_read_events(api_client):
    assert api_client.get(FEED).status_code == 401


@pytest.mark.django_db
def test_an_admin_may_not_read_events(as_staff):
    assert as_staff("admin").get(FEED).status_code == 403


@pytest.mark.django_db
def test_a_service_without_the_scope_may_not_read_events(as_service):
    assert as_service("ui").get(FEED).status_code == 403


@pytest.mark.django_db(transaction=True)
def test_events_come_as_a_cloudevents_batch(reader):
    event = publish_one("SC-1")
    response = reader.get(FEED, headers={"accept": "application/cloudevents-batch+json"})
    assert response.status_code == 200
    assert response["Content-Type"] == "application/cloudevents-batch+json"
    event.refresh_from_db()
    assert response.json() == [
        {
            "specversion": "1.0",
            "id": str(event.event_id),
            "source": "common",
            "type": "streamcart.order.paid.v1",
            "subject": "SC-1",
            "time": event.time.isoformat().replace("+00:00", "Z"),
            "datacontenttype": "application/json",
            "data": {"order_number": "SC-1"},
            "position": event.position,
        }
    ]


@pytest.mark.django_db(transaction=True)
def test_after_and_limit_page_through_the_feed(reader):
    for number in range(5):
        publish_one(f"SC-{number}")
    first = reader.get(FEED, {"limit": 2}).json()
    rest = reader.get(FEED, {"after": first[-1]["position"]}).json()
    assert [event["subject"] for event in first + rest] == [f"SC-{number}" for number in range(5)]


@pytest.mark.django_db
@pytest.mark.parametrize(
    "query",
    [
        {"after": "-1"},
        {"after": "x"},
        {"after": str(2**63)},
        {"after": "1.5"},
        {"limit": "0"},
        {"limit": "501"},
        {"wait": "-1"},
        {"wait": "21"},
        {"wait": "nan"},
    ],
)
def test_a_bad_parameter_is_named(reader, query):
    response = reader.get(FEED, query)
    assert response.status_code == 400
    assert response["Content-Type"] == "application/problem+json"
    assert list(response.json()["errors"]) == list(query)


@pytest.mark.django_db(transaction=True)
def test_a_reader_ahead_of_the_feed_gets_a_conflict_instead_of_waiting_for_ever(reader):
    """After a restore of the publisher's database, new events would get positions the reader believes to have read."""
    publish_one()
    reader.get(FEED)
    last = last_position()
    assert reader.get(FEED, {"after": last}).json() == []
    started_at = time.monotonic()
    response = reader.get(FEED, {"after": last + 1, "wait": 20})
    assert time.monotonic() - started_at < 5
    assert response.status_code == 409
    assert response.json()["type"] == "/problems/position-ahead"
    assert response.json()["last_position"] == last


@pytest.mark.django_db(transaction=True)
def test_a_waiting_reader_gets_its_response_soon_after_the_commit(feed, reader_token):
    headers = {"Authorization": f"Bearer {reader_token}"}
    responses = []

    def read() -> None:
        response = httpx.get(
            f"{feed}{FEED}", params={"wait": 20, "after": last_position()}, headers=headers, timeout=30
        )
        responses.append((time.monotonic(), response))

    reading = in_thread(read)
    publish_one("SC-1")
    published_at = time.monotonic()
    reading.join()
    responded_at, response = responses[0]
    assert [event["subject"] for event in response.json()] == ["SC-1"]
    assert responded_at - published_at < 5


@pytest.mark.django_db(transaction=True)
def test_more_readers_than_the_process_can_keep_get_a_response_at_once(reader, monkeypatch):
    monkeypatch.setattr(views, "_waiting", threading.Semaphore(0))
    started_at = time.monotonic()
    assert reader.get(FEED, {"wait": 20}).json() == []
    assert time.monotonic() - started_at < 5


@pytest.mark.django_db(transaction=True)
def test_a_waiting_reader_is_sent_home_when_the_server_stops(reader, monkeypatch):
    monkeypatch.setattr(lifecycle, "_ask", lambda: True)
    started_at = time.monotonic()
    assert reader.get(FEED, {"wait": 20}).json() == []
    assert time.monotonic() - started_at < 5


@pytest.mark.django_db(transaction=True)
def test_an_idle_look_costs_one_query(reader, django_assert_num_queries):
    last = reader.get(FEED)["X-Last-Position"]
    with django_assert_num_queries(1):  # anything to number, and the last position
        reader.get(FEED, {"after": last})
