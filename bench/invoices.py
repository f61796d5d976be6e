"""What does an invoice cost, and does a million of them slow the next one? `python -m bench.invoices [DOCUMENTS]`

Starts a PostgreSQL of its own. First the CPU time of a PDF with its XML, for 1, 10 and 40 lines, over that of the
confirmation mail's two templates, which every order needs anyway. Then how long the transaction takes that issues an
invoice (a commit waits for the disk), alone and with several customers at once, before and after DOCUMENTS invoices
(1,000,000) are there; and how long reading one takes.
"""

from __future__ import annotations

import os
import statistics
import sys
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any

ROUNDS = 200
CUSTOMERS = 8
LINES = (1, 10, 40)


def main() -> int:
    """Print both tables."""
    documents = int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000
    with database():
        import django

        django.setup()
        from django.core.management import call_command

        call_command("migrate", verbosity=0)
        report_files()
        report_numbers(documents)
    return 0


@contextmanager
def database() -> Iterator[None]:
    """A throwaway server with payment's database, named in the environment."""
    from devtools.checks.lint import ENVIRONMENT
    from devtools.checks.testing import servers

    with servers(durable=True) as environment:
        os.environ.update(ENVIRONMENT | environment)
        os.environ["DATABASE_URL"] = f"{environment['TEST_DATABASE_URL']}/payment"
        os.environ["DJANGO_SETTINGS_MODULE"] = "apps.payment.settings"
        os.environ["LOG_LEVEL"] = "ERROR"
        yield


def report_files() -> None:
    """CPU milliseconds of a file, and as a multiple of the mail that it comes with."""
    from django.template.loader import render_to_string

    from apps.payment.documents.rendering import render_document
    from apps.payment.orders.mails import mail_context

    order = make_order(lines=3)
    context = mail_context(order, "en")

    def compose() -> None:
        for ending in ("txt", "html"):
            render_to_string(f"orders/confirmation.{ending}", context)

    mail = cpu_milliseconds(compose)
    print(f"{'':<20} {'CPU':>8}   over the mail")
    print(f"{'confirmation mail':<20} {mail:>5.1f} ms   1.0")
    for count in LINES:
        document = issue(make_order(lines=count))
        took = cpu_milliseconds(lambda document=document: render_document(document))
        print(f"{f'PDF of {count} lines':<20} {took:>5.1f} ms   {took / mail:.1f}")


def report_numbers(documents: int) -> None:
    """Milliseconds of issuing and reading, with few documents and with many."""
    columns = {"few": timings()}
    fill(documents)
    columns[f"{documents:,}"] = timings()
    print(f"\n{'':<38}" + "".join(f"{f'{name} invoices':>20}" for name in columns) + "   ratio")
    few, many = columns.values()
    for name in few:
        print(f"{name:<38}{few[name]:>17.2f} ms{many[name]:>17.2f} ms   {many[name] / few[name]:.2f}")


def timings() -> dict[str, float]:
    """The median of each, in milliseconds."""
    from apps.payment.documents.selectors import find_invoice

    orders = [make_order(lines=3) for _ in range(ROUNDS)]
    alone = [milliseconds(lambda order=order: issue(order)) for order in orders]
    crowd = [make_order(lines=3) for _ in range(ROUNDS)]
    with ThreadPoolExecutor(CUSTOMERS) as pool:
        started = time.perf_counter()
        list(pool.map(issue, crowd))
        each = (time.perf_counter() - started) * 1000 / ROUNDS
    reads = [milliseconds(lambda order=order: find_invoice(order)) for order in orders]
    return {
        "issue, one customer": statistics.median(alone),
        f"issue, {CUSTOMERS} customers at once, each": each,
        "read": statistics.median(reads),
    }


def issue(order: Any) -> Any:
    """As a paid order does it."""
    from django.db import transaction
    from django.utils import timezone

    from apps.payment.documents.services import issue_invoice

    with transaction.atomic():
        return issue_invoice(order, list(order.lines.order_by("position")), paid_at=timezone.now())


def make_order(*, lines: int) -> Any:
    """An order of as many lines at 19%."""
    from apps.common.ids import uuid7
    from apps.payment.orders.models import Order, OrderLine

    order = Order.objects.create(
        cart_id=uuid7(),
        email="ada@example.com",
        language="en",
        currency="EUR",
        subtotal_amount=1490 * lines,
        total_amount=1490 * lines,
        tax_country="DE",
        shipping_tax=[],
        shipping_address={"name": "Ada", "line1": "Weg 1", "postal_code": "10115", "city": "Berlin", "country": "DE"},
    )
    line = {"quantity": 1, "unit_amount": 1490, "title": "Blue mug", "slug": "mug", "kind": "goods", "sku": "MUG"}
    tax = {"tax_class": "standard", "tax_rate": 1900, "tax_amount": 238}
    OrderLine.objects.bulk_create(OrderLine(order=order, position=position, **line, **tax) for position in range(lines))
    return order


def fill(documents: int) -> None:
    """Copies of an invoice, each of an order of its own, in another year's series and by the database itself."""
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute(
            "CREATE TEMPORARY TABLE copies AS SELECT number, gen_random_uuid() AS order_id"
            " FROM generate_series(1, %s) AS number",
            [documents],
        )
        names = [column.name for column in connection.introspection.get_table_description(cursor, "orders_order")]
        changed = {"id": "copies.order_id", "number": "'B-' || copies.number", "cart_id": "copies.order_id"}
        values = ", ".join(changed.get(name, f"model.{name}") for name in names)
        cursor.execute(
            f"INSERT INTO orders_order ({', '.join(names)}) SELECT {values}"  # noqa: S608  (our own names)
            " FROM copies, (SELECT * FROM orders_order LIMIT 1) AS model"
        )
        cursor.execute(
            "INSERT INTO documents_document"
            " (id, series, year, sequence, number, order_id, language, issued_at, facts)"
            " SELECT gen_random_uuid(), 'invoice', 2000, copies.number, 'INV-2000-' || copies.number,"
            " copies.order_id, 'en', now(), model.facts"
            " FROM copies, (SELECT facts FROM documents_document LIMIT 1) AS model"
        )
        cursor.execute("ANALYZE")


def cpu_milliseconds(work: Callable[[], object]) -> float:
    """The median CPU time of all threads."""

    def once() -> float:
        started = time.process_time()
        work()
        return (time.process_time() - started) * 1000

    work()
    return statistics.median(once() for _ in range(50))


def milliseconds(work: Callable[[], object]) -> float:
    """How long it takes."""
    started = time.perf_counter()
    work()
    return (time.perf_counter() - started) * 1000


if __name__ == "__main__":
    sys.exit(main())
