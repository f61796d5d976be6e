"""Subscribing, watching, changing and cancelling, with and without JavaScript, in both languages, and by axe-core."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from tests.browser.test_accessibility import violations
from tests.browser.test_shop import sign_in_page

pytestmark = pytest.mark.browser
FILM = "/p/sherlock-jr"


def fill_card(page: Page, number: str = "4242 4242 4242 4242") -> None:
    page.locator("[name=card-number]").fill(number)
    page.locator("[name=card-expiry]").fill("12/40")
    page.locator("[name=card-cvc]").fill("123")


def choose_country(page: Page, code: str, *, with_script: bool) -> None:
    """With a script the page asks at once for the price and the fields of another country."""
    country = page.locator("[name=home-country]")
    if not with_script:
        country.select_option(code)
        return
    with page.expect_navigation():
        country.select_option(code)


def cancel_what_there_is(page: Page) -> None:
    """So that the test can be run again: staff would end it, a customer lets it run out."""
    page.goto("/cancel-subscription")
    button = page.get_by_role("button", name="Cancel now")
    if page.locator("button[name=step]").count():
        button.click()
        page.wait_for_url("**/account/subscription")


@pytest.mark.parametrize(("email", "with_script"), [("ada@example.com", True), ("grace@example.com", False)])
def test_customer_tries_plus_for_free_watches_and_cancels(visitor, email, with_script):
    page = visitor(java_script_enabled=with_script)
    page.goto(FILM)
    expect(page.locator(".included")).to_contain_text("Included in StreamCart Plus")
    sign_in_page(page, email)
    page.goto("/account/subscription")
    if not page.get_by_text("SUB-").count():
        page.goto("/plus")
        page.locator(".plan").first.get_by_role("link", name="Try it for free").click()
        choose_country(page, "AT", with_script=with_script)
        fill_card(page)
        page.get_by_role("button", name="Subscribe and pay").click()
        page.wait_for_url("**/account/subscription")
    elif page.get_by_role("button", name="Resume subscription").count():
        page.get_by_role("button", name="Resume subscription").click()
    expect(page.locator("main")).to_contain_text("Free trial until")
    page.goto(FILM)
    expect(page.locator(".owned")).to_contain_text("Included in your subscription.", timeout=20_000)
    page.locator(".owned").get_by_role("link", name="Watch now").click()
    expect(page.locator("h1")).to_contain_text("Sherlock")
    cancel_what_there_is(page)
    expect(page.locator("main")).to_contain_text("Your subscription is cancelled. You can watch until")


def test_card_that_is_declined_leaves_the_country_and_says_why(visitor):
    page = visitor()
    sign_in_page(page, "staff@example.com")
    page.goto("/account/subscription/start?plan=plus-monthly")
    choose_country(page, "FR", with_script=True)
    fill_card(page, "4000 0000 0000 1234")
    page.get_by_role("button", name="Subscribe and pay").click()
    expect(page.locator(".error-summary")).to_be_focused()
    expect(page.locator("[name=home-country]")).to_have_value("FR")
    assert not violations(page)


def test_subscriber_in_the_united_states_chooses_the_state(visitor):
    page = visitor()
    sign_in_page(page, "staff@example.com")
    page.goto("/account/subscription/start?plan=plus-monthly")
    expect(page.locator("[name=home-region]")).to_have_count(0)
    choose_country(page, "US", with_script=True)
    expect(page.locator("main")).to_contain_text("Choose your state to see the tax.")
    with page.expect_navigation():
        page.locator("[name=home-region]").select_option("CA")
    expect(page.locator("main")).to_contain_text("No tax is charged where you are.")
    assert not violations(page)


def test_contract_is_cancelled_without_signing_in(visitor):
    page = visitor(locale="de-DE")
    page.goto("/de/")
    page.get_by_role("link", name="Verträge hier kündigen").click()
    page.locator("[name=number]").fill("SUB-00000000")
    page.locator("[name=email]").fill("nobody@example.com")
    page.get_by_role("button", name="Jetzt kündigen").click()
    expect(page.locator("main")).to_contain_text("nobody@example.com")
    assert not violations(page)


def test_button_that_subscribes_says_what_the_law_wants(visitor):
    page = visitor()
    sign_in_page(page, "staff@example.com")
    page.goto("/de/account/subscription/start?plan=plus-yearly")
    expect(page.locator("main form button.button:not([name])")).to_have_text("Zahlungspflichtig abonnieren")
