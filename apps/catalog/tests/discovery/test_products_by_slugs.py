"""Lists of chosen products: recently viewed, wishlists."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from apps.catalog.products.models import Product
from apps.catalog.tests.factories import make_product
from apps.common.testing.contracts import assert_matches_contract

pytestmark = pytest.mark.django_db


def listed(client, slugs: str, **parameters: str) -> list[str]:
    response = client.get("/v1/products", {"slugs": slugs, **parameters})
    assert response.status_code == 200, response.content
    body = response.json()
    assert_matches_contract("catalog", "GET", "/v1/products", response_json=body)
    assert (body["total"], body["next"], body["previous"]) == (len(body["results"]), None, None)
    return [card["slug"] for card in body["results"]]


def test_products_are_listed_in_the_given_order_and_once(api_client):
    for slug in ("mug", "lamp", "chair", "sofa"):
        make_product(slug.capitalize(), slug=slug)
    assert listed(api_client, "lamp,mug,lamp,,chair") == ["lamp", "mug", "chair"]


def test_products_that_are_unknown_hidden_or_not_sold_are_left_out(api_client):
    make_product("Mug", slug="mug")
    make_product("Draft", slug="draft", status=Product.Status.DRAFT)
    make_product("Later", slug="later", published_minutes_ago=-60)
    assert listed(api_client, "nothing,draft,later,mug,MUG") == ["mug"]
    assert listed(api_client, "mug", currency="USD") == []
    assert listed(api_client, ",") == []


def test_titles_are_in_the_language(api_client):
    make_product("Mug", slug="mug", translations={"de": {"title": "Becher"}})
    assert api_client.get("/v1/products?slugs=mug&lang=de").json()["results"][0]["title"] == "Becher"


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ("slugs=" + ",".join(f"s{number}" for number in range(51)), "slugs"),
        ("slugs=", "slugs"),
        ("slugs=" + "a" * 6_051, "slugs"),
        ("slugs=mug&q=mug", "q"),
        ("slugs=mug&sort=price", "sort"),
        ("slugs=mug&attr.material=oak", "attr.material"),
        ("slugs=mug&limit=2", "limit"),
    ],
)
def test_query_that_makes_no_sense_is_refused(api_client, query, field):
    response = api_client.get(f"/v1/products?{query}")
    assert (response.status_code, list(response.json()["errors"])) == (400, [field])


def test_list_takes_as_many_queries_however_long_it_is(api_client):
    slugs = [make_product(f"Mug {number}").slug for number in range(20)]
    counts = []
    for rows in (2, 20):
        with CaptureQueriesContext(connection) as captured:
            assert len(listed(api_client, ",".join(slugs[:rows]))) == rows
        counts.append(len(captured))
    assert counts[0] == counts[1] > 0
