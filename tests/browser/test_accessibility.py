"""Every kind of page by axe-core (WCAG 2.2 AA), in both themes and languages; narrow, mirrored and by keyboard."""

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
    options = json.dumps({"runOnly": RULES, "resultTypes": ["violations"]})
    found = page.evaluate(f"axe.run(document, {options}).then((result) => result.violations)")
    return [f"{item['id']}: {item['help']}: {item['nodes'][0]['html'][:160]}" for item in found]


# Colours do not depend on the language, nor names on the theme: each is met on every page.
@pytest.mark.parametrize(("scheme", "width", "language"), [("light", 1440, "en"), ("dark", 390, "de")])
def test_pages_have_no_violations(customer, scheme, width, language):
    page = customer(color_scheme=scheme, reduced_motion="reduce", viewport={"width": width, "height": 900})
    found = {}
    for name, path in STOREFRONT.items():
        page.goto(prefixed(path, language))
        if broken := violations(page):
            found[name] = broken
    assert found == {}
    assert len(STOREFRONT) > 15


def test_axe_sees_what_is_wrong(visitor):
    page = visitor()
    page.goto("/about")
    page.evaluate("document.querySelector('main').append(document.createElement('input'))")
    assert any(line.startswith("label:") for line in violations(page))


def test_pages_fit_a_screen_of_320_pixels(customer):
    """In German, whose words are longer."""
    language, page = "de", customer(viewport={"width": 320, "height": 640})
    wide = {}
    for name, path in STOREFRONT.items():
        page.goto(prefixed(path, language))
        overflow = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        if overflow > 0:
            wide[name] = overflow
    assert wide == {}


@pytest.mark.parametrize("width", [390, 1440])
def test_mirrored_pages_fit_the_screen(customer, stack, width):
    """A right-to-left language in disguise: the same pages with `dir="rtl"`."""
    # The offline page's worker would fetch pages past the route below.
    page = customer(viewport={"width": width, "height": 900}, service_workers="block")

    def mirror(route) -> None:
        if not route.request.is_navigation_request():
            route.continue_()
            return
        response = route.fetch()
        route.fulfill(response=response, body=response.text().replace('dir="ltr"', 'dir="rtl"', 1))

    page.route(lambda url: True, mirror)
    wide = {}
    out = stack.var / "screenshots" / "mirrored"
    out.mkdir(parents=True, exist_ok=True)
    for name, path in STOREFRONT.items():
        page.goto(path)
        assert page.evaluate("getComputedStyle(document.documentElement).direction") == "rtl"
        overflow = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        if overflow > 0:
            wide[name] = overflow
        if name in ("home", "films", "goods", "checkout"):
            page.screenshot(path=out / f"{name}-{width}.png")
    assert wide == {}


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
