"""gunicorn's configuration for every service, here and in the cluster. Figures behind it: docs/performance.md."""

from __future__ import annotations

import os
import shutil
import tempfile
from typing import Any

bind = os.environ.get("BIND", "127.0.0.1:8000")
worker_class = "gthread"
workers = int(os.environ.get("WEB_WORKERS", "2"))
threads = int(os.environ.get("WEB_THREADS", "4"))
# Long enough for a long poll of the event feed (20 s) and a slow provider; a stuck thread ends with its worker.
timeout = 60
graceful_timeout = 30
# Longer than the gateway keeps an idle connection: never close one that a request is about to use.
keepalive = 75
# What the gateways let through (NGINX's `large_client_header_buffers 4 8k`): what is longer gets their own response.
limit_request_line = 8190
limit_request_fields = 8000
max_requests = 20_000
max_requests_jitter = 2_000
worker_tmp_dir = "/dev/shm" if os.path.isdir("/dev/shm") else None  # noqa: S108  (heartbeat file: memory, not disk)
# Nobody uses it, and all services would share one file in the home folder.
control_socket_disable = True
accesslog = "-"
errorlog = "-"
access_log_format = (
    '{"event":"request","method":"%(m)s","path":"%(U)s","status":%(s)s,"bytes":%(B)s,"seconds":%(L)s,'
    '"request_id":"%({x-request-id}o)s"}'
)

# Several processes serve /metrics as one: each keeps its counts in files here (prometheus_client's multiprocess mode).
# Set before any of them imports prometheus_client.
if workers > 1 and "PROMETHEUS_MULTIPROC_DIR" not in os.environ:
    os.environ["PROMETHEUS_MULTIPROC_DIR"] = tempfile.mkdtemp(prefix="metrics-")


def child_exit(server: Any, worker: Any) -> None:
    """A process that is gone no longer counts in gauges of living ones."""
    if os.environ.get("PROMETHEUS_MULTIPROC_DIR"):
        from prometheus_client import multiprocess

        multiprocess.mark_process_dead(worker.pid)


def on_exit(server: Any) -> None:
    """Leave nothing behind."""
    if folder := os.environ.get("PROMETHEUS_MULTIPROC_DIR"):
        shutil.rmtree(folder, ignore_errors=True)


def post_worker_init(worker: Any) -> None:
    """Long polls end when the worker has to stop, so that a restart takes a moment and not 20 seconds.

    The worker takes no connection before this returns: the first requests find a process that is warm.
    """
    from apps.common import lifecycle

    lifecycle.ask_by(lambda: not worker.alive)
    lifecycle.prepare_for_requests()
