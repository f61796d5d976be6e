"""Does an order cost the same after a million others? `GATEWAY_LIMITS=off make up`, then `python -m bench.order_history
[SIZES]` with the same PORT and STREAMCART_VAR; sizes are numbers of orders, smallest first (1000 1000000).

Places one order, copies what it left in the databases of payment, catalog and video until there are as many orders, and
runs checkouts beside them. Prints CPU time for each checkout, and which tables were read from end to end during the
checkouts and during a minute in which nobody asks. The copies stay: use a stack of its own (`make clean`).
"""

from __future__ import annotations

import argparse
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from typing import Any

from bench import checkouts
from devtools.stack import postgres
from devtools.stack.config import Stack

CHECKOUTS = 150
CUSTOMERS = 50
IDLE_SECONDS = 60
BATCH = 50_000
# Tables that are smaller are best read from end to end.
LARGE = 10_000
# Where each service has the number of an order.
NUMBERED = {
    "payment": ("orders_order", "number"),
    "catalog": ("reviews_purchase", "order_number"),
    "video": ("playback_entitlement", "order_number"),
}


def uuid_of(kind: int) -> str:
    """An id of the i-th copy, in the order of the copies as UUIDv7 are."""
    return f"(lpad(to_hex(i), 12, '0') || '7000800000000000000{kind}')::uuid"


ORDER, CART, RESERVATION, PAYMENT, ENTRY, DOCUMENT, EVENT, MOVEMENT, ENTITLEMENT = (uuid_of(k) for k in range(1, 10))
USER = "(lpad(to_hex(i / 10), 12, '0') || '70008000000000000000')::uuid"
NUMBER, CHARGE, METHOD = "'BENCH-' || i", "'ch_bench_' || i", "'pm_bench_' || i"


def ago(column: str) -> str:
    """A time of the template, earlier by half a minute for each copy."""
    return f"original.{column} - i * interval '30 seconds'"


@dataclass(frozen=True, slots=True)
class Copied:
    """Rows of a table that belong to the template order (`where`, with its `%(order)s`, `%(cart)s`, `%(number)s`), the
    columns that differ from copy to copy, and of how many copies one is kept where old rows are purged."""

    service: str
    table: str
    where: str
    columns: dict[str, str]
    one_in: int = 1


COPIED = (
    Copied(
        "payment",
        "orders_order",
        "id = %(order)s",
        {
            "id": ORDER,
            "number": NUMBER,
            "cart_id": CART,
            "user_id": USER,
            "email": "'bench-' || i / 10 || '@example.com'",
            "reservation_id": RESERVATION,
            "idempotency_key": NUMBER,
            "lease_until": ago("lease_until"),
            "placed_at": ago("placed_at"),
            "paid_at": ago("paid_at"),
            "confirmation_due_at": "NULL::timestamptz",
        },
    ),
    Copied("payment", "orders_orderline", "order_id = %(order)s", {"order_id": ORDER}),
    Copied("payment", "orders_ordertransition", "order_id = %(order)s", {"order_id": ORDER, "at": ago("at")}),
    Copied("payment", "carts_cart", "id = %(cart)s", {"id": CART, "user_id": USER, "updated_at": ago("updated_at")}),
    Copied("payment", "carts_cartline", "cart_id = %(cart)s", {"cart_id": CART, "added_at": ago("added_at")}),
    Copied(
        "payment",
        "payments_paymentmethod",
        "id = (SELECT method_id FROM payments_payment WHERE order_id = %(order)s)",
        {"id": METHOD, "user_id": USER, "created_at": ago("created_at")},
    ),
    Copied(
        "payment",
        "payments_payment",
        "order_id = %(order)s",
        {"id": PAYMENT, "order_id": ORDER, "method_id": METHOD, "reference": CHARGE},
    ),
    Copied(
        "payment",
        "payments_sandboxcharge",
        "key = %(order)s::text",
        {"id": CHARGE, "key": f"{ORDER}::text", "created_at": ago("created_at"), "captured_at": ago("captured_at")},
    ),
    Copied(
        "payment",
        "ledger_journalentry",
        "order_number = %(number)s",
        {"id": ENTRY, "key": f"'capture:' || {ORDER}", "order_number": NUMBER, "booked_at": ago("booked_at")},
    ),
    Copied(
        "payment",
        "ledger_posting",
        "entry_id = (SELECT id FROM ledger_journalentry WHERE order_number = %(number)s)",
        {"entry_id": ENTRY},
    ),
    Copied(
        "payment",
        "documents_document",
        "order_id = %(order)s",
        {
            "id": DOCUMENT,
            "order_id": ORDER,
            "year": "1",
            "sequence": "i",
            "number": "'BENCH-' || i",
            "issued_at": ago("issued_at"),
        },
    ),
    # Purged after a month and after two days.
    Copied(
        "payment",
        "outbox_outboxevent",
        "subject = %(number)s AND type LIKE '%%order.paid%%'",
        {"event_id": EVENT, "position": "-i", "subject": NUMBER, "time": ago("time")},
        one_in=12,
    ),
    Copied(
        "payment",
        "idempotency_idempotencyrecord",
        "response_body LIKE '%%' || %(number)s || '%%' AND key NOT LIKE 'BENCH-%%'",
        {"key": NUMBER, "scope": f"'subject:' || {USER}"},
        one_in=180,
    ),
    Copied(
        "catalog",
        "inventory_reservation",
        "order_id = %(order)s",
        {"id": RESERVATION, "order_id": ORDER, "expires_at": ago("expires_at"), "created_at": ago("created_at")},
    ),
    Copied(
        "catalog",
        "inventory_reservationline",
        "reservation_id = (SELECT id FROM inventory_reservation WHERE order_id = %(order)s)",
        {"reservation_id": RESERVATION},
    ),
    Copied(
        "catalog",
        "inventory_stockmovement",
        "reference = %(order)s::text",
        {"id": MOVEMENT, "reference": f"{ORDER}::text", "created_at": ago("created_at")},
    ),
    Copied("catalog", "reviews_purchase", "order_number = %(number)s", {"order_number": NUMBER, "user_id": USER}),
    Copied(
        "video",
        "playback_entitlement",
        "order_number = %(number)s",
        {"id": ENTITLEMENT, "order_number": NUMBER, "user_id": USER, "granted_at": ago("granted_at")},
    ),
)


def main() -> None:
    """Print the figures of each size."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("sizes", nargs="*", type=int, default=[1_000, 1_000_000])
    stack = Stack.from_environment()
    checkouts.CUSTOMERS = CUSTOMERS
    films, good = checkouts.assortment(stack)
    customers = checkouts.sign_up(stack, films)
    turns = iter(customers * (CHECKOUTS * 4 // CUSTOMERS))
    checkouts.checkout(stack, next(turns), good, checkouts.Run())
    # Until catalog and video have its rows too.
    time.sleep(5)
    template = newest_order(stack)
    for size in sorted(parser.parse_args().sizes):
        began = time.perf_counter()
        fill(stack, template, size)
        print(f"{size:,} orders, filled in {time.perf_counter() - began:.0f} s")
        checkouts.closed(stack, turns, good, checkouts.Run(), CHECKOUTS // 3)
        report(stack, checkouts_of(stack, turns, good))


@dataclass(frozen=True, slots=True)
class Figures:
    """Of the checkouts at one size: CPU seconds by process, and rows read from end to end by table."""

    run: checkouts.Run
    scanned: Counter[str]
    scanned_idle: Counter[str]


def checkouts_of(stack: Stack, turns: Iterator[checkouts.Customer], good: str) -> Figures:
    before = scans(stack)
    run = checkouts.closed(stack, turns, good, checkouts.Run(), CHECKOUTS)
    between = scans(stack)
    time.sleep(IDLE_SECONDS)
    return Figures(run, between - before, scans(stack) - between)


def report(stack: Stack, figures: Figures) -> None:
    run = figures.run
    each = {name: 1000 * seconds / CHECKOUTS for name, seconds in run.cpu.items()}
    databases = sum(cost for name, cost in each.items() if name.startswith("postgres"))
    print(f"  CPU of a checkout: {sum(each.values()):.0f} ms, of which PostgreSQL {databases:.1f} ms")
    print(f"  p50 {checkouts.percentile(run.seconds, 50):.0f} ms, p99 {checkouts.percentile(run.seconds, 99):.0f} ms")
    for when, scanned in (("during the checkouts", figures.scanned), ("in an idle minute", figures.scanned_idle)):
        tables = ", ".join(f"{name} {rows:,} rows" for name, rows in scanned.most_common()) or "none"
        print(f"  large tables read from end to end {when}: {tables}")


def newest_order(stack: Stack) -> dict[str, Any]:
    """The order that was placed last: what is copied."""
    with checkouts.cursor_of(stack, "payment") as cursor:
        cursor.execute("SELECT id::text, cart_id::text, number FROM orders_order ORDER BY placed_at DESC LIMIT 1")
        return dict(zip(("order", "cart", "number"), cursor.fetchone(), strict=True))


def fill(stack: Stack, template: dict[str, Any], size: int) -> None:
    """Copy the template until there are `size` orders; again from where it stopped."""
    with checkouts.cursor_of(stack, "payment") as cursor:
        cursor.execute("SELECT count(*) FROM orders_order WHERE number NOT LIKE 'BENCH-%'")
        copies = size - cursor.fetchone()[0]
    for service, (table, column) in NUMBERED.items():
        with superuser(stack, service) as cursor:
            # No triggers and no checks of foreign keys: rows are copies of rows that passed them.
            cursor.execute("SET session_replication_role = replica")
            cursor.execute("SET synchronous_commit = off")
            latest = f"SELECT max(substr({column}, 7)::int) FROM {table} WHERE {column} LIKE 'BENCH-%'"  # noqa: S608  (names of this module)
            cursor.execute(latest)
            for start in range((cursor.fetchone()[0] or 0) + 1, copies + 1, BATCH):
                for copied in COPIED:
                    if copied.service == service:
                        copy_rows(cursor, copied, template, start, min(start + BATCH - 1, copies))
            cursor.execute("VACUUM ANALYZE")


def copy_rows(cursor: Any, copied: Copied, template: dict[str, Any], start: int, end: int) -> None:
    """One statement for all copies from `start` to `end`."""
    cursor.execute(
        "SELECT column_name FROM information_schema.columns"
        " WHERE table_name = %s AND is_identity = 'NO' AND is_generated = 'NEVER' ORDER BY ordinal_position",
        [copied.table],
    )
    names = [name for (name,) in cursor.fetchall()]
    values = ", ".join(copied.columns.get(name, f'original."{name}"') for name in names)
    columns = ", ".join(f'"{name}"' for name in names)
    cursor.execute(
        f"INSERT INTO {copied.table} ({columns}) SELECT {values}"  # noqa: S608  (constants of this module, names of columns)
        f" FROM (SELECT * FROM {copied.table} WHERE {copied.where}) AS original,"
        f" generate_series(%(start)s::int, %(end)s::int) AS i WHERE i %% {copied.one_in} = 0",
        template | {"start": start, "end": end},
    )


def scans(stack: Stack) -> Counter[str]:
    """Rows of large tables that were read from end to end so far."""
    found: Counter[str] = Counter()
    # Backends report what they did within a second.
    time.sleep(1.5)
    for service in NUMBERED:
        with superuser(stack, service) as cursor:
            cursor.execute(
                "SELECT relname, seq_tup_read FROM pg_stat_user_tables WHERE n_live_tup >= %s AND seq_tup_read > 0",
                [LARGE],
            )
            found.update({f"{service}.{name}": rows for name, rows in cursor.fetchall()})
    return found


@contextmanager
def superuser(stack: Stack, database: str) -> Iterator[Any]:
    """A cursor of the server's superuser in a service's database."""
    link = postgres.connect(stack.port_of("postgres"), stack.secrets["ui_database"], database=database)
    with closing(link), link.cursor() as cursor:
        yield cursor


if __name__ == "__main__":
    main()
