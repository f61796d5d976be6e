"""Pages show the data of the services, escaped, and cost few calls."""

from __future__ import annotations

import pytest
from django.test import Client

from apps.ui.storefront.tests.fakes import FakePlatform

PUBLIC = [
    "/",
    "/shop",
    "/shop?kind=goods&sort=price&in_stock=true&min_price=1,50&max_price=99",
    "/shop/c/home/kitchen",
    "/shop?attr.material=stoneware&attr.height.from=10&limit=48",
    "/search?q=mug",
    "/search?q=zeppelin",
    "/collections",
    "/collections/for-evenings",
    "/p/tall-mug",
    "/p/linen-throw",
    "/p/nosferatu",
    "/p/tall-mug/reviews/write",
    "/pages/imprint",
    "/cart",
    "/account/sign-in",
    "/account/register",
    "/account/check-mail",
    "/account/verify?token=good-link",
    "/account/resend",
    "/account/password/reset",
    "/account/password/reset/confirm?token=good-link",
    "/about",
    "/plus",
    "/cancel-subscription",
]
PRIVATE = ["/library", "/orders", "/account", "/account/subscription", "/watch/nosferatu"]
HOSTILE = '<script>alert(1)</script>"onmouseover="x'


@pytest.mark.parametrize("address", PUBLIC)
def test_guest_can_open_the_page(browser: Client, address: str) -> None:
    response = browser.get(address)
    assert response.status_code == 200
    assert response.content.decode().count("<h1") == 1


@pytest.mark.parametrize("address", PRIVATE)
def test_private_pages_redirect_to_sign_in_and_back(browser: Client, address: str) -> None:
    response = browser.get(address)
    assert response.status_code == 302
    assert response["Location"] == "/account/sign-in?next=" + address.replace("/", "%2F")


@pytest.mark.parametrize("address", [*PUBLIC, "/library", "/orders", "/account"])
def test_signed_in_customer_can_open_the_page(ada: Client, address: str) -> None:
    response = ada.get(address)
    assert response.status_code == 200
    assert "Ada Lovelace" in response.content.decode()


@pytest.mark.parametrize("address", [*PUBLIC, "/nothing"])
def test_pages_have_and_allow_no_inline_script_or_style(browser: Client, address: str) -> None:
    response = browser.get(address)
    text = response.content.decode()
    assert " style=" not in text
    assert "<style" not in text
    assert "<script>" not in text
    policy = response["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "script-src 'self'" in policy
    assert "unsafe" not in policy
    assert "require-trusted-types-for 'script'" in policy
    assert "camera=()" in response["Permissions-Policy"]
    assert response["Cross-Origin-Opener-Policy"] == "same-origin"


def test_product_and_search_texts_are_escaped(browser: Client, platform: FakePlatform) -> None:
    mug = platform.catalog.products["tall-mug"]
    mug |= {"title": HOSTILE, "description": HOSTILE, "summary": HOSTILE}
    mug["attributes"][0]["value"] = HOSTILE
    platform.catalog.reviews[0] |= {"title": HOSTILE, "body": HOSTILE, "author_name": HOSTILE}
    for address in ("/", "/shop", "/p/tall-mug", f"/shop?q={HOSTILE}&sort={HOSTILE}&brand={HOSTILE}"):
        text = browser.get(address).content.decode()
        assert "<script>alert" not in text
        assert '"onmouseover="' not in text


def test_changed_price_is_shown_at_once(browser: Client, platform: FakePlatform) -> None:
    assert "€19.00" in browser.get("/p/tall-mug").content.decode()
    platform.catalog.products["tall-mug"]["variants"][0]["price"] = {"amount": 2100, "currency": "EUR"}
    assert "€21.00" in browser.get("/p/tall-mug").content.decode()


def test_cached_product_is_revalidated_with_its_etag(browser: Client, platform: FakePlatform) -> None:
    browser.get("/p/tall-mug")
    browser.get("/p/tall-mug")
    first, second = platform.catalog.requests_to("GET", "/v1/products/tall-mug")
    assert "If-None-Match" not in first.headers
    assert second.headers["If-None-Match"]


@pytest.mark.parametrize(
    ("address", "calls"),
    [
        ("/", {"catalog": 3}),
        ("/shop", {"catalog": 3}),
        ("/p/tall-mug", {"catalog": 4, "payment": 1}),
        ("/p/nosferatu", {"catalog": 5, "payment": 1, "video": 1}),
        ("/plus", {"catalog": 2, "payment": 1, "video": 1}),
        ("/about", {"catalog": 2}),
    ],
)
def test_guest_page_makes_a_fixed_number_of_calls(
    browser: Client, platform: FakePlatform, address: str, calls: dict[str, int]
) -> None:
    browser.get(address)
    made = {service.name: len(service.requests) for service in platform.services if service.requests}
    assert made == calls


def test_owned_film_offers_watching_and_not_buying(ada: Client, platform: FakePlatform) -> None:
    platform.video.grant("nosferatu")
    text = ada.get("/p/nosferatu").content.decode()
    assert "You own this film" in text
    assert 'href="/watch/nosferatu"' in text
    assert "Add to cart" not in text


def test_rented_film_can_be_bought(ada: Client, platform: FakePlatform) -> None:
    platform.video.grant("nosferatu", offer="rent", rental_hours=48, expires_at="2026-12-01T10:00:00Z")
    text = ada.get("/p/nosferatu").content.decode()
    assert "1 December, 10:00 UTC" in text
    assert "Add to cart" in text


def test_sold_out_product_cannot_be_added_to_the_cart(browser: Client) -> None:
    text = browser.get("/p/odd-lamp").content.decode()
    assert "Sold out. We hope to have it back soon." in text
    assert "Add to cart" not in text


def test_invalid_filters_are_dropped_with_a_message(browser: Client) -> None:
    response = browser.get("/shop?min_price=cheap")
    assert response.status_code == 200
    assert "Some filters couldn’t be applied" in response.content.decode()


def test_selected_category_stays_selected_with_other_filters(browser: Client) -> None:
    text = browser.get("/shop?category=home/kitchen&in_stock=true").content.decode()
    assert '<option value="home/kitchen" selected>' in text
    assert "Clear filters" in text


def test_category_of_the_path_is_not_a_filter(browser: Client) -> None:
    text = browser.get("/shop/c/home/kitchen").content.decode()
    assert 'id="category"' not in text
    assert "Clear filters" not in text


def test_prices_entered_in_euros_are_sent_in_cents(browser: Client, platform: FakePlatform) -> None:
    browser.get("/shop?min_price=1,50&max_price=99")
    params = platform.catalog.requests_to("GET", "/v1/products")[0].url.params
    assert (params["min_price"], params["max_price"]) == ("150", "9900")


def test_search_without_results_says_so(browser: Client) -> None:
    response = browser.get("/shop?q=zeppelin")
    assert response.status_code == 200
    assert "No results" in response.content.decode()


@pytest.mark.parametrize("address", ["/nothing", "/p/nothing", "/shop/c/nothing", "/orders/SC-9999"])
def test_unknown_page_is_not_found(ada: Client, address: str) -> None:
    response = ada.get(address)
    assert response.status_code == 404
    assert "Page not found" in response.content.decode()


def test_url_with_a_trailing_slash_redirects_to_the_page(browser: Client) -> None:
    response = browser.get("/shop/")
    assert (response.status_code, response["Location"]) == (301, "/shop")


def test_trailing_slash_never_redirects_to_another_site(browser: Client) -> None:
    response = browser.get("/%2Fevil.example/")
    assert response["Location"] == "/evil.example"


def test_personal_pages_are_not_stored_by_caches(ada: Client) -> None:
    assert ada.get("/library")["Cache-Control"] == "private, no-store"
    assert Client().get("/cart")["Cache-Control"] == "private, no-cache"


def test_session_with_slashes_is_escaped_in_the_api_path(ada: Client, platform: FakePlatform) -> None:
    ada.post("/watch/nosferatu/stop", {"session": "../../internal/events?after=0", "position": "1"})
    assert platform.video.requests[-1].url.raw_path == b"/v1/playback/..%2F..%2Finternal%2Fevents%3Fafter%3D0"
