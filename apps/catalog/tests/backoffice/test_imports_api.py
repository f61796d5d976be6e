"""Imports and exports by REST, as staff's programs call them and as strangers try."""

from __future__ import annotations

import csv
import io
import uuid

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from apps.catalog.imports import services
from apps.catalog.imports.exporting import CONTENT_TYPES
from apps.catalog.imports.models import ImportJob
from apps.catalog.inventory.services import ensure_warehouse
from apps.catalog.products.category_tree import ensure_category
from apps.catalog.products.models import Product, Variant
from apps.catalog.tests.factories import make_product
from apps.catalog.tests.imports.files import check, csv_of, start, xlsx_of
from apps.common.testing.contracts import assert_matches_contract

pytestmark = pytest.mark.django_db
ADDRESS = "/v1/imports"
MUGS = csv_of("sku,title,category,price.EUR", "MUG-1,Tall mug,home/kitchen,19.00", "MUG-2,Small mug,home/kitchen,12.00")
WRONG = csv_of("sku,title,category,price.EUR", "MUG-1,Tall mug,home/kitchen,19.00", "MUG-2,Small mug,home/kitchen,lots")


@pytest.fixture
def staff(as_staff):
    ensure_category("home/kitchen")
    ensure_warehouse()
    return as_staff("catalog_staff")


def form(content: bytes, name: str = "mugs.csv", **fields):
    return {"file": SimpleUploadedFile(name, content), **fields}


class TestSending:
    def test_a_form_is_a_dry_run_unless_it_says_otherwise(self, staff):
        response = staff.post(ADDRESS, form(MUGS), format="multipart")
        assert response.status_code == 202, response.content
        body = response.json()
        assert (body["file_name"], body["dry_run"], body["state"]) == ("mugs.csv", True, "waiting")
        assert response["Location"].endswith(f"{ADDRESS}/{body['id']}")
        assert_matches_contract("catalog", "POST", ADDRESS, response_json=body, status=202)
        body = staff.post(ADDRESS, form(MUGS, dry_run="false"), format="multipart").json()
        assert body["dry_run"] is False

    def test_a_file_may_be_the_whole_body(self, staff):
        for content, media_type, form_name in (
            (MUGS, "text/csv", "csv"),
            (xlsx_of(["sku"], ["MUG-1"]), CONTENT_TYPES["xlsx"], "xlsx"),
        ):
            response = staff.generic("POST", f"{ADDRESS}?dry_run=false", content, content_type=media_type)
            assert response.status_code == 202, response.content
            assert (response.json()["format"], response.json()["dry_run"]) == (form_name, False)

    def test_the_decimal_mark_of_a_file_can_be_stated(self, staff):
        by_form = staff.post(ADDRESS, form(MUGS, decimal_mark="comma"), format="multipart").json()
        by_query = staff.generic("POST", f"{ADDRESS}?decimal_mark=point", MUGS, content_type="text/csv").json()
        assert (by_form["decimal_mark"], by_query["decimal_mark"]) == ("comma", "point")
        response = staff.post(ADDRESS, form(MUGS, decimal_mark="dash"), format="multipart")
        assert (response.status_code, list(response.json()["errors"])) == (400, ["decimal_mark"])

    @pytest.mark.parametrize(
        ("content", "says"),
        [(b"", "empty"), (b"\xd0\xcf\x11\xe0rest", "XLSX")],
        ids=["empty", "old Excel"],
    )
    def test_file_without_rows_is_refused_at_once(self, staff, content, says):
        response = staff.post(ADDRESS, form(content), format="multipart")
        assert response.status_code == 400
        assert says in response.json()["errors"]["file"][0]
        assert not ImportJob.objects.exists()

    def test_a_request_without_a_file_says_so(self, staff):
        response = staff.post(ADDRESS, {"dry_run": "maybe"}, format="multipart")
        assert response.status_code == 400
        assert set(response.json()["errors"]) == {"file", "dry_run"}
        assert staff.post(ADDRESS, {"rows": []}, format="json").status_code == 415

    def test_more_than_the_limit_is_refused_before_it_is_read(self, staff, monkeypatch):
        monkeypatch.setattr(services, "MAX_BYTES", 10)
        monkeypatch.setattr("apps.catalog.backoffice.api.import_views.ENVELOPE", 0)
        response = staff.generic("POST", ADDRESS, MUGS, content_type="text/csv")
        assert (response.status_code, response.json()["type"]) == (413, "/problems/payload-too-large")
        assert not ImportJob.objects.exists()

    @pytest.mark.parametrize("role", ["customer", "support_staff", "video_staff"])
    def test_only_catalogue_staff_import_and_export(self, as_staff, api_client, role):
        for client, code in ((as_staff(role), 403), (api_client, 401)):
            assert client.post(ADDRESS, form(MUGS), format="multipart").status_code == code
            assert client.get(ADDRESS).status_code == code
            assert client.get("/v1/exports/products.csv").status_code == code


class TestFollowing:
    def test_progress_and_rows_are_reported(self, staff):
        job = check(WRONG)
        body = staff.get(f"{ADDRESS}/{job.pk}").json()
        assert (body["state"], body["rows"], body["new"], body["errors"]) == ("checked", 2, 1, 1)
        assert_matches_contract("catalog", "GET", f"{ADDRESS}/{job.pk}", response_json=body)
        rows = staff.get(f"{ADDRESS}/{job.pk}/rows").json()
        assert_matches_contract("catalog", "GET", f"{ADDRESS}/{job.pk}/rows", response_json=rows)
        assert [row["action"] for row in rows["results"]] == ["create", "error"]
        (wrong,) = staff.get(f"{ADDRESS}/{job.pk}/rows?action=error").json()["results"]
        assert (wrong["line"], list(wrong["errors"])) == (3, ["price.EUR"])

    def test_rows_come_page_by_page_in_the_order_of_the_file(self, staff):
        lines = [f"MUG-{n},Mug {n},home/kitchen,19.00" for n in range(30)]
        job = check(csv_of("sku,title,category,price.EUR", *lines))
        page = staff.get(f"{ADDRESS}/{job.pk}/rows?limit=20").json()
        found = [row["line"] for row in page["results"] + staff.get(page["next"]).json()["results"]]
        assert found == list(range(2, 32))

    def test_imports_are_listed_newest_first(self, staff):
        jobs = [check(MUGS, name=f"{n}.csv") for n in range(3)]
        body = staff.get(f"{ADDRESS}?limit=2").json()
        assert [item["id"] for item in body["results"]] == [str(job.pk) for job in reversed(jobs)][:2]
        assert_matches_contract("catalog", "GET", ADDRESS, response_json=body)

    @pytest.mark.parametrize("query", ["action=deleted", "limit=0", "cursor=zzz"])
    def test_wrong_queries_say_so(self, staff, query):
        assert staff.get(f"{ADDRESS}/{check(MUGS).pk}/rows?{query}").status_code == 400

    def test_an_unknown_import_is_not_found(self, staff):
        for path in ("", "/rows"):
            assert staff.get(f"{ADDRESS}/{uuid.uuid4()}{path}").status_code == 404
        assert staff.post(f"{ADDRESS}/{uuid.uuid4()}/apply").status_code == 404
        assert staff.delete(f"{ADDRESS}/{uuid.uuid4()}").status_code == 404


class TestDeciding:
    def test_a_dry_run_can_be_applied_later(self, staff):
        job = check(MUGS)
        assert not Product.objects.exists()
        for _ in range(2):
            response = staff.post(f"{ADDRESS}/{job.pk}/apply")
            assert (response.status_code, response.json()["state"]) == (202, "writing")
        assert_matches_contract(
            "catalog", "POST", f"{ADDRESS}/{job.pk}/apply", response_json=response.json(), status=202
        )

    def test_a_file_with_errors_is_not_written(self, staff):
        response = staff.post(f"{ADDRESS}/{check(WRONG).pk}/apply")
        assert (response.status_code, response.json()["type"]) == (409, "/problems/import-not-writable")
        assert "1 rows have errors" in response.json()["detail"]

    def test_a_forgotten_import_is_gone(self, staff):
        job = start(MUGS, is_dry_run=True, send=False)
        assert staff.delete(f"{ADDRESS}/{job.pk}").status_code == 204
        assert staff.get(f"{ADDRESS}/{job.pk}").status_code == 404

    def test_a_cancelled_import_stops_and_reports_how_many_rows_it_wrote(self, staff):
        job = check(MUGS)
        services.apply_import(job.pk)
        response = staff.delete(f"{ADDRESS}/{job.pk}")
        assert (response.status_code, response.json()["state"]) == (200, "failed")
        assert response.json()["failure"] == "Cancelled; 0 of 2 rows were written."


class TestExport:
    def test_a_file_of_the_filtered_products_comes(self, staff):
        make_product("Tall mug", sku="MUG-1")
        make_product("Lamp", sku="LAMP-1", category="home/light")
        response = staff.get("/v1/exports/products.csv?category=home/kitchen&q=mug")
        assert response["Content-Type"] == "text/csv; charset=utf-8"
        assert "attachment" in response["Content-Disposition"]
        text = b"".join(response.streaming_content).decode("utf-8-sig")
        assert [row["sku"] for row in csv.DictReader(io.StringIO(text))] == ["MUG-1"]
        content = b"".join(staff.get("/v1/exports/products.xlsx").streaming_content)
        assert content.startswith(b"PK")
        assert Variant.objects.count() == 2

    @pytest.mark.parametrize("query", ["status=lost", "kind=food", f"q={'x' * 201}"])
    def test_wrong_filters_say_so(self, staff, query):
        assert staff.get(f"/v1/exports/products.csv?{query}").status_code == 400
