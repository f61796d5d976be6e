"""gunicorn's configuration for every service, here and in the cluster. Figures behind it: docs/performance.md."""

from __future__ import annotations

import os

bind = os.environ.get("BIND", "127.0.0.1:8000")
worker_class = "gthread"
workers = int(os.environ.get("WEB_WORKERS", "2"))
threads = int(os.environ.get("WEB_THREADS", "4"))
# Long enough for a long poll of the event feed (20 s) and a slow provider; a stuck thread ends with its worker.
timeout = 60
graceful_timeout = 30
# Longer than the gateway keeps an idle connection: never close one that a request is about to use.
keepalive = 75
max_requests = 20_000
max_requests_jitter = 2_000
worker_tmp_dir = "/dev/shm" if os.path.isdir("/dev/shm") else None  # noqa: S108  (heartbeat file: memory, not disk)
accesslog = "-"
errorlog = "-"
access_log_format = (
    '{"event":"request","method":"%(m)s","path":"%(U)s","status":%(s)s,"bytes":%(B)s,"seconds":%(L)s,'
    '"request_id":"%({x-request-id}o)s"}'
)


def post_worker_init(worker):
    """Long polls end when the worker is told to stop, so that a restart takes a moment and not 20 seconds."""
    from apps.common import lifecycle

    lifecycle.ask_by(lambda: not worker.alive)
