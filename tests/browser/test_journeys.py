"""The whole way to a paid order: in German, on a phone, and with nothing but a keyboard."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

pytestmark = pytest.mark.browser
ADDRESS = {
    "contact-email": "bea@example.com",
    "to-name": "Bea Beispiel",
    "to-line1": "Lichtspielgasse 3",
    "to-postal_code": "10115",
    "to-city": "Berlin",
}
CARD = {"card-number": "4242424242424242", "card-expiry": "1240", "card-cvc": "123"}
MAX_STEPS = 150


def tab_to(page: Page, selector: str) -> None:
    """Press Tab until the element has the focus, as somebody without a mouse does."""
    for _ in range(MAX_STEPS):
        page.keyboard.press("Tab")
        if page.evaluate("(selector) => document.activeElement?.matches(selector) ?? false", selector):
            return
    raise AssertionError(f"{selector} cannot be reached by keyboard on {page.url}")


@pytest.mark.parametrize("with_script", [True, False])
@pytest.mark.parametrize("width", [390, 1440])
def test_guest_buys_in_german(visitor, width, with_script):
    page = visitor(
        viewport={"width": width, "height": 844},
        java_script_enabled=with_script,
        locale="de-DE",
        timezone_id="Europe/Vienna",
    )
    page.goto("/de/")
    page.goto("/de/shop/c/kitchen")
    page.locator("#grid a").filter(has_text="Steinzeugbecher").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Steinzeugbecher")
    page.locator("form[action='/de/cart/add'] button[type=submit]").last.click()
    expect(page.locator("#cart-drawer[open], main .cart")).to_be_visible()
    page.goto("/de/checkout")
    for name, value in (ADDRESS | CARD).items():
        page.locator(f"[name={name}]").fill(value)
    button = page.locator("button[name=step][value=pay]").last
    expect(button).to_contain_text("Zahlungspflichtig bestellen")
    button.click()
    page.wait_for_url(re.compile(r"/de/orders/SC-"))
    expect(page.locator("main")).to_contain_text("Vielen Dank")
    expect(page.locator("html")).to_have_attribute("lang", "de")


def test_guest_buys_with_the_keyboard_alone(visitor):
    page = visitor()
    page.goto("/shop/c/kitchen")
    tab_to(page, "a[href='/p/stoneware-mug']")
    page.keyboard.press("Enter")
    page.wait_for_url("**/p/stoneware-mug")
    tab_to(page, "form[action='/cart/add'] button[type=submit]")
    page.keyboard.press("Enter")
    expect(page.locator("#cart-drawer")).to_be_visible()
    tab_to(page, "#cart-drawer a[href='/checkout']")
    page.keyboard.press("Enter")
    page.wait_for_url("**/checkout")
    for name, value in (ADDRESS | CARD).items():
        tab_to(page, f"[name={name}]")
        page.keyboard.type(value)
    tab_to(page, "button[name=step][value=pay]")
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile(r"/orders/SC-"))
