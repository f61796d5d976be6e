"""Pages of the product list by number, which crawlers and the storefront's links need."""

from __future__ import annotations

from urllib.parse import parse_qs, urlsplit

import pytest

from apps.catalog.tests.factories import make_product

pytestmark = pytest.mark.django_db


@pytest.fixture
def seven() -> list[str]:
    """Titles of seven products in the order of their prices."""
    for number in range(7):
        make_product(f"Mug {number}", price=1000 + number)
    return [f"Mug {number}" for number in range(7)]


def titles(body: dict) -> list[str]:
    return [item["title"] for item in body["results"]]


@pytest.mark.parametrize("sort", ["price", "-price", "title", "newest", "bestselling", "rating"])
def test_numbered_pages_are_those_that_cursors_lead_to(api_client, seven, sort):
    address, by_cursor = f"/v1/products?sort={sort}&limit=3", []
    while address:
        body = api_client.get(address).json()
        by_cursor.append(titles(body))
        address = body["next"]
    by_number = [titles(api_client.get(f"/v1/products?sort={sort}&limit=3&page={n}").json()) for n in (1, 2, 3)]
    assert by_number == by_cursor
    assert sorted(title for page in by_number for title in page) == seven


def test_page_beyond_the_last_one_is_empty(api_client, seven):
    body = api_client.get("/v1/products?limit=3&page=4").json()
    assert (titles(body), body["total"], body["next"]) == ([], 7, None)


def test_links_of_a_numbered_page_go_on_by_cursor(api_client, seven):
    body = api_client.get("/v1/products?sort=price&limit=3&page=2").json()
    for link, expected in ((body["next"], seven[6:]), (body["previous"], seven[:3])):
        assert "page" not in parse_qs(urlsplit(link).query)
        assert titles(api_client.get(link).json()) == expected


@pytest.mark.parametrize("page", ["0", "-1", "x", "1.5", "417", "99999999999999999999", "%00", "1e2"])
def test_unusable_number_is_refused(api_client, page):
    response = api_client.get(f"/v1/products?page={page}")
    assert response.status_code == 400
    assert "page" in response.json().get("errors", {"page": ""})


def test_last_number_depends_on_the_size_of_pages(api_client):
    assert api_client.get("/v1/products?limit=100&page=100").status_code == 200
    assert api_client.get("/v1/products?limit=100&page=101").status_code == 400


def test_number_does_not_go_with_a_cursor(api_client, seven):
    cursor = parse_qs(urlsplit(api_client.get("/v1/products?limit=3").json()["next"]).query)["cursor"][0]
    assert api_client.get(f"/v1/products?limit=3&page=2&cursor={cursor}").status_code == 400
