"""What the history holds, whoever writes."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.apps import apps
from django.db import DatabaseError, connection, transaction
from django.db.models import F
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from pghistory.models import Context
from rest_framework.test import APIClient

from apps.catalog.history.context import written_by
from apps.catalog.history.models import PriceEvent, ProductEvent, VariantEvent
from apps.catalog.history.retention import forget_old_history
from apps.catalog.history.selectors import change_at, page_of_history
from apps.catalog.imports import bulk
from apps.catalog.products.attribute_values import set_attribute_values
from apps.catalog.products.models import Price, Product, Variant
from apps.catalog.products.services.products import ProductEdit, change_product
from apps.catalog.tests.backoffice.test_products_admin import form_of, send, signed_in
from apps.catalog.tests.factories import make_product

pytestmark = pytest.mark.django_db(transaction=True)


def latest(product: Product) -> Any:
    return page_of_history(product).moments[0]


def fields_of(product: Product) -> dict[str, tuple[Any, Any]]:
    """What the last change did, by the names of parts and columns."""
    return {
        f"{change.part.name}.{name}": ((change.before or {}).get(name), (change.after or {}).get(name))
        for change in latest(product).changes
        for name in change.columns
    }


def test_a_transaction_is_a_single_change_with_before_and_after() -> None:
    product = make_product("Mug", price=1490)
    with transaction.atomic():
        Product.objects.filter(pk=product.pk).update(title="Cup")
        Price.objects.filter(variant__product=product).update(amount=1690)
    assert fields_of(product) == {"Product.title": ("Mug", "Cup"), "Price.amount": (1490, 1690)}


def test_counters_and_times_make_no_history() -> None:
    product = make_product()
    count = ProductEvent.objects.count()
    Product.objects.filter(pk=product.pk).update(
        version=F("version") + 1, sales_count=7, rating_count=2, updated_at=timezone.now(), title=F("title")
    )
    assert ProductEvent.objects.count() == count


def test_each_of_several_changes_of_a_row_keeps_its_own_result() -> None:
    product = make_product("First")
    for title in ("Second", "Third", "Fourth"):
        Product.objects.filter(pk=product.pk).update(title=title)
    titles = [moment.changes[0] for moment in page_of_history(product).moments[:3]]
    assert [(c.before["title"], c.after["title"]) for c in titles if c.before and c.after] == [
        ("Third", "Fourth"),
        ("Second", "Third"),
        ("First", "Second"),
    ]


def test_attribute_values_that_are_written_again_unchanged_are_no_change() -> None:
    product = make_product(attributes={"Material": "Oak", "Colour": "Red"})
    with transaction.atomic():
        set_attribute_values(product, {"material": "oak", "colour": "red"})
        Product.objects.filter(pk=product.pk).update(summary="A mug")
    assert fields_of(product) == {"Product.summary": ("", "A mug")}


def test_rows_removed_with_a_variant_are_part_of_the_history() -> None:
    product = make_product(price=1490, stock=None)
    Variant.objects.filter(product=product).delete()
    assert {change.part.name for change in latest(product).changes if change.after is None} == {"Variant", "Price"}


def test_an_event_is_never_rewritten() -> None:
    product = make_product()
    with pytest.raises(DatabaseError):
        ProductEvent.objects.filter(pgh_obj=product.pk).update(title="Something else")


def test_no_table_of_events_can_be_emptied() -> None:
    tables = [
        model._meta.db_table for model in apps.get_app_config("history").get_models() if "Event" in model.__name__
    ]
    assert len(tables) == 17
    for table in [*tables, "inventory_stockmovement"]:
        with pytest.raises(DatabaseError, match=r"only ever added to|for ever"), transaction.atomic():
            connection.cursor().execute(f"TRUNCATE {table} CASCADE")


def test_the_admin_records_its_user_as_the_author() -> None:
    staff = signed_in("catalog_staff")
    product = make_product("Mug")
    address = f"/admin/products/product/{product.pk}/change/"
    send(staff, address, form_of(staff, address) | {"title": "Cup"})
    facts = latest(product).facts
    assert (facts["who"], facts["how"]) == ("catalog_staff@example.com", "admin")
    assert facts["request_id"]


def test_the_api_records_the_token_holder_as_the_author(as_staff: Callable[..., APIClient]) -> None:
    product = make_product("Mug")
    client = as_staff("catalog_staff")
    tag = client.get(f"/v1/products/{product.slug}").headers["ETag"]
    response = client.patch(f"/v1/products/{product.slug}", {"title": "Cup"}, headers={"If-Match": tag})
    assert response.status_code == 200, response.content
    facts = latest(product).facts
    assert facts["how"] == "api"
    assert facts["who_id"]


def test_copied_rows_record_their_author() -> None:
    product = make_product()
    row = bulk.new_row(Variant, product_id=product.pk, sku="COPIED")
    with (
        written_by(lambda: {"who": "anna@example.com", "how": "import", "detail": "50% off.csv"}),
        transaction.atomic(),
    ):
        bulk.insert(Variant, [row])
    assert latest(product).facts == {"who": "anna@example.com", "how": "import", "detail": "50% off.csv"}


def test_authors_with_quotes_and_percent_signs_are_recorded_unchanged() -> None:
    product = make_product()
    who = "o'brien%s\\%(x)s@example.com"
    with written_by(lambda: {"who": who}):
        Product.objects.filter(pk=product.pk).update(title="One")
        with connection.cursor() as cursor:
            cursor.execute("UPDATE products_product SET title = '100%' WHERE slug LIKE 'mug%'")
            cursor.executemany("UPDATE products_product SET summary = %s WHERE id = %s", [("Short", product.pk)])
    assert [moment.facts for moment in page_of_history(product).moments[:3]] == [{"who": who}] * 3


def test_the_author_of_a_transaction_is_not_used_for_the_next() -> None:
    product = make_product()
    with written_by(lambda: {"who": "anna@example.com"}):
        Product.objects.filter(pk=product.pk).update(title="One")
    Product.objects.filter(pk=product.pk).update(title="Two")
    assert [moment.facts for moment in page_of_history(product).moments[:2]] == [{}, {"who": "anna@example.com"}]


def test_reads_and_other_tables_record_no_author() -> None:
    product = make_product()
    with (
        written_by(lambda: {"who": "anna@example.com"}),
        CaptureQueriesContext(
            connection,
        ) as queries,
    ):
        list(Product.objects.iterator())
        product.variants.count()
        connection.cursor().execute("UPDATE inventory_stockitem SET reserved = 0")
    assert not [query for query in queries.captured_queries if "pghistory" in query["sql"]]


def test_a_request_costs_no_further_query() -> None:
    product = make_product("Mug")

    def queries() -> int:
        with CaptureQueriesContext(connection) as captured:
            change_product(product.slug, ProductEdit(columns={"title": str(timezone.now())}), versions=None)
        return len(captured)

    plain = queries()
    with written_by(lambda: {"who": "anna@example.com"}):
        assert queries() == plain


@pytest.mark.parametrize("rows", [2, 20])
def test_a_page_takes_two_queries_however_long_it_is(rows: int) -> None:
    product = make_product()
    for number in range(rows):
        Product.objects.filter(pk=product.pk).update(title=f"Title {number}")
    with CaptureQueriesContext(connection) as queries:
        assert len(page_of_history(product).moments) >= rows
    assert len(queries) == 2  # the moments, and their events with what came after


def test_pages_follow_each_other_without_gap_or_repetition() -> None:
    product = make_product()
    for number in range(45):
        Product.objects.filter(pk=product.pk).update(title=f"Title {number}")
    seen, page = [], page_of_history(product)
    while True:
        seen += [moment.at for moment in page.moments]
        if page.before is None:
            break
        page = page_of_history(product, before=page.before)
    assert len(seen) == len(set(seen)) >= 46
    assert seen == sorted(seen, reverse=True)
    assert change_at(product, seen[0])


def test_old_events_are_removed_in_batches_and_younger_ones_stay() -> None:
    product = make_product("First")
    Product.objects.filter(pk=product.pk).update(title="Second")
    Variant.objects.filter(product=product).update(name="Blue")
    everything = [ProductEvent, VariantEvent, PriceEvent]
    assert forget_old_history() == 0
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE history_productevent DISABLE TRIGGER USER")
        cursor.execute("UPDATE history_productevent SET pgh_created_at = now() - interval '3 years'")
        cursor.execute("ALTER TABLE history_productevent ENABLE TRIGGER USER")
    kept = {model: model.objects.count() for model in everything[1:]}
    assert forget_old_history(batch=1) >= 2
    assert not ProductEvent.objects.exists()
    assert {model: model.objects.count() for model in everything[1:]} == kept
    assert not Context.objects.exists()
