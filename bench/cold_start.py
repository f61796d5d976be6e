"""Seconds from `podman run` to the first 200 of /readyz, per service: `python -m bench.cold_start [ROUNDS]`.

Needs a builder and a runner (docs/images.md). The database and the Redis are those of a test run, migrated and warm, so
what is measured is the container's own start: Python, Django, gunicorn, the first look at migrations.
"""

from __future__ import annotations

import statistics
import sys

import httpx

from devtools.project import SERVICES
from devtools.release import images
from tests.images.containers import fleet


def main(rounds: int) -> None:
    names = {service: images.build(service).name for service in SERVICES}
    with fleet(names) as running:
        print(f"{'service':<10}{'median':>8}{'least':>8}{'most':>8}   seconds, {rounds} starts")
        for service in SERVICES:
            seconds = []
            for _ in range(rounds):
                container = running.restart(service)
                url = f"{container.url}/readyz"
                seconds.append(container.wait_until(lambda url=url: httpx.get(url).status_code == 200))
            print(f"{service:<10}{statistics.median(seconds):>8.2f}{min(seconds):>8.2f}{max(seconds):>8.2f}")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 5)
