"""Imports and exports in the admin, as staff use them."""

from __future__ import annotations

import csv
import io

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from apps.catalog.imports import running
from apps.catalog.imports.models import ImportJob
from apps.catalog.inventory.services import ensure_warehouse
from apps.catalog.products.category_tree import ensure_category
from apps.catalog.products.models import Variant
from apps.catalog.tests.backoffice.test_products_admin import signed_in
from apps.catalog.tests.factories import make_product
from apps.catalog.tests.imports.files import check, csv_of
from apps.catalog.tests.imports.workbooks import sheet_of, workbook_of

pytestmark = pytest.mark.django_db
ADDRESS = "/admin/imports/importjob/"
HEADING = "sku,title,category,price.EUR"
MUGS = csv_of(HEADING, "MUG-1,Tall mug,home/kitchen,19.00", "MUG-2,Small mug,home/kitchen,12.00")
WRONG = csv_of(HEADING, "MUG-1,Tall mug,home/kitchen,19.00", "MUG-2,=1+1,home/kitchen,lots")


@pytest.fixture
def staff() -> Client:
    ensure_category("home/kitchen")
    ensure_warehouse()
    return signed_in("catalog_staff")


def send(staff: Client, content: bytes, **fields: str):
    return staff.post(f"{ADDRESS}add/", {"file": SimpleUploadedFile("mugs.csv", content), **fields})


def test_a_file_is_sent_checked_shown_and_written(staff):
    assert staff.get(f"{ADDRESS}add/").status_code == 200
    assert send(staff, MUGS, is_dry_run="on").status_code == 302
    job = ImportJob.objects.get()
    page = f"{ADDRESS}{job.pk}/change/"
    assert "backoffice/progress" in staff.get(page).content.decode()
    running.run(job.pk)
    shown = staff.get(page).content.decode()
    assert "Line 2" in shown
    assert "Tall mug" in shown
    assert "backoffice/progress" not in shown
    for _ in range(2):
        assert staff.post(f"{ADDRESS}{job.pk}/apply/").status_code == 302
    running.run(job.pk)
    assert Variant.objects.count() == 2
    assert staff.get(ADDRESS).status_code == 200


def test_a_number_that_could_be_two_is_decided_on_the_form_and_the_sheet_is_named(staff):
    make_product("Mug", sku="MUG-1")
    content = workbook_of({"Mugs": sheet_of(["sku", "stock"], ["MUG-1", "1.234"])})
    send(staff, content, is_dry_run="on", decimal_mark="comma")
    job = ImportJob.objects.get()
    running.run(job.pk)
    shown = staff.get(f"{ADDRESS}{job.pk}/change/").content.decode()
    assert "Sheet: “Mugs”." in shown
    assert "1234" in shown


def test_errors_are_shown_by_line_and_come_as_a_file_and_nothing_can_be_written(staff):
    job = check(WRONG)
    shown = staff.get(f"{ADDRESS}{job.pk}/change/?only=error").content.decode()
    assert "Line 3" in shown
    assert "Line 2" not in shown
    assert "Apply changes" not in shown
    lines = list(csv.DictReader(io.StringIO(staff.get(f"{ADDRESS}{job.pk}/errors.csv").getvalue().decode("utf-8-sig"))))
    assert [(line["line"], line["sku"], line["column"]) for line in lines] == [("3", "MUG-2", "price.EUR")]
    staff.post(f"{ADDRESS}{job.pk}/apply/")
    assert not Variant.objects.exists()


def test_a_file_that_is_none_is_refused_on_the_form(staff):
    response = send(staff, b"\xd0\xcf\x11\xe0rest")
    assert response.status_code == 200
    assert "Save it as XLSX" in response.content.decode()
    assert not ImportJob.objects.exists()


def test_an_import_is_forgotten_and_unknown_ones_are_not_found(staff):
    job = check(MUGS)
    for _ in range(2):
        assert staff.post(f"{ADDRESS}{job.pk}/cancel/").status_code == 302
    assert not ImportJob.objects.exists()
    for address in (f"{job.pk}/change/", f"{job.pk}/errors.csv", "nonsense/change/"):
        assert staff.get(ADDRESS + address).status_code == 404


def test_rows_come_in_pages_in_the_same_number_of_queries(staff):
    counts = set()
    for size in (2, 120):
        lines = (f"CUP-{size}-{n},Cup {size} {n},home/kitchen,1.00" for n in range(size))
        page = f"{ADDRESS}{check(csv_of(HEADING, *lines)).pk}/change/"
        staff.get(page)
        with CaptureQueriesContext(
            connection,
        ) as queries:
            response = staff.get(page)
        counts.add(len(queries))
    assert len(counts) == 1
    assert len(response.context["rows"]) == 50
    assert staff.get(f"{page}?after={response.context['older']}").context["rows"][0].line == 52
    assert staff.get(f"{page}?after=nonsense&only=nonsense").status_code == 200


def test_the_list_of_products_is_exported_with_its_filters(staff):
    make_product(title="Mug", slug="mug")
    make_product(title="Lamp", slug="lamp")
    shown = staff.get("/admin/products/product/?q=Mug").content.decode()
    assert "/admin/products/product/export/csv/?q=Mug" in shown
    response = staff.get("/admin/products/product/export/csv/?q=Mug")
    rows = list(csv.DictReader(io.StringIO(response.getvalue().decode("utf-8-sig"))))
    assert {row["slug"] for row in rows} == {"mug"}
    assert staff.get("/admin/products/product/export/xlsx/").getvalue().startswith(b"PK")
    assert staff.get("/admin/products/product/export/pdf/").status_code == 404


@pytest.mark.parametrize("role", ["support_staff", "video_staff"])
def test_other_staff_neither_import_nor_export(role):
    job = check(MUGS)
    client = signed_in(role)
    for address in ("add/", "template.csv", f"{job.pk}/change/", f"{job.pk}/errors.csv"):
        assert client.get(ADDRESS + address).status_code == 403
    assert client.post(f"{ADDRESS}{job.pk}/apply/").status_code == 403
    assert client.get("/admin/products/product/export/csv/").status_code == 403


def test_the_template_can_be_imported(staff):
    job = check(staff.get(f"{ADDRESS}template.csv").getvalue())
    assert (job.created_count, job.error_count) == (1, 0), list(job.rows.values())


def test_a_file_of_too_many_columns_is_refused_in_one_sentence(staff):
    job = check(csv_of(",".join(["sku", *(f"c{n}" for n in range(5_000))]), "MUG-1"))
    assert (job.state, job.failure) == (
        ImportJob.State.FAILED,
        "Line 1: a file has at most 200 columns; this one has more. Split it, or leave some out.",
    )
    assert not job.rows.exists()
