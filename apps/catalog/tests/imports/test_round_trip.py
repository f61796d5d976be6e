"""What is exported can be imported again, and then nothing changes."""

from __future__ import annotations

import csv
import io
import tracemalloc
from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection
from django.utils import timezone
from openpyxl import load_workbook

from apps.catalog.discovery.models import Listing
from apps.catalog.imports.exporting import BATCH, Filters, export
from apps.catalog.imports.seeding import seed
from apps.catalog.inventory.models import StockItem, Warehouse
from apps.catalog.products.attribute_values import ensure_attribute, ensure_choices, set_attribute_values
from apps.catalog.products.models import Attribute, Price, Product, ProductType, SalePrice, Variant
from apps.catalog.tests.factories import add_variant, make_film, make_product, make_reservation
from apps.catalog.tests.imports.files import actions, check, done, errors, write

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def odd_catalogue() -> None:
    """Products with all that is difficult to write down."""
    Warehouse.objects.get_or_create(code="main", defaults={"name": "Main warehouse"})
    material = ensure_attribute("material", label="Material", kind=Attribute.Kind.CHOICE)
    oak, _, _ = ensure_choices(material, ["Oak", "Ash | elm", "-"])
    oak.slug = "oak-2"
    oak.save()
    ensure_choices(material, ["Oak"])
    ensure_attribute("height", label="Height", kind=Attribute.Kind.NUMBER, unit="cm")
    ensure_attribute("handmade", label="Handmade", kind=Attribute.Kind.BOOLEAN)
    ensure_attribute("note", label="Note", kind=Attribute.Kind.TEXT)
    product = make_product(
        "=SUM(A1)",
        slug="-odd-",
        sku="=ODD",
        price=1490,
        brand="'Quoted' ",
        summary="-",
        description=' @first\r\nsecond; "third", fourth\tfifth\x01\n',
        translations={"de": {"title": "+49 30", "summary": "'-"}},
        year=1,
        product_type=ProductType.objects.create(name="Odd", slug="odd"),
        published_until=datetime(2999, 1, 2, 3, 4, 5, 678901, tzinfo=UTC),
        seo_title="'=x",
        is_featured=True,
    )
    chosen = ["oak", "oak-2", "-", "ash-elm"]
    set_attribute_values(product, {"material": chosen, "height": "-0.5", "handmade": "no", "note": "=1+1"})
    variant = Variant.objects.get(sku="=ODD")
    Variant.objects.filter(pk=variant.pk).update(
        options={"Size; in cm": "a=b\\", "A": 1},
        barcode="4006381333931",
        weight_grams=0,
        translations={"de": {"name": "x"}},
    )
    now = timezone.now()
    for days, currency in ((-10, "EUR"), (5, "EUR"), (5, "USD"), (9, "USD")):
        starts_at = now + timedelta(days=days)
        ends_at = starts_at + timedelta(days=1)
        SalePrice.objects.create(variant=variant, currency=currency, amount=5, starts_at=starts_at, ends_at=ends_at)
    Price.objects.create(variant=variant, currency="KWD", amount=1_234_567)
    Price.objects.create(variant=variant, currency="JPY", amount=0)
    add_variant(product, sku="ODD-2", price=1, stock=None)
    add_variant(product, sku="ODD-3", price=1, stock=0)
    make_film("Metropolis")
    sold = make_product("Sold", sku="SOLD", stock=3)
    make_reservation({"SOLD": 2})
    StockItem.objects.filter(variant__product=sold).update(policy="backorder", backorder_limit=9, on_hand=-4)
    make_product("Draft", status="draft")


@pytest.mark.parametrize("form", ["csv", "xlsx"])
def test_importing_an_export_changes_nothing(form):
    before = list(Product.objects.order_by("pk").values()), list(Listing.objects.order_by("pk").values())
    content = b"".join(export(Product.objects.all(), form))
    job = done(write(content, name=f"products.{form}"))
    assert actions(job) == ["nothing"] * Variant.objects.count()
    assert before == (list(Product.objects.order_by("pk").values()), list(Listing.objects.order_by("pk").values()))


def test_an_older_export_does_not_move_the_sale_that_came_after_it():
    content = b"".join(export(Product.objects.all(), "csv"))
    moved = {"starts_at": timezone.now() - timedelta(days=3), "ends_at": timezone.now() - timedelta(days=2)}
    row = next(csv.DictReader(io.StringIO(content.decode("utf-8-sig"))))
    coming = SalePrice.objects.get(currency="EUR", starts_at=row["sale_starts_at"])
    sooner = timezone.now() + timedelta(days=1)
    SalePrice.objects.create(
        variant=coming.variant, currency="EUR", amount=7, starts_at=sooner, ends_at=sooner + timedelta(hours=1)
    )
    SalePrice.objects.filter(starts_at__lt=timezone.now()).update(**moved)
    assert set(actions(check(content))) == {"nothing"}


@pytest.mark.parametrize("form", ["csv", "xlsx"])
def test_an_export_makes_the_same_products_in_an_empty_shop(form):
    content = b"".join(export(Product.objects.exclude(title__in=["=SUM(A1)", "Sold"]), form))
    wanted = _as_rows(content, form)
    with connection.cursor() as cursor:
        # Without triggers: what is recorded of stock and of changes may not be emptied.
        cursor.execute("SET LOCAL session_replication_role = replica; TRUNCATE products_product CASCADE")
    done(write(content, name=f"products.{form}"))
    made = _as_rows(b"".join(export(Product.objects.all(), form)), form)
    assert [_said(row) for row in made] == [_said(row) for row in wanted]


def _said(row: dict[str, str]) -> dict[str, str]:
    return {name: cell for name, cell in row.items() if cell not in ("", None)}


def _as_rows(content: bytes, form: str) -> list[dict[str, str]]:
    if form == "csv":
        return list(csv.DictReader(io.StringIO(content.decode("utf-8-sig"))))
    heading, *rows = load_workbook(io.BytesIO(content)).active.values
    return [dict(zip(heading, row, strict=True)) for row in rows]


def test_what_a_spreadsheet_would_run_is_text():
    for form in ("csv", "xlsx"):
        row = _as_rows(b"".join(export(Product.objects.filter(slug="-odd-"), form)), form)[0]
        assert (row["sku"], row["title"], row["slug"], row["summary"]) == ("'=ODD", "'=SUM(A1)", "'-odd-", "'-")
        assert row["attr.height"] in ("-0.5", -0.5)


def test_numbers_are_numbers_and_codes_are_text_in_excel():
    row = _as_rows(b"".join(export(Product.objects.filter(slug="-odd-"), "xlsx")), "xlsx")[0]
    assert (row["price.EUR"], row["price.KWD"], row["stock"]) == (14.9, 1234.567, 10)
    assert row["barcode"] == "4006381333931"


@pytest.mark.parametrize(
    ("filters", "slugs"),
    [
        ({"kind": "video"}, {"metropolis"}),
        ({"status": "draft"}, {"draft"}),
        ({"category": "home"}, {"-odd-", "sold", "draft"}),
        ({"category": "home/kitch"}, set()),
        ({"brand": "quoted"}, {"-odd-"}),
        ({"q": "metro buy"}, set()),
        ({"q": "METROPOLIS-B"}, {"metropolis"}),
        ({"q": "sol"}, {"sold"}),
    ],
)
def test_only_what_is_asked_for_is_exported(filters, slugs):
    rows = _as_rows(b"".join(export(Filters(**filters).products(), "csv")), "csv")
    names = {"metropolis": "metropolis", "sold": "sold", "draft": "draft"}
    found = {
        next((name for name in names if row["slug"].startswith(name)), row["slug"].removeprefix("'")) for row in rows
    }
    assert found == slugs


def test_an_export_needs_as_many_queries_for_many_products_as_for_few(django_assert_max_num_queries):
    with django_assert_max_num_queries(30) as few:
        list(export(Product.objects.all(), "csv"))
    list(seed(BATCH - 20, 1))
    with django_assert_max_num_queries(len(few)):
        list(export(Product.objects.all(), "csv"))


def test_an_export_of_many_products_needs_no_more_memory_than_a_batch():
    list(seed(BATCH * 4, 1))
    tracemalloc.start()
    size = sum(len(unit) for unit in export(Product.objects.all(), "xlsx"))
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert size > 100_000
    assert peak < 12_000_000


def test_what_was_exported_has_no_errors_for_a_reader_of_errors():
    assert errors(check(b"".join(export(Product.objects.all(), "csv")))) == {}
