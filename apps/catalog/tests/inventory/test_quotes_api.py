"""POST /v1/quotes: the only source of prices for a checkout."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from apps.catalog.inventory.models import StockItem
from apps.catalog.products.models import Product, ProductType, SalePrice
from apps.catalog.tests.factories import make_film, make_product, sku_of
from apps.common.testing.contracts import assert_matches_contract

pytestmark = pytest.mark.django_db


def ask(client, *lines: tuple, **body) -> list[dict]:
    request = {"lines": [{"sku": sku, "quantity": quantity} for sku, quantity in lines], **body}
    response = client.post("/v1/quotes", request)
    assert response.status_code == 200, response.content
    assert_matches_contract("catalog", "POST", "/v1/quotes", request_json=request, response_json=response.json())
    return response.json()["lines"]


def refusal(client, body) -> dict:
    response = client.post("/v1/quotes", body)
    assert response.status_code == 400, response.content
    assert response.json()["type"] == "/problems/invalid-input"
    return response.json()["errors"]


def test_a_line_has_all_that_a_cart_shows(api_client):
    product = make_product("Mug", price=1490, stock=10)
    [line] = ask(api_client, (sku_of(product), 3))
    assert line == {
        "sku": sku_of(product),
        "quantity": 3,
        "status": "ok",
        "title": "Mug",
        "variant_name": "",
        "slug": product.slug,
        "kind": "goods",
        "category": "home/kitchen",
        "unit_price": {"amount": 1490, "currency": "EUR"},
        "regular_price": None,
        "line_total": {"amount": 4470, "currency": "EUR"},
        "available_quantity": 10,
        "image_url": None,
        "title_slug": None,
        "offer": None,
        "rental_hours": None,
        "available_countries": [],
        "requires_shipping": True,
        "weight_grams": 0,
        "tax_class": "standard",
    }


def test_tax_class_is_that_of_the_product_type_and_films_have_their_own(api_client):
    books = ProductType.objects.create(name="Books", slug="books", tax_class="reduced")
    book, film = make_product("Book", product_type=books), make_film("Metropolis")
    lines = ask(api_client, (sku_of(book), 1), (sku_of(film), 1))
    assert [line["tax_class"] for line in lines] == ["reduced", "digital"]


def test_names_are_in_the_language_of_the_request(api_client):
    product = make_product("Mug", stock=10)
    Product.objects.filter(pk=product.pk).update(translations={"de": {"title": "Becher"}})
    product.variants.update(name="Moss", translations={"de": {"name": "Moos"}})
    request = {"lines": [{"sku": sku_of(product), "quantity": 1}]}
    [line] = api_client.post("/v1/quotes", request, headers={"Accept-Language": "de"}).json()["lines"]
    assert (line["title"], line["variant_name"]) == ("Becher", "Moos")
    [line] = ask(api_client, (sku_of(product), 1))
    assert (line["title"], line["variant_name"]) == ("Mug", "Moss")


def test_a_running_sale_shows_beside_the_price_without_it(api_client):
    product = make_product(price=1490)
    now = timezone.now()
    SalePrice.objects.create(
        variant=product.variants.get(),
        currency="EUR",
        amount=990,
        starts_at=now - timedelta(hours=1),
        ends_at=now + timedelta(hours=1),
    )
    [line] = ask(api_client, (sku_of(product), 1))
    assert line["unit_price"] == {"amount": 990, "currency": "EUR"}
    assert line["regular_price"] == {"amount": 1490, "currency": "EUR"}


def test_a_film_needs_no_stock_and_no_parcel(api_client):
    make_film("Metropolis", rent=399)
    [line] = ask(api_client, ("METROPOLIS-RENT", 1))
    assert (line["status"], line["available_quantity"], line["requires_shipping"]) == ("ok", None, False)
    assert (line["offer"], line["rental_hours"], line["title_slug"]) == ("rent", 48, "metropolis")


def test_lines_come_back_in_their_order_each_with_its_own_state(api_client):
    short, draft = make_product(stock=1), make_product(status=Product.Status.DRAFT)
    lines = ask(api_client, ("NOPE", 1), (sku_of(short), 2), (sku_of(draft), 1), (sku_of(short), 1))
    assert [line["status"] for line in lines] == [
        "unknown",
        "insufficient_stock",
        "unavailable",
        "insufficient_stock",
    ]
    assert {value for key, value in lines[0].items() if key not in ("sku", "quantity", "status")} == {None}
    assert lines[1]["available_quantity"] == 1


def test_lines_of_one_sku_share_its_stock(api_client):
    sku = sku_of(make_product(stock=5))
    assert [line["status"] for line in ask(api_client, (sku, 3), (sku, 3))] == ["insufficient_stock"] * 2
    assert [line["status"] for line in ask(api_client, (sku, 3), (sku, 2))] == ["ok"] * 2


def test_reserved_units_are_not_offered_again(api_client):
    sku = sku_of(make_product(stock=5))
    StockItem.objects.filter(variant__sku=sku).update(reserved=4)
    [line] = ask(api_client, (sku, 2))
    assert (line["status"], line["available_quantity"]) == ("insufficient_stock", 1)


def test_a_currency_without_a_price_is_unavailable(api_client):
    [line] = ask(api_client, (sku_of(make_product()), 1), currency="USD")
    assert (line["status"], line["unit_price"]) == ("unavailable", None)


def test_a_hundred_lines_take_as_many_queries_as_one(api_client):
    skus = [sku_of(make_product()) for _ in range(100)]
    counts = []
    for number in (1, 100):
        with CaptureQueriesContext(connection) as captured:
            ask(api_client, *((sku, 1) for sku in skus[:number]))
        counts.append(len(captured))
    assert counts == [1, 1]  # variants with product, stock, price, sales and image


@pytest.mark.parametrize("quantity", [0, -1, 10**12, 10_000, 1.5, "many", None, [], {}])
def test_absurd_quantities_are_refused(api_client, quantity):
    sku = sku_of(make_product())
    assert list(refusal(api_client, {"lines": [{"sku": sku, "quantity": quantity}]})) == ["lines.0.quantity"]


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({}, "lines"),
        ({"lines": []}, "lines"),
        ({"lines": "all"}, "lines"),
        ({"lines": [{"sku": "A", "quantity": 1}] * 101}, "lines"),
        ({"lines": [{"quantity": 1}]}, "lines.0.sku"),
        ({"lines": [{"sku": "", "quantity": 1}]}, "lines.0.sku"),
        ({"lines": [{"sku": "x" * 41, "quantity": 1}]}, "lines.0.sku"),
        ({"lines": [{"sku": "a\x00b", "quantity": 1}]}, "lines.0.sku"),
        ({"lines": [{"sku": {"$ne": 1}, "quantity": 1}]}, "lines.0.sku"),
        ({"lines": [{"sku": "A", "quantity": 1}], "currency": "euros"}, "currency"),
        ({"lines": [{"sku": "A", "quantity": 1}], "currency": None}, "currency"),
        ([], ""),
        ("lines", ""),
        (None, ""),
    ],
)
def test_a_bad_body_is_a_problem_that_names_the_field(api_client, body, field):
    assert field in refusal(api_client, body) or (field == "" and refusal(api_client, body))


def test_half_a_surrogate_pair_is_refused_or_unknown_but_never_a_crash(api_client):
    body = b'{"lines": [{"sku": "\\ud800", "quantity": 1}]}'
    response = api_client.generic("POST", "/v1/quotes", body, content_type="application/json")
    assert response.status_code in (200, 400), response.content


@pytest.mark.parametrize(
    "body",
    [b"{", b"\xff\xfe", b'{"lines": [NaN]}', b'{"lines": [{"sku": "A", "quantity": 1e400}]}', b"[" * 100_000, b""],
)
def test_invalid_json_is_a_problem(api_client, body):
    response = api_client.generic("POST", "/v1/quotes", body, content_type="application/json")
    assert response.status_code == 400, response.content
    assert response["Content-Type"] == "application/problem+json"
