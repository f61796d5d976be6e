"""Periodic tasks run every few seconds: what did nothing is not logged, and their sender says once that it runs."""

from __future__ import annotations

import logging
from types import SimpleNamespace

import pytest
from celery import signals
from structlog.testing import capture_logs

from apps.common import celery
from apps.common.celery import HideIdleRuns

SENT_BY_BEAT, SENT_BY_A_REQUEST = "apps.common.tests.purge", "apps.common.tests.send_mail"


@pytest.fixture(autouse=True)
def schedule(monkeypatch):
    conf = SimpleNamespace(beat_schedule={"purge": {"task": SENT_BY_BEAT, "schedule": 5}})
    monkeypatch.setattr(celery, "current_app", SimpleNamespace(conf=conf))


def is_logged(task: str, return_value: str | None) -> bool:
    data = {"name": task} | ({} if return_value is None else {"return_value": return_value})
    record = logging.makeLogRecord({"msg": "Task ended", "levelno": logging.INFO, "data": data})
    return HideIdleRuns().filter(record)


@pytest.mark.parametrize("nothing", ["0", "None", "False"])
def test_a_periodic_task_that_did_nothing_is_not_logged(nothing):
    assert not is_logged(SENT_BY_BEAT, nothing)


def test_a_task_that_did_something_failed_or_was_requested_is_logged():
    assert is_logged(SENT_BY_BEAT, "3")
    assert is_logged(SENT_BY_BEAT, None)
    assert is_logged(SENT_BY_A_REQUEST, "None")


def test_the_sender_of_periodic_tasks_says_once_that_it_runs():
    class Beat:
        app = celery.current_app

    with capture_logs() as lines:
        signals.beat_init.send(sender=Beat())
    assert lines == [{"event": "beat started", "log_level": "info", "tasks": 1}]
