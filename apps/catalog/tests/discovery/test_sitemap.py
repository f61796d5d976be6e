"""The feed of a sitemap: all products on display, in chunks."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from apps.catalog.discovery import sitemap
from apps.catalog.discovery.sitemap import chunk_starts
from apps.catalog.products.models import Product
from apps.catalog.tests.factories import make_product
from apps.common.testing.contracts import assert_matches_contract

pytestmark = pytest.mark.django_db


def read(client, **parameters: object) -> dict:
    response = client.get("/v1/sitemap/products", parameters)
    assert response.status_code == 200, response.content
    assert_matches_contract("catalog", "GET", "/v1/sitemap/products", response_json=response.json())
    return response.json()


def test_products_on_display_are_listed_with_the_day_of_their_last_change(api_client):
    shown = [make_product(f"Mug {number}") for number in range(3)]
    make_product("Draft", status=Product.Status.DRAFT)
    make_product("Later", published_minutes_ago=-60)
    rows = [[product.slug, f"{product.updated_at:%Y-%m-%d}"] for product in shown]
    assert read(api_client) == {"results": rows, "next": None}


def test_chunks_follow_each_other_without_gap_or_overlap(api_client):
    slugs = [make_product(f"Mug {number}").slug for number in range(7)]
    page, found = read(api_client, limit=3), []
    while True:
        found += [slug for slug, _ in page["results"]]
        if page["next"] is None:
            break
        page = read(api_client, limit=3, after=page["next"])
    assert found == slugs


@pytest.mark.parametrize(("products", "size", "chunks"), [(0, 2, 1), (2, 2, 1), (4, 2, 2), (5, 2, 3)])
def test_chunks_begin_where_the_one_before_ends(products, size, chunks):
    made = [make_product(f"Mug {number}").pk for number in range(products)]
    make_product("Draft", status=Product.Status.DRAFT)
    starts = chunk_starts(size)
    assert starts == made[size - 1 : -1 : size]
    assert len(starts) + 1 == chunks


def test_cursors_of_chunks_are_read_by_the_feed(api_client, monkeypatch):
    slugs = [make_product(f"Mug {number}").slug for number in range(3)]
    monkeypatch.setattr("apps.catalog.discovery.api.sitemap.chunk_starts", lambda size: chunk_starts(2))
    body = api_client.get("/v1/sitemap/chunks").json()
    assert_matches_contract("catalog", "GET", "/v1/sitemap/chunks", response_json=body)
    pages = [read(api_client, after=cursor, limit=2)["results"] for cursor in body["results"]]
    assert [[slug for slug, _ in page] for page in pages] == [slugs[:2], slugs[2:]]


@pytest.mark.parametrize(
    ("address", "field"),
    [
        ("/v1/sitemap/products?limit=0", "limit"),
        ("/v1/sitemap/products?limit=50001", "limit"),
        ("/v1/sitemap/products?limit=x", "limit"),
        ("/v1/sitemap/products?after=made-up", "cursor"),
        ("/v1/sitemap/products?page=2", "page"),
        ("/v1/sitemap/chunks?size=1", "size"),
        ("/v1/sitemap/chunks?size=50001", "size"),
    ],
)
def test_query_that_makes_no_sense_is_refused(api_client, address, field):
    response = api_client.get(address)
    assert (response.status_code, list(response.json()["errors"])) == (400, [field])


@pytest.mark.parametrize("rows", [2, 20])
def test_feed_takes_one_query(api_client, rows):
    for number in range(rows):
        make_product(f"Mug {number}")
    for address in ("/v1/sitemap/products", "/v1/sitemap/chunks"):
        with CaptureQueriesContext(connection) as captured:
            api_client.get(address)
        assert len(captured) == 1


def test_chunks_are_read_in_the_order_of_an_index_and_not_sorted(api_client):
    make_product("Mug")
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")
        cursor.execute("SET LOCAL enable_bitmapscan = off")
        cursor.execute(f"EXPLAIN {sitemap.CHUNKS}", {"size": 2, "now": "2026-01-01"})
        plan = " ".join(row[0] for row in cursor)
    assert "Index" in plan
    assert "Sort" not in plan
