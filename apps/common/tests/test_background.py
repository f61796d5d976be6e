"""The process that is worker, beat and consumers at once."""

from __future__ import annotations

import os
import signal

import pytest
from celery import Celery
from celery.app import app_or_default
from celery.apps.worker import Worker
from django.core.management import call_command

from apps.common.management.commands import background
from apps.common.outbox import registry

pytestmark = pytest.mark.filterwarnings("ignore:You're running the worker with superuser privileges")


@pytest.fixture(autouse=True)
def alone(monkeypatch, tmp_path):
    """A worker without queues to read, in a service that follows no other one."""
    monkeypatch.setenv("RUN_DIR", str(tmp_path))
    monkeypatch.setattr(registry, "discover", lambda: None)
    monkeypatch.setattr(registry, "sources", list)
    monkeypatch.setattr(background, "Beat", lambda *args, **options: Beat())
    before = app_or_default()
    Celery("common", broker="memory://").set_current()
    # Its own handlers would outlast the test.
    handlers = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)}
    yield
    before.set_current()
    for number, handler in handlers.items():
        signal.signal(number, handler)


class Beat:
    """Has nothing to send."""

    def start(self) -> None:
        return

    def stop(self) -> None:
        return


def code_of_a_worker(monkeypatch, code: int) -> int | str | None:
    """What `background` exits with when its worker ends with this code."""
    monkeypatch.setattr(Worker, "start", lambda worker: setattr(worker, "exitcode", code))
    monkeypatch.setattr(os, "kill", lambda *args: None)
    with pytest.raises(SystemExit) as exit_:
        call_command("background")
    return exit_.value.code


@pytest.mark.parametrize("code", [0, 1, 70])
def test_the_exit_code_is_that_of_the_worker(monkeypatch, code):
    assert code_of_a_worker(monkeypatch, code) == code


def test_the_exit_code_is_a_failure_when_the_consumers_fail(monkeypatch):
    def fail(*args: object, **options: object) -> None:
        raise LookupError("no such table")

    monkeypatch.setattr(background.runner, "run_consumers", fail)
    assert code_of_a_worker(monkeypatch, 0) == 1
