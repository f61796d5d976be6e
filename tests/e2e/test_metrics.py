"""Metrics and labels in rules and dashboards exist in the running processes.

The stack serves the metrics of `web`. For this module, a worker and an event
consumer of each service run beside it with METRICS_PORT, as in the cluster.
"""

from __future__ import annotations

import contextlib
import os
import re
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field

import httpx
import pytest

from devtools.project import ROLES, ROOT, SERVICES
from devtools.stack.config import Stack
from tests.chart.promql import expressions, labels, metrics
from tests.chart.render import render
from tests.conftest import RunningStack, until

pytestmark = pytest.mark.e2e
MONITORED = ("global.monitoring.enabled=true",)
# What Prometheus adds (charts/streamcart/charts/common/templates/_monitoring.tpl).
TARGET_LABELS = {"job", "component"}
OURS = re.compile(r"(streamcart|django)_")
# A histogram's and a counter's series do not have the name of their family.
SUFFIXES = {"histogram": ("_bucket", "_count", "_sum"), "summary": ("_count", "_sum", "")}


@dataclass
class ServiceMetrics:
    """Metrics of one service: their names, and the labels of those that have samples."""

    names: set[str] = field(default_factory=set)
    labels: dict[str, set[str]] = field(default_factory=dict)

    def add(self, text: str) -> None:
        for name, kind in re.findall(r"^# TYPE (\S+) (\w+)$", text, re.MULTILINE):
            self.names |= {f"{name}{suffix}" for suffix in SUFFIXES.get(kind, ("",))}
        for name, found in re.findall(r"^(\w+)(?:\{(.*)\})? \S+$", text, re.MULTILINE):
            self.names.add(name)
            self.labels.setdefault(name, set()).update(re.findall(r'(\w+)="', found))


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def metrics_of(port: int) -> str:
    try:
        response = httpx.get(f"http://127.0.0.1:{port}/metrics", timeout=10)
    except httpx.HTTPError:
        return ""
    return response.text if response.status_code == 200 else ""


@contextlib.contextmanager
def background_processes(stack: RunningStack) -> Iterator[dict[str, list[int]]]:
    """By service: metrics ports of a worker and an event consumer, where the service has them."""
    processes: list[subprocess.Popen] = []
    ports: dict[str, list[int]] = {service: [] for service in SERVICES}
    try:
        for service in SERVICES:
            for role in {"worker", "events"} & set(ROLES[service]):
                ports[service].append(port := free_port())
                process = subprocess.Popen(
                    [sys.executable, str(ROOT / "manage.py"), service, role],
                    env=stack.environ | {"METRICS_PORT": str(port)},
                    stdout=subprocess.DEVNULL,
                    stderr=subprocess.DEVNULL,
                )
                processes.append(process)
        yield ports
    finally:
        for process in processes:
            process.send_signal(signal.SIGTERM)
        for process in processes:
            try:
                process.wait(timeout=60)
            except subprocess.TimeoutExpired:
                process.kill()


@pytest.fixture(scope="module")
def scraped(stack) -> dict[str, ServiceMetrics]:
    configuration = Stack.from_environment(os.environ | {"PORT": str(stack.port), "STREAMCART_VAR": str(stack.var)})
    # One page, so that the storefront has called the others.
    assert httpx.get(stack.url, timeout=30, follow_redirects=True).status_code == 200
    found = {service: ServiceMetrics() for service in SERVICES}
    with background_processes(stack) as ports:
        for service in SERVICES:
            for port in (configuration.port_of(service), *ports[service]):
                found[service].add(until(lambda port=port: metrics_of(port), 90, f"metrics of {service}"))
    return found


def service_expressions() -> list[tuple[str, str]]:
    return [pair for pair in expressions(render(settings=MONITORED)) if any(map(OURS.match, metrics(pair[1])))]


def test_every_metric_of_a_service_exists_in_it(scraped):
    missing = {
        (service, name)
        for service, expression in service_expressions()
        for name in metrics(expression)
        if OURS.match(name) and name not in scraped[service].names
    }
    assert missing == set()


def test_every_label_of_a_selector_exists(scraped):
    compared = 0
    for service, expression in service_expressions():
        for name, chosen in labels(expression).items():
            # A counter of failures has no sample before the first of them.
            if name in scraped[service].labels:
                assert chosen <= TARGET_LABELS | scraped[service].labels[name], f"{service}: {name}"
                compared += 1
    assert compared > 50


def test_every_service_is_in_a_rule_or_panel(scraped):
    assert {service for service, _ in service_expressions()} == set(SERVICES)


def test_a_misspelt_metric_is_missing(scraped):
    assert "streamcart_queue_lenght" not in scraped["payment"].names
    assert {"streamcart_queue_length", "streamcart_tasks_total", "streamcart_events_position"} <= scraped[
        "payment"
    ].names
