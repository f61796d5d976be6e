"""The admins of all services: one brand, one navigation, two languages, both themes, phones, axe-core (WCAG 2.2 AA)."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Browser, Page

from tests.browser.test_accessibility import violations

pytestmark = pytest.mark.browser
# What each service shows: its first page, lists, and forms. `first` opens the first row of a list.
PAGES = {
    "auth": ["", "accounts/user/", "accounts/user/first", "accounts/mail/", "jobs/jobfailure/"],
    "payment": [
        *("", "orders/order/", "orders/order/first", "payments/payment/", "payments/payment/first"),
        *("ledger/journalentry/", "ledger/journalentry/first", "ledger/journalentry/balances/", "disputes/dispute/"),
        *("vouchers/voucher/", "vouchers/voucher/first", "vouchers/voucher/add/"),
        *("vouchers/vouchercode/", "vouchers/vouchercode/first"),
    ],
    "video": [
        *("", "titles/title/", "titles/title/first", "titles/title/add/", "encoding/encoding/"),
        *("encoding/encoding/first", "uploads/upload/", "playback/entitlement/", "playback/entitlement/first"),
    ],
    "catalog": ["products/brand/", "products/brand/first", "products/brand/add/"],
}
SECTIONS = {
    "en-GB": ["Catalogue", "Orders & payments", "Accounts", "Video", "View shop"],
    "de-DE": ["Katalog", "Bestellungen & Zahlungen", "Konten", "Video", "Zum Shop"],
}
SECTION_OF = {"catalog": 0, "payment": 1, "auth": 2, "video": 3}
ORDERS = "/api/payment/admin/orders/order/"


def sign_in(page: Page, service: str) -> None:
    """As the administrator, on the service's own page for it."""
    page.goto(f"/api/{service}/admin/login/")
    page.locator("[name=username]").fill("admin@example.com")
    page.locator("[name=password]").fill("streamcart-demo")
    page.locator("#login-form [type=submit]").click()
    page.wait_for_url(f"**/api/{service}/admin/")


@pytest.fixture(scope="module")
def sessions(browser: Browser, stack) -> dict:
    """The cookies of one administrator in every admin."""
    context = browser.new_context(base_url=stack.url)
    page = context.new_page()
    for service in PAGES:
        sign_in(page, service)
    state = context.storage_state()
    context.close()
    return state


@pytest.fixture
def staff(visitor, sessions) -> Callable[..., Page]:
    """`staff(**options)`: a page of the administrator."""
    return lambda **options: visitor(storage_state=sessions, reduced_motion="reduce", **options)


def open_page(page: Page, service: str, path: str) -> None:
    """Follows a link for `first`, as people do."""
    listing = path.removesuffix("first")
    page.goto(f"/api/{service}/admin/{listing}")
    if listing != path:
        page.locator("#result_list a[href*='/change/']").first.click()
        page.wait_for_url("**/change/**")


def overflow(page: Page) -> int:
    return page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")


@pytest.mark.parametrize(
    ("scheme", "width", "language"),
    [("light", 1440, "en-GB"), ("dark", 390, "de-DE")],
)
@pytest.mark.parametrize("service", PAGES)
def test_pages_have_no_violations_and_fit_the_screen(staff, service, scheme, width, language):
    page = staff(color_scheme=scheme, viewport={"width": width, "height": 900}, locale=language)
    found = {}
    for path in PAGES[service]:
        open_page(page, service, path)
        assert page.evaluate("document.documentElement.lang") == language[:2]
        assert page.evaluate("document.documentElement.classList.contains('dark')") == (scheme == "dark")
        if problems := [*violations(page), *([f"{wide} pixels too wide"] if (wide := overflow(page)) else [])]:
            found[path] = problems
    assert found == {}


@pytest.mark.parametrize(("width", "language"), [(1440, "en-GB"), (390, "de-DE")])
@pytest.mark.parametrize("service", PAGES)
def test_every_admin_has_the_brand_and_the_same_navigation(staff, service, width, language):
    page = staff(viewport={"width": width, "height": 900}, locale=language)
    open_page(page, service, PAGES[service][1])
    if width < 1000:
        page.locator(".admin-header button").click()
    assert page.locator(".admin-corner .admin-brand-name").inner_text() == "StreamCart"
    assert page.locator(".admin-corner .admin-brand-section").inner_text() == SECTIONS[language][SECTION_OF[service]]
    assert page.locator(".admin-corner img").evaluate("image => image.naturalWidth") > 0
    texts = page.locator(".admin-nav-section > a").evaluate_all(
        "links => links.map(link => link.lastChild.textContent.trim())"
    )
    assert texts == SECTIONS[language]
    assert page.locator(".admin-nav [aria-current=page]").count() == 1


def test_the_navigation_leads_to_every_admin_and_to_the_shop(staff, stack):
    page = staff()
    page.goto("/api/auth/admin/")
    links = page.locator(".admin-nav-section > a").evaluate_all("links => links.map(link => link.href)")
    for service, link in zip(["catalog", "payment", "auth", "video"], links, strict=False):
        response = page.goto(link)
        assert response is not None
        assert response.status == 200
        assert page.url == f"{stack.url}/api/{service}/admin/"
    assert links[4] == f"{stack.url}/"


@pytest.mark.parametrize("service", PAGES)
@pytest.mark.parametrize(("scheme", "width", "language"), [("light", 390, "en-GB"), ("dark", 1440, "de-DE")])
def test_pages_to_sign_in_have_the_brand_and_no_violations(visitor, service, scheme, width, language):
    page = visitor(color_scheme=scheme, viewport={"width": width, "height": 900}, locale=language)
    page.goto(f"/api/{service}/admin/login/")
    assert page.locator("h1 .admin-brand-name").inner_text() == "StreamCart"
    assert page.locator("h1 .admin-brand-section").inner_text().endswith(SECTIONS[language][SECTION_OF[service]])
    assert violations(page) == []
    assert overflow(page) <= 0


@pytest.mark.parametrize(
    ("language", "amount", "date"),
    [
        ("en-GB", r"^€\d+\.\d\d$", r"^\d{1,2} [A-Z][a-z]{2} \d{4}, \d\d:\d\d$"),
        ("de-DE", r"^\d+,\d\d\s€$", r"^\d\d\.\d\d\.\d{4}, \d\d:\d\d$"),
    ],
)
def test_amounts_and_dates_are_written_as_the_language_does(staff, language, amount, date):
    page = staff(locale=language)
    page.goto(ORDERS)
    rows = page.locator("#result_list tbody tr")
    assert rows.count() > 0
    for row in rows.all():
        assert re.match(amount, row.locator(".field-shown_total").inner_text().strip())
        assert re.match(date, row.locator(".field-placed_at").inner_text().strip())


def test_number_total_and_state_of_an_order_are_on_the_screen_of_a_phone(staff):
    page = staff(viewport={"width": 390, "height": 900}, locale="de-DE")
    page.goto(ORDERS)
    row = page.locator("#result_list tbody tr").first
    state = row.locator(".field-shown_state span")
    for words in (state.inner_text(), "Fehlgeschlagen", "Teilweise erstattet"):
        state.evaluate("(label, words) => { label.textContent = words; }", words)
        for column in ("number", "shown_total", "shown_state"):
            box = row.locator(f".field-{column}").bounding_box()
            assert box is not None
            assert box["x"] >= 0
            assert box["x"] + box["width"] <= 390, (column, words)


def test_the_language_menu_counts_for_all_services(staff):
    page = staff(locale="en-GB")
    page.goto(ORDERS)
    page.locator(".admin-user-button").click()
    page.locator(".admin-user-menu [name=language][value=de]").click()
    page.locator(".admin-header h1", has_text="Bestellungen").wait_for()
    assert page.url.endswith(ORDERS)
    page.goto("/api/video/admin/titles/title/")
    assert page.locator(".admin-header h1").inner_text().strip() == "Filme"


def test_an_order_leads_to_its_payment_and_its_account(staff):
    page = staff(locale="en-GB")
    # Guests have no account.
    page.goto(f"{ORDERS}?q=ada@example.com")
    page.locator("#result_list a[href*='/change/']").first.click()
    page.wait_for_url("**/change/**")
    order = page.url.partition("?")[0]
    page.get_by_role("link", name="••••").click()
    page.wait_for_url("**/payments/payment/*/change/")
    page.get_by_role("link", name="Open the order").click()
    page.wait_for_url(order)
    page.get_by_role("link", name="Open the account").click()
    page.wait_for_url("**/api/auth/admin/accounts/user/*/change/")
    assert "@example.com" in page.locator(".admin-header h1").inner_text()
