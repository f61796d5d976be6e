"""Periodic jobs, one item of which is poisoned."""

from __future__ import annotations

import os
from datetime import timedelta
from typing import Any

import pytest
from django.conf import settings
from django.core.files.base import ContentFile
from django.core.files.storage import FileSystemStorage, default_storage
from django.utils import timezone

from apps.catalog.discovery import listings
from apps.catalog.discovery import tasks as discovery_tasks
from apps.catalog.discovery.models import Listing
from apps.catalog.imports import tasks as import_tasks
from apps.catalog.imports.models import FOLDER, ImportJob
from apps.catalog.inventory import reservations
from apps.catalog.inventory import tasks as inventory_tasks
from apps.catalog.inventory.models import Reservation
from apps.catalog.products import renditions
from apps.catalog.products import tasks as product_tasks
from apps.catalog.products.models import ProductImage
from apps.catalog.tests.factories import image_file, make_product, make_reservation, sku_of
from apps.common.testing.jobs import run_until_given_up

pytestmark = pytest.mark.django_db(transaction=True)
# One statement each: there is no item that others could wait for.
AS_A_WHOLE = {
    *("pack-postings", "forget-old-searches", "forget-old-prices", "forget-old-history"),
    *("purge-idempotency-keys", "purge-revoked-tokens"),
}
BY_ITEM = {
    *("expire-reservations", "refresh-due-listings", "render-missing-images", "resume-imports", "purge-imports"),
    *("remove-orphaned-files", "repeat-erasures"),
}


def test_every_job_is_covered_here():
    assert set(settings.CELERY_BEAT_SCHEDULE) == AS_A_WHOLE | BY_ITEM


def refuse_to_delete(monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    delete = FileSystemStorage.delete

    def refuse(storage: FileSystemStorage, wanted: str) -> None:
        if wanted == name:
            raise PermissionError("read-only")
        delete(storage, wanted)

    monkeypatch.setattr(FileSystemStorage, "delete", refuse)


def test_a_reservation_that_cannot_be_released_blocks_no_other(monkeypatch):
    skus = [sku_of(make_product(title)) for title in ("Mug", "Lamp", "Chair")]
    overdue = [make_reservation({sku: 1}, seconds=-1) for sku in skus]
    release_units = reservations._release_units

    def refuse(lines: list[Any]) -> None:
        if any(line.sku == skus[1] for line in lines):
            raise ValueError("a broken line")
        release_units(lines)

    monkeypatch.setattr(reservations, "_release_units", refuse)
    failure = run_until_given_up(inventory_tasks.expire_reservations)
    assert failure.item == str(overdue[1].pk)
    states = [Reservation.objects.get(pk=reservation.pk).status for reservation in overdue]
    assert states == ["expired", "active", "expired"]


def test_a_listing_that_cannot_be_written_blocks_no_other(monkeypatch):
    products = [make_product(title) for title in ("Mug", "Lamp", "Chair")]
    Listing.objects.update(reprice_at=timezone.now() - timedelta(minutes=1))
    refresh = listings.refresh

    def refuse(product_ids: list[Any]) -> None:
        if products[1].pk in product_ids:
            raise ValueError("a broken price")
        refresh(product_ids)

    monkeypatch.setattr(listings, "refresh", refuse)
    failure = run_until_given_up(discovery_tasks.refresh_due_listings)
    assert failure.item == str(products[1].pk)
    assert list(Listing.objects.filter(reprice_at__isnull=False).values_list("product_id", flat=True)) == [
        products[1].pk
    ]


def test_an_image_that_raises_an_error_blocks_no_other_and_records_why(monkeypatch):
    uploads = [
        ProductImage.objects.create(product=make_product(), file=ContentFile(image_file(40 + number, 40), name="a.png"))
        for number in range(3)
    ]
    poison, render = image_file(41, 40), renditions.render

    def meet_a_bug(content: bytes, **options: Any) -> Any:
        if content == poison:
            raise ValueError("a bug")
        return render(content, **options)

    monkeypatch.setattr(renditions, "render", meet_a_bug)
    failure = run_until_given_up(product_tasks.render_missing_images)
    assert failure.item == str(uploads[1].pk)
    for upload in uploads:
        upload.refresh_from_db()
    assert [bool(upload.renditions) for upload in uploads] == [True, False, True]
    assert uploads[1].failure == "ValueError: a bug"


def orphans(folder: str) -> list[str]:
    """Three old files that nobody names."""
    names = []
    for number in range(3):
        name = default_storage.save(f"{folder}/{number}-orphan", ContentFile(b"x"))
        os.utime(default_storage.path(name), (0, 0))
        names.append(name)
    return names


@pytest.mark.parametrize(
    ("folder", "run"), [(renditions.FOLDER, product_tasks.remove_orphaned_files), (FOLDER, import_tasks.purge_imports)]
)
def test_a_file_that_cannot_be_removed_blocks_no_other(monkeypatch, folder, run):
    names = orphans(folder)
    refuse_to_delete(monkeypatch, names[1])
    failure = run_until_given_up(run)
    assert (failure.item, failure.reason) == (names[1], "PermissionError: read-only")
    assert [default_storage.exists(name) for name in names] == [False, True, False]


def old_imports() -> list[ImportJob]:
    jobs = [ImportJob.objects.create(file=ContentFile(b"x", name=f"{number}.csv")) for number in range(3)]
    long_ago = timezone.now() - timedelta(days=400)
    ImportJob.objects.update(created_at=long_ago, lease_until=long_ago)
    return jobs


def test_an_import_that_cannot_be_deleted_blocks_no_other(monkeypatch):
    jobs = old_imports()
    ImportJob.objects.update(state=ImportJob.State.FAILED)
    refuse_to_delete(monkeypatch, jobs[1].file.name)
    failure = run_until_given_up(import_tasks.purge_imports)
    assert failure.item == str(jobs[1].pk)
    assert ImportJob.objects.get() == jobs[1]


def test_an_import_that_cannot_be_sent_blocks_no_other(monkeypatch):
    jobs, sent = old_imports(), []

    def send(job_id: str) -> None:
        if job_id == str(jobs[1].pk):
            raise ValueError("cannot be sent")
        sent.append(job_id)

    monkeypatch.setattr(import_tasks.run_import, "delay", send)
    failure = run_until_given_up(import_tasks.resume_imports)
    assert failure.item == str(jobs[1].pk)
    assert set(sent) == {str(jobs[0].pk), str(jobs[2].pk)}
