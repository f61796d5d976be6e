"""Every kind of page by axe-core (WCAG 2.2 AA), in both themes and languages, narrow and mirrored; and by keyboard."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from playwright.sync_api import Page

from devtools.checks.screenshots import PAGES, prefixed
from tests.browser.test_shop import put_into_cart, sign_in_page

pytestmark = pytest.mark.browser
AXE = Path(__file__).parent / "node_modules/axe-core/axe.min.js"
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
# Pages of the storefront; the API's page is Swagger's.
STOREFRONT = {name: path for name, path in PAGES.items() if not path.startswith("/api/")}
# What customers who are signed in do not meet, or not like this.
FOR_GUESTS = {name: PAGES[name] for name in ("checkout", "find-order", "sign-in", "register")}
MIRRORED = ("home", "films", "goods", "checkout")
OVERFLOW = """(direction) => {
    document.documentElement.dir = direction;
    return document.documentElement.scrollWidth - document.documentElement.clientWidth;
}"""


@pytest.fixture
def customer(visitor):
    """`customer(**options)`: a page of a customer with something in the cart."""

    def come(**options: object) -> Page:
        page = visitor(**options)
        put_into_cart(page, "stoneware-mug")
        sign_in_page(page, "ada@example.com")
        return page

    return come


def violations(page: Page) -> list[str]:
    """What axe finds on the open page: rule, help and the first element."""
    page.evaluate(AXE.read_text())
    options = json.dumps({"runOnly": RULES, "resultTypes": ["violations"], "preload": False})
    found = page.evaluate(f"axe.run(document, {options}).then((result) => result.violations)")
    return [f"{item['id']}: {item['help']}: {item['nodes'][0]['html'][:160]}" for item in found]


# Colours do not depend on the language, nor names on the theme: each is met on every page.
@pytest.mark.parametrize(("scheme", "width", "language"), [("light", 1440, "en"), ("dark", 390, "de")])
def test_pages_have_no_violations_and_fit_the_screen(visitor, customer, stack, scheme, width, language):
    """Also a screen of 320 pixels, and mirrored as for a language that is written from right to left."""
    look = {"color_scheme": scheme, "reduced_motion": "reduce", "viewport": {"width": width, "height": 900}}
    guest, pictures = visitor(**look), stack.var / "screenshots" / "mirrored"
    put_into_cart(guest, "stoneware-mug")
    pictures.mkdir(parents=True, exist_ok=True)
    found = {}
    for page, paths in ((guest, FOR_GUESTS), (customer(**look), STOREFRONT)):
        for name, path in paths.items():
            page.goto(prefixed(path, language))
            if faults := [*violations(page), *_misfits(page)]:
                found[name] = faults
            if name in MIRRORED:
                page.screenshot(path=pictures / f"{name}-{width}.png")
    assert found == {}
    assert len(STOREFRONT) > 15


def _misfits(page: Page) -> list[str]:
    """What is wrong with the frame of the open page, which keeps its width and stays mirrored."""
    size = page.viewport_size
    assert size is not None
    faults = [] if page.locator("h1").count() == 1 else ["no single heading"]
    for direction, width in (("ltr", size["width"]), ("ltr", 320), ("rtl", 320), ("rtl", size["width"])):
        page.set_viewport_size({"width": width, "height": size["height"]})
        overflow = page.evaluate(OVERFLOW, direction)
        if overflow > 0:
            faults.append(f"{overflow} px too wide for {width} ({direction})")
    return faults


def test_axe_sees_what_is_wrong(visitor):
    page = visitor()
    page.goto("/about")
    page.evaluate("document.querySelector('main').append(document.createElement('input'))")
    assert any(line.startswith("label:") for line in violations(page))


def test_menu_opens_and_closes_by_keyboard(visitor):
    page = visitor()
    page.goto("/")
    page.locator("summary.menu-button").focus()
    page.keyboard.press("Enter")
    assert page.locator(".menu-panel").is_visible()
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.closest('.menu-panel') !== null")
    page.keyboard.press("Escape")
    assert not page.locator(".menu-panel").is_visible()
    assert page.evaluate("document.activeElement.matches('summary.menu-button')")


def test_focus_is_visible_in_forced_colours(visitor):
    page = visitor(forced_colors="active")
    page.goto("/account/sign-in")
    page.keyboard.press("Tab")
    outline = page.evaluate("getComputedStyle(document.activeElement).outlineStyle")
    assert outline != "none"
