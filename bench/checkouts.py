"""How many whole checkouts does the stack take? `GATEWAY_LIMITS=off make up`, then `python -m bench.checkouts
[CHECKOUTS]` with the same PORT and STREAMCART_VAR.

A checkout is what a client does from an empty cart to a paid order: open a cart, add a film and a good, look at the
totals, hand in a card, order; with `--at-once` the cart is opened with both in it. It ends when the film is in the
library. The same customers first ask for a response with
one query (payment's `/readyz`) as the ceiling of the run. Prints rates and times at full load, times at a
fixed rate, where the time of a checkout goes, and how many SQL statements and calls between services it takes.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import shlex
import statistics
import subprocess
import sys
import tempfile
import time
import uuid
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
import psycopg2

from bench.cpu import cpu_by_process
from devtools.project import ROOT
from devtools.stack import postgres
from devtools.stack.config import Stack

CLIENTS = 8
RATE = 20
# More than are ever busy at once: an account has one cart.
CUSTOMERS = 250
COUNTED = 20
CARD = {"number": "4242424242424242", "exp_month": 12, "exp_year": 2040, "cvc": "123"}
ADDRESS = {"name": "Bench", "line1": "Weg 1", "postal_code": "10115", "city": "Berlin", "country": "DE"}
PASSWORD = "bench-the-checkout"  # noqa: S105  (of accounts that this run makes)
# Loading the certificates of authorities takes as long as several requests, and each checkout is a client of its own.
TLS = httpx.create_ssl_context()


@dataclass(slots=True)
class Customer:
    """An account that is signed in; a film is bought by it once."""

    email: str
    token: str
    films: Iterator[str]


@dataclass(slots=True)
class Run:
    """Seconds of whole checkouts and of their steps."""

    is_at_once: bool = False
    seconds: list[float] = field(default_factory=list)
    steps: dict[str, list[float]] = field(default_factory=lambda: defaultdict(list))
    taken: float = 0.0
    # CPU seconds by process.
    cpu: Counter[str] = field(default_factory=Counter)


def main() -> None:
    """Print the figures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("checkouts", nargs="?", type=int, default=300)
    parser.add_argument("--at-once", action="store_true", help="open the cart with the film and the good in it")
    arguments = parser.parse_args()
    stack = Stack.from_environment()
    films, good = assortment(stack)
    customers = sign_up(stack, films)
    turns = iter(customers * (arguments.checkouts * 3 // CUSTOMERS + 3))

    ceiling = rate_of_one_query(stack)
    checkout(stack, next(turns), good, Run())
    kind = {"is_at_once": arguments.at_once}
    statements, calls = counted(stack, lambda: checkout(stack, next(turns), good, Run(**kind)))
    full = closed(stack, turns, good, Run(**kind), arguments.checkouts)
    steady = paced(stack, turns, good, Run(**kind), arguments.checkouts)
    report(ceiling, full, steady, statements, calls)
    print(f"the last film was in its library {until_watched(stack, customers):.1f} s after the last order")


def assortment(stack: Stack) -> tuple[list[str], str]:
    """SKUs of films to buy and to rent, and of a good that does not run out."""
    api = f"{stack.public_url}/api/catalog/v1"
    films = []
    for product in httpx.get(f"{api}/products?kind=video&limit=50", timeout=30).json()["results"]:
        detail = httpx.get(f"{api}/products/{product['slug']}", timeout=30).json()
        films += [variant["sku"] for variant in detail["variants"]]
    good = httpx.get(f"{api}/products/stoneware-mug", timeout=30).json()["variants"][0]["sku"]
    with cursor_of(stack, "catalog") as cursor:
        cursor.execute(
            "UPDATE inventory_stockitem AS s SET on_hand = on_hand + 1000000 FROM products_variant AS v "
            "WHERE v.id = s.variant_id AND v.sku = %s AND s.on_hand < 100000",
            [good],
        )
    return films, good


def sign_up(stack: Stack, films: list[str]) -> list[Customer]:
    """Accounts of this run alone, each with all films still to be bought."""
    run = uuid.uuid4().hex[:8]
    emails = [f"bench-{run}-{number}@example.com" for number in range(CUSTOMERS)]
    with tempfile.NamedTemporaryFile("w", suffix=".json") as file:
        json.dump([{"email": email, "password": PASSWORD, "name": "Bench"} for email in emails], file)
        file.flush()
        command = [sys.executable, str(ROOT / "manage.py"), "auth", "import_users", file.name]
        subprocess.run(command, env=os.environ | {"STREAMCART_VAR": str(stack.var)}, check=True, capture_output=True)
    customers = []
    for email in emails:
        body = {"email": email, "password": PASSWORD}
        response = httpx.post(f"{stack.public_url}/api/auth/v1/tokens", json=body, timeout=30)
        customers.append(Customer(email, response.json()["access"], iter(films)))
    return customers


def checkout(stack: Stack, customer: Customer, good: str, run: Run) -> None:
    """From an empty cart to a paid order. Raises SystemExit when a step fails."""
    began = time.perf_counter()
    headers = {"Authorization": f"Bearer {customer.token}"}
    film = next(customer.films)
    with httpx.Client(base_url=f"{stack.public_url}/api/payment/v1", headers=headers, verify=TLS, timeout=60) as client:

        def step(name: str, method: str, path: str, body: Any = None, *, key: str = "") -> Any:
            start = time.perf_counter()
            response = client.request(method, path, json=body, headers={"Idempotency-Key": key} if key else {})
            run.steps[name].append(time.perf_counter() - start)
            if response.status_code not in (200, 201):
                raise SystemExit(f"{method} {path}: {response.status_code} {response.text[:300]}")
            return response.json()

        if run.is_at_once:
            cart = step("open a filled cart", "POST", "/carts", {"lines": [{"sku": film}, {"sku": good}]})["id"]
        else:
            cart = step("open the cart", "POST", "/carts", {})["id"]
            step("add a film", "PUT", f"/carts/{cart}/lines/{film}", {"quantity": 1})
            step("add a good", "PUT", f"/carts/{cart}/lines/{good}", {"quantity": 1})
        totals = step("look at the totals", "GET", f"/order-totals?cart={cart}&country=DE")["results"][0]
        method = step("hand in a card", "POST", "/payment-methods", {"card": CARD})["id"]
        order = {
            "cart": cart,
            "shipping_address": ADDRESS,
            "shipping_method": "standard",
            "payment_method": method,
            "expected_total": totals["total"],
        }
        state = step("order and pay", "POST", "/orders", order, key=uuid.uuid4().hex)["state"]
    if state != "paid":
        raise SystemExit(f"The order is {state}.")
    run.seconds.append(time.perf_counter() - began)


def closed(stack: Stack, customers: Iterator[Customer], good: str, run: Run, number: int) -> Run:
    """As fast as CLIENTS at once can."""
    before, began = cpu_by_process(stack.var), time.perf_counter()
    with ThreadPoolExecutor(CLIENTS) as pool:
        for _ in pool.map(
            lambda customer: checkout(stack, customer, good, run), [next(customers) for _ in range(number)]
        ):
            pass
    run.taken = time.perf_counter() - began
    # What workers do afterwards (mails, invoices) belongs to these checkouts too.
    wait_for_mails(stack)
    run.cpu = cpu_by_process(stack.var) - before
    return run


def paced(stack: Stack, customers: Iterator[Customer], good: str, run: Run, number: int) -> Run:
    """One checkout begins every 1/RATE seconds, whether or not earlier ones are done."""
    began = time.perf_counter()
    with ThreadPoolExecutor(10 * RATE) as pool:
        started = []
        for index in range(number):
            time.sleep(max(0.0, began + index / RATE - time.perf_counter()))
            started.append(pool.submit(checkout, stack, next(customers), good, run))
        for future in started:
            future.result()
    run.taken = time.perf_counter() - began
    return run


def rate_of_one_query(stack: Stack, seconds: float = 3.0) -> float:
    """Responses a second of payment's `/readyz`, which asks the database once, to CLIENTS at once."""
    url, counts = f"{stack.url_of('payment')}/readyz", Counter[int]()
    ends = time.perf_counter() + seconds

    def ask(_: int) -> None:
        with httpx.Client(timeout=30) as client:
            while time.perf_counter() < ends:
                counts[client.get(url).status_code] += 1

    with ThreadPoolExecutor(CLIENTS) as pool:
        list(pool.map(ask, range(CLIENTS)))
    return counts[200] / seconds


def counted(stack: Stack, once: Callable[[], None]) -> tuple[Counter[str], Counter[str]]:
    """SQL statements by service of a checkout until its film is there, less those of an idle stack; and calls between
    services, which `payment` and `video` report."""
    log = stack.var / "log" / "postgres.log"
    with logged_statements(stack):
        began, start = time.perf_counter(), log.stat().st_size
        time.sleep(10)
        idle = statements_in(log, start)
        idle_seconds = time.perf_counter() - began
        calls_before, began, start = calls_of(stack), time.perf_counter(), log.stat().st_size
        for _ in range(COUNTED):
            once()
        time.sleep(3)
        busy, seconds = statements_in(log, start), time.perf_counter() - began
        calls = calls_of(stack) - calls_before
    each = {name: (busy[name] - idle[name] * seconds / idle_seconds) / COUNTED for name in busy}
    statements = Counter({name: round(number) for name, number in each.items() if number >= 0.5})
    return statements, Counter({name: round(number / COUNTED, 1) for name, number in calls.items()})


@contextmanager
def logged_statements(stack: Stack) -> Iterator[None]:
    """PostgreSQL writes each statement with its database into its log."""
    settings = {"log_min_duration_statement": "0", "log_line_prefix": "'db=%d '"}
    link = postgres.connect(stack.port_of("postgres"), stack.secrets["ui_database"])
    with closing(link), link.cursor() as cursor:
        for name, value in settings.items():
            cursor.execute(f"ALTER SYSTEM SET {name} = {value}")
        cursor.execute("SELECT pg_reload_conf()")
        try:
            time.sleep(1)
            yield
        finally:
            for name in settings:
                cursor.execute(f"ALTER SYSTEM RESET {name}")
            cursor.execute("SELECT pg_reload_conf()")


def statements_in(log: Path, start: int) -> Counter[str]:
    """By database; BEGIN, COMMIT and savepoints are no statements of ours."""
    with log.open(errors="replace") as file:
        file.seek(start)
        found = re.findall(r"^db=(\w*) .*?(?:statement|execute [^:]*): (\w+)", file.read(), re.MULTILINE)
    return Counter(
        database for database, verb in found if verb.upper() not in ("BEGIN", "COMMIT", "SAVEPOINT", "RELEASE", "SET")
    )


def calls_of(stack: Stack) -> Counter[str]:
    """Calls of payment's web processes to other services so far."""
    text = httpx.get(f"{stack.url_of('payment')}/metrics", timeout=30).text
    found = re.findall(r'^streamcart_service_requests_total\{.*?target="(\w+)".*?\} (\S+)$', text, re.MULTILINE)
    calls: Counter[str] = Counter()
    for target, number in found:
        calls[f"payment to {target}"] += int(float(number))
    return calls


def until_watched(stack: Stack, customers: list[Customer]) -> float:
    """Seconds until video has handled all events of payment."""
    began = time.perf_counter()
    with cursor_of(stack, "payment") as orders, cursor_of(stack, "video") as films:
        while True:
            orders.execute("SELECT count(*) FROM orders_orderline WHERE kind = 'video'")
            (sold,) = orders.fetchone()
            films.execute("SELECT count(*) FROM playback_entitlement")
            (granted,) = films.fetchone()
            if granted >= sold:
                return time.perf_counter() - began
            if time.perf_counter() - began > 120:
                raise SystemExit(f"{sold - granted} films are missing.")
            time.sleep(0.1)


def wait_for_mails(stack: Stack) -> None:
    """Return when payment owes no confirmation any more."""
    ends_at = time.perf_counter() + 300
    with cursor_of(stack, "payment") as cursor:
        while time.perf_counter() < ends_at:
            cursor.execute("SELECT count(*) FROM orders_order WHERE confirmation_due_at IS NOT NULL")
            if cursor.fetchone() == (0,):
                return
            time.sleep(0.5)
    raise SystemExit("Confirmations are not sent; see payment.background's log.")


@contextmanager
def cursor_of(stack: Stack, service: str) -> Iterator[Any]:
    """A cursor in the service's database."""
    lines = (stack.var / "env" / f"{service}.env").read_text().splitlines()
    (url,) = [line.partition("=")[2] for line in lines if line.removeprefix("export ").startswith("DATABASE_URL=")]
    connection = psycopg2.connect(shlex.split(url)[0])
    connection.autocommit = True
    try:
        with connection.cursor() as cursor:
            yield cursor
    finally:
        connection.close()


def report(ceiling: float, full: Run, steady: Run, statements: Counter[str], calls: Counter[str]) -> None:
    """The figures."""
    rate = len(full.seconds) / full.taken
    print(
        f"{CLIENTS} clients at once: {rate:.1f} checkouts a second, {rate / ceiling:.3f} of a response with one query"
    )
    print(f"  p50 {percentile(full.seconds, 50):.0f} ms, p99 {percentile(full.seconds, 99):.0f} ms")
    reached = len(steady.seconds) / steady.taken
    print(f"{RATE} begun a second: {reached:.1f} done a second")
    print(f"  p50 {percentile(steady.seconds, 50):.0f} ms, p99 {percentile(steady.seconds, 99):.0f} ms")
    print("where the time goes, p50 at full load:")
    for name, seconds in full.steps.items():
        print(f"  {name:<20}{percentile(seconds, 50):>6.0f} ms")
    print(f"CPU time of a checkout by process, {1000 * full.cpu.total() / len(full.seconds):.0f} ms in all:")
    for name, seconds in full.cpu.most_common():
        if (each := 1000 * seconds / len(full.seconds)) >= 0.1:
            print(f"  {name:<20}{each:>6.1f} ms")
    print(f"SQL statements of a checkout: {statements.total()} ({spelled(statements)})")
    print(f"calls between services: {spelled(calls)}")


def percentile(seconds: list[float], percent: int) -> float:
    """In milliseconds."""
    return 1000 * statistics.quantiles(seconds, n=100)[percent - 1]


def spelled(counts: Counter[str]) -> str:
    return ", ".join(f"{name} {number}" for name, number in counts.most_common())


if __name__ == "__main__":
    main()
