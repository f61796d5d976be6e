"""The script around Stripe's card field, with a stand-in for Stripe's own: it loads nothing from the internet."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser, Page, Route, expect

from devtools.project import ROOT

STATIC = ROOT / "apps" / "ui" / "storefront" / "static" / "storefront"
# As fragment_stripe_card.html and the checkout have them.
PAGE = """<!doctype html>
<html lang="en"><title>Checkout</title><body>
<form class="checkout-form" action="/sent" data-checkout novalidate>
  <button type="submit" name="step" value="pay" hidden>Pay</button>
  <label><input type="radio" name="saved_card" value="pm_saved"> Visa 4242</label>
  <label><input type="radio" name="saved_card" value="new" checked> Another card</label>
  <div data-stripe-key="pk_test_1" data-language="en" data-unavailable="The card field could not be loaded." {setup}>
    <div class="field"><p data-card-error hidden></p><div data-card-field></div></div>
    <input type="hidden" name="card-token" data-card-token>
  </div>
  <button type="submit" name="step" value="update">Update</button>
  <button type="submit" name="step" value="pay" id="pay">Pay</button>
</form>
<script src="/trusted.js"></script>
<script src="https://js.stripe.com/v3/" defer></script>
<script src="/stripe-card.js" defer></script>
<script src="/checkout.js" defer></script>
</body></html>"""
STRIPE = """
window.Stripe = () => ({
  elements: () => ({ create: () => ({ mount() {}, on() {} }) }),
  createPaymentMethod: async () => {
    if (window.isWrong) return { error: { message: "Your card number is incomplete." } };
    return { paymentMethod: { id: "pm_1" } };
  },
  confirmCardSetup: async () => ({ setupIntent: { payment_method: "pm_of_the_setup" } }),
});
"""
POLICY = (
    "default-src 'none'; script-src 'self' https://js.stripe.com; form-action 'self'; "
    "require-trusted-types-for 'script'; trusted-types default"
)


@pytest.fixture
def shop(browser: Browser) -> Iterator[Callable[..., Page]]:
    """`shop()`: the page with the field; `setup`: it saves a card; `is_blocked`: Stripe's script does not load."""
    context = browser.new_context(base_url="http://shop.test")
    context.set_default_timeout(10_000)

    def open_page(*, setup: str = "", is_blocked: bool = False) -> Page:
        def serve(route: Route) -> None:
            address = route.request.url
            if "js.stripe.com" in address:
                return route.abort() if is_blocked else route.fulfill(body=STRIPE, content_type="text/javascript")
            if address.endswith(".js"):
                script = STATIC / address.rpartition("/")[2]
                return route.fulfill(body=script.read_text(), content_type="text/javascript")
            body = "Sent" if "/sent" in address else PAGE.format(setup=setup)
            headers = {"Content-Security-Policy": POLICY}
            return route.fulfill(body=body, content_type="text/html", headers=headers)

        page = context.new_page()
        page.route("**/*", serve)
        page.goto("/checkout")
        return page

    yield open_page
    context.close()


def test_the_form_is_sent_with_the_token_once(shop):
    page = shop()
    page.locator("#pay").dblclick()
    page.wait_for_url("**/sent?saved_card=new&card-token=pm_1&step=pay")


def test_an_error_of_the_card_is_shown_and_can_be_corrected(shop):
    page = shop()
    page.evaluate("window.isWrong = true")
    page.locator("#pay").click()
    expect(page.locator("[data-card-error]")).to_have_text("Your card number is incomplete.")
    page.evaluate("window.isWrong = false")
    page.locator("#pay").click()
    page.wait_for_url("**/sent?*card-token=pm_1*")


@pytest.mark.parametrize("choice", ["[value=pm_saved]", None])
def test_a_saved_card_and_an_update_of_the_page_need_no_token(shop, choice):
    page = shop()
    if choice:
        page.locator(choice).check()
        page.locator("#pay").click()
    else:
        page.locator("[value=update]").click()
    page.wait_for_url("**/sent?*card-token=&*")


def test_a_card_is_saved_without_paying(shop):
    page = shop(setup='data-client-secret="seti_1_secret_2"')
    page.locator("#pay").click()
    page.wait_for_url("**/sent?*card-token=pm_of_the_setup*")


def test_a_script_that_does_not_load_is_explained(shop):
    page = shop(is_blocked=True)
    expect(page.locator("[data-card-error]")).to_have_text("The card field could not be loaded.")
