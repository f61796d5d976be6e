"""Wishlists: one's own, and the link by which others read it."""

from __future__ import annotations

import pytest
from django.test import Client

from apps.ui.storefront.tests.fakes import FakePlatform


def text_of(browser: Client, address: str) -> str:
    response = browser.get(address)
    assert response.status_code == 200, response.content.decode()
    return response.content.decode()


def test_product_is_added_by_its_heart_and_removed_by_it(ada: Client, platform: FakePlatform) -> None:
    assert 'action="/wishlist/add/tall-mug"' in text_of(ada, "/p/tall-mug")
    for _ in range(2):
        assert ada.post("/wishlist/add/tall-mug", {"next": "/p/tall-mug"})["Location"] == "/p/tall-mug"
    assert platform.catalog.wished == ["tall-mug"]
    assert 'action="/wishlist/remove/tall-mug"' in text_of(ada, "/p/tall-mug")
    for _ in range(2):
        assert ada.post("/wishlist/remove/tall-mug", {"next": "/wishlist"})["Location"] == "/wishlist"
    assert platform.catalog.wished == []


def test_guest_signs_in_and_comes_back_to_the_product(browser: Client, platform: FakePlatform) -> None:
    response = browser.post("/wishlist/add/tall-mug", {"next": "/p/tall-mug"})
    assert response["Location"] == "/account/sign-in?next=%2Fp%2Ftall-mug"
    assert "Please sign in to save products" in text_of(browser, response["Location"])
    assert not platform.catalog.requests_to("PUT", ".*")


def test_hearts_of_guests_are_not_requested(browser: Client, platform: FakePlatform) -> None:
    text_of(browser, "/p/tall-mug")
    assert not platform.catalog.requests_to("GET", "/v1/wishlist")


def test_product_page_works_without_the_wishlist(ada: Client, platform: FakePlatform) -> None:
    platform.catalog.refuse("GET", "/v1/wishlist", 503, "unavailable")
    assert "Add to wishlist" in text_of(ada, "/p/tall-mug")


def test_page_lists_products_with_ways_to_buy_them(ada: Client, platform: FakePlatform) -> None:
    platform.catalog.wished = ["tall-mug", "nosferatu", "odd-lamp"]
    text = text_of(ada, "/wishlist")
    assert 'action="/wishlist/cart/tall-mug"' in text
    assert 'action="/wishlist/cart/nosferatu"' not in text, "it can be bought or rented"
    assert 'action="/wishlist/cart/odd-lamp"' not in text, "it is sold out"
    assert "Sold out" in text


def test_empty_page_says_how_to_fill_it(ada: Client) -> None:
    assert "Tap the heart on a product" in text_of(ada, "/wishlist")


def test_product_is_added_to_the_cart(ada: Client, platform: FakePlatform) -> None:
    assert ada.post("/wishlist/cart/tall-mug")["Location"] == "/cart"
    assert "Tall mug" in text_of(ada, "/cart")


def test_product_in_several_versions_is_opened_to_choose(ada: Client, platform: FakePlatform) -> None:
    response = ada.post("/wishlist/cart/linen-throw", follow=True)
    assert response.request["PATH_INFO"] == "/p/linen-throw"
    assert "Please choose an option." in response.content.decode()


def test_full_wishlist_is_reported(ada: Client, platform: FakePlatform) -> None:
    sentence = "A wishlist has at most 200 products. Remove some to add others."
    platform.catalog.refuse("PUT", "/v1/wishlist/tall-mug", 409, "wishlist-full", sentence)
    response = ada.post("/wishlist/add/tall-mug", {"next": "/p/tall-mug"}, follow=True)
    assert sentence in response.content.decode()


def test_shared_wishlist_is_readable_by_its_link(ada: Client, platform: FakePlatform) -> None:
    platform.catalog.wished = ["tall-mug"]
    ada.post("/wishlist/share", {"name": "Ada & <b>"})
    assert "http://localhost:8000/wishlist/a-secret-token" in text_of(ada, "/wishlist")
    guest = Client()
    text = text_of(guest, "/wishlist/a-secret-token")
    assert "Wishlist of Ada &amp; &lt;b&gt;" in text
    assert "Tall mug" in text
    assert '<meta name="robots" content="noindex">' in text
    assert "/wishlist/remove" not in text
    assert guest.post("/wishlist/cart/tall-mug")["Location"] == "/cart"


def test_link_of_a_wishlist_that_is_private_again_leads_nowhere(ada: Client, platform: FakePlatform) -> None:
    ada.post("/wishlist/share", {"name": ""})
    ada.post("/wishlist/share/stop")
    assert Client().get("/wishlist/a-secret-token").status_code == 404


@pytest.mark.parametrize("name", ["x" * 81, "two\nlines"])
def test_name_that_cannot_be_used_shares_nothing(ada: Client, platform: FakePlatform, name: str) -> None:
    response = ada.post("/wishlist/share", {"name": name}, follow=True)
    assert "at most 80 characters" in response.content.decode()
    assert platform.catalog.share is None


@pytest.mark.parametrize("address", ["/wishlist/remove/tall-mug", "/wishlist/share", "/wishlist/share/stop"])
def test_guest_cannot_change_a_wishlist(browser: Client, platform: FakePlatform, address: str) -> None:
    assert browser.post(address)["Location"].startswith("/account/sign-in")
    assert not platform.catalog.requests_to("DELETE|POST", ".*wishlist.*")


@pytest.mark.parametrize("address", ["/wishlist/add/tall-mug", "/wishlist/share", "/wishlist/cart/tall-mug"])
def test_form_of_another_site_is_refused(platform: FakePlatform, address: str) -> None:
    strict = Client(enforce_csrf_checks=True)
    assert strict.post(address, headers={"sec-fetch-site": "cross-site"}).status_code == 403


def test_wishlist_of_a_guest_redirects_to_sign_in(browser: Client) -> None:
    assert browser.get("/wishlist")["Location"] == "/account/sign-in?next=%2Fwishlist"


def test_wishlist_is_not_asked_for_on_every_page(ada: Client, platform: FakePlatform) -> None:
    platform.catalog.wished = ["tall-mug"]
    for _ in range(3):
        assert 'action="/wishlist/remove/tall-mug"' in text_of(ada, "/p/tall-mug")
        assert 'action="/wishlist/add/nosferatu"' in text_of(ada, "/p/nosferatu")
    assert len(platform.catalog.requests_to("GET", "/v1/wishlist")) == 1


def test_wishlist_of_one_account_is_not_shown_to_another(ada: Client, platform: FakePlatform) -> None:
    platform.catalog.wished = ["tall-mug"]
    assert "/wishlist/remove/tall-mug" in text_of(ada, "/p/tall-mug")
    ada.post("/account/sign-out")
    assert "/wishlist/remove/tall-mug" not in text_of(ada, "/p/tall-mug")
