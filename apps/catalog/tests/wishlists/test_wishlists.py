"""Wishlists: one's own, and those that somebody shares."""

from __future__ import annotations

import uuid
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from apps.catalog.products.models import Product
from apps.catalog.products.publication import set_status
from apps.catalog.products.services.products import ProductEdit, change_product
from apps.catalog.tests.factories import make_product
from apps.catalog.wishlists import services
from apps.catalog.wishlists.models import Wishlist, WishlistItem
from apps.common.outbox.testing import deliver
from apps.common.problems import Problem
from apps.common.testing.contracts import assert_matches_contract

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def mug() -> Product:
    return make_product("Mug", slug="mug", translations={"de": {"title": "Becher"}})


@pytest.fixture
def ada(as_user) -> Any:
    return as_user(USER)


USER = uuid.UUID("01a215e8-c317-7113-8438-5990e633858d")


def slugs(client: Any, address: str = "/v1/wishlist", **parameters: str) -> list[str]:
    response = client.get(address, parameters)
    assert response.status_code == 200, response.content
    assert_matches_contract("catalog", "GET", address, response_json=response.json())
    return [item["product"]["slug"] for item in response.json()["results"]]


class TestOwnWishlist:
    def test_list_is_empty_at_first(self, ada):
        assert ada.get("/v1/wishlist").json() == {"results": [], "share": None}

    def test_products_are_listed_newest_first_and_once(self, ada, mug):
        make_product("Lamp", slug="lamp")
        codes = [ada.put(f"/v1/wishlist/{slug}").status_code for slug in ("mug", "lamp", "mug")]
        assert codes == [204, 204, 204]
        assert slugs(ada) == ["lamp", "mug"]
        assert ada.get("/v1/wishlist")["Cache-Control"] == "private, no-store"

    def test_products_can_be_removed_repeatedly(self, ada, mug):
        ada.put("/v1/wishlist/mug")
        codes = [ada.delete(f"/v1/wishlist/{slug}").status_code for slug in ("mug", "mug", "nothing")]
        assert codes == [204, 204, 204]
        assert slugs(ada) == []

    def test_card_is_in_the_language_and_the_currency(self, ada, mug):
        ada.put("/v1/wishlist/mug")
        assert ada.get("/v1/wishlist?lang=de").json()["results"][0]["product"]["title"] == "Becher"
        assert slugs(ada, currency="USD") == []

    @pytest.mark.parametrize(("query", "field"), [("lang=xx", "lang"), ("currency=EURO", "currency"), ("q=x", "q")])
    def test_query_that_makes_no_sense_is_refused(self, ada, query, field):
        response = ada.get(f"/v1/wishlist?{query}")
        assert (response.status_code, list(response.json()["errors"])) == (400, [field])

    def test_product_that_is_not_on_display_cannot_be_added(self, ada):
        make_product("Draft", slug="draft", status=Product.Status.DRAFT)
        assert [ada.put(f"/v1/wishlist/{slug}").status_code for slug in ("draft", "nothing")] == [404, 404]
        assert not Wishlist.objects.exists()

    def test_withdrawn_product_is_hidden_and_a_renamed_one_can_be_removed(self, ada, mug):
        ada.put("/v1/wishlist/mug")
        set_status(mug, Product.Status.ARCHIVED)
        assert slugs(ada) == []
        set_status(mug, Product.Status.PUBLISHED)
        change_product("mug", ProductEdit(columns={"slug": "cup"}), versions=None)
        assert slugs(ada) == ["cup"]
        ada.delete("/v1/wishlist/mug")
        assert slugs(ada) == []

    def test_list_is_the_callers_own(self, ada, as_user, api_client, mug):
        ada.put("/v1/wishlist/mug")
        assert slugs(as_user(uuid.uuid4())) == []
        for method, address in (("get", ""), ("put", "/mug"), ("delete", "/mug"), ("post", "/share")):
            assert getattr(api_client, method)(f"/v1/wishlist{address}").status_code == 401

    def test_full_list_takes_no_more(self, ada, mug, monkeypatch):
        monkeypatch.setattr(services, "MAX_ITEMS", 1)
        make_product("Lamp", slug="lamp")
        ada.put("/v1/wishlist/mug")
        response = ada.put("/v1/wishlist/lamp")
        assert (response.status_code, response.json()["type"]) == (409, "/problems/wishlist-full")
        assert ada.put("/v1/wishlist/mug").status_code == 204

    def test_list_takes_as_many_queries_however_long_it_is(self, ada):
        counts = []
        for _ in range(2):
            for number in range(10):
                services.add_product(USER, make_product(f"Mug {number}").slug)
            ada.get("/v1/wishlist")
            with CaptureQueriesContext(connection) as captured:
                ada.get("/v1/wishlist")
            counts.append(len(captured))
        assert counts[0] == counts[1] > 0


class TestConcurrency:
    def add_at_once(self, wanted: list[str]) -> list[str]:
        def add(slug: str) -> str:
            try:
                services.add_product(USER, slug)
            except Problem as problem:
                return type(problem).slug
            finally:
                connection.close()
            return "added"

        with ThreadPoolExecutor(len(wanted)) as pool:
            return list(pool.map(add, wanted))

    def test_two_tabs_that_add_the_same_product_add_it_once(self, mug):
        assert self.add_at_once(["mug"] * 6) == ["added"] * 6
        assert WishlistItem.objects.count() == 1

    def test_tabs_at_once_never_overfill_the_list(self, monkeypatch):
        monkeypatch.setattr(services, "MAX_ITEMS", 3)
        wanted = [make_product(f"Mug {number}").slug for number in range(6)]
        assert sorted(self.add_at_once(wanted)) == ["added"] * 3 + ["wishlist-full"] * 3
        assert WishlistItem.objects.count() == 3


class TestSharing:
    def share(self, client: Any, **body: str) -> dict[str, str]:
        response = client.post("/v1/wishlist/share", body)
        assert response.status_code == 200, response.content
        return response.json()

    def test_shared_list_is_read_by_everybody_without_the_owners_name(self, ada, api_client, mug):
        ada.put("/v1/wishlist/mug")
        shared = self.share(ada)
        assert ada.get("/v1/wishlist").json()["share"] == shared
        address = f"/v1/wishlists/{shared['token']}"
        assert slugs(api_client, address) == ["mug"]
        body = api_client.get(address)
        assert body.json()["name"] == ""
        assert str(USER) not in body.content.decode()
        assert body["Cache-Control"] == "public, no-cache"

    def test_sharing_again_keeps_the_token_and_sets_the_name(self, ada, api_client):
        first, second = self.share(ada), self.share(ada, name="Ada")
        assert second == {"token": first["token"], "name": "Ada"}
        assert api_client.get(f"/v1/wishlists/{first['token']}").json()["name"] == "Ada"
        assert ada.post("/v1/wishlist/share", {"name": "x" * 81}).status_code == 400

    def test_list_that_is_shared_no_more_is_not_found_and_gets_another_token(self, ada, api_client):
        token = self.share(ada, name="Ada")["token"]
        assert [ada.delete("/v1/wishlist/share").status_code for _ in range(2)] == [204, 204]
        assert api_client.get(f"/v1/wishlists/{token}").status_code == 404
        assert self.share(ada) != {"token": token, "name": ""}

    @pytest.mark.parametrize("token", ["x", "%00", " ", "a" * 500])
    def test_made_up_token_is_not_found(self, api_client, token):
        Wishlist.objects.create(user_id=USER)
        assert api_client.get(f"/v1/wishlists/{token}").status_code in (400, 404)


def test_deleted_account_takes_its_wishlist_along(ada, api_client, mug):
    ada.put("/v1/wishlist/mug")
    token = ada.post("/v1/wishlist/share", {"name": "Ada"}).json()["token"]
    deliver("auth", "user.deleted", subject=str(USER), data={"user_id": str(USER)})
    assert not Wishlist.objects.exists()
    assert not WishlistItem.objects.exists()
    assert api_client.get(f"/v1/wishlists/{token}").status_code == 404


def test_deleted_product_leaves_the_lists():
    cup = make_product("Cup", stock=None)
    services.add_product(USER, cup.slug)
    assert WishlistItem.objects.count() == 1
    cup.delete()
    assert not WishlistItem.objects.exists()
