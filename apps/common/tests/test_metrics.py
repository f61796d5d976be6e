"""/metrics: never fails, adds up over processes, and sees the queue."""

from __future__ import annotations

import os
import re
import signal
import socket
import subprocess
import sys
import time

import httpx
import pytest
from django.conf import settings
from django.test import Client
from prometheus_client.core import GaugeMetricFamily

from apps.common.metrics import cached_gauges, collectors, queue


def value_of(text: str, name: str) -> float | None:
    found = re.search(rf"^{re.escape(name)} (\S+)$", text, re.MULTILINE)
    return float(found[1]) if found else None


@pytest.fixture
def registered(monkeypatch):
    monkeypatch.setattr(collectors, "_collectors", [])


def test_a_collector_that_fails_is_left_out(registered):
    def broken():
        raise ConnectionError("Redis is away")

    collectors.register(broken)
    collectors.register(lambda: [GaugeMetricFamily("streamcart_tried", "Still there.", value=7)])
    response = Client().get("/metrics")
    assert response.status_code == 200
    assert value_of(response.content.decode(), "streamcart_tried") == 7


def test_looks_are_kept_for_a_moment(monkeypatch):
    looks = []

    def look():
        looks.append(1)
        return {"streamcart_tried": ("Tried.", ["state"], {("open",): len(looks)})}

    collect = cached_gauges(look)
    collect(), collect()
    assert len(looks) == 1
    monkeypatch.setattr(collectors, "CACHE_SECONDS", -1)
    [family] = collect()
    assert family.samples[0].value == 2
    assert family.samples[0].labels == {"state": "open"}


def test_the_queue_s_length_and_age_are_seen(monkeypatch):
    import redis
    from celery import Celery

    from apps.common import celery as carrying  # noqa: F401  (the header with the time of sending)

    monkeypatch.setattr(collectors, "CACHE_SECONDS", -1)
    name = f"tried-{os.getpid()}"
    monkeypatch.setattr(settings, "CELERY_TASK_DEFAULT_QUEUE", name)
    app = Celery("tried", broker=settings.REDIS_URL)
    app.conf.broker_transport_options = settings.CELERY_BROKER_TRANSPORT_OPTIONS
    key = f"{settings.CELERY_BROKER_TRANSPORT_OPTIONS['global_keyprefix']}{name}"
    try:
        moment = time.time
        monkeypatch.setattr(time, "time", lambda: moment() - 100)
        app.send_task("no.such.task", queue=name)
        monkeypatch.setattr(time, "time", moment)
        app.send_task("no.such.task", queue=name)
        length, oldest = queue.queue_collector()
        assert length.samples[0].value == 2
        assert 99 < oldest.samples[0].value < 130
    finally:
        redis.Redis.from_url(settings.REDIS_URL).delete(key)


def test_two_processes_count_as_one(tmp_path):
    """Without adding up, a scrape shows whichever process happens to respond."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    environment = os.environ | {
        "BIND": f"127.0.0.1:{port}",
        "WEB_WORKERS": "2",
        "WEB_THREADS": "2",
        "TMPDIR": str(tmp_path),
        "COOKIE_KEY": "dGVzdHMtb25seS10ZXN0cy1vbmx5LXRlc3RzLW9ubHk=",
        "DJANGO_SETTINGS_MODULE": "apps.ui.settings",
    }
    config = str(settings.REPOSITORY / "apps" / "common" / "gunicorn.py")
    command = [sys.executable, "-m", "gunicorn", "--config", config, "apps.ui.wsgi:application"]
    server = subprocess.Popen(
        command, cwd=settings.REPOSITORY, env=environment, stderr=subprocess.DEVNULL, stdout=subprocess.DEVNULL
    )
    url = f"http://127.0.0.1:{port}"
    try:
        deadline = time.monotonic() + 60
        while True:
            try:
                httpx.get(f"{url}/livez")
                break
            except httpx.TransportError:
                assert time.monotonic() < deadline, "gunicorn did not come up"
                time.sleep(0.05)
        asked = 30
        for _ in range(asked):
            # A connection of its own for each, so that both processes get some.
            httpx.get(f"{url}/static/nothing.css")
        name = 'django_http_responses_total_by_status_total{status="404"}'
        seen = {value_of(httpx.get(f"{url}/metrics").text, name) for _ in range(6)}
        assert seen == {float(asked)}
        processes = {path.stem.rpartition("_")[2] for path in tmp_path.glob("metrics-*/counter_*.db")}
        assert len(processes) == 2, "only one process was asked, so nothing was tried"
    finally:
        server.send_signal(signal.SIGTERM)
        server.wait(60)
    assert not list(tmp_path.glob("metrics-*"))
