"""PostgreSQL, Valkey, gunicorn and NGINX with a seeded catalogue, for a while."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

import psycopg2

from devtools.checks.testing import free_port, servers
from devtools.stack.gateway import binary

ROOT = Path(__file__).resolve().parents[2]
GUNICORN = ROOT / "apps/common/gunicorn.py"
NGINX = """
daemon off;
pid {folder}/nginx.pid;
error_log stderr warn;
worker_processes 1;
events {{ worker_connections 512; }}
http {{
  access_log off;
  client_body_temp_path {folder}/body;
  proxy_temp_path {folder}/proxy;
  fastcgi_temp_path {folder}/fastcgi;
  uwsgi_temp_path {folder}/uwsgi;
  scgi_temp_path {folder}/scgi;
  upstream app {{ server 127.0.0.1:{app}; keepalive 32; }}
  server {{
    listen 127.0.0.1:{port};
    location / {{ proxy_pass http://app; proxy_http_version 1.1; proxy_set_header Connection ""; }}
  }}
}}
"""


@dataclass(frozen=True, slots=True)
class Stack:
    """A running catalogue of `products` products at `url`."""

    products: int
    url: str
    environment: dict[str, str]


@contextmanager
def database_server() -> Iterator[dict[str, str]]:
    """The environment of a throwaway PostgreSQL and Valkey; each stack makes a database of its own."""
    with servers() as environment:
        yield environment


@contextmanager
def stack(products: int, environment: dict[str, str], *, seeded: bool = True) -> Iterator[Stack]:
    """Migrate, seed, serve."""
    name = f"bench{products}"
    with closing(psycopg2.connect(f"{environment['TEST_DATABASE_URL']}/postgres")) as link:
        link.autocommit = True
        with link.cursor() as cursor:
            cursor.execute(f'CREATE DATABASE "{name}"')
    app, port = free_port(), free_port()
    own = environment | {
        "DATABASE_URL": f"{environment['TEST_DATABASE_URL']}/{name}",
        "REDIS_URL": environment["REDIS_URL"].rsplit("/", 1)[0] + ("/1" if products > 10_000 else "/2"),
        "BIND": f"127.0.0.1:{app}",
        "LOG_LEVEL": "ERROR",
        "GUNICORN_CMD_ARGS": "--access-logfile /dev/null --max-requests 0",
        "DJANGO_SETTINGS_MODULE": "bench.catalog.settings",
    }
    _manage(own, "migrate", "--verbosity", "0")
    if seeded:
        _manage(own, "seed", "--products", str(products))
        _analyse(own["DATABASE_URL"])
    with tempfile.TemporaryDirectory(prefix="streamcart-bench-") as folder:
        config = Path(folder, "nginx.conf")
        config.write_text(NGINX.format(folder=folder, app=app, port=port))
        command = [sys.executable, "-m", "gunicorn", "--config", str(GUNICORN), "bench.catalog.wsgi:application"]
        gunicorn = subprocess.Popen(command, cwd=ROOT, env=own)
        nginx = subprocess.Popen([binary(), "-c", str(config), "-p", folder, "-e", "stderr"])
        try:
            wait_until_ready(f"http://127.0.0.1:{port}/readyz")
            yield Stack(products, f"http://127.0.0.1:{port}", own)
        finally:
            for process in (nginx, gunicorn):
                process.terminate()
                process.wait(timeout=40)


def _manage(environment: dict[str, str], *arguments: str) -> None:
    """A Django command of the catalogue."""
    command = [sys.executable, "-m", "django", *arguments]
    subprocess.run(command, cwd=ROOT, env=environment, check=True, stdout=subprocess.DEVNULL)


def _analyse(url: str) -> None:
    """What autovacuum does within minutes: statistics for the planner."""
    with closing(psycopg2.connect(url)) as link:
        link.autocommit = True
        with link.cursor() as cursor:
            cursor.execute("VACUUM ANALYZE")


def wait_until_ready(url: str, deadline: float = 60) -> None:
    """Return when the address responds; raise SystemExit when it does not."""
    ends = time.monotonic() + deadline
    while time.monotonic() < ends:
        try:
            urllib.request.urlopen(url, timeout=5)  # noqa: S310  (our own server)
            return
        except (urllib.error.URLError, OSError):
            time.sleep(0.1)
    raise SystemExit(f"{url} did not become ready.")


def cores() -> int:
    """How many cores share the work."""
    return len(os.sched_getaffinity(0))
