"""What a person does: with a mouse, with JavaScript off, with a phone."""

from __future__ import annotations

import re
import uuid

import pytest
from playwright.sync_api import Page, expect

from tests.conftest import PASSWORD, until

pytestmark = pytest.mark.browser
GOOD, DECLINED = "4242 4242 4242 4242", "4000 0000 0000 0002"


def button(page: Page, name: str):
    return page.get_by_role("button", name=re.compile(name, re.IGNORECASE)).first


def fill_form(page: Page, **values: str) -> None:
    for name, value in values.items():
        page.locator(f"main [name={name}], main [name$='-{name}']").first.fill(value)


def register(page: Page, stack) -> str:
    """Open an account by the pages and the mail."""
    email = f"b-{uuid.uuid4().hex[:10]}@example.com"
    page.goto("/account/register")
    fill_form(page, name="Bea", email=email, password="a long enough secret")
    button(page, "create account").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("mail")
    page.goto(stack.link_in_mail(email, "Confirm"))
    button(page, "confirm e-mail address").click()
    sign_in_page(page, email, "a long enough secret")
    return email


def sign_in_page(page: Page, email: str, password: str = PASSWORD) -> None:
    page.goto("/account/sign-in")
    fill_form(page, email=email, password=password)
    page.locator("main form").get_by_role("button", name="Sign in").click()
    page.wait_for_url(lambda url: "/account/sign-in" not in url)


def put_into_cart(page: Page, slug: str) -> None:
    page.goto(f"/p/{slug}")
    add_to_cart(page)


def add_to_cart(page: Page) -> None:
    """Press the button and wait for the cart beside the page, which without JavaScript is a page of its own."""
    page.locator("form[action='/cart/add'] button").last.click()
    expect(page.locator("#cart-drawer[open], main .cart")).to_be_visible()


def pay(page: Page, number: str, *, needs_address: bool = True) -> None:
    if page.url.rpartition("/")[2] != "checkout":
        page.goto("/checkout")
    if needs_address and page.locator("main [name='to-line1']").input_value() == "":
        fill_form(page, line1="Lichtspielgasse 3", postal_code="10115", city="Berlin")
        page.locator("main fieldset [name$='-name']").first.fill("Bea")
    fill_form(page, number=number, expiry="12/34", cvc="123")
    page.locator("button[name=step][value=pay], main form button").last.click()
    page.wait_for_load_state()


def buy_a_film_and_a_mug(page: Page, stack) -> None:
    """The journey up to the paid order, with a declined card on the way."""
    page.goto("/shop?q=metropls")
    page.get_by_role("link", name=re.compile("Metropolis")).first.click()
    expect(page.get_by_role("heading", level=1, name="Metropolis")).to_be_visible()
    add_to_cart(page)
    put_into_cart(page, "stoneware-mug")
    page.goto("/cart")
    expect(page.locator("main")).to_contain_text("Stoneware Mug")
    pay(page, DECLINED)
    expect(page.get_by_role("alert").first).to_contain_text(re.compile("declined|didn’t go through", re.IGNORECASE))
    expect(page.locator("[name=card-number]")).to_have_value("")
    expect(page.locator("main [name='to-line1']")).to_have_value("Lichtspielgasse 3")
    pay(page, GOOD)
    page.wait_for_url(re.compile(r"/orders/SC-"))
    expect(page.locator("main")).to_contain_text(re.compile("paid", re.IGNORECASE))


def open_library(page: Page) -> None:
    """The film arrives by an event, within seconds."""
    for _ in range(40):
        page.goto("/library")
        if page.locator("a[href='/watch/metropolis']").count():
            return
        page.wait_for_timeout(250)
    pytest.fail("the film did not arrive in the library")


def test_register_buy_and_watch(visitor, stack):
    page = visitor()
    errors: list[str] = []
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.on(
        "console", lambda message: errors.append(message.text) if "Content Security Policy" in message.text else None
    )
    register(page, stack)
    buy_a_film_and_a_mug(page, stack)
    open_library(page)
    page.locator("a[href='/watch/metropolis']").first.click()
    button(page, "^play|^continue at").click()
    until(lambda: page.evaluate("document.querySelector('video').currentTime") > 1, what="the film's first second")
    assert page.evaluate("document.querySelector('video').videoWidth") > 0
    assert "shop_" not in page.evaluate("document.cookie")  # tokens are out of JavaScript's reach
    assert errors == []


def test_a_film_plays_on_over_renewed_addresses_and_ends_with_its_session(visitor, stack, sign_in, api):
    page = visitor()
    sign_in_page(page, "ada@example.com")
    refused, loaded, addresses = [], [], set()

    def look(response) -> None:
        if "/api/video/stream/" in response.url:
            (loaded if response.ok else refused).append(response.url)
            # Session, signature and expiry.
            addresses.add(tuple(response.url.partition("/stream/")[2].split("/")[:3]))

    page.on("response", look)
    page.goto("/watch/metropolis")
    # Little is loaded ahead, so that a film of seconds needs its addresses to the end.
    page.evaluate("Object.assign(Hls.DefaultConfig, {maxBufferLength: 1, maxMaxBufferLength: 1})")
    button(page, "^play|^continue at").click()
    now = "document.querySelector('video').currentTime"
    until(lambda: page.evaluate(now) > 1, what="the film's first second")
    page.evaluate("document.querySelector('video').currentTime = 2")
    until(lambda: page.evaluate(now) > 14, 40, what="the film's fourteenth second")
    assert refused == []
    assert len(addresses) == 1  # nothing was loaded again under another address
    assert len([url for url in loaded if ".m4s" in url]) > 4

    # The session is ended from elsewhere: the player learns it from its heartbeat and says so.
    session = loaded[0].partition("/stream/")[2].partition("/")[0]
    assert api.delete(f"/video/v1/playback/{session}", headers=sign_in("ada@example.com")).status_code == 204
    expect(page.locator("[data-message]")).to_contain_text("Press play to continue watching")
    assert page.evaluate("document.querySelector('video').paused")


def watched(page: Page, slug: str = "metropolis") -> int:
    """How much of the film was watched, in percent, as the page shows it; 0 without a bar."""
    bar = page.locator(f"a[href='/watch/{slug}'] progress")
    return int(bar.first.get_attribute("value") or 0) if bar.count() else 0


@pytest.mark.parametrize("way", ["link", "back"])
def test_library_shows_how_far_a_film_was_watched_when_the_player_is_left(visitor, way):
    page = visitor()
    sign_in_page(page, "ada@example.com")
    page.goto("/library")
    page.locator("a[href='/watch/metropolis']").first.click()
    page.wait_for_url("**/watch/metropolis")
    button(page, "^play|^continue at").click()
    video = "document.querySelector('video')"
    until(lambda: page.evaluate(f"{video}.currentTime") > 1, what="the film's first second")
    # Far from what an earlier visit may have left behind; no report is waited for.
    page.evaluate(f"{video}.currentTime = {12 if way == 'link' else 7}")
    until(lambda: not page.evaluate(f"{video}.seeking"), what="the position")
    page.evaluate(f"{video}.play()")
    position = page.evaluate(f"{video}.currentTime")
    until(lambda: page.evaluate(f"{video}.currentTime") > position + 1.5, what="a second and a half more")
    position, duration = page.evaluate(f"[{video}.currentTime, {video}.duration]")
    if way == "link":
        page.locator("a[href='/library']:visible").first.click()
    else:
        page.go_back()
    page.wait_for_url("**/library")
    expected = 100 * position / duration
    until(lambda: abs(watched(page) - expected) < 6, what=f"about {expected:.0f} %, not {watched(page)} %")
    page.goto("/")
    assert abs(watched(page) - expected) < 12


def test_a_film_that_was_paused_for_longer_than_its_addresses_work_plays_on(visitor):
    page = visitor()
    sign_in_page(page, "ada@example.com")
    loaded = []
    page.on("response", lambda response: loaded.append(response.url) if ".m4s" in response.url else None)
    page.goto("/watch/metropolis")
    page.evaluate("Object.assign(Hls.DefaultConfig, {maxBufferLength: 1, maxMaxBufferLength: 1})")
    button(page, "^play|^continue at").click()
    video = "document.querySelector('video')"
    until(lambda: page.evaluate(f"{video}.currentTime") > 1, what="the film's first second")
    page.evaluate(f"{video}.currentTime = 2; {video}.pause()")
    gone = "fetch(address, {cache: 'no-store'}).then((response) => response.status)"
    until(lambda: page.evaluate(f"(address) => {gone}", loaded[0]) == 403, what="the end of the addresses")
    page.evaluate(f"{video}.currentTime = 13; {video}.play()")
    until(lambda: page.evaluate(f"{video}.currentTime") > 14, 30, what="the film after the pause")
    expect(page.locator("[data-message]")).to_be_hidden()


def test_pages_work_without_javascript_except_for_the_player(visitor, stack):
    page = visitor(java_script_enabled=False)
    register(page, stack)
    buy_a_film_and_a_mug(page, stack)
    open_library(page)
    page.goto("/watch/metropolis")
    # Chromium parses pages as if scripts ran when they are only switched off from outside.
    assert "needs JavaScript" in page.content()


def test_a_guest_keeps_the_cart_at_sign_in(visitor):
    page = visitor()
    put_into_cart(page, "playing-cards")
    sign_in_page(page, "grace@example.com")
    page.goto("/cart")
    expect(page.locator("main")).to_contain_text("Playing Cards")


def test_staff_change_a_price_in_the_admin_and_the_shop_shows_it(visitor, stack):
    page = visitor()
    page.goto("/api/catalog/admin/")
    page.fill("input[name=username]", "staff@example.com")
    page.fill("input[name=password]", PASSWORD)
    page.locator("input[name=password]").press("Enter")
    page.wait_for_url(lambda url: "/login/" not in url)
    page.goto("/api/catalog/admin/products/variant/?q=BRASSPEN")
    page.locator("#result_list a, table a").filter(has_text="BRASSPEN").first.click()
    amount = page.locator("input[name$='-amount']").first
    amount.fill("34.56")
    page.locator("button[name=_save], input[name=_save]").first.click()
    page.wait_for_load_state()
    page.goto("/p/brass-pen")
    expect(page.locator("main")).to_contain_text("34.56")


def test_the_keyboard_reaches_the_content_first(visitor):
    page = visitor()
    page.goto("/")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "content"


@pytest.mark.parametrize(("width", "with_script"), [(390, True), (1440, False)])
def test_currency_goes_along_from_the_menu_to_checkout(visitor, width, with_script):
    page = visitor(viewport={"width": width, "height": 844}, java_script_enabled=with_script)
    page.goto("/de/p/brass-pen")
    expect(page.locator("#offer .price")).to_contain_text("€")
    page.locator(".menu > summary").click()
    page.locator(".menu").get_by_role("button", name="USD").click()
    expect(page).to_have_url(re.compile(r"/de/p/brass-pen$"))
    expect(page.locator("#offer .price")).to_contain_text("$")
    put_into_cart(page, "brass-pen")
    page.goto("/checkout")
    expect(page.locator("main")).to_contain_text("$")
    expect(page.locator("main")).not_to_contain_text("€")
    other = visitor()
    other.goto("/de/p/brass-pen")
    expect(other.locator("#offer .price")).to_contain_text("€")
