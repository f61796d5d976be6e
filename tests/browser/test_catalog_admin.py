"""The catalogue's admin by axe-core, in both themes and languages, at a desk and on a phone; and its forms, in use."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.browser.test_accessibility import violations
from tests.browser.test_shop import PASSWORD

pytestmark = pytest.mark.browser
ADMIN = "/api/catalog/admin/"
LISTS = {
    "dashboard": "",
    "products": "products/product/",
    "add a product": "products/product/add/",
    "variants": "products/variant/",
    "categories": "products/category/",
    "collections": "products/collection/",
    "stock": "inventory/stockitem/",
    "movements": "inventory/stockmovement/",
    "reservations": "inventory/reservation/",
    "imports": "imports/importjob/",
    "upload": "imports/importjob/add/",
    "reviews": "reviews/review/?state=all",
}
# The first row of each of these lists is opened as well.
OPENED = {
    "goods": "products/product/?q=stoneware+mug",
    "film": "products/product/?q=metropolis",
    "variant": "products/variant/?q=BRASSPEN",
    "stock item": "inventory/stockitem/?q=BRASSPEN",
    "movement": "inventory/stockmovement/",
    "review": "reviews/review/?state=all",
}
UUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")


@pytest.fixture
def staff(visitor) -> Callable[..., Page]:
    """`staff(locale="de-DE")`: a page of somebody who looks after the catalogue."""

    def come(**options: object) -> Page:
        page = visitor(reduced_motion="reduce", **options)
        page.goto(ADMIN)
        page.fill("input[name=username]", "staff@example.com")
        page.fill("input[name=password]", PASSWORD)
        page.locator("input[name=password]").press("Enter")
        page.wait_for_url(lambda url: "/login/" not in url)
        return page

    return come


def open_first(page: Page, path: str) -> None:
    page.goto(ADMIN + path)
    page.locator("#result_list .data-row a[href*='/change/']").first.click()
    page.wait_for_url("**/change/**")


def overflow(page: Page) -> int:
    """How many pixels the page is wider than the screen."""
    return page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")


LOOKS = pytest.mark.parametrize(
    ("scheme", "width", "locale"),
    [("light", 1440, "en-GB"), ("dark", 390, "de-DE")],
)


def faults(page: Page) -> list[str]:
    """What axe finds on the open page, and how much wider than the screen it is."""
    wide = overflow(page)
    return [*violations(page), *([f"{wide} pixels too wide"] if wide > 0 else [])]


@LOOKS
@pytest.mark.timeout(300)
def test_lists_have_no_violations_and_fit_the_screen(staff, scheme, width, locale):
    page = staff(color_scheme=scheme, locale=locale, viewport={"width": width, "height": 900})
    found = {}
    for name, path in LISTS.items():
        page.goto(ADMIN + path)
        found[name] = faults(page)
    assert found == {name: [] for name in LISTS}


@LOOKS
@pytest.mark.timeout(300)
def test_forms_have_no_violations_and_fit_the_screen(staff, scheme, width, locale):
    page = staff(color_scheme=scheme, locale=locale, viewport={"width": width, "height": 900})
    found = {}
    for name, path in OPENED.items():
        open_first(page, path)
        found[name] = faults(page)
    assert found == {name: [] for name in OPENED}


def test_phone_shows_name_price_and_stock_of_products(staff):
    page = staff(viewport={"width": 390, "height": 900})
    page.goto(ADMIN + "products/product/?q=stoneware+mug")
    row = page.locator("#result_list .data-row").first
    for column in ("title", "shown_price", "stock"):
        box = row.locator(f".field-{column}").bounding_box()
        assert box is not None, column
        assert box["x"] >= 0, column
        assert box["x"] + box["width"] <= 390, column
        assert row.locator(f".field-{column}").inner_text().strip() not in ("", "–"), column


def test_german_admin_speaks_german(staff):
    page = staff(locale="de-DE")
    page.goto(ADMIN + "products/product/?q=brass+pen")
    expect(page.locator("#result_list thead")).to_contain_text("Titel", ignore_case=True)
    expect(page.locator("#result_list thead")).to_contain_text("Bestand", ignore_case=True)
    expect(page.locator("#result_list .field-shown_price").first).to_have_text(re.compile(r"^[\d.]+,\d\d\s€$"))
    expect(page.locator("#result_list .field-updated_at").first).to_contain_text(re.compile(r"\d\d\.\d\d\.\d{4}"))
    expect(page.get_by_role("link", name="CSV exportieren")).to_be_visible()
    open_first(page, "products/product/?q=brass+pen")
    for label in ("Titel", "Kategorie", "Kurzbeschreibung", "Sichtbar ab"):
        expect(page.locator("label").filter(has_text=label).first).to_be_visible()


def test_english_dates_are_international(staff):
    page = staff(locale="en-US")
    page.goto(ADMIN + "products/product/?q=brass+pen")
    expect(page.locator("#result_list .field-updated_at").first).to_contain_text(
        re.compile(r"\d{1,2} [A-Z][a-z]{2} \d{4}, \d\d:\d\d")
    )


def test_price_is_entered_with_a_decimal_comma_and_options_line_by_line(staff):
    page = staff(locale="de-DE")
    open_first(page, "products/variant/?q=BRASSPEN")
    amount, options = page.locator("input[name$='-amount']").first, page.locator("textarea[name=options]")
    before = amount.input_value(), options.input_value()
    assert re.fullmatch(r"\d+,\d\d", before[0])
    assert "{" not in before[1]

    options.fill("Ohne Doppelpunkt")
    page.locator("button[name=_save], input[name=_save]").first.click()
    error = page.locator("#content-main").filter(has_text="einen Doppelpunkt und einen Wert")
    expect(error.first).to_be_visible()

    amount.fill("1.234,56")
    options.fill("Farbe: Messing\nLänge: 14 cm")
    page.locator("button[name=_save], input[name=_save]").first.click()
    page.wait_for_url(lambda url: "/change/" not in url)
    open_first(page, "products/variant/?q=BRASSPEN")
    assert amount.input_value() == "1234,56"
    assert set(options.input_value().splitlines()) == {"Farbe: Messing", "Länge: 14 cm"}

    amount.fill(before[0])
    options.fill(before[1])
    page.locator("button[name=_save], input[name=_save]").first.click()
    page.wait_for_url(lambda url: "/change/" not in url)


def test_orders_are_links_with_a_name(staff):
    page = staff()
    page.goto(ADMIN + "inventory/reservation/")
    link = page.locator("#result_list .field-shown_order a").first
    assert UUID.search(link.get_attribute("href") or "")
    assert not UUID.search(page.locator("#result_list").inner_text())


def test_export_buttons_have_no_bullets(staff):
    page = staff()
    page.goto(ADMIN + "products/product/")
    button = page.get_by_role("link", name="Export CSV")
    expect(button).to_be_visible()
    assert button.evaluate("element => getComputedStyle(element.closest('li')).listStyleType") == "none"
