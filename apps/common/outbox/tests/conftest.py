"""A feed over real HTTP, handlers of the test's own, and a table that shows which effects were committed."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from django.db import connection

from apps.common import lifecycle
from apps.common.http import client as http_client
from apps.common.identity import service_tokens
from apps.common.outbox import Event, registry
from apps.common.outbox.api import views
from apps.common.outbox.tests.helpers import SOURCE, record_effect, wait_until
from apps.common.testing.tokens import access_token


@pytest.fixture
def reader_token() -> str:
    return access_token(service="video", scopes=["events:read"])


@pytest.fixture(autouse=True)
def handlers(monkeypatch) -> None:
    """No subscriptions but those that the test makes. The library's own are imported before they are put aside."""
    registry.discover()
    monkeypatch.setattr(registry, "_handlers", {})


@pytest.fixture
def feed(live_server, settings, monkeypatch, reader_token) -> Iterator[str]:
    """The feed on a real server; the consumers of this process are pointed at it."""
    settings.SERVICE_URLS = {**settings.SERVICE_URLS, SOURCE: live_server.url}
    monkeypatch.setattr(service_tokens, "get_service_token", lambda: reader_token)
    http_client.forget_targets()
    yield live_server.url
    # A consumer that was stopped leaves its long poll behind; it must not look into the next test's tables.
    monkeypatch.setattr(lifecycle, "_ask", lambda: True)
    wait_until(lambda: views._waiting._value == views.MAX_WAITING)


class Effects:
    """What handlers did: rows of a table without a model."""

    def create(self) -> None:
        with connection.cursor() as cursor:
            cursor.execute("DROP TABLE IF EXISTS test_effect")
            cursor.execute(
                "CREATE TABLE test_effect (id serial PRIMARY KEY, event_id uuid, subject text, handler text)"
            )

    def record(self, event: Event, handler: str = "") -> None:
        record_effect(event, handler)

    def subjects(self) -> list[str]:
        with connection.cursor() as cursor:
            cursor.execute("SELECT subject FROM test_effect ORDER BY id")
            return [row[0] for row in cursor.fetchall()]


@pytest.fixture
def effects(transactional_db) -> Iterator[Effects]:
    made = Effects()
    made.create()
    yield made
    with connection.cursor() as cursor:
        cursor.execute("DROP TABLE test_effect")
