"""`migrate --wait` and `--check --wait`: how a pod waits for its database and for the release's migrations."""

from __future__ import annotations

import threading
import time

import pytest
from django.core.management import CommandError, call_command
from django.db import connection, connections
from django.db.migrations.recorder import MigrationRecorder
from django.db.utils import OperationalError

from apps.common.management.commands import migrate

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def unapplied(monkeypatch):
    """The database as the release before left it: one migration short."""
    monkeypatch.setattr(migrate, "PAUSE_SECONDS", 0.05)
    recorder = MigrationRecorder(connection)
    last = recorder.migration_qs.filter(app="idempotency").latest("pk")
    recorder.record_unapplied(last.app, last.name)
    yield last
    if (last.app, last.name) not in recorder.applied_migrations():
        recorder.record_applied(last.app, last.name)


def test_a_check_says_no_at_once_while_something_is_unapplied(unapplied):
    with pytest.raises(SystemExit) as stop:
        call_command("migrate", "--check", verbosity=0)
    assert stop.value.code == 1


def test_a_waiting_check_ends_when_another_process_has_migrated(unapplied):
    def migrate_elsewhere():
        try:
            MigrationRecorder(connection).record_applied(unapplied.app, unapplied.name)
        finally:
            connection.close()

    timer = threading.Timer(0.3, migrate_elsewhere)
    timer.start()
    call_command("migrate", "--check", wait=30, verbosity=0)
    timer.join()
    assert (unapplied.app, unapplied.name) in MigrationRecorder(connection).applied_migrations()


def test_a_waiting_check_gives_up_after_its_time(unapplied):
    with pytest.raises(SystemExit):
        call_command("migrate", "--check", wait=0.2, verbosity=0)


def test_an_unreachable_database_is_named_in_a_sentence(monkeypatch):
    def refuse():
        raise OperationalError("connection refused\nIs the server running?")

    monkeypatch.setattr(connections["default"], "ensure_connection", refuse)
    with pytest.raises(CommandError, match=r"^The database cannot be reached: connection refused$"):
        call_command("migrate", verbosity=0)


def test_a_database_that_is_starting_is_waited_for(monkeypatch):
    monkeypatch.setattr(migrate, "PAUSE_SECONDS", 0.01)
    attempts: list[float] = []
    real = connections["default"].ensure_connection

    def start_slowly():
        attempts.append(time.monotonic())
        if len(attempts) < 4:
            raise OperationalError("the database system is starting up")
        real()

    monkeypatch.setattr(connections["default"], "ensure_connection", start_slowly)
    call_command("migrate", wait=30, verbosity=0)
    assert len(attempts) >= 4
