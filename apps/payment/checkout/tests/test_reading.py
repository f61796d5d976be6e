"""Looking at orders and at ways to ship."""

from __future__ import annotations

import pytest
from django.db import IntegrityError, connection
from django.test.utils import CaptureQueriesContext

from apps.common.testing.tokens import access_token
from apps.payment.orders.models import Order
from apps.payment.tests.catalog_fake import FILM
from apps.payment.tests.personas import Shopper, address_in

pytestmark = pytest.mark.django_db(transaction=True)


def bought(shopper: Shopper, times: int = 1) -> list[str]:
    numbers = []
    for _ in range(times):
        shopper.open_cart()
        shopper.put(FILM.sku)
        numbers.append(shopper.order().json()["number"])
    return numbers


def test_orders_are_listed_newest_first_by_cursor_and_only_ones_own(ada, grace):
    bought(grace)
    numbers = bought(ada, 5)
    first = ada.client.get("/v1/orders?limit=3").json()
    second = ada.client.get(first["next"]).json()
    assert [order["number"] for order in first["results"] + second["results"]] == numbers[::-1]
    assert second["next"] is None
    assert Shopper().client.get("/v1/orders").status_code == 401


def test_a_page_of_orders_costs_the_same_number_of_queries_for_2_rows_and_for_20(ada):
    counts = []
    for times in (2, 18):
        bought(ada, times)
        with CaptureQueriesContext(connection) as queries:
            ada.client.get("/v1/orders?limit=50")
        counts.append(len(queries))
    assert Order.objects.count() == 20
    # Orders, their lines, their payments with methods, their documents, shipments, refunds and return requests.
    assert counts == [7, 7]


def test_another_accounts_order_is_not_there(ada, grace):
    [number] = bought(ada)
    assert grace.show_order(number).status_code == 404
    assert grace.client.post(f"/v1/orders/{number}/cancel").status_code == 404
    assert Shopper().show_order(number).status_code == 404
    assert Shopper().show_order(number, "x" * 64).status_code == 404


def test_support_sees_every_order_but_other_staff_and_services_do_not(ada, as_staff, as_service):
    [number] = bought(ada)
    assert as_staff("support_staff").get(f"/v1/orders/{number}").status_code == 200
    assert as_staff("admin").get(f"/v1/orders/{number}").status_code == 200
    assert as_staff("catalog_staff").get(f"/v1/orders/{number}").status_code == 404
    assert as_service("video", "events:read").get(f"/v1/orders/{number}").status_code == 404
    assert as_service("video", "events:read").get("/v1/orders").status_code == 403


def test_an_expired_token_opens_nothing(ada):
    [number] = bought(ada)
    stranger = Shopper()
    stranger.client.credentials(HTTP_AUTHORIZATION=f"Bearer {access_token(ada.user_id, lifetime=-60)}")
    assert stranger.show_order(number).status_code == 401


def test_a_paid_order_cannot_be_cancelled(ada):
    [number] = bought(ada)
    response = ada.client.post(f"/v1/orders/{number}/cancel")
    assert response.status_code == 409
    assert "paid" in response.json()["detail"]
    assert ada.show_order(number).json()["state"] == "paid"


def methods(shopper: Shopper, country: str):
    path = f"/v1/shipping-methods?cart={shopper.cart}&country={country}"
    return shopper.client.get(path, headers=shopper.headers)


def prices(response) -> dict[str, int]:
    return {method["code"]: method["price"]["amount"] for method in response.json()["results"]}


def test_shipping_depends_on_the_country_and_on_what_is_bought(guest):
    guest.put("MUG-BLUE")
    assert prices(methods(guest, "DE")) == {"standard": 490, "express": 1290}
    assert prices(methods(guest, "fr")) == {"standard": 490, "express": 1290}
    assert prices(methods(guest, "US")) == {"world": 1990}
    guest.put("LAMP-BRASS")
    assert prices(methods(guest, "DE")) == {"standard": 0, "express": 1290}


def test_films_alone_are_not_shipped(ada):
    ada.put(FILM.sku)
    assert methods(ada, "DE").json() == {"results": []}


@pytest.mark.parametrize(
    "query",
    [
        "",
        "?cart=x&country=DE",
        "?cart={cart}",
        "?cart={cart}&country=DEU",
        "?cart={cart}&country=1x",
        "?country=DE&currency=GBP",
        "?country=%C3%A4%C3%A4",
    ],
)
def test_shipping_methods_say_what_is_missing(query, guest):
    guest.open_cart()
    response = guest.client.get(f"/v1/shipping-methods{query.format(cart=guest.cart)}", headers=guest.headers)
    assert response.status_code == 400
    assert response.json()["errors"]


def test_delivery_can_be_asked_for_without_a_cart(guest):
    response = guest.client.get("/v1/shipping-methods?country=DE")
    assert prices(response) == {"standard": 490, "express": 1290}
    assert response["Cache-Control"] == "public, max-age=60"
    dollars = guest.client.get("/v1/shipping-methods?country=DE&currency=USD").json()["results"]
    assert {method["price"]["currency"] for method in dollars} == {"USD"}
    guest.put("MUG-BLUE")
    assert methods(guest, "DE")["Cache-Control"] == "no-store"


def test_shipping_methods_of_another_cart_are_not_there(guest, ada):
    guest.put("MUG-BLUE")
    ada.cart = guest.cart
    assert methods(ada, "DE").status_code == 404


def test_order_keeps_the_delivery_dates_that_the_method_showed(ada, catalog):
    ada.put("MUG-BLUE")
    methods = ada.client.get(f"/v1/shipping-methods?cart={ada.cart}&country=AT").json()["results"]
    shown = {method["code"]: {name: method[name] for name in ("earliest_date", "latest_date")} for method in methods}
    assert shown["express"]["earliest_date"] < shown["standard"]["latest_date"]
    body = ada.order(shipping_address=address_in("AT")).json()
    assert body["delivery"] == shown["standard"]
    assert ada.client.get("/v1/orders").json()["results"][0]["delivery"] == shown["standard"]


def test_order_of_films_alone_has_no_delivery(ada, catalog):
    ada.put(FILM.sku)
    assert ada.order().json()["delivery"] is None


@pytest.mark.parametrize(
    "changes",
    [{"latest_delivery_date": None}, {"earliest_delivery_date": None}, {"latest_delivery_date": "2020-01-01"}],
)
def test_database_refuses_half_an_interval_of_delivery(ada, catalog, changes):
    ada.put("MUG-BLUE")
    ada.order()
    with pytest.raises(IntegrityError):
        Order.objects.update(**changes)
