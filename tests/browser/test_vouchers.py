"""The voucher field and the gift message with and without JavaScript, by keyboard, and by axe-core."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from tests.browser.test_accessibility import violations
from tests.browser.test_checkout import GUEST, open_checkout

pytestmark = pytest.mark.browser


def enter_code(page: Page, code: str) -> None:
    page.locator(".voucher summary").click()
    page.locator("[name=voucher-code]").fill(code)
    page.keyboard.press("Enter")


@pytest.mark.parametrize("with_script", [True, False])
def test_code_is_applied_in_the_cart_by_the_enter_key(visitor, with_script):
    page = visitor(java_script_enabled=with_script)
    open_checkout(page)
    page.goto("/cart")
    enter_code(page, "fiver")
    summary = page.locator(".error-summary")
    expect(summary).to_be_focused()
    expect(summary).to_contain_text("Add items for")
    expect(page.locator("[name=voucher-code]")).to_be_visible()
    page.locator("[name=voucher-code]").fill("welcome10")
    page.keyboard.press("Enter")
    expect(page.locator(".cart-sum")).to_contain_text("Discount (WELCOME10)")
    page.locator(".voucher").get_by_role("button", name="Remove WELCOME10").click()
    expect(page.locator(".cart-sum")).not_to_contain_text("WELCOME10")


@pytest.mark.parametrize("with_script", [True, False])
def test_code_entered_at_checkout_is_shown_before_it_is_paid(visitor, with_script):
    page = visitor(java_script_enabled=with_script)
    open_checkout(page)
    for name, value in GUEST.items():
        page.locator(f"[name={name}]").fill(value)
    page.locator("[name=card-number]").fill("4242 4242 4242 4242")
    page.locator("[name=card-expiry]").fill("12/40")
    page.locator("[name=card-cvc]").fill("123")
    enter_code(page, "FREESHIP")
    expect(page.locator(".summary")).to_contain_text("FREESHIP")
    expect(page.locator("#delivery-method .choice-price").first).to_have_text("Free")
    expect(page.locator("[name=to-city]")).to_have_value("Berlin")
    page.locator("[name=card-number]").fill("4242 4242 4242 4242")
    page.locator("[name=card-expiry]").fill("12/40")
    page.locator("[name=card-cvc]").fill("123")
    page.locator("button[name=step][value=pay]").last.click()
    page.wait_for_url("**/orders/SC-*")
    expect(page.locator(".order-foot")).to_contain_text("Free (FREESHIP)")


def test_gift_message_stays_while_the_page_changes(visitor):
    page = visitor()
    open_checkout(page)
    page.locator(".gift summary").click()
    page.locator("[name=gift-message]").fill("Happy birthday!\nAda")
    enter_code(page, "WELCOME10")
    expect(page.locator(".summary")).to_contain_text("WELCOME10")
    expect(page.locator("[name=gift-message]")).to_have_value("Happy birthday!\nAda")


@pytest.mark.parametrize(("scheme", "width", "language"), [("light", 1440, "en"), ("dark", 390, "de")])
def test_pages_with_vouchers_have_no_violations_and_fit_the_screen(visitor, scheme, width, language):
    prefix = "" if language == "en" else f"/{language}"
    page = visitor(color_scheme=scheme, reduced_motion="reduce", viewport={"width": width, "height": 900})
    open_checkout(page)
    found = {}

    def check(name: str) -> None:
        # What lies under the header at this moment is no small target.
        page.evaluate("window.scrollTo(0, 0)")
        wide = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        if broken := violations(page) + ([f"{wide} pixels too wide"] if wide > 0 else []):
            found[name] = broken

    page.goto(f"{prefix}/cart")
    enter_code(page, "NOPE")
    expect(page.locator(".error-summary")).to_be_visible()
    check("refused in the cart")
    page.locator("[name=voucher-code]").fill("WELCOME10")
    page.keyboard.press("Enter")
    expect(page.locator(".cart-sum")).to_contain_text("WELCOME10")
    check("applied in the cart")
    page.goto(f"{prefix}/checkout")
    page.locator(".gift summary").click()
    check("applied at checkout")
    if not page.locator(".summary .voucher").is_visible():
        page.locator(".summary > summary").click()
    page.locator("button[value=remove-voucher]").click()
    expect(page.locator(".voucher")).not_to_contain_text("WELCOME10")
    if not page.locator(".summary .voucher").is_visible():
        page.locator(".summary > summary").click()
    enter_code(page, "SPRING25")
    expect(page.locator(".error-summary")).to_contain_text("SPRING25")
    check("refused at checkout")
    assert found == {}
