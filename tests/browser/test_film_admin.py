"""Staff look after films: the queue that shows progress by itself, the preview, and the editor of captions."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.browser.test_accessibility import violations
from tests.conftest import until

pytestmark = pytest.mark.browser
VIDEO = "document.querySelector('video')"


@pytest.fixture
def admin(visitor) -> Callable[..., Page]:
    """`admin(locale="de-DE")`: the video admin, as one of the staff; what its policy refuses fails the test."""
    refused: list[str] = []

    def come(**options: object) -> Page:
        page = visitor(**options)
        page.on("console", lambda entry: refused.append(entry.text) if "Content Security" in entry.text else None)
        page.on("pageerror", lambda error: refused.append(str(error)))
        page.goto("/api/video/admin/login/")
        page.locator("[name=username]").fill("admin@example.com")
        page.locator("[name=password]").fill("streamcart-demo")
        page.locator("[name=password]").press("Enter")
        page.wait_for_url("**/api/video/admin/")
        return page

    yield come
    assert refused == []


def film_id(page: Page, slug: str) -> str:
    # A search would also find the slugs that contain this one.
    page.goto(f"/api/video/admin/titles/title/?slug__exact={slug}")
    address = page.locator("#result_list a[href*='/change/']").first.get_attribute("href") or ""
    found = re.search(r"/title/([0-9a-f-]{36})/", address)
    assert found is not None
    return found[1]


def play(page: Page) -> None:
    page.evaluate(f"{VIDEO}.play().catch(() => null)")
    until(lambda: page.evaluate(f"{VIDEO}.currentTime") > 0.5, 30, what="the film")


def test_queue_shows_the_progress_of_a_film_by_itself(admin):
    page = admin()
    film = film_id(page, "le-voyage-dans-la-lune")
    page.goto(f"/api/video/admin/encoding/encoding/film/{film}/")
    assert violations(page) == []
    page.get_by_label("Priority").fill("50")
    page.get_by_role("button", name="Encode again", exact=True).last.click()
    page.wait_for_url("**/queue/")
    page.evaluate("window.isTheSamePage = true")
    newest = page.locator("[data-encoding]").filter(has_text="A Trip to the Moon").first
    identity = newest.get_attribute("data-encoding")
    item = page.locator(f"[data-encoding='{identity}']")
    expect(item).to_contain_text("Done", timeout=120_000)
    assert page.evaluate("window.isTheSamePage")
    assert violations(page) == []


def test_staff_watch_a_film_that_nobody_bought(admin):
    page = admin(locale="de-DE")
    page.goto(f"/api/video/admin/preview/{film_id(page, 'metropolis')}/")
    play(page)
    assert page.evaluate(f"{VIDEO}.videoWidth") > 0
    page.get_by_label("Qualität").select_option(index=1)
    assert violations(page) == []


@pytest.mark.parametrize("width", [390, 1440])
def test_captions_are_changed_beside_the_film(admin, width):
    page = admin(viewport={"width": width, "height": 900})
    page.goto(f"/api/video/admin/captions/{film_id(page, 'metropolis')}/en/")
    rows = page.locator("[data-rows] > li")
    # A script lists them.
    expect(rows.nth(1)).to_be_visible()
    count = rows.count()
    play(page)
    page.evaluate(f"{VIDEO}.pause(); {VIDEO}.currentTime = 19.5")
    page.get_by_role("button", name="Add a cue at this time").click()
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("status")).to_contain_text("Correct the marked rows")
    expect(rows.last).to_contain_text("Enter the text")
    assert violations(page) == []
    rows.last.get_by_label("Text").fill("The end.")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("status")).to_contain_text("Saved.")
    page.reload()
    expect(rows).to_have_count(count + 1)
    expect(rows.last.get_by_label("Text")).to_have_value("The end.")
    rows.last.get_by_role("button", name="Remove").click()
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("status")).to_contain_text("Saved.")
    page.reload()
    expect(rows).to_have_count(count)
    assert page.evaluate("document.documentElement.scrollWidth") == width
