"""How many rows of a CSV file are imported a second? `python -m bench.imports [ROWS]`

Starts a PostgreSQL of its own and imports as many new products: once with what a shop fills in, and again with other
prices, so that each row is a change. Prints rows a second for the check and for the write, and their ratio to
the ceiling of the same run: `bulk_create` of the same products, variants, prices, stock and attribute values, with
nothing of what an import does beside (no check, no listing, no event, no movement of stock, no progress).
"""

from __future__ import annotations

import csv
import io
import os
import random
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from tempfile import TemporaryDirectory
from typing import Any

SECTIONS = ("bath", "bedroom", "dining", "garden", "hall", "kitchen", "living", "office")
MATERIALS = ("ash", "brass", "clay", "cotton", "felt", "glass", "linen", "maple", "oak", "paper", "steel", "stone")
NOUNS = ("basket", "bowl", "candle", "chair", "clock", "cushion", "frame", "jug", "lamp", "mug", "plate", "rug", "vase")
BRANDS = ("Alder", "Birch", "Cedar", "Dahlia", "Elm", "Fern", "Gorse", "Hazel")
HEADING = (
    "sku,slug,title,status,category,brand,summary,description,title.de,weight_grams,options,price.EUR,stock,"
    "attr.material,attr.height"
)
CHUNK = 2_000


def main() -> int:
    """Print the table."""
    rows = int(sys.argv[1]) if len(sys.argv) > 1 else 20_000
    with database():
        import django

        django.setup()
        from django.core.management import call_command

        call_command("migrate", verbosity=0)
        prepare()
        report(rows)
    return 0


@contextmanager
def database() -> Iterator[None]:
    """A throwaway server with the catalogue's database, named in the environment."""
    from devtools.checks.testing import servers

    with servers() as environment, TemporaryDirectory() as media:
        os.environ.update(environment)
        os.environ["DATABASE_URL"] = f"{environment['TEST_DATABASE_URL']}/catalog"
        os.environ["DJANGO_SETTINGS_MODULE"] = "apps.catalog.settings"
        os.environ["LOG_LEVEL"] = "ERROR"
        os.environ["MEDIA_ROOT"] = media
        yield


def prepare() -> None:
    """What the rows refer to."""
    from apps.catalog.products.attribute_values import ensure_attribute, ensure_choices
    from apps.catalog.products.category_tree import ensure_category
    from apps.catalog.products.models import Attribute, Brand

    for section in SECTIONS:
        ensure_category(f"bench/{section}")
    for name in BRANDS:
        Brand.objects.get_or_create(name=name, defaults={"slug": name.lower()})
    ensure_choices(ensure_attribute("material", label="Material", kind=Attribute.Kind.CHOICE), MATERIALS)
    ensure_attribute("height", label="Height", kind=Attribute.Kind.NUMBER, unit="cm")


def report(rows: int) -> None:
    """Measure and print."""
    ceiling = rows / seconds(lambda: plain(rows))
    first = imported(content(rows, raised=0))
    second = imported(content(rows, raised=1))
    print(f"{rows:,} rows; ceiling: bulk_create of the same rows, {ceiling:,.0f}/s = 1.00")
    print(f"{'':<14} {'check':>16} {'write':>16} {'both':>16}")
    for name, (check, write) in (("new products", first), ("changed", second)):
        rates = [rows / check, rows / write, rows / (check + write)]
        print(f"{name:<14} " + " ".join(f"{rate:>9,.0f}/s {rate / ceiling:.2f}" for rate in rates))


def seconds(work: Callable[[], None]) -> float:
    """How long it takes."""
    started = time.perf_counter()
    work()
    return time.perf_counter() - started


def imported(data: bytes) -> tuple[float, float]:
    """Seconds that the check and the write of a file take, as the worker does them."""
    from unittest import mock

    from apps.catalog.imports import leases, running, services

    with mock.patch.object(services, "_send"):
        job = services.start_import(
            io.BytesIO(data), name="bench.csv", size=len(data), is_dry_run=False, requested_by="bench"
        )
    lease = leases.claim(job.pk)
    if lease is None:
        raise SystemExit("Somebody else is at this import.")
    checking = seconds(lambda: running.check_file(lease))
    writing = seconds(lambda: running.write_file(lease))
    job.refresh_from_db()
    if job.state != job.State.DONE:
        raise SystemExit(f"The import failed: {job.failure} {job.rows.filter(action='error').values('errors')[:3]}")
    return checking, writing


def content(rows: int, *, raised: int) -> bytes:
    """A file of new products; `raised` makes every price another one."""
    buffer = io.StringIO()
    writer = csv.writer(buffer)
    writer.writerow(HEADING.split(","))
    for number in range(rows):
        product = facts(number)
        writer.writerow(
            [
                product["sku"],
                product["slug"],
                product["title"],
                "published",
                f"bench/{product['section']}",
                product["brand"],
                product["summary"],
                product["description"],
                f"{product['title']} auf Deutsch",
                product["grams"],
                f"Material={product['material']}",
                f"{product['cents'] // 100 + raised}.{product['cents'] % 100:02}",
                product["stock"],
                product["material"],
                product["height"],
            ]
        )
    return buffer.getvalue().encode()


def facts(number: int) -> dict[str, Any]:
    """A synthetic product, the same every time."""
    chance = random.Random(number)  # noqa: S311  (reproducible, not secret)
    material, noun = chance.choice(MATERIALS), chance.choice(NOUNS)
    return {
        "sku": f"BENCH-{number}",
        "slug": f"{material}-{noun}-{number}",
        "title": f"{material.capitalize()} {noun} no. {number}",
        "section": chance.choice(SECTIONS),
        "brand": chance.choice(BRANDS),
        "summary": f"A {noun} made of {material}.",
        "description": f"This {noun} is made of {material} by hand, in small numbers. It gets better with use. " * 3,
        "grams": chance.randrange(100, 5_000),
        "cents": chance.randrange(290, 40_000),
        "stock": chance.randrange(0, 200),
        "material": material,
        "height": chance.randrange(5, 200) / 2,
    }


def plain(rows: int) -> None:
    """The ceiling: the same rows without all else; taken away again."""
    from django.db import connection, transaction
    from django.utils import timezone

    from apps.catalog.inventory.models import StockItem
    from apps.catalog.products import models

    categories = dict(models.Category.objects.values_list("full_path", "pk"))
    brands = dict(models.Brand.objects.values_list("name", "pk"))
    attributes = {a.code: a for a in models.Attribute.objects.all()}
    choices = dict(models.AttributeChoice.objects.values_list("slug", "pk"))
    for start in range(0, rows, CHUNK):
        made: dict[Any, list[Any]] = {
            model: [] for model in (models.Product, models.Variant, models.Price, StockItem, models.AttributeValue)
        }
        for number in range(start, min(start + CHUNK, rows)):
            said = facts(number)
            product = models.Product(
                slug=said["slug"],
                title=said["title"],
                status="published",
                published_at=timezone.now(),
                category_id=categories[f"bench/{said['section']}"],
                brand_id=brands[said["brand"]],
                summary=said["summary"],
                description=said["description"],
                translations={"de": {"title": f"{said['title']} auf Deutsch"}},
            )
            variant = models.Variant(
                product=product,
                sku=said["sku"],
                weight_grams=said["grams"],
                options={"Material": said["material"]},
            )
            made[models.Product].append(product)
            made[models.Variant].append(variant)
            made[models.Price].append(models.Price(variant=variant, currency="EUR", amount=said["cents"]))
            made[StockItem].append(StockItem(variant=variant, on_hand=said["stock"]))
            made[models.AttributeValue] += [
                models.AttributeValue(
                    product=product,
                    attribute=attributes["material"],
                    choice_id=choices[said["material"]],
                    key=said["material"],
                ),
                models.AttributeValue(product=product, attribute=attributes["height"], number=said["height"]),
            ]
        with transaction.atomic():
            for model, objects in made.items():
                model.objects.bulk_create(objects)
    with connection.cursor() as cursor:
        # Movements of stock refuse to be emptied; this database is thrown away.
        cursor.execute("SET session_replication_role = replica")
        cursor.execute("TRUNCATE products_product CASCADE")
        cursor.execute("SET session_replication_role = origin")


if __name__ == "__main__":
    sys.exit(main())
