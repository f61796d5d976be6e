"""The tax of an order: recorded when it is placed, shown by the API and in mails."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from django.core import mail
from django.db import IntegrityError, connection
from django.db.migrations.executor import MigrationExecutor
from django.utils import timezone

from apps.common.money import Money
from apps.payment.checkout import totals
from apps.payment.orders.mails import send_confirmation
from apps.payment.orders.models import Order, OrderLine
from apps.payment.orders.services import erase_personal_data
from apps.payment.tests.catalog_fake import FILM
from apps.payment.tests.personas import address_in

pytestmark = pytest.mark.django_db(transaction=True)
BEFORE_TAX = ("orders", "0004_delivery_dates")


def euros(amount: int) -> dict[str, object]:
    return Money(amount, "EUR").as_dict()


def row(tax_class: str, *, gross: int, tax: int, rate: int = 1900) -> dict[str, object]:
    return {"rate": rate, "tax_class": tax_class, "net": euros(gross - tax), "tax": euros(tax), "gross": euros(gross)}


def test_goods_film_and_shipping_are_taxed_at_the_rate_of_the_destination(ada, catalog):
    ada.put("MUG-BLUE", 2)
    ada.put(FILM.sku)
    body = ada.order().json()
    # 44.69 at 19% are 7.1354: 7.14 in all, of which the film has 1.59504 and gets 1.60.
    assert body["tax"] == [row("digital", gross=999, tax=160), row("standard", gross=3470, tax=554)]
    assert sum(part["gross"]["amount"] for part in body["tax"]) == body["total"]["amount"]
    assert ada.show_order(body["number"]).json()["tax"] == body["tax"]
    assert ada.client.get("/v1/orders").json()["results"][0]["tax"] == body["tax"]


def test_each_line_and_the_shipping_keep_their_tax(ada, catalog):
    ada.put("MUG-BLUE", 2)
    ada.put(FILM.sku)
    ada.order()
    order = Order.objects.get()
    lines = order.lines.order_by("position").values_list("tax_class", "tax_rate", "tax_amount")
    assert list(lines) == [("standard", 1900, 476), ("digital", 1900, 160)]
    assert order.tax_country == "DE"
    assert order.shipping_tax == [{"tax_class": "standard", "rate": 1900, "gross": 490, "tax": 78}]


@pytest.mark.parametrize(("country", "rate", "tax"), [("AT", 2000, 330), ("HU", 2700, 421), ("FI", 2550, 402)])
def test_rate_is_that_of_the_delivery_address_and_the_total_is_the_same(ada, catalog, country, rate, tax):
    ada.put("MUG-BLUE")
    body = ada.order(shipping_address=address_in(country)).json()
    assert body["total"] == euros(1980)
    assert body["tax"] == [row("standard", rate=rate, gross=1980, tax=tax)]


def test_delivery_to_a_country_without_rates_is_an_export(ada, catalog):
    ada.put("MUG-BLUE")
    ada.put(FILM.sku)
    body = ada.order(shipping_address=address_in("US"), shipping_method="world").json()
    assert body["tax"] == [row("export", rate=0, gross=4479, tax=0)]
    assert "VAT-free export  €0.00" in mail.outbox[0].body


def test_films_alone_are_taxed_in_the_country_of_the_shop(ada, catalog, settings):
    settings.SHOP_REGION = "AT-9"
    ada.put(FILM.sku)
    body = ada.order(shipping_address=address_in("HU")).json()
    assert body["tax"] == [row("digital", rate=2000, gross=999, tax=167)]
    assert Order.objects.get().tax_country == "AT"


@pytest.mark.parametrize(("day", "rate"), [(date(2020, 12, 31), 1600), (date(2021, 1, 1), 1900)])
def test_rate_is_that_of_the_day_of_the_order(ada, catalog, monkeypatch, day, rate):
    monkeypatch.setattr(totals, "tax_date", lambda moment: day)
    ada.put(FILM.sku)
    assert [part["rate"] for part in ada.order().json()["tax"]] == [rate]


def test_confirmation_names_the_tax_once_for_goods_and_films_of_one_rate(ada, catalog):
    ada.put("MUG-BLUE", 2)
    ada.put(FILM.sku)
    ada.order()
    [message] = mail.outbox
    assert "Total  €44.69\nincludes 19% VAT  €7.14\n" in message.body
    html = message.alternatives[0][0]
    assert html.count("includes 19% VAT") == 1
    assert "€7.14" in html


def test_german_confirmation_writes_the_rate_as_germans_do(guest, catalog):
    guest.put("MUG-BLUE")
    guest.order(language="de", shipping_address=address_in("FI"))
    [message] = mail.outbox
    for part in (message.body, message.alternatives[0][0]):
        assert "inkl. 25,5\N{NO-BREAK SPACE}% MwSt." in part
        assert "4,02\N{NO-BREAK SPACE}€" in part


def test_country_of_taxation_stays_for_the_books_when_the_person_is_erased(ada, catalog):
    ada.put("MUG-BLUE")
    body = ada.order().json()
    long_ago = timezone.now() - timedelta(days=60)
    Order.objects.update(erasure_asked_at=timezone.now(), paid_at=long_ago)
    assert erase_personal_data() == 1
    order = Order.objects.get(number=body["number"])
    assert (order.shipping_address, order.tax_country) == (None, "DE")


def migrate_to_present():
    executor = MigrationExecutor(connection)
    executor.migrate(executor.loader.graph.leaf_nodes())


@pytest.fixture
def before_tax():
    """The tables as they were before tax was recorded; afterwards as they are."""
    MigrationExecutor(connection).migrate([BEFORE_TAX])
    yield MigrationExecutor(connection).loader.project_state(BEFORE_TAX).apps
    migrate_to_present()


def test_orders_from_before_tax_was_recorded_are_migrated_and_show_none(ada, catalog, request):
    ada.put("MUG-BLUE")
    number = ada.order().json()["number"]
    request.getfixturevalue("before_tax")
    migrate_to_present()
    order = Order.objects.get(number=number)
    line = order.lines.get()
    assert (order.tax_country, order.shipping_tax) == ("", None)
    assert (line.tax_class, line.tax_rate, line.tax_amount) == ("", None, None)
    body = ada.show_order(number).json()
    assert body["tax"] == []
    assert body["total"] == euros(1980)
    mail.outbox.clear()
    Order.objects.update(confirmation_due_at=timezone.now())
    send_confirmation(order.pk)
    [message] = mail.outbox
    assert "Total  €19.80" in message.body
    assert "VAT" not in message.body


def test_release_before_this_one_places_orders_while_pods_are_replaced(ada, catalog):
    ada.put("MUG-BLUE")
    number = ada.order().json()["number"]
    old = MigrationExecutor(connection).loader.project_state(BEFORE_TAX).apps
    order = old.get_model("orders", "Order").objects.get(number=number)
    old_line = old.get_model("orders", "OrderLine")
    old_line.objects.create(
        order=order, position=7, sku="X", quantity=1, unit_amount=0, title="X", slug="x", kind="goods"
    )
    assert OrderLine.objects.get(position=7).taxed_amount is None
    assert ada.show_order(number).json()["tax"] == [], "part of a summary would not add up"


@pytest.mark.parametrize(
    "change",
    [{"tax_rate": None}, {"tax_amount": None}, {"tax_class": ""}, {"tax_amount": -1}, {"tax_amount": 1491}],
)
def test_database_refuses_a_tax_that_is_incomplete_or_not_within_the_line(ada, catalog, change):
    ada.put("MUG-BLUE")
    ada.order()
    with pytest.raises(IntegrityError, match="order_line_tax_within_total"):
        OrderLine.objects.update(**change)
