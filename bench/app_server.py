"""Which gunicorn worker class and counts serve best? `python bench/app_server.py [service]`.

Starts the service once per configuration and asks, with wrk, for a fixed response (`/livez`) and for one with a query
(`/readyz`). Prints each as a ratio to the best of its column in the same run, because absolute numbers differ
between machines. Needs wrk and the service's environment (`make up` wrote it to var/env/).
"""

from __future__ import annotations

import os
import re
import shutil
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
PORT = 8990
SECONDS = 3
CONNECTIONS = 32
CONFIGURATIONS = [
    ("sync", 2, 1),
    ("sync", 4, 1),
    ("gthread", 1, 4),
    ("gthread", 1, 8),
    ("gthread", 1, 16),
    ("gthread", 2, 4),
    ("gthread", 2, 8),
    ("gthread", 3, 4),
    ("gthread", 4, 4),
]


def main() -> int:
    """Print the table."""
    if not shutil.which("wrk"):
        print("wrk is missing: apt-get install wrk")
        return 1
    service = sys.argv[1] if len(sys.argv) > 1 else "catalog"
    rows = [(name, measure(service, *name)) for name in CONFIGURATIONS]
    best = [max(figures[index] for _, figures in rows) for index in (0, 1)]
    print(f"{'class':<8} {'workers':>7} {'threads':>7} {'fixed':>14} {'one query':>14}")
    for (kind, workers, threads), (fixed, query) in rows:
        cells = [f"{value:>7.0f}/s {value / top:.2f}" for value, top in zip((fixed, query), best, strict=True)]
        print(f"{kind:<8} {workers:>7} {threads:>7} {cells[0]:>14} {cells[1]:>14}")
    return 0


def measure(service: str, kind: str, workers: int, threads: int) -> tuple[float, float]:
    """Requests a second for a fixed response and for one with a query."""
    arguments = f"--worker-class {kind} --workers {workers} --threads {threads} --access-logfile /dev/null"
    environment = os.environ | {"GUNICORN_CMD_ARGS": arguments, "BIND": f"127.0.0.1:{PORT}", "LOG_LEVEL": "ERROR"}
    server = subprocess.Popen(
        [sys.executable, str(ROOT / "manage.py"), service, "web"],
        env=environment,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        wait_until_ready()
        return load("/livez"), load("/readyz")
    finally:
        server.send_signal(signal.SIGTERM)
        server.wait(timeout=40)


def wait_until_ready(deadline: float = 30) -> None:
    """Return when the server responds; raise SystemExit when it does not."""
    ends = time.monotonic() + deadline
    while time.monotonic() < ends:
        try:
            urllib.request.urlopen(f"http://127.0.0.1:{PORT}/readyz", timeout=2)
            return
        except (urllib.error.URLError, OSError):
            time.sleep(0.1)
    raise SystemExit("The server did not become ready; run `make up` once so that its database exists and is migrated.")


def load(path: str) -> float:
    """Requests a second, after a short warm-up."""
    url = f"http://127.0.0.1:{PORT}{path}"
    for seconds in (1, SECONDS):
        command = ["wrk", "-t1", f"-c{CONNECTIONS}", f"-d{seconds}s", url]
        output = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    return float(re.search(r"Requests/sec:\s+([\d.]+)", output)[1])


if __name__ == "__main__":
    sys.exit(main())
