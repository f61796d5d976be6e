"""What each process knows of the catalogue, and how soon it knows what others changed."""

from __future__ import annotations

import threading
from datetime import timedelta

import pytest
from django.db import connection, transaction
from django.utils import timezone

from apps.catalog.discovery import index as indexing
from apps.catalog.discovery import listings
from apps.catalog.discovery.index import CatalogueIndex
from apps.catalog.discovery.models import Listing
from apps.catalog.products.models import Product, SalePrice, Variant
from apps.catalog.products.publication import record_change, set_status
from apps.catalog.tests.factories import make_product, make_reservation, sku_of
from apps.catalog.tests.shop import look, titles

pytestmark = pytest.mark.usefixtures("real_index")


def shown(index: CatalogueIndex) -> set[int]:
    """Numbers of what this process would show."""
    with index.fresh():
        return {number for number, is_visible in enumerate(index.visible()) if is_visible}


def number_of(product: Product) -> int:
    return Listing.objects.get(pk=product.pk).number


def stamps(*indexes: CatalogueIndex) -> list[str]:
    found = []
    for index in indexes:
        with index.fresh():
            found.append(index.stamp)
    return found


class TestFollowing:
    def test_a_change_of_another_process_is_seen(self):
        other = CatalogueIndex()
        first = make_product()
        assert shown(other) == {number_of(first)}
        second = make_product()
        assert shown(other) == {number_of(first), number_of(second)}
        set_status(first, Product.Status.ARCHIVED)
        assert shown(other) == {number_of(second)}

    def test_a_transaction_that_commits_late_is_not_missed(self):
        """Its id is older than ones that were read before: who asked only for newer ids would never see it."""
        product, index = make_product("Slow"), CatalogueIndex()
        may_commit, has_written = threading.Event(), threading.Event()

        def rename_slowly() -> None:
            with transaction.atomic():
                Product.objects.filter(pk=product.pk).update(title="Late")
                listings.refresh([product.pk])
                has_written.set()
                may_commit.wait(20)
            connection.close()

        writer = threading.Thread(target=rename_slowly)
        writer.start()
        assert has_written.wait(20)
        quick = make_product("Quick")
        assert number_of(quick) in shown(index)
        may_commit.set()
        writer.join()
        with index.fresh() as columns:
            assert columns.titles[number_of(product)] == "late"

    def test_rows_of_a_restored_backup_are_read_once_and_followed(self):
        """Another server wrote them: their transaction ids lie ahead of this one's."""
        product = make_product("Restored")
        Listing.objects.update(changed_in=2**60)
        index = CatalogueIndex()
        assert shown(index) == {number_of(product)}
        set_status(product, Product.Status.ARCHIVED)
        assert shown(index) == set()

    def test_readers_ask_the_database_four_times_a_second_at_most(self, monkeypatch, django_assert_num_queries):
        make_product()
        monkeypatch.setattr(indexing, "MAX_AGE", 60.0)
        index = CatalogueIndex()
        shown(index)
        with django_assert_num_queries(0):
            shown(index)

    def test_a_process_sees_its_own_writes_at_once(self, monkeypatch):
        monkeypatch.setattr(indexing, "MAX_AGE", 60.0)
        assert titles() == []
        make_product("Mug")
        assert titles() == ["Mug"]

    def test_more_than_a_thousand_numbers_find_room(self):
        product = make_product("Far")
        Listing.objects.filter(pk=product.pk).update(number=5_000)
        assert shown(CatalogueIndex()) == {5_000}

    def test_updates_do_not_use_up_the_numbers(self):
        product = make_product()
        number = number_of(product)
        for _ in range(5):
            with transaction.atomic():
                record_change(product, previous_status=product.status)
        assert (number_of(product), number_of(make_product())) == (number, number + 1)


class TestStamps:
    def test_processes_with_the_same_data_have_the_same_stamp(self):
        one, other = CatalogueIndex(), CatalogueIndex()
        product = make_product()
        shown(one)
        with transaction.atomic():
            record_change(product, previous_status=product.status)
        make_product()
        first, second = stamps(one, other)
        assert first == second

    def test_every_change_is_another_stamp(self):
        index, product = CatalogueIndex(), make_product(stock=3)
        seen = stamps(index)
        set_status(product, Product.Status.DRAFT)
        seen += stamps(index)
        set_status(product, Product.Status.PUBLISHED)
        seen += stamps(index)
        make_reservation({sku_of(product): 1})
        seen += stamps(index)
        assert len(set(seen)) == 4


class TestTime:
    def test_a_product_shows_from_its_date_until_its_end(self, monkeypatch):
        now = timezone.now()
        make_product("Now", published_until=now + timedelta(hours=2))
        make_product("Later", published_minutes_ago=-60)
        index = CatalogueIndex()
        assert titles() == ["Now"]
        before = stamps(index)
        real = indexing.now_in_microseconds
        monkeypatch.setattr(indexing, "now_in_microseconds", lambda: real() + 90 * 60 * 10**6)
        assert set(titles()) == {"Now", "Later"}
        assert stamps(index) != before, "what was kept before is not shown any more"
        monkeypatch.setattr(indexing, "now_in_microseconds", lambda: real() + 150 * 60 * 10**6)
        assert titles() == ["Later"]

    def test_a_sale_lowers_the_price_for_its_time(self, api_client):
        product, now = make_product("Mug", price=2000), timezone.now()
        variant = Variant.objects.get(product=product)
        sale = SalePrice.objects.create(
            variant=variant, currency="EUR", amount=1500, starts_at=now, ends_at=now + timedelta(seconds=3)
        )
        with transaction.atomic():
            record_change(product, previous_status=product.status)
        [card] = look().cards
        assert (card["price"]["amount"], card["regular_price"]["amount"]) == (1500, 2000)
        page = api_client.get(f"/v1/products/{product.slug}").json()
        assert page["variants"][0]["price"]["amount"] == 1500
        assert page["variants"][0]["sale_ends_at"]
        assert [c["title"] for c in look(max_price=1600).cards] == ["Mug"]
        deadline = timezone.now() + timedelta(seconds=20)
        while look().cards[0]["regular_price"] and timezone.now() < deadline:
            pass
        assert timezone.now() >= sale.ends_at
        assert look().cards[0]["price"]["amount"] == 2000
        assert api_client.get(f"/v1/products/{product.slug}").json()["variants"][0]["price"]["amount"] == 2000

    def test_a_sale_that_saves_nothing_is_none(self):
        product, now = make_product("Mug", price=2000), timezone.now()
        SalePrice.objects.create(
            variant=Variant.objects.get(product=product),
            currency="EUR",
            amount=2500,
            starts_at=now,
            ends_at=now + timedelta(hours=1),
        )
        with transaction.atomic():
            record_change(product, previous_status=product.status)
        [card] = look().cards
        assert (card["price"]["amount"], card["regular_price"]) == (2000, None)


class TestRaces:
    def test_a_refresh_that_waited_for_a_lock_sees_the_committed_change(self):
        """Two transactions refresh one listing: the later one must not write what it read before the earlier one."""
        product = make_product(stock=3)
        has_locked, may_commit = threading.Event(), threading.Event()

        def sell_out() -> None:
            with transaction.atomic():
                make_sold_out(product)
                has_locked.set()
                may_commit.wait(20)
            connection.close()

        def make_sold_out(product: Product) -> None:
            with connection.cursor() as cursor:
                cursor.execute("UPDATE inventory_stockitem SET reserved = on_hand")
            listings.refresh_stock([product.pk])

        def refresh() -> None:
            with transaction.atomic():
                listings.refresh([product.pk])
            connection.close()

        seller, refresher = threading.Thread(target=sell_out), threading.Thread(target=refresh)
        seller.start()
        assert has_locked.wait(20)
        refresher.start()
        wait_until_somebody_waits_for_a_lock()
        may_commit.set()
        seller.join()
        refresher.join()
        assert Listing.objects.get(pk=product.pk).availability == "out_of_stock"


def wait_until_somebody_waits_for_a_lock() -> None:
    deadline = timezone.now() + timedelta(seconds=20)
    with connection.cursor() as cursor:
        while timezone.now() < deadline:
            cursor.execute("SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock'")
            if cursor.fetchone()[0]:
                return
    raise AssertionError("nobody waits for a lock")
