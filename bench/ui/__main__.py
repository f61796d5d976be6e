"""What do the storefront's pages cost? `GATEWAY_LIMITS=off make up`, then `python -m bench.ui` (with the same
PORT). Needs wrk.

Asks for home, a category and a product, and prints each rate as a ratio to a ceiling of the same size in the same
rounds. Through the gateway, hot: to a static file of its NGINX. Past the gateway: to fixed HTML of the same process and
middleware, for one page again and again, for many different products, and for a customer with a filled cart. Last, a
crowd of visitors asks at once for a product that nobody has asked for, and the catalogue's requests are counted.
Seed a large catalogue first: `manage.py catalog seed --products 100000`.
"""

from __future__ import annotations

import asyncio
import http.client
import json
import os
import random
import re
import resource
import shutil
import statistics
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from urllib.parse import urlencode

from bench.load import load
from devtools.checks.testing import free_port
from devtools.project import ROOT
from devtools.stack.config import Stack
from devtools.stack.environment import service_environment

GUNICORN = ROOT / "apps/common/gunicorn.py"
ROUNDS = 3
CONNECTIONS = 16
VISITORS = 2_000
DIFFERENT = 4_000
CUSTOMER = {"email": "grace@example.com", "password": "streamcart-demo"}


def main() -> int:
    """Print the tables."""
    if not shutil.which("wrk"):
        print("wrk is missing: apt-get install wrk")
        return 1
    stack = Stack.from_environment()
    slugs = _slugs(stack)
    pages = {"home": "/", "category": f"/shop/c/{_category(stack)}", "product": f"/p/{slugs[0]}"}
    print(f"{os.cpu_count()} cores, {len(slugs)} different products asked for")
    _hot(stack, pages)
    with _storefront(stack) as url:
        _cold(url, pages, slugs)
        _personal(stack, url, pages)
    _crowd(stack, slugs[-1])
    return 0


def _hot(stack: Stack, pages: dict[str, str]) -> None:
    print("\nthrough the gateway, hot      page/s   file/s  ratio (aim: at least 0.8)   p99 over the file's p50")
    for name, path in pages.items():
        file = f"/media/catalog/products/bench-{name}.html"
        target = stack.folder("media/catalog/products") / f"bench-{name}.html"
        target.write_bytes(_get(stack.public_url + path))
        try:
            rates = [(_rate(stack.public_url, [path]), _rate(stack.public_url, [file])) for _ in range(ROUNDS)]
            # One connection loads the gateway to about a half.
            slow = load(stack.public_url, [path], connections=1).p99 / load(stack.public_url, [file], connections=1).p50
        finally:
            target.unlink()
        ratio = statistics.median(page / fixed for page, fixed in rates)
        page, fixed = (statistics.median(values) for values in zip(*rates, strict=True))
        print(f"{name:<26} {page:>9.0f} {fixed:>8.0f} {ratio:>6.2f} {slow:>30.1f}")


def _cold(url: str, pages: dict[str, str], slugs: list[str]) -> None:
    print("\npast the gateway              page/s  fixed/s  ratio (aim: at least 0.35)")
    for name, path in pages.items():
        _row(url, name, [path], size=len(_get(url + path)))
    different = [f"/p/{slug}" for slug in slugs]
    _row(url, "different products", different, size=len(_get(url + different[0])))


def _personal(stack: Stack, url: str, pages: dict[str, str]) -> None:
    cookie = _customer(stack)
    print("\ncustomer with a filled cart   page/s  fixed/s  ratio (aim: at least 0.15)")
    for name, path in pages.items():
        _row(url, name, [path], size=len(_get(url + path)), cookie=cookie)


def _row(url: str, name: str, paths: list[str], *, size: int, cookie: str = "") -> None:
    rates = [(_rate(url, paths, cookie=cookie), _rate(url, [f"/bench/fixed/{size}"])) for _ in range(ROUNDS)]
    ratio = statistics.median(page / fixed for page, fixed in rates)
    page, fixed = (statistics.median(values) for values in zip(*rates, strict=True))
    print(f"{name:<26} {page:>9.0f} {fixed:>8.0f} {ratio:>6.2f}", flush=True)


def _crowd(stack: Stack, slug: str) -> None:
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(hard, max(soft, VISITORS * 2)), hard))
    before = _requests(stack)
    taken = asyncio.run(_ask_at_once(stack.port, f"/p/{slug}"))
    asked = _requests(stack) - before
    print(f"\n{VISITORS} visitors at once on a new product page: {asked:.0f} requests of the catalogue")
    print(f"(aim: fewer than 10); all of them had it after {taken:.1f} s")


async def _ask_at_once(port: int, path: str) -> float:
    """Seconds until everybody has the page; they connect first."""
    links = [await asyncio.open_connection("127.0.0.1", port) for _ in range(VISITORS)]
    started = time.perf_counter()

    async def ask(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bytes:
        writer.write(f"GET {path} HTTP/1.1\r\nHost: localhost:{port}\r\nConnection: close\r\n\r\n".encode())
        await writer.drain()
        status = await reader.readline()
        await reader.read()
        writer.close()
        return status

    statuses = set(await asyncio.gather(*(ask(*link) for link in links)))
    if statuses != {b"HTTP/1.1 200 OK\r\n"}:
        raise SystemExit(f"Some visitors did not get the page: {statuses}")
    return time.perf_counter() - started


def _requests(stack: Stack) -> float:
    """Requests that the catalogue has served, without probes."""
    text = _get(f"{stack.url_of('catalog')}/metrics").decode()
    found = re.findall(r"^django_http_requests_total_by_transport_total\{[^}]*\} ([\d.e+]+)", text, re.MULTILINE)
    # Reading them is a request too.
    return sum(map(float, found)) - 0.5


@contextmanager
def _storefront(stack: Stack) -> Iterator[str]:
    """gunicorn with the storefront and the fixed page; its address."""
    port = free_port()
    own = service_environment(stack, "ui") | {
        "BIND": f"127.0.0.1:{port}",
        "LOG_LEVEL": "ERROR",
        "GUNICORN_CMD_ARGS": "--access-logfile /dev/null --max-requests 0",
        "DJANGO_SETTINGS_MODULE": "bench.ui.settings",
        "PATH": os.environ["PATH"],
    }
    command = [sys.executable, "-m", "gunicorn", "--config", str(GUNICORN), "bench.ui.wsgi:application"]
    gunicorn = subprocess.Popen(command, cwd=ROOT, env=own)
    try:
        deadline = time.monotonic() + 60
        while time.monotonic() < deadline:
            try:
                _get(f"http://127.0.0.1:{port}/livez")
                break
            except OSError:
                time.sleep(0.2)
        yield f"http://127.0.0.1:{port}"
    finally:
        gunicorn.terminate()
        gunicorn.wait(timeout=40)


def _customer(stack: Stack) -> str:
    """The cookies of a customer who has put something into the cart."""
    link = http.client.HTTPConnection("localhost", stack.port, timeout=30)
    cookies: dict[str, str] = {}

    def post(path: str, fields: dict[str, str]) -> None:
        headers = {"Content-Type": "application/x-www-form-urlencoded", "Cookie": _header(cookies)}
        link.request("POST", path, urlencode(fields), headers)
        response = link.getresponse()
        response.read()
        if response.status != http.client.FOUND:
            raise SystemExit(f"{path} returned {response.status}.")
        for value in response.headers.get_all("Set-Cookie", []):
            name, _, rest = value.partition("=")
            cookies[name] = rest.partition(";")[0]

    post("/account/sign-in", CUSTOMER)
    post("/cart/add", {"sku": _sku(stack), "quantity": "2"})
    cookies.pop("messages", None)
    return _header(cookies)


def _header(cookies: dict[str, str]) -> str:
    return "; ".join(f"{name}={value}" for name, value in cookies.items())


def _sku(stack: Stack) -> str:
    """A variant that can be bought."""
    body = _json(stack, "/v1/products?kind=goods&in_stock=true&limit=1")
    return _json(stack, f"/v1/products/{body['results'][0]['slug']}")["variants"][0]["sku"]


def _category(stack: Stack) -> str:
    tree = _json(stack, "/v1/categories")["results"]
    return max(tree, key=lambda category: category["product_count"])["path"]


def _slugs(stack: Stack) -> list[str]:
    """Slugs of products in an order that no list has."""
    slugs: list[str] = []
    path = "/v1/products?limit=100"
    while path and len(slugs) < DIFFERENT:
        body = _json(stack, path)
        slugs += [item["slug"] for item in body["results"]]
        path = f"/v1{body['next'].partition('/v1')[2]}" if body["next"] else ""
    random.Random(5).shuffle(slugs)  # noqa: S311  (reproducible, not secret)
    return slugs


def _json(stack: Stack, path: str) -> dict:
    return json.loads(_get(stack.url_of("catalog") + path))


def _get(url: str) -> bytes:
    with urllib.request.urlopen(url, timeout=60) as response:  # noqa: S310  (our own servers)
        return response.read()


def _rate(url: str, paths: list[str], *, cookie: str = "") -> float:
    """Requests a second over these paths, in turn."""
    return load(url, paths, connections=CONNECTIONS, cookie=cookie).rate


if __name__ == "__main__":
    raise SystemExit(main())
