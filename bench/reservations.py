"""How many reservations a second does one hot SKU take? `python -m bench.reservations [CLIENTS] [SECONDS]`.

Starts PostgreSQL (a commit waits for the disk), Valkey and catalog's gunicorn, all thrown away afterwards, and lets
CLIENTS at once reserve one piece of the same SKU over HTTP, as payment does it: its own token, an order of its own each
time. Prints that beside what the same clients get in the same run of the response with one query (`/readyz`), because
absolute numbers differ between machines; then the service alone, without HTTP. At the end the units are counted.
"""

from __future__ import annotations

import asyncio
import os
import signal
import statistics
import subprocess
import sys
import threading
import time
import uuid
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from contextlib import closing, contextmanager
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from multiprocessing import get_context

from devtools.checks.testing import free_port, servers
from devtools.project import ROOT

SKU = "BUSY-1"
PIECES = 10_000_000
ROUNDS = 3
WORKERS, THREADS = 2, 4


def main(clients: int, seconds: float) -> None:
    """Print the figures."""
    with servers(durable=True) as environment, published_keys() as auth_url:
        environment |= {
            "DJANGO_SETTINGS_MODULE": "apps.catalog.settings",
            "DATABASE_URL": f"{environment['TEST_DATABASE_URL']}/catalog",
            "AUTH_URL": auth_url,
            "LOG_LEVEL": "ERROR",
        }
        os.environ.update(environment)
        token = prepare()
        with catalog() as port:
            one_query, reservations = [], []
            for _ in range(ROUNDS):
                one_query.append(rate(port, clients, seconds, readiness))
                reservations.append(rate(port, clients, seconds, lambda: reservation(token)))
        made = round(sum(reservations) * seconds)
        alone = service_rate(seconds)
        report(clients, statistics.median(one_query), statistics.median(reservations), alone)
        reported = made + round(alone * seconds)
        print(f"{counted()} units are reserved; {reported} were reported to clients, the rest to others.")


def report(clients: int, one_query: float, reservations: float, alone: float) -> None:
    print(f"{'':<36}{'a second':>9}  of one query")
    for name, figure in (
        (f"one query, {clients} clients", one_query),
        (f"reservations of one SKU, {clients} clients", reservations),
        (f"without HTTP, {WORKERS * THREADS} threads", alone),
    ):
        print(f"{name:<36}{figure:>9.0f}{figure / one_query:>14.2f}")


@contextmanager
def published_keys() -> Iterator[str]:
    """The address of an `auth` that does nothing but publish the key of the tokens used here."""

    class Keys(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            import json

            from apps.common.testing.tokens import PUBLIC_JWKS

            body = json.dumps(PUBLIC_JWKS).encode()
            self.send_response(200)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            """Silence."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Keys) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


def prepare() -> str:
    """A migrated database with the hot product; returns payment's token."""
    import django
    from django.core.management import call_command

    django.setup()
    call_command("migrate", verbosity=0)
    from apps.catalog.inventory.services import set_stock
    from apps.catalog.products.category_tree import ensure_category
    from apps.catalog.products.models import Product, Variant
    from apps.common.testing.tokens import access_token

    product = Product.objects.create(title="Hot", slug="hot", category=ensure_category("home"))
    set_stock(Variant.objects.create(product=product, sku=SKU), PIECES, reference="benchmark")
    return access_token(service="payment", scopes=["stock:reserve"], lifetime=3600)


@contextmanager
def catalog() -> Iterator[int]:
    """gunicorn, ready to serve; yields its port."""
    port = free_port()
    arguments = "--access-logfile /dev/null --error-logfile /dev/null"
    environment = os.environ | {
        "BIND": f"127.0.0.1:{port}",
        "WEB_WORKERS": str(WORKERS),
        "WEB_THREADS": str(THREADS),
        "GUNICORN_CMD_ARGS": arguments,
    }
    server = subprocess.Popen([sys.executable, str(ROOT / "manage.py"), "catalog", "web"], env=environment)
    try:
        wait_until_ready(port)
        yield port
    finally:
        server.send_signal(signal.SIGTERM)
        server.wait(timeout=40)


def wait_until_ready(port: int, deadline: float = 40) -> None:
    """Return when the server responds; raise SystemExit when it does not."""
    ends = time.monotonic() + deadline
    while time.monotonic() < ends:
        try:
            if rate(port, 1, 0.1, readiness):
                return
        except (OSError, asyncio.IncompleteReadError):
            time.sleep(0.1)
    raise SystemExit("gunicorn did not become ready.")


def readiness() -> bytes:
    return b"GET /readyz HTTP/1.1\r\nHost: localhost\r\n\r\n"


def reservation(token: str) -> bytes:
    body = f'{{"order_id":"{uuid.uuid4()}","lines":[{{"sku":"{SKU}","quantity":1}}]}}'.encode()
    head = (
        f"POST /v1/reservations HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {token}\r\n"
        f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
    )
    return head.encode() + body


def rate(port: int, clients: int, seconds: float, request) -> float:
    """Successful responses a second that so many clients get, each asking again as soon as it got one."""
    return sum(asyncio.run(_crowd(port, clients, time.monotonic() + seconds, request))) / seconds


async def _crowd(port: int, clients: int, ends: float, request) -> list[int]:
    return await asyncio.gather(*(_client(port, ends, request) for _ in range(clients)))


async def _client(port: int, ends: float, request) -> int:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    done = 0
    with closing(writer):
        while time.monotonic() < ends:
            writer.write(request())
            head = await reader.readuntil(b"\r\n\r\n")
            length = head.lower().partition(b"content-length:")[2].partition(b"\r\n")[0]
            # Without a length gunicorn sends the body in chunks.
            body = await (reader.readexactly(int(length)) if length else reader.readuntil(b"\r\n0\r\n\r\n"))
            if head[9:12] not in (b"200", b"201"):
                raise SystemExit(f"{head.decode()}{body.decode()}")
            done += 1
    return done


def service_rate(seconds: float) -> float:
    """Reservations a second that processes and threads like the server's make without HTTP."""
    with ProcessPoolExecutor(WORKERS, mp_context=get_context("spawn")) as pool:
        return sum(pool.map(hammer, [seconds] * WORKERS)) / seconds


def hammer(seconds: float) -> int:
    """What one process makes."""
    import django

    django.setup()
    from django.db import connection

    from apps.catalog.inventory.services import reserve_stock

    def run(_: int) -> int:
        connection.ensure_connection()
        done, ends = 0, time.monotonic() + seconds
        while time.monotonic() < ends:
            reserve_stock(order_id=uuid.uuid4(), lines=[(SKU, 1)], ttl=timedelta(minutes=15))
            done += 1
        connection.close()
        return done

    with ThreadPoolExecutor(THREADS) as pool:
        return sum(pool.map(run, range(THREADS)))


def counted() -> int:
    from apps.catalog.inventory.models import StockItem

    return StockItem.objects.get(variant__sku=SKU).reserved


if __name__ == "__main__":
    numbers = [float(argument) for argument in sys.argv[1:]]
    main(int(numbers[0]) if numbers else 32, numbers[1] if len(numbers) > 1 else 4)
