"""Celery's settings against a server that behaves as the clustering policy that Terraform asks Azure for."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator

import pytest
import redis

from devtools.checks.testing import free_port
from devtools.project import ROOT
from devtools.stack import valkey
from tests.terraform.configuration import evaluated

# The policies of Azure Managed Redis, and whether a command may name keys of several slots: with EnterpriseCluster its
# proxy refuses that (CROSSSLOT) for all but a few commands, with OSSCluster every node does.
# https://learn.microsoft.com/azure/redis/architecture#cluster-policies
IS_SLOTTED = {"NoCluster": False, "EnterpriseCluster": True, "OSSCluster": True}
PROGRAM = """
import os, threading
import django
os.environ["DJANGO_SETTINGS_MODULE"] = "apps.catalog.settings"
django.setup()
from celery.contrib.testing.worker import start_worker
from apps.catalog.celery import app
done = threading.Event()

@app.task(name="test.ping")
def ping():
    done.set()

ping.apply_async()
with start_worker(app, pool="solo", perform_ping_check=False, concurrency=1, queues=["catalog"]):
    assert done.wait(20), "the task never ran"
print("ran")
"""


@pytest.fixture
def server(tmp_path) -> Iterator[Callable[..., str]]:
    """Starts one Valkey of a kind; returns its address."""
    started: list[subprocess.Popen] = []

    def start(*, is_slotted: bool) -> str:
        port = free_port()
        command = valkey.command(tmp_path, port)
        if is_slotted:
            # Its second port is the first plus 10,000 by default, which is often none.
            command += ["--cluster-enabled", "yes", "--cluster-port", str(free_port())]
        started.append(subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL))
        with redis.Redis(port=port) as link:
            _wait_for(lambda: _is_up(link))
            if is_slotted:
                link.execute_command("CLUSTER", "ADDSLOTSRANGE", 0, 16383)
                _wait_for(lambda: "cluster_state:ok" in str(link.execute_command("CLUSTER", "INFO")))
        return f"redis://127.0.0.1:{port}/0"

    yield start
    for process in started:
        process.terminate()
        process.wait(10)


def _is_up(link: redis.Redis) -> bool:
    try:
        return link.ping()
    except redis.ConnectionError:
        return False


def _wait_for(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 30
    while not condition():
        assert time.monotonic() < deadline, "valkey did not start"
        time.sleep(0.05)


def celery_on(address: str) -> subprocess.CompletedProcess[str]:
    environment = os.environ | {
        "REDIS_URL": address,
        "SECRET_KEY": "x",
        "DATABASE_URL": "postgres://nobody@127.0.0.1:1/nothing",
        "SERVICE_SECRET": "x",
    }
    return subprocess.run(
        [sys.executable, "-c", PROGRAM],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )


def test_celery_works_on_what_terraform_asks_for(server):
    policies = {item["default_database"]["clustering_policy"] for item in evaluated("prod")["azurerm_managed_redis"]}
    assert policies
    for policy in policies:
        run = celery_on(server(is_slotted=IS_SLOTTED[policy]))
        assert run.stdout.endswith("ran\n"), run.stderr


def test_a_cluster_would_refuse_celery(server):
    """What the policy above saves us from; the day this passes, any policy will do."""
    run = celery_on(server(is_slotted=True))
    # redis-py's words for CROSSSLOT.
    assert "Keys in request don't hash to the same slot" in run.stderr, run.stderr
