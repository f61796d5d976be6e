"""A walk through the shop while one service is down: every page comes or says what works, and leads on."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from django.test import Client

from apps.common.http.client import forget_targets
from apps.ui.storefront.clients import catalog
from apps.ui.storefront.pages import forget_pages
from apps.ui.storefront.tests.fakes import FakePlatform

SERVICES = ("auth", "catalog", "payment", "video")
FOR_EVERYBODY = (
    *("/", "/shop", "/shop/c/home/kitchen", "/search?q=mug", "/collections", "/collections/for-evenings"),
    *("/p/tall-mug", "/p/nosferatu", "/cart", "/checkout", "/orders/find", "/about", "/offline"),
    *("/account/sign-in", "/account/register", "/account/password/reset", "/nothing-here"),
)
FOR_CUSTOMERS = (
    "/orders",
    "/library",
    "/watch/nosferatu",
    "/account",
    "/account/addresses",
    "/account/devices",
    "/wishlist",
)
EXPECTED = {200, 302, 404, 503}


def links_of(text: str) -> list[str]:
    """Links to pages of the shop inside the page's main part."""
    main = text.partition("<main")[2].partition("</main>")[0]
    return [found for found in re.findall(r'href="(/[^"#]*)"', main) if found]


def stop(platform: FakePlatform, name: str) -> None:
    """Take the service away, and what processes know of it with it."""
    getattr(platform, name).is_down = True
    forget_targets()
    catalog.responses.clear()
    forget_pages()


def walk(browser: Client, addresses: tuple[str, ...], *, leads_on: Callable[[str], bool]) -> dict[str, int]:
    """Statuses by address; fails where a page that is not there leads nowhere."""
    statuses = {}
    for address in addresses:
        response = browser.get(address)
        statuses[address] = response.status_code
        assert response.status_code in EXPECTED, f"{address} gives {response.status_code}"
        if response.status_code in (404, 503):
            text = response.content.decode()
            assert "<h1" in text
            assert any(leads_on(link) for link in links_of(text)), f"{address} is a dead end"
    return statuses


@pytest.mark.parametrize("language", ["", "/de"])
@pytest.mark.parametrize("service", SERVICES)
def test_guest_finds_a_way_on_from_every_page(
    browser: Client, platform: FakePlatform, service: str, language: str
) -> None:
    stop(platform, service)

    def works(link: str) -> bool:
        return browser.get(link).status_code in (200, 302)

    addresses = tuple(f"{language}{address}" for address in FOR_EVERYBODY)
    statuses = walk(browser, addresses, leads_on=works)
    assert statuses[f"{language}/about"] == 200


@pytest.mark.parametrize("service", SERVICES)
def test_customer_finds_a_way_on_from_every_page(ada: Client, platform: FakePlatform, service: str) -> None:
    platform.video.grant("nosferatu")
    ada.post("/cart/add", {"sku": "MUG-1", "quantity": "1"})
    stop(platform, service)
    statuses = walk(ada, FOR_EVERYBODY + FOR_CUSTOMERS, leads_on=lambda link: ada.get(link).status_code in (200, 302))
    # What each service is not needed for.
    still = {
        "auth": ("/", "/shop", "/p/tall-mug", "/cart", "/orders", "/library"),
        "catalog": ("/orders", "/library", "/account"),
        "payment": ("/", "/shop", "/p/tall-mug", "/library", "/account"),
        "video": ("/", "/shop", "/p/nosferatu", "/cart", "/orders", "/account"),
    }
    assert {address: statuses[address] for address in still[service]} == dict.fromkeys(still[service], 200)
