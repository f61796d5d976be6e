"""An order after payment, by customer and staff: parcel, refund and return, without JavaScript, and by axe-core."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser.test_accessibility import violations
from tests.browser.test_admins import ORDERS, overflow, sessions, staff
from tests.browser.test_checkout import GUEST, open_checkout

pytestmark = pytest.mark.browser
__all__ = ["sessions", "staff"]
LOOKS = [("light", 1440, "en-GB"), ("dark", 390, "de-DE")]


def buy(page: Page) -> str:
    """A guest buys a mug; returns the order's number."""
    open_checkout(page)
    for name, value in GUEST.items():
        page.locator(f"[name={name}]").fill(value)
    page.locator("[name=card-number]").fill("4242 4242 4242 4242")
    page.locator("[name=card-expiry]").fill("12/40")
    page.locator("[name=card-cvc]").fill("123")
    page.locator("button[name=step][value=pay]").last.click()
    page.wait_for_url("**/orders/SC-*")
    return page.url.rsplit("/", 1)[1]


def open_order(page: Page, number: str) -> str:
    """Finds the order in the admin; returns the address of its pages."""
    page.goto(f"{ORDERS}?q={number}")
    page.locator("#result_list a[href*='/change/']").first.click()
    page.wait_for_url("**/change/**")
    return page.url.split("/change/")[0]


def problems(page: Page) -> list[str]:
    return [*violations(page), *([f"{wide} pixels too wide"] if (wide := overflow(page)) > 0 else [])]


@pytest.mark.parametrize(("scheme", "width", "language"), LOOKS)
def test_pages_of_staff_have_no_violations_and_fit_the_screen(visitor, staff, scheme, width, language):
    number = buy(visitor())
    page = staff(color_scheme=scheme, viewport={"width": width, "height": 900}, locale=language)
    address, found = open_order(page, number), {}
    for name in ("refund", "ship", "cancel", "resend", "note"):
        page.goto(f"{address}/{name}/")
        expect(page.locator(".action-page-form")).to_be_visible()
        if broken := problems(page):
            found[name] = broken
    page.goto(f"{address}/refund/")
    page.locator("[name=quantity_0]").fill("1")
    page.locator("[name=preview]").click()
    expect(page.locator(".action-page-summary li").first).to_contain_text("Visa •••• 4242")
    if broken := problems(page):
        found["preview"] = broken
    for path in ("refunds/refund/", "refunds/returnrequest/"):
        page.goto(f"/api/payment/admin/{path}")
        if broken := problems(page):
            found[path] = broken
    assert found == {}


def test_customer_without_script_sees_parcel_and_refund_and_asks_for_a_return(visitor, staff):
    customer, support = visitor(java_script_enabled=False), staff(locale="en-GB")
    number = buy(customer)
    address = open_order(support, number)
    support.goto(f"{address}/ship/")
    support.locator("[name=tracking_number]").fill("0034043416")
    support.get_by_role("button", name="Ship this parcel").click()
    support.goto(f"{address}/refund/")
    support.locator("[name=goodwill]").fill("1.00")
    support.locator("[name=preview]").click()
    support.get_by_role("button", name="Refund €1.00").click()
    expect(support.locator(".admin-main")).to_contain_text("€1.00 were refunded.")

    customer.reload()
    expect(customer.locator(".order-events")).to_contain_text("0034043416")
    expect(customer.locator(".order-events")).to_contain_text("Refund of €1.00")
    link = customer.get_by_role("link", name=re.compile("Track your parcel"))
    assert "0034043416" in (link.get_attribute("href") or "")

    customer.get_by_role("link", name="Return items").click()
    customer.get_by_role("button", name="Send request").click()
    expect(customer.locator(".error-summary")).to_be_visible()
    customer.locator("[name=reason]").select_option("damaged")
    customer.get_by_role("button", name="Send request").click()
    expect(customer.locator(".order-events")).to_contain_text("We’re looking at your return request")

    support.goto(f"{address}/return/")
    support.locator("[name=response]").fill("The mug was used.")
    support.get_by_role("button", name="Decline").click()
    customer.goto(f"/orders/{number}")
    expect(customer.locator(".order-events")).to_contain_text("The mug was used.")


@pytest.mark.parametrize(("scheme", "width", "language"), LOOKS)
def test_pages_of_the_customer_have_no_violations_and_fit_the_screen(visitor, staff, scheme, width, language):
    page = visitor(color_scheme=scheme, viewport={"width": width, "height": 900}, reduced_motion="reduce")
    number, prefix = buy(page), "/de" if language.startswith("de") else ""
    support = staff(locale="en-GB")
    address = open_order(support, number)
    support.goto(f"{address}/ship/")
    support.get_by_role("button", name="Ship this parcel").click()
    found = {}
    for path in (f"{prefix}/orders/{number}", f"{prefix}/orders/{number}/return"):
        page.goto(path)
        if broken := problems(page):
            found[path] = broken
    assert found == {}
