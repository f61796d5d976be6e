"""Fixtures: browsers of visitors, in front of fake services."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
import respx
from django.http import HttpResponse
from django.test import Client

from apps.common.http.client import forget_targets
from apps.ui.storefront import parallel, wishlists
from apps.ui.storefront.clients import catalog, payment, subscriptions, video
from apps.ui.storefront.pages import forget_pages
from apps.ui.storefront.tests.fakes import ADA, PAYS, URLS, FakePlatform


@pytest.fixture
def platform(settings: Any, monkeypatch: pytest.MonkeyPatch) -> Iterator[FakePlatform]:
    """The four services, in memory. No call outlives its test; circuit breakers are closed after each test.

    Every page asks for products again, so that what a test changes shows at once.
    """
    settings.SERVICE_URLS = URLS
    monkeypatch.setattr(catalog, "PRICE_SECONDS", 0.0)
    monkeypatch.setattr(catalog, "REVIEWS_SECONDS", 0.0)
    # A busy machine is no slow service: what is optional on a page may take as long as it takes.
    for module, name in (
        (payment, "DELIVERY_TIMEOUT_SECONDS"),
        (subscriptions, "OPTIONAL_TIMEOUT_SECONDS"),
        (video, "OPTIONAL_TIMEOUT_SECONDS"),
        (wishlists, "TIMEOUT_SECONDS"),
    ):
        monkeypatch.setattr(module, name, 30.0)
    fake = FakePlatform()
    with respx.mock(assert_all_called=False) as router, ThreadPoolExecutor(16) as pool:
        monkeypatch.setattr(parallel, "_pool", pool)
        fake.open(router)
        yield fake
    forget_targets()
    catalog.responses.clear()
    video.responses.clear()
    payment.responses.clear()
    forget_pages()


@pytest.fixture
def browser(platform: FakePlatform) -> Client:
    """A guest's browser. Server errors are rendered as pages."""
    return Client(raise_request_exception=False)


@pytest.fixture
def ada(browser: Client) -> Client:
    """Ada's browser, signed in."""
    response = browser.post("/account/sign-in", {"email": ADA["email"], "password": ADA["password"]})
    assert response.status_code == 302, response.content.decode()  # noqa: S101  (a fixture)
    return browser


@pytest.fixture
def pay() -> Callable[..., HttpResponse]:
    """`pay(browser, card=…)`: opens the checkout, fills it in and submits it."""

    def fill_and_send(browser: Client, *, card: str = PAYS, is_sent: bool = True, **changes: str) -> Any:
        page = browser.get("/checkout")
        assert page.status_code == 200, page.content.decode()  # noqa: S101  (a fixture)
        checkout = page.context["checkout"]
        data = {
            "step": "pay",
            "next": "/checkout",
            "key": checkout.key,
            "items_total": str(checkout.cart.total.amount),
            "lines": checkout.fingerprint,
            "card-number": card,
            "card-expiry": "12/40",
            "card-cvc": "123",
        }
        if checkout.contact:
            data["contact-email"] = "guest@example.com"
        if checkout.address:
            method = checkout.methods[0]
            total = checkout.total_with(method).amount
            data |= {
                "to-name": "Ada Lovelace",
                "to-line1": "St James’s Square 12",
                "to-postal_code": "10115",
                "to-city": "Berlin",
                "to-country": "DE",
                "shipping_method": f"{method.code}:{method.price.amount}:{total}",
            }
        else:
            data["total"] = checkout.shown_total
        data |= changes
        return browser.post("/checkout", data) if is_sent else data

    return fill_and_send


@pytest.fixture
def with_mug(browser: Client) -> Client:
    """A guest with a mug in the cart."""
    browser.post("/cart/add", {"sku": "MUG-1"})
    return browser
