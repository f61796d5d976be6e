"""The port of changes: who gets a change, in which order, at which price."""

from __future__ import annotations

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from apps.catalog.discovery import listings
from apps.catalog.discovery.models import Listing
from apps.catalog.inventory.models import StockItem
from apps.catalog.inventory.stock import open_stock
from apps.catalog.products import changes
from apps.catalog.products.category_tree import ensure_category
from apps.catalog.products.changes import Order, ProductChange, Topic
from apps.catalog.products.events import publish_events
from apps.catalog.products.models import Category, Product, Variant
from apps.catalog.products.publication import record_changes
from apps.catalog.products.services.bulk import move_products
from apps.catalog.products.services.categories import change_category
from apps.catalog.products.transactions import unguarded
from apps.catalog.tests.factories import make_product
from apps.common.outbox.models import OutboxEvent


class TestTopic:
    def test_subscribers_are_called_in_their_order_whoever_comes_first(self):
        topic: Topic[[str]] = Topic("sold")
        called: list[str] = []
        topic.subscribe(Order.OUTBOX, lambda sku: called.append(f"outbox {sku}"))
        topic.subscribe(Order.STOCK, lambda sku: called.append(f"stock {sku}"))
        topic.announce("MUG-1")
        assert called == ["stock MUG-1", "outbox MUG-1"]

    def test_a_second_subscriber_at_a_position_is_refused(self):
        topic: Topic[[]] = Topic("sold")
        topic.subscribe(Order.STOCK, lambda: None)
        with pytest.raises(ValueError, match="sold has a subscriber at STOCK already"):
            topic.subscribe(Order.STOCK, lambda: None)


def test_stock_is_opened_before_the_read_model_is_written_and_events_come_last():
    assert list(changes.products_changed.subscribers.items()) == [
        (Order.STOCK, open_stock),
        (Order.READ_MODEL, listings.refresh_changed),
        (Order.OUTBOX, publish_events),
    ]


@pytest.mark.parametrize(
    ("topic", "subscriber"),
    [
        (changes.listed_data_changed, listings.refresh),
        (changes.availability_changed, listings.refresh_stock),
        (changes.taxonomy_changed, listings.refresh_taxonomy),
    ],
)
def test_the_read_model_alone_follows_what_is_no_edit_of_a_product(topic, subscriber):
    assert topic.subscribers == {Order.READ_MODEL: subscriber}


@pytest.mark.parametrize(
    ("before", "after", "event"),
    [
        (None, "draft", None),
        (None, "published", "product.published"),
        ("draft", "published", "product.published"),
        ("archived", "published", "product.published"),
        ("published", "published", "product.changed"),
        ("published", "draft", "product.withdrawn"),
        ("published", "archived", "product.withdrawn"),
        ("draft", "archived", None),
    ],
)
def test_an_event_says_what_changed_for_shoppers(before, after, event):
    change = ProductChange(product_id=Product().pk, slug="mug", kind="goods", status=after, previous_status=before)
    assert change.event == event


@pytest.mark.django_db
class TestAnnouncements:
    def test_many_products_take_as_many_statements_as_two(self):
        counts = []
        for number in (2, 20):
            products = [make_product() for _ in range(number)]
            previous = {product.pk: product.status for product in products}
            with transaction.atomic(), CaptureQueriesContext(connection) as captured:
                record_changes(products, previous=previous)
            counts.append(len([query for query in captured if "SAVEPOINT" not in query["sql"]]))
        # Versions; locks and rows of listings; SKUs; events.
        assert counts[0] == counts[1] <= 5

    def test_an_exception_of_a_subscriber_undoes_the_change(self, monkeypatch):
        product = make_product("Mug")
        events = OutboxEvent.objects.count()

        def refuse(ids: object) -> None:
            raise RuntimeError("the read model cannot be written")

        monkeypatch.setattr(listings, "refresh", refuse)
        with pytest.raises(RuntimeError, match="cannot be written"):
            move_products([product.pk], ensure_category("garden"))
        product.refresh_from_db()
        assert (product.category.full_path, OutboxEvent.objects.count()) == ("home/kitchen", events)

    def test_a_new_variant_has_stock_and_a_listing_at_once(self):
        product = make_product("Mug", stock=None)
        variant = Variant.objects.get(product=product)
        assert StockItem.objects.filter(variant=variant).exists()
        assert Listing.objects.get(product=product).availability == "out_of_stock"

    def test_a_renamed_category_is_announced_once_for_each_published_product(self):
        shown = [make_product(category="home") for _ in range(2)]
        make_product(category="home", status=Product.Status.DRAFT)
        before = OutboxEvent.objects.count()
        path = Category.objects.get(full_path="home").full_path
        with transaction.atomic():
            change_category(path, {"name": "Household"}, guard=unguarded)
        published = OutboxEvent.objects.order_by("pk")[before:]
        assert {event.subject for event in published} == {str(product.pk) for product in shown}
        assert [event.type for event in published] == ["streamcart.product.changed.v1"] * 2
