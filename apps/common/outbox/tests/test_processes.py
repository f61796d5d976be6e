"""Real consumer processes, killed and stopped."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from django.conf import settings as django_settings
from django.db import connection

from apps.common.outbox.handling import current_position
from apps.common.outbox.selectors import last_position, read_events
from apps.common.outbox.tests.helpers import SOURCE, publish_one, wait_until

pytestmark = pytest.mark.django_db(transaction=True)

Consumer = Callable[..., subprocess.Popen]


@pytest.fixture
def consumer(feed, reader_token, effects) -> Iterator[Consumer]:
    """Starts consumer processes on the test's database; none outlives the test."""
    processes: list[subprocess.Popen] = []
    parts = connection.settings_dict
    credentials = f"{parts['USER']}:{parts['PASSWORD']}@{parts['HOST']}:{parts['PORT']}"

    def start(*arguments: str, **environment: str) -> subprocess.Popen:
        process = subprocess.Popen(
            [sys.executable, "-m", "apps.common.outbox.tests.consumer_process", *arguments],
            cwd=django_settings.REPOSITORY,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            env={
                **os.environ,
                "DATABASE_URL": f"postgres://{credentials}/{parts['NAME']}",
                "FEED_URL": feed,
                "FEED_TOKEN": reader_token,
                **environment,
            },
        )
        processes.append(process)
        return process

    yield start
    for process in processes:
        process.kill()
        process.communicate()


def test_a_consumer_killed_between_effect_and_position_does_it_once_all_the_same(consumer, effects):
    for number in range(4):
        publish_one(f"SC-{number}")
    killed = consumer("--once", DIE_AT="SC-2")
    output, _ = killed.communicate(timeout=60)
    assert killed.returncode == -signal.SIGKILL, output
    assert effects.subjects() == ["SC-0", "SC-1"]
    assert current_position(SOURCE) == read_events(after=0, limit=10)[1].position

    again = consumer("--once")
    output, _ = again.communicate(timeout=60)
    assert again.returncode == 0, output
    assert effects.subjects() == ["SC-0", "SC-1", "SC-2", "SC-3"]
    assert current_position(SOURCE) == last_position()


def test_a_consumer_asked_to_stop_finishes_the_event_in_hand_and_starts_no_other(consumer, effects, tmp_path: Path):
    publish_one("SC-0")
    publish_one("SC-1")
    reached, wait_for = tmp_path / "handling", tmp_path / "go-on"
    process = consumer(WAIT_AT="SC-0", REACHED=str(reached), WAIT_FOR=str(wait_for))
    wait_until(reached.exists, seconds=60)
    process.send_signal(signal.SIGTERM)
    assert any("stopping" in line for line in process.stdout)  # reads until it says so
    wait_for.touch()
    output, _ = process.communicate(timeout=30)
    assert process.returncode == 0, output
    assert "Stopped." in output
    assert effects.subjects() == ["SC-0"]
    assert current_position(SOURCE) == last_position() - 1


def test_a_consumer_that_waits_for_events_stops_at_once(consumer, effects):
    publish_one("SC-0")
    process = consumer()
    wait_until(lambda: effects.subjects() == ["SC-0"], seconds=60)
    process.send_signal(signal.SIGTERM)
    output, _ = process.communicate(timeout=5)
    assert process.returncode == 0, output
