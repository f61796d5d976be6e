"""Connections to PostgreSQL that are kept between requests and between tasks."""

import threading
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from celery import Celery
from django.db import close_old_connections, connection, connections

from apps.common.celery import KeptConnections
from apps.common.postgresql import base
from apps.common.postgresql.base import DatabaseWrapper

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def kept() -> Iterator[DatabaseWrapper]:
    """An open connection of its own, with the health checks that a service has."""
    own = connections.create_connection("default")
    own.settings_dict = own.settings_dict | {"CONN_MAX_AGE": 60, "CONN_HEALTH_CHECKS": True}
    own.inc_thread_sharing()
    own.connect()
    yield own
    own.close()


@pytest.fixture
def checks(kept, monkeypatch) -> list[str]:
    """Grows by one each time that the server is asked whether it is there."""
    asked: list[str] = []
    usable = kept.is_usable
    monkeypatch.setattr(kept, "is_usable", lambda: asked.append("SELECT 1") or usable())
    return asked


def begin_request(kept: DatabaseWrapper) -> int:
    """What Django does between two requests, then a query: the number of the server's process."""
    kept.close_if_unusable_or_obsolete()
    with kept.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        return cursor.fetchone()[0]


def test_requests_share_a_connection_without_asking_the_server(kept, checks):
    assert begin_request(kept) == begin_request(kept) == begin_request(kept)
    assert checks == []


def test_connection_that_the_server_ended_is_replaced(kept):
    before = begin_request(kept)
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_terminate_backend(%s, 5000)", [before])
        assert cursor.fetchone() == (True,)
    assert begin_request(kept) != before


def test_connection_that_was_closed_here_is_replaced(kept):
    before = begin_request(kept)
    kept.connection.close()
    assert begin_request(kept) != before


def test_server_is_asked_again_after_some_seconds(kept, checks, monkeypatch):
    begin_request(kept)
    now = base.time.monotonic()
    monkeypatch.setattr(base.time, "monotonic", lambda: now + base.CHECK_SECONDS + 1)
    begin_request(kept)
    begin_request(kept)
    assert checks == ["SELECT 1"]


def in_a_thread(work: Callable[[], Any]) -> Any:
    """What `work` returns in a thread, which has connections of its own."""
    found = []

    def run() -> None:
        try:
            found.append(work())
        finally:
            connections.close_all()

    thread = threading.Thread(target=run)
    thread.start()
    thread.join()
    return found[0]


def pid_of_this_thread() -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        return cursor.fetchone()[0]


def test_task_uses_the_connection_of_the_task_before(settings):
    integration = KeptConnections(Celery("tests", set_as_current=False))

    def two_tasks() -> tuple[int, int]:
        connection.settings_dict = connection.settings_dict | {"CONN_MAX_AGE": 60}
        first = pid_of_this_thread()
        integration.close_database()
        return first, pid_of_this_thread()

    first, second = in_a_thread(two_tasks)
    assert first == second


def test_worker_replaces_a_connection_that_is_too_old():
    integration = KeptConnections(Celery("tests", set_as_current=False))

    def two_tasks() -> tuple[int, int]:
        connection.settings_dict = connection.settings_dict | {"CONN_MAX_AGE": 0}
        close_old_connections()
        first = pid_of_this_thread()
        integration.close_database()
        return first, pid_of_this_thread()

    first, second = in_a_thread(two_tasks)
    assert first != second
