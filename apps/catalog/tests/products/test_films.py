"""Films follow what the video service reports of them, in whatever order its events come."""

from __future__ import annotations

import itertools
from typing import Any

import pytest

from apps.catalog.inventory.quotes import quote
from apps.catalog.products.models import Film, Product
from apps.catalog.products.services.films import record_film
from apps.catalog.tests.factories import make_film, make_product, sku_of
from apps.catalog.tests.shop import titles
from apps.common.outbox.models import OutboxEvent
from apps.common.outbox.testing import deliver

pytestmark = pytest.mark.django_db(transaction=True)

FACTS = {"runtime_seconds": 5_640, "languages": ["de"], "captions": ["en"], "trailer_url": "/media/t.mp4"}


@pytest.fixture
def film() -> Product:
    return make_film("nosferatu")


def report(kind: str, version: int, **facts: Any) -> None:
    """An event of video about Nosferatu."""
    data = {"title_slug": "nosferatu", "version": version, "is_on_offer": True} | FACTS | facts
    if kind == "withdrawn":
        data = {"title_slug": "nosferatu", "version": version}
    deliver("video", f"title.{kind}", subject="nosferatu", data=data)


def status_of(product: Product) -> str:
    [line] = quote([(sku_of(product), 1)], "EUR")
    return line.status


def test_a_film_is_sold_until_it_is_withdrawn_and_again_when_it_returns(film):
    assert status_of(film) == "ok"
    report("ready", 1)
    assert status_of(film) == "ok"
    report("withdrawn", 2)
    assert status_of(film) == "unavailable"
    report("returned", 3)
    assert status_of(film) == "ok"
    report("ready", 4, is_on_offer=False)
    assert status_of(film) == "unavailable"


@pytest.mark.parametrize("order", list(itertools.permutations([("ready", 1), ("withdrawn", 2), ("returned", 3)])))
def test_the_latest_version_counts_in_whatever_order_events_come(film, order):
    for kind, version in order:
        report(kind, version)
    found = Film.objects.get()
    assert (found.version, found.is_withdrawn, found.runtime_seconds) == (3, False, 5_640)
    assert status_of(film) == "ok"


def test_a_withdrawal_that_comes_before_the_film_was_ready_holds(film):
    report("withdrawn", 2)
    report("ready", 1)
    assert status_of(film) == "unavailable"


def test_an_event_that_comes_twice_changes_nothing_the_second_time(film):
    report("withdrawn", 2)
    events = OutboxEvent.objects.count()
    assert not record_film("nosferatu", version=2, facts={"is_withdrawn": True})
    assert OutboxEvent.objects.count() == events


def test_pages_show_what_the_film_has(client, film):
    before = client.get(f"/v1/products/{film.slug}").json()
    assert (before["film"], before["variants"][0]["availability"]) == (None, "digital")
    report("ready", 1)
    shown = client.get(f"/v1/products/{film.slug}").json()
    assert shown["film"] == FACTS | {"is_available": True, "available_countries": []}
    report("withdrawn", 2)
    withdrawn = client.get(f"/v1/products/{film.slug}").json()
    assert withdrawn["film"]["is_available"] is False
    assert {variant["availability"] for variant in withdrawn["variants"]} == {"out_of_stock"}


def test_quotes_and_pages_say_where_a_film_may_be_watched(client, film):
    assert quote([(sku_of(film), 1)], "EUR")[0].available_countries == []
    report("ready", 1, available_countries=["AT", "DE"])
    [line] = quote([(sku_of(film), 1), ("NOTHING", 1)], "EUR")[:1]
    assert (line.status, line.available_countries) == ("ok", ["AT", "DE"])
    assert client.get(f"/v1/products/{film.slug}").json()["film"]["available_countries"] == ["AT", "DE"]
    report("ready", 2)
    assert quote([(sku_of(film), 1)], "EUR")[0].available_countries == []


def test_lists_leave_out_what_cannot_be_bought_when_asked_for_what_is_in_stock(film):
    make_product("mug")
    assert titles(in_stock=True) == ["mug", "nosferatu"]
    report("withdrawn", 2)
    assert titles(in_stock=True) == ["mug"]
    assert titles() == ["mug", "nosferatu"]


def test_goods_are_sold_whatever_films_do():
    mug = make_product("mug")
    report("withdrawn", 2)
    assert status_of(mug) == "ok"
