"""What do viewers cost while they watch? `GATEWAY_LIMITS=off make up`, then `python -m bench.heartbeats [VIEWERS]` with
the same PORT and STREAMCART_VAR.

VIEWERS players (three of each account) start, and each sends a heartbeat as often as the service asks for. Prints how
long starting takes, over a response with one query (video's `/readyz`), and how much CPU the heartbeats take of
the machine, without the client's.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
import uuid
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import httpx

from bench.cpu import cpu_by_process
from bench.load import percentile, times
from devtools.project import ROOT
from devtools.stack.config import Stack

DEVICES = 3
CLIENTS = 8
SECONDS = 60
FILM = "metropolis"
PASSWORD = "bench-the-heartbeat"  # noqa: S105  (of accounts that this run makes)
GRANT = """
import uuid
from apps.video.playback.models import Entitlement
Entitlement.objects.bulk_create(
    Entitlement(user_id=uuid.UUID(line), title_slug="{film}", offer="buy", order_number=line.replace("-", "")[:32])
    for line in open("{path}").read().split()
)
"""


@dataclass(frozen=True, slots=True)
class Viewer:
    """A player that has started."""

    headers: dict[str, str]
    session: str


def main() -> None:
    """Print the figures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("viewers", nargs="?", type=int, default=1000)
    viewers_wanted = parser.parse_args().viewers
    stack = Stack.from_environment()
    tokens = sign_up(stack, -(-viewers_wanted // DEVICES))
    started, taken, every = start(stack, [token for token in tokens for _ in range(DEVICES)][:viewers_wanted])
    one_query = times(stack.url_of("video"), ["/readyz"] * 500)
    ratio = percentile(taken, 95) / percentile(one_query, 95)
    print(f"start: p50 {percentile(taken, 50) * 1000:.1f} ms, p95 {percentile(taken, 95) * 1000:.1f} ms, ", end="")
    print(f"{ratio:.1f} times the p95 of a response with one query ({percentile(one_query, 95) * 1000:.1f} ms)")

    waits, cpu = heartbeats(stack, started, every)
    seconds = Counter({name: spent for name, spent in cpu.items() if name != "client"})
    cores = os.cpu_count() or 1
    share = seconds.total() / SECONDS / cores
    print(f"{len(started)} viewers, a heartbeat every {every} s: {share:.0%} of {cores} cores, ", end="")
    print(f"p50 {percentile(waits, 50) * 1000:.1f} ms, p95 {percentile(waits, 95) * 1000:.1f} ms")
    for name, spent in seconds.most_common(5):
        print(f"  {name:<20} {spent / SECONDS / cores:.1%}")


def sign_up(stack: Stack, number: int) -> list[str]:
    """Tokens of accounts of this run alone, each with the film."""
    run = uuid.uuid4().hex[:8]
    people = [
        {"id": str(uuid.uuid4()), "email": f"viewer-{run}-{index}@example.com", "password": PASSWORD, "name": "Bench"}
        for index in range(number)
    ]
    environment = os.environ | {"STREAMCART_VAR": str(stack.var)}
    manage = [sys.executable, str(ROOT / "manage.py")]
    with tempfile.TemporaryDirectory() as folder:
        accounts, ids = Path(folder, "accounts.json"), Path(folder, "ids")
        accounts.write_text(json.dumps(people))
        ids.write_text("\n".join(person["id"] for person in people))
        grant = GRANT.format(film=FILM, path=ids)
        for command in (["auth", "import_users", str(accounts)], ["video", "shell", "-c", grant]):
            subprocess.run([*manage, *command], env=environment, check=True, capture_output=True)
    with httpx.Client(timeout=60) as client, ThreadPoolExecutor(CLIENTS) as pool:

        def sign_in(person: dict[str, str]) -> str:
            body = {"email": person["email"], "password": PASSWORD}
            return str(client.post(f"{stack.public_url}/api/auth/v1/tokens", json=body).json()["access"])

        return list(pool.map(sign_in, people))


def start(stack: Stack, tokens: list[str]) -> tuple[list[Viewer], list[float], int]:
    """Viewers one after the other, past the gateway; seconds that each start took, and seconds between heartbeats."""
    viewers, taken, every = [], [], 0
    with httpx.Client(base_url=stack.url_of("video"), timeout=60) as client:
        for token in tokens:
            headers = {"Authorization": f"Bearer {token}"}
            began = time.perf_counter()
            response = client.post(f"/v1/titles/{FILM}/playback", headers=headers)
            taken.append(time.perf_counter() - began)
            body = _checked(response)
            every = body["heartbeat_seconds"]
            viewers.append(Viewer(headers, body["session"]))
    return viewers, taken, every


def heartbeats(stack: Stack, viewers: list[Viewer], every: int) -> tuple[list[float], Counter[str]]:
    """Seconds that each heartbeat took, spread evenly for SECONDS, and CPU seconds by process."""
    waits: list[float] = []

    def beat(client: httpx.Client, viewer: Viewer, position: float) -> None:
        body = {"session": viewer.session, "position_seconds": position, "watched_seconds": int(position)}
        began = time.perf_counter()
        _checked(client.put(f"/api/video/v1/progress/{FILM}", json=body, headers=viewer.headers))
        waits.append(time.perf_counter() - began)

    rate = len(viewers) / every
    before, began = cpu_by_process(stack.var), time.perf_counter()
    address = f"http://{urlsplit(stack.public_url).netloc}"
    with httpx.Client(base_url=address, timeout=60) as client, ThreadPoolExecutor(4 * CLIENTS) as pool:
        sent = []
        for index, viewer in enumerate(_in_turn(viewers)):
            due = began + index / rate
            if due > began + SECONDS:
                break
            time.sleep(max(0.0, due - time.perf_counter()))
            sent.append(pool.submit(beat, client, viewer, float(index % 20)))
        for future in sent:
            future.result()
    return waits, cpu_by_process(stack.var) - before


def _in_turn(viewers: list[Viewer]) -> Iterator[Viewer]:
    while True:
        yield from viewers


def _checked(response: httpx.Response) -> Any:
    if not response.is_success:
        raise SystemExit(f"{response.request.url}: {response.status_code} {response.text[:300]}")
    return response.json()


if __name__ == "__main__":
    main()
