"""What does one anonymous request cost? `GATEWAY_LIMITS=off make up`, then `python -m bench.anonymous [var]`.

Sends each request that needs no sign-in some times to the running stack, never the same one twice where a parameter
allows it, so that no cache helps. Counts the CPU seconds that the stack's processes took meanwhile (all services,
PostgreSQL, Valkey, NGINX), less what they take while nobody asks. Prints the dearest first, as multiples of the
cheapest response of a service (`/.well-known/jwks.json`), since absolute numbers differ between machines.
"""

from __future__ import annotations

import json
import sys
import time
import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import httpx
import psutil

REPEATS = 40
IDLE_SECONDS = 20
BASELINE = "keys"
CARD = {"number": "4242 4242 4242 4242", "exp_month": 12, "exp_year": 2099, "cvc": "123"}
LETTERS = "abcdefghijklmnopqrstuvwxyz"


@dataclass(frozen=True)
class Question:
    """A kind of request: `send` makes the nth one."""

    name: str
    send: Callable[[httpx.Client, int], httpx.Response]


def get(name: str, address: str) -> Question:
    """A GET; `{n}` in the address differs from request to request, `{word}` as letters."""

    def send(client: httpx.Client, number: int) -> httpx.Response:
        word = "".join(LETTERS[number // 26**place % 26] for place in range(3))
        return client.get(address.format(n=number, word=word))

    return Question(name, send)


def post(name: str, address: str, body: Callable[[int], object]) -> Question:
    """A POST of JSON."""
    return Question(name, lambda client, number: client.post(address, json=body(number)))


QUESTIONS = [
    get(BASELINE, "/api/auth/.well-known/jwks.json"),
    get("home page", "/"),
    get("shop page, never seen", "/shop?min_price={n}"),
    get("search page, never seen", "/search?q={word}"),
    get("product page", "/p/stoneware-mug"),
    get("cart page, empty", "/cart"),
    get("sign-in page", "/account/sign-in"),
    get("list, never seen", "/api/catalog/v1/products?min_price={n}"),
    get("list with facets, never seen", "/api/catalog/v1/products?facets=1&min_price={n}"),
    get("search, never seen", "/api/catalog/v1/products?q={word}"),
    get("suggestions, never seen", "/api/catalog/v1/search/suggest?q={word}"),
    get("product", "/api/catalog/v1/products/stoneware-mug"),
    get("categories", "/api/catalog/v1/categories"),
    get("reviews", "/api/catalog/v1/products/stoneware-mug/reviews?limit={n}"),
    get("titles", "/api/video/v1/titles"),
    get("OpenAPI document", "/api/catalog/schema/"),
    get("API page", "/api/catalog/docs/"),
    get("admin's sign-in page", "/api/catalog/admin/login/"),
    post("quote", "/api/catalog/v1/quotes", lambda n: {"lines": [{"sku": "MUG", "quantity": n}], "currency": "EUR"}),
    post("guest's cart", "/api/payment/v1/carts", lambda _: {}),
    post("guest's card", "/api/payment/v1/payment-methods", lambda _: {"card": CARD}),
    post("sign-in refused", "/api/auth/v1/tokens", lambda n: {"email": f"{n}@example.com", "password": "x" * 12}),
    post(
        "registration",
        "/api/auth/v1/users",
        lambda _: {"email": f"{uuid.uuid4().hex}@example.com", "password": "a long enough secret", "name": "Bench"},
    ),
]


def main() -> int:
    """Print the table."""
    var = Path(sys.argv[1] if len(sys.argv) > 1 else "var")
    url = json.loads((var / "run" / "ready.json").read_text())["url"]
    idle = _cost_of_idling(var)
    with httpx.Client(base_url=url, timeout=60) as client:
        found = {question.name: measure(var, client, question, idle) for question in QUESTIONS}
    cheapest = found[BASELINE][0]
    print(f"{'request':<32} {'CPU ms':>7} {'× keys':>7}  statuses")
    for name, (seconds, statuses) in sorted(found.items(), key=lambda item: -item[1][0]):
        print(f"{name:<32} {seconds * 1000:>7.1f} {seconds / cheapest:>7.1f}  {statuses}")
    return 0


def measure(var: Path, client: httpx.Client, question: Question, idle: float) -> tuple[float, str]:
    """CPU seconds a request, and the statuses that came back."""
    question.send(client, 0)
    started_at, before = time.monotonic(), cpu_seconds(var)
    statuses = {question.send(client, number).status_code for number in range(1, REPEATS + 1)}
    used = cpu_seconds(var) - before - idle * (time.monotonic() - started_at)
    return max(used, 0.0) / REPEATS, "/".join(map(str, sorted(statuses)))


def _cost_of_idling(var: Path) -> float:
    """CPU seconds a second while nobody asks: beat, event readers, autovacuum."""
    before = cpu_seconds(var)
    time.sleep(IDLE_SECONDS)
    return (cpu_seconds(var) - before) / IDLE_SECONDS


def cpu_seconds(var: Path) -> float:
    """User and system time of the stack's processes so far."""
    return sum(sum(process.cpu_times()[:2]) for process in _processes(var))


def _processes(var: Path) -> Iterator[psutil.Process]:
    for pid in json.loads((var / "run" / "children.json").read_text()):
        process = psutil.Process(int(pid))
        yield from (process, *process.children(recursive=True))


if __name__ == "__main__":
    sys.exit(main())
