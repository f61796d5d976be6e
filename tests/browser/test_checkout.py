"""Cart and checkout with a keyboard, with and without JavaScript."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

GUEST = {
    "contact-email": "bea@example.com",
    "to-name": "Bea",
    "to-line1": "Lichtspielgasse 3",
    "to-postal_code": "10115",
    "to-city": "Berlin",
}


def open_checkout(page: Page, *, slug: str = "stoneware-mug") -> None:
    """A guest with one product, at the checkout."""
    page.goto(f"/p/{slug}")
    page.locator("form[action='/cart/add'] button").last.click()
    expect(page.locator("#cart-drawer[open], main .cart")).to_be_visible()
    page.goto("/checkout")


def test_cart_beside_the_page_closes_by_escape_and_returns_the_focus(visitor):
    page = visitor()
    page.goto("/p/stoneware-mug")
    button = page.locator("form[action='/cart/add'] button").last
    button.focus()
    page.keyboard.press("Enter")
    drawer = page.locator("#cart-drawer")
    expect(drawer).to_be_visible()
    expect(drawer).to_contain_text("Stoneware Mug")
    assert page.evaluate("document.getElementById('cart-drawer').contains(document.activeElement)")
    page.keyboard.press("Escape")
    expect(drawer).to_be_hidden()
    expect(button).to_be_focused()
    expect(page.locator("[data-cart-link] .badge")).to_contain_text("1")


@pytest.mark.parametrize("with_script", [True, False])
def test_errors_of_the_checkout_take_the_focus_and_lead_to_their_fields(visitor, with_script):
    page = visitor(java_script_enabled=with_script)
    open_checkout(page)
    page.locator("button[name=step][value=pay]").last.click()
    summary = page.locator(".error-summary")
    expect(summary).to_be_focused()
    expect(page).to_have_title("Error: Checkout · StreamCart")
    summary.get_by_role("link", name="City").click()
    expect(page.locator("[name=to-city]")).to_be_focused()


def test_enter_in_a_field_pays_and_does_not_change_the_country(visitor):
    page = visitor()
    open_checkout(page)
    for name, value in GUEST.items():
        page.locator(f"[name={name}]").fill(value)
    page.locator("[name=card-number]").press_sequentially("4242424242424242")
    expect(page.locator("[name=card-number]")).to_have_value("4242 4242 4242 4242")
    expect(page.locator(".card-brand")).to_have_text("Visa")
    page.locator("[name=card-expiry]").press_sequentially("1240")
    expect(page.locator("[name=card-expiry]")).to_have_value("12/40")
    page.locator("[name=card-cvc]").fill("123")
    page.keyboard.press("Enter")
    page.wait_for_url("**/orders/SC-*")


def test_test_card_is_filled_in_by_a_click(visitor):
    page = visitor()
    open_checkout(page)
    page.get_by_role("button", name="Use this card 4000 0000 0000 0002").click()
    expect(page.locator("[name=card-number]")).to_have_value("4000 0000 0000 0002")
    expect(page.locator("[name=card-cvc]")).not_to_have_value("")


@pytest.mark.parametrize("with_script", [True, False])
def test_another_country_changes_the_form_and_keeps_what_was_typed(visitor, with_script):
    page = visitor(java_script_enabled=with_script)
    open_checkout(page)
    page.locator("[name=to-name]").fill("Bea")
    page.locator("[name=to-country]").select_option("US")
    if not with_script:
        page.get_by_role("button", name="Update form for this country").click()
    expect(page.get_by_label("ZIP code")).to_be_visible()
    expect(page.get_by_label("State")).to_be_visible()
    expect(page.locator("[name=to-name]")).to_have_value("Bea")
    expect(page.locator(".error-summary")).to_have_count(0)


@pytest.mark.parametrize("with_script", [True, False])
def test_quantity_changes_by_buttons_and_a_removed_line_comes_back(visitor, with_script):
    page = visitor(java_script_enabled=with_script)
    open_checkout(page)
    page.goto("/cart")
    page.get_by_role("button", name="One more of Stoneware Mug").click()
    quantity = page.get_by_role("textbox", name="Quantity of Stoneware Mug")
    expect(quantity).to_have_value("2")
    page.get_by_role("button", name="Remove Stoneware Mug").click()
    undo = page.get_by_role("button", name="Undo")
    expect(undo).to_be_visible()
    undo.click()
    expect(quantity).to_have_value("2")


def test_order_summary_is_one_line_on_phones(visitor):
    page = visitor()
    page.set_viewport_size({"width": 390, "height": 844})
    open_checkout(page)
    expect(page.locator(".summary-body")).to_be_hidden()
    expect(page.locator("[name=contact-email]")).to_be_in_viewport()
    page.locator(".summary > summary").click()
    expect(page.locator(".summary-body")).to_be_visible()
