"""Workers that die, meet each other or meet people: no row is written twice, none forgotten, nothing half there."""

from __future__ import annotations

import os
import threading
from datetime import timedelta
from typing import Any

import pytest
from django.core.files.storage import default_storage
from django.db import OperationalError, connections
from django.utils import timezone

from apps.catalog.discovery.models import Listing
from apps.catalog.imports import running, services, writing
from apps.catalog.imports.batches import LeaseLost, claim_job
from apps.catalog.imports.models import ImportJob
from apps.catalog.imports.tasks import purge_imports
from apps.catalog.inventory.models import StockItem, StockMovement, Warehouse
from apps.catalog.inventory.services import set_stock
from apps.catalog.products.category_tree import ensure_category
from apps.catalog.products.models import Price, Product, Variant
from apps.catalog.products.publication import set_status
from apps.catalog.tests.factories import make_product, make_reservation
from apps.catalog.tests.imports.files import check, csv_of, done, start
from apps.common.files import files_in
from apps.common.outbox.models import OutboxEvent

pytestmark = pytest.mark.django_db(transaction=True)
HEADING = "sku,slug,title,category,price.EUR,status,stock"


class Killed(BaseException):
    """The process ends: nothing after it runs."""


def kill(*_: Any, **__: Any) -> None:
    raise Killed


@pytest.fixture(autouse=True)
def small_batches(monkeypatch) -> None:
    Warehouse.objects.get_or_create(code="main", defaults={"name": "Main warehouse"})
    monkeypatch.setattr(running, "BATCH", 10)
    monkeypatch.setattr(running, "COUNTED_AT_ONCE", 3)
    ensure_category("home")


def new_products(count: int, *, prefix: str = "N") -> bytes:
    rows = (f"{prefix}-{n:03},{prefix.lower()}-{n:03},New {n},home,9.99,published,{n}" for n in range(count))
    return csv_of(HEADING, *rows)


def waiting(content: bytes, *, is_dry_run: bool = False) -> ImportJob:
    """An import that no worker has taken yet."""
    return start(content, is_dry_run=is_dry_run, send=False)


def kill_after(monkeypatch, module: Any, name: str, calls: int) -> None:
    """The process that makes this call once more than `calls` times is killed in the middle of it."""
    real, left = getattr(module, name), [calls]

    def dying(*args: Any, **kwargs: Any) -> Any:
        result = real(*args, **kwargs)
        if left[0] == 0:
            raise Killed
        left[0] -= 1
        return result

    monkeypatch.setattr(module, name, dying)


def let_leases_end() -> None:
    ImportJob.objects.update(lease_until=timezone.now() - timedelta(minutes=1))


class TestAKilledWorker:
    def test_another_worker_continues_where_it_stopped(self, monkeypatch):
        job = waiting(new_products(35))
        with monkeypatch.context() as patch:
            kill_after(patch, running, "write_rows", 2)
            with pytest.raises(Killed):
                running.run(job.pk)
        job.refresh_from_db()
        assert (job.state, job.written_rows, Product.objects.count()) == ("writing", 20, 20)
        running.run(job.pk)
        assert Product.objects.count() == 20, "its lease has not ended, so nobody may go on"
        let_leases_end()
        assert services.resume_imports() == [job.pk]
        running.run(job.pk)
        job.refresh_from_db()
        assert done(job).written_rows == 35
        assert Product.objects.count() == Listing.objects.count() == StockItem.objects.count() == 35
        assert OutboxEvent.objects.count() == 35
        assert StockMovement.objects.count() == 34  # one has no units

    def test_a_check_starts_again(self, monkeypatch):
        job = waiting(new_products(25), is_dry_run=True)
        with monkeypatch.context() as patch:
            kill_after(patch, running.bulk, "insert", 1)
            with pytest.raises(Killed):
                running.run(job.pk)
        let_leases_end()
        running.run(job.pk)
        job.refresh_from_db()
        assert (job.state, job.checked_rows, job.created_count, job.rows.count()) == ("checked", 25, 25, 25)

    def test_stock_counts_are_not_set_a_second_time(self, monkeypatch):
        for number in range(8):
            make_product(f"Mug {number}", sku=f"MUG-{number}", stock=1)
        job = waiting(csv_of("sku,stock", *(f"MUG-{number},10" for number in range(8))))
        with monkeypatch.context() as patch:
            kill_after(patch, running.stock, "count_rows", 1)
            with pytest.raises(Killed):
                running.run(job.pk)
        assert StockItem.objects.filter(on_hand=10).count() == 3
        set_stock(Variant.objects.get(sku="MUG-0"), 4, reference="six were sold meanwhile")
        let_leases_end()
        running.run(job.pk)
        job.refresh_from_db()
        assert done(job).counted_rows == 8
        counts = dict(StockItem.objects.values_list("variant__sku", "on_hand"))
        assert counts == {f"MUG-{number}": 10 for number in range(1, 8)} | {"MUG-0": 4}

    def test_a_job_that_the_queue_lost_is_sent_again_but_a_finished_one_is_not(self):
        job = waiting(new_products(1))
        assert services.resume_imports() == []
        let_leases_end()
        assert services.resume_imports() == [job.pk]
        running.run(job.pk)
        assert services.resume_imports() == []

    def test_a_database_that_is_away_for_a_moment_fails_nothing(self, monkeypatch):
        job = waiting(new_products(15))
        with monkeypatch.context() as patch:
            patch.setattr(running, "write_rows", raising(OperationalError("terminating connection")))
            with pytest.raises(OperationalError):
                running.run(job.pk)
        running.run(job.pk)
        job.refresh_from_db()
        assert done(job).written_rows == 15

    def test_an_internal_error_ends_the_import_with_a_message(self, monkeypatch):
        job = waiting(new_products(15))
        monkeypatch.setattr(running, "write_rows", raising(RuntimeError("bug")))
        with pytest.raises(RuntimeError):
            running.run(job.pk)
        job.refresh_from_db()
        assert (job.state, job.failure) == ("failed", f"{running.OUR_FAULT} 0 of 15 rows were written.")


def raising(error: Exception) -> Any:
    def fail(*_: Any, **__: Any) -> None:
        raise error

    return fail


def at_once(*works: Any) -> list[BaseException]:
    """Run these in threads of their own; returns what they raised."""
    raised: list[BaseException] = []
    barrier = threading.Barrier(len(works))

    def run(work: Any) -> None:
        try:
            barrier.wait(20)
            work()
        except BaseException as error:  # noqa: BLE001  (reported to the test)
            raised.append(error)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=run, args=(work,)) for work in works]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    return raised


class TestTwoAtOnce:
    def test_two_workers_write_each_row_of_a_job_once(self):
        job = waiting(new_products(95))
        assert at_once(*[lambda: running.run(job.pk)] * 4) == []
        job.refresh_from_db()
        assert done(job).written_rows == 95
        assert OutboxEvent.objects.count() == 95

    def test_a_worker_that_was_thought_dead_writes_nothing_more(self):
        job = waiting(new_products(35))
        lease = claim_job(job.pk)
        running.check_file(lease)
        let_leases_end()
        other = claim_job(job.pk)
        with pytest.raises(LeaseLost):
            running.write_file(lease)
        assert not Product.objects.exists()
        running.write_file(other)
        assert Product.objects.count() == 35

    def test_two_files_of_the_same_new_products_do_not_wait_for_each_other_for_ever(self):
        first, second = waiting(new_products(60)), waiting(new_products(60))
        for job in (first, second):
            running.check_file(claim_job(job.pk))
        let_leases_end()
        assert at_once(lambda: running.run(first.pk), lambda: running.run(second.pk)) == []
        assert Product.objects.count() == Variant.objects.count() == 60
        states = sorted(ImportJob.objects.values_list("state", flat=True))
        assert states == ["done", "failed"]
        failed = ImportJob.objects.get(state="failed")
        assert "after the file was checked" in failed.failure
        assert "of 60 rows were written" in failed.failure

    def test_buyers_and_an_import_of_counts_do_not_lock_each_other_out(self):
        skus = [f"MUG-{number}" for number in range(12)]
        for sku in skus:
            make_product(sku, sku=sku, stock=50)
        job = waiting(csv_of("sku,stock", *(f"{sku},60" for sku in skus)))

        def buy() -> None:
            for _ in range(6):
                make_reservation(dict.fromkeys(reversed(skus), 1))

        assert at_once(buy, lambda: running.run(job.pk), buy) == []
        job.refresh_from_db()
        done(job)
        assert set(StockItem.objects.values_list("on_hand", "reserved")) == {(60, 12)}


class TestPeopleInBetween:
    """What somebody changes between the check and the write is not overwritten unseen."""

    def test_a_change_of_the_same_field_stops_the_import_and_says_how_far_it_came(self):
        for number in range(25):
            make_product(f"Mug {number}", sku=f"MUG-{number:02}", price=1000)
        job = check(csv_of("sku,price.EUR", *(f"MUG-{number:02},12" for number in range(25))))
        Price.objects.filter(variant__sku="MUG-14").update(amount=1500)
        services.apply_import(job.pk)
        job.refresh_from_db()
        says = "Line 16: price.EUR of MUG-14 is '15.00' now; it was '10.00' when the file was checked."
        assert (job.state, job.failure) == ("failed", f"{says} 10 of 25 rows were written.")
        assert Price.objects.filter(amount=1200).count() == 10
        assert set(Price.objects.exclude(amount=1200).values_list("amount", flat=True)) == {1000, 1500}

    def test_a_change_of_another_field_stays(self):
        product = make_product("Mug", sku="MUG-1", price=1000)
        job = check(csv_of("sku,price.EUR", "MUG-1,12"))
        set_status(product, "archived")
        Product.objects.update(title="Beaker")
        services.apply_import(job.pk)
        job.refresh_from_db()
        done(job)
        product.refresh_from_db()
        assert (product.title, product.status, Price.objects.get().amount) == ("Beaker", "archived", 1200)

    @pytest.mark.parametrize(
        ("row", "change", "says"),
        [
            ("NEW,,New,home,1,,", lambda: make_product("New", sku="NEW"), "somebody made NEW"),
            ("NEW,new,New,home,1,,", lambda: make_product("New", slug="new"), "somebody made a product new"),
            ("NEW,mug,,,1,,", lambda: Product.objects.get(slug="mug").delete(), "the product mug is no longer there"),
            ("MUG-1,,,,2,,", lambda: Product.objects.get(slug="mug").delete(), "MUG-1 is no longer there"),
        ],
    )
    def test_rows_created_or_deleted_meanwhile_stop_the_import(self, row, change, says):
        make_product("Mug", slug="mug", sku="MUG-1", stock=None)
        job = check(csv_of(HEADING, row))
        assert job.error_count == 0, job.rows.values("errors")
        change()
        services.apply_import(job.pk)
        job.refresh_from_db()
        assert job.state == "failed"
        assert says in job.failure

    def test_a_slug_that_is_taken_at_the_last_moment_leaves_nothing_of_the_batch(self, monkeypatch):
        job = waiting(new_products(5))
        real = writing._save

        def after_somebody_else(*args: Any) -> None:
            make_product("New 3", slug="n-003")
            real(*args)

        monkeypatch.setattr(writing, "_save", after_somebody_else)
        running.run(job.pk)
        job.refresh_from_db()
        assert job.failure.startswith("Lines 2 to 6: somebody made or removed what they need")
        assert not Product.objects.exists()

    def test_units_reserved_meanwhile_are_reported_and_all_other_rows_written(self):
        for number in range(5):
            make_product(f"Mug {number}", sku=f"MUG-{number}", stock=10)
        job = check(csv_of("sku,stock", *(f"MUG-{number},2" for number in range(5))))
        make_reservation({"MUG-3": 5})
        services.apply_import(job.pk)
        job.refresh_from_db()
        assert (job.state, job.failure) == (
            "failed",
            "All was written but 1 counts of stock; their rows say why.",
        )
        assert "reserved" in job.rows.get(action="error").errors["stock"][0]
        assert sorted(StockItem.objects.values_list("on_hand", flat=True)) == [2, 2, 2, 2, 10]


class TestApplying:
    def test_asking_twice_writes_once(self):
        job = check(new_products(5))
        raised = at_once(*[lambda: services.apply_import(job.pk)] * 3)
        assert raised == []
        running.run(job.pk)
        job.refresh_from_db()
        assert done(job).written_rows == 5
        assert services.apply_import(job.pk).state == "done"
        assert Product.objects.count() == 5

    def test_a_file_with_errors_is_not_written(self):
        job = check(csv_of(HEADING, "NEW,,,,x,,"))
        with pytest.raises(services.NotWritable, match="1 rows have errors"):
            services.apply_import(job.pk)

    def test_an_import_that_is_not_checked_yet_has_to_wait(self):
        job = waiting(new_products(1), is_dry_run=True)
        with pytest.raises(services.NotWritable, match="still being checked"):
            services.apply_import(job.pk)

    def test_cancelling_during_the_write_stops_the_import_and_reports_how_far_it_came(self, monkeypatch):
        job = waiting(new_products(35))
        with monkeypatch.context() as patch:
            kill_after(patch, running, "write_rows", 2)
            with pytest.raises(Killed):
                running.run(job.pk)
        assert services.cancel_import(job.pk).failure == "Cancelled; 20 of 35 rows were written."
        running.run(job.pk)
        assert Product.objects.count() == 20
        assert services.cancel_import(job.pk) is None
        assert not ImportJob.objects.exists()

    def test_cancelling_before_the_check_deletes_the_import_and_its_file(self, settings):
        job = waiting(new_products(1))
        assert services.cancel_import(job.pk) is None
        running.run(job.pk)
        assert not ImportJob.objects.exists()
        assert not [path for path in settings.MEDIA_ROOT.rglob("*") if path.is_file()]

    def test_old_imports_are_forgotten(self):
        old, young = check(new_products(1)), check(new_products(1))
        ImportJob.objects.filter(pk=old.pk).update(created_at=timezone.now() - services.KEPT_FOR)
        assert services.purge_imports() == 1
        assert ImportJob.objects.get() == young

    def test_uploads_whose_process_died_before_the_database_knew_are_removed_in_time(self, monkeypatch):
        monkeypatch.setattr(ImportJob, "save", kill)
        with pytest.raises(Killed):
            waiting(new_products(1))
        monkeypatch.undo()
        job = waiting(new_products(1))
        assert purge_imports() == 0
        (orphan,) = files_in("imports") - {job.file.name}
        for name in (orphan, job.file.name):
            os.utime(default_storage.path(name), (0, 0))
        assert purge_imports() == 1
        assert files_in("imports") == {job.file.name}
