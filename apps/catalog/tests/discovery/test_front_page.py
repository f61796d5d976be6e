"""GET /v1/front-page: what the first page of a shop shows."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from apps.catalog.products.models import Product
from apps.catalog.products.publication import set_status
from apps.catalog.tests.factories import make_film, make_product
from apps.common.testing.contracts import assert_matches_contract

pytestmark = pytest.mark.django_db
ADDRESS = "/v1/front-page"


def titles(body: dict, row: str) -> list[str]:
    return [item["title"] for item in body[row]]


def test_rows_hold_films_new_goods_and_best_sellers(api_client):
    make_film("Nosferatu")
    for number in range(14):
        make_product(f"Mug {number}")
    body = api_client.get(ADDRESS).json()
    assert_matches_contract("catalog", "GET", ADDRESS, response_json=body)
    assert titles(body, "films") == ["Nosferatu"]
    assert titles(body, "new")[0] == "Mug 13"
    assert len(body["new"]) == len(body["best_sellers"]) == 12


def test_featured_goods_come_first_and_once(api_client):
    for number in range(3):
        make_product(f"Mug {number}")
    make_product("Star", is_featured=True)
    shown = titles(api_client.get(ADDRESS).json(), "best_sellers")
    assert shown[0] == "Star"
    assert sorted(shown) == ["Mug 0", "Mug 1", "Mug 2", "Star"]


def test_empty_shop_has_empty_rows(api_client):
    assert api_client.get(ADDRESS).json() == {"films": [], "new": [], "best_sellers": [], "collections": []}


def test_change_of_a_product_is_seen(api_client):
    product = make_product("Mug")
    assert titles(api_client.get(ADDRESS).json(), "new") == ["Mug"]
    set_status(product, Product.Status.ARCHIVED)
    assert titles(api_client.get(ADDRESS).json(), "new") == []


def test_queries_do_not_grow_with_products(api_client):
    def count() -> int:
        with CaptureQueriesContext(connection) as captured:
            assert api_client.get(ADDRESS).status_code == 200
        return len(captured)

    for number in range(2):
        make_product(f"Mug {number}")
    few = count()
    for number in range(18):
        make_product(f"Bowl {number}")
    assert count() == few


@pytest.mark.parametrize("query", ["currency=euro", "lang=xx"])
def test_unknown_currency_and_language_are_refused(api_client, query):
    assert api_client.get(f"{ADDRESS}?{query}").status_code == 400
