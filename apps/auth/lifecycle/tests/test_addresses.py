"""/v1/me/addresses."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from apps.auth.accounts import address_book
from apps.auth.accounts.models import Address
from apps.common.ids import uuid7
from apps.common.testing.concurrency import at_once

pytestmark = pytest.mark.django_db
URL = "/v1/me/addresses"
HOME = {
    "name": "Ada Lovelace",
    "line1": "St James's Square 12",
    "line2": "",
    "postal_code": "SW1Y 4JH",
    "city": "London",
    "region": "",
    "country": "gb",
    "phone": "+44 20 7946 0000",
}


def add(person, **fields):
    response = person.client.post(URL, HOME | fields)
    assert response.status_code == 201, response.content
    return response.json()


def test_the_first_address_becomes_the_default(ada):
    first, second = add(ada), add(ada, city="Paris", postal_code="75002", country="FR")
    assert first == HOME | {"id": first["id"], "country": "GB", "is_default": True}
    assert second["is_default"] is False
    assert ada.client.get(f"{URL}/{second['id']}").json() == second


def test_choosing_another_default_takes_it_from_the_first(ada):
    first, second = add(ada), add(ada)
    changed = ada.client.patch(f"{URL}/{second['id']}", {"is_default": True})
    assert (changed.status_code, changed.json()["is_default"]) == (200, True)
    assert ada.client.get(f"{URL}/{first['id']}").json()["is_default"] is False
    third = add(ada, is_default=True)
    assert str(Address.objects.get(is_default=True).pk) == third["id"]


def test_default_stays_the_default_until_another_one_becomes_it(ada):
    first, second = add(ada), add(ada)
    changed = ada.client.patch(f"{URL}/{first['id']}", {"is_default": False, "city": "Ockham"})
    assert (changed.json()["is_default"], changed.json()["city"]) == (True, "Ockham")
    ada.client.patch(f"{URL}/{second['id']}", {"is_default": False})
    assert str(Address.objects.get(is_default=True).pk) == first["id"]


def test_after_the_default_the_newest_follows(ada):
    first, _, third = add(ada), add(ada), add(ada)
    assert ada.client.delete(f"{URL}/{first['id']}").status_code == 204
    assert str(Address.objects.get(is_default=True).pk) == third["id"]


def test_a_change_touches_only_what_is_sent(ada):
    address = add(ada)
    changed = ada.client.patch(f"{URL}/{address['id']}", {"city": "Ockham"}).json()
    assert changed == address | {"city": "Ockham"}


@pytest.mark.parametrize("method", ["get", "patch", "delete"])
def test_address_of_another_account_is_not_found(ada, grace, method):
    address = add(grace)
    for address_id in (address["id"], str(uuid7())):
        response = getattr(ada.client, method)(
            f"{URL}/{address_id}", {"city": "Mallory's"} if method == "patch" else None
        )
        assert (response.status_code, response.json()["type"]) == (404, "/problems/not-found")
    assert ada.client.get(f"{URL}/not-a-uuid").status_code == 404
    assert Address.objects.get().city == "London"


def test_the_owner_cannot_be_changed(ada, grace):
    address = add(ada)
    body = {"user": str(grace.user.pk), "user_id": str(grace.user.pk), "id": str(uuid7()), "city": "Ockham"}
    assert ada.client.patch(f"{URL}/{address['id']}", body).json()["id"] == address["id"]
    assert Address.objects.get().user == ada.user


@pytest.mark.parametrize(
    "change",
    [
        {"name": ""},
        {"line1": "a" * 201},
        {"city": "Lon\x00don"},
        {"postal_code": "1\r\n2"},
        {"country": "Germany"},
        {"country": "D1"},
        {"country": "xx"},
        {"country": "UK"},
        {"postal_code": "10115"},
        {"postal_code": ""},
        {"city": ""},
        {"country": "ßx"},
        {"country": None},
        {"is_default": "perhaps"},
        {"phone": "0" * 41},
    ],
)
def test_unusable_input_is_refused_by_field(ada, change):
    response = ada.client.post(URL, HOME | change)
    assert (response.status_code, list(response.json()["errors"])) == (400, list(change))


def test_code_that_is_mistaken_for_another_is_named(ada):
    response = ada.client.post(URL, HOME | {"country": "UK"})
    assert response.json()["errors"] == {"country": ["UK is not a country code. Use GB (United Kingdom)."]}


def test_change_is_checked_together_with_what_stays(ada):
    address = add(ada)
    url = f"{URL}/{address['id']}"
    response = ada.client.patch(url, {"country": "US"})
    assert (response.status_code, sorted(response.json()["errors"])) == (400, ["postal_code", "region"])
    assert ada.client.get(url).json() == address
    moved = ada.client.patch(url, {"country": "us", "region": "new york", "postal_code": "10001", "city": "New York"})
    assert (moved.json()["region"], moved.json()["country"]) == ("NY", "US")


def test_address_from_before_the_rules_can_become_the_default(ada):
    old = ada.user.addresses.create(name="Ada", line1="1", postal_code="?", city="London", country="GB")
    url = f"{URL}/{old.pk}"
    assert ada.client.patch(url, {"is_default": True}).status_code == 200
    assert ada.client.patch(url, {"city": "Ockham"}).json()["errors"].keys() == {"postal_code"}


def test_a_book_has_an_end(ada, monkeypatch):
    monkeypatch.setattr(address_book, "MAX_ADDRESSES", 2)
    add(ada), add(ada)
    response = ada.client.post(URL, HOME)
    assert (response.status_code, response.json()["type"]) == (409, "/problems/address-book-full")


@pytest.mark.django_db(transaction=True)
def test_many_defaults_at_once_leave_one(ada):
    made = at_once(*[lambda: add(ada, is_default=True)] * 8)
    assert not any(isinstance(result, Exception) for result in made), made
    assert Address.objects.count() == 8
    assert Address.objects.filter(is_default=True).count() == 1


def test_the_list_is_paged_and_has_a_fixed_number_of_queries(ada):
    ada.client.get(URL)  # the signing keys are read once
    counts = []
    for size in (2, 20):
        Address.objects.bulk_create(
            Address(user=ada.user, name="Ada", line1="1", postal_code="1", city="London", country="GB")
            for _ in range(size - Address.objects.count())
        )
        # the account with its session, the page
        with CaptureQueriesContext(connection) as queries:
            page = ada.client.get(f"{URL}?limit=20").json()
        assert len(page["results"]) == size
        counts.append(len(queries))
    assert counts == [2, 2]
    first = ada.client.get(f"{URL}?limit=15").json()
    assert len(first["results"]) == 15
    assert len(ada.client.get(first["next"]).json()["results"]) == 5


def test_a_broken_cursor_is_a_problem(ada):
    for cursor in ("x", "%00", "é", "WzAsMSwyXQ"):
        assert ada.client.get(f"{URL}?cursor={cursor}").status_code == 400
