"""The demo's serial: its page in the shop, in the library, and from one episode to the next."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from tests.browser.test_accessibility import violations
from tests.browser.test_player import VIDEO, seek, start
from tests.browser.test_shop import sign_in_page
from tests.conftest import until

pytestmark = pytest.mark.browser
EPISODES = ["The Severed Head", "The Ring That Kills", "The Red Codebook"]


@pytest.fixture
def grace(visitor) -> Page:
    """A customer who has bought the serial."""
    page = visitor()
    sign_in_page(page, "grace@example.com")
    return page


@pytest.mark.parametrize("width", [390, 1440])
def test_product_page_lists_the_episodes(visitor, width):
    page = visitor(viewport={"width": width, "height": 900})
    page.goto("/p/les-vampires")
    season = page.get_by_role("region", name="Seasons and episodes")
    expect(season.get_by_role("listitem")).to_have_count(3)
    for name in EPISODES:
        expect(season).to_contain_text(name)
    expect(page.get_by_role("main")).not_to_contain_text("Demo clip")
    assert violations(page) == []
    assert page.evaluate("document.documentElement.scrollWidth") == width


def test_film_stands_before_its_backdrop_under_its_logo(visitor):
    page = visitor()
    page.goto("/p/metropolis")
    logo = page.get_by_role("heading", level=1).get_by_role("img", name="Metropolis")
    for image in (logo, page.locator(".film-backdrop")):
        expect(image).to_be_visible()
        assert image.evaluate("image => image.complete && image.naturalWidth") >= 320


def test_library_leads_to_the_episodes_in_german_too(grace):
    grace.goto("/de/library")
    grace.get_by_role("link", name="Les Vampires").first.click()
    expect(grace.get_by_role("heading", name="Staffel 1")).to_be_visible()
    expect(grace.get_by_role("main")).to_contain_text("Das rote Notizbuch")
    assert violations(grace) == []


def test_introduction_can_be_skipped_and_the_next_episode_follows(grace):
    grace.goto("/watch/les-vampires-the-severed-head")
    start(grace)
    seek(grace, 1)
    grace.get_by_role("button", name="Skip intro").click()
    expect(grace.get_by_role("button", name="Skip intro")).to_be_hidden()
    assert grace.evaluate(f"{VIDEO}.currentTime") >= 5
    seek(grace, 17)
    offer = grace.get_by_role("region", name="Next episode")
    expect(offer).to_contain_text("The Ring That Kills")
    grace.wait_for_url("**/watch/les-vampires-the-ring-that-kills#play", timeout=30_000)
    expect(grace.get_by_role("heading", level=1)).to_contain_text("The Ring That Kills")


def test_last_episode_has_none_after_it(grace):
    grace.goto("/watch/les-vampires-the-red-codebook")
    start(grace)
    seek(grace, 18)
    until(lambda: grace.evaluate(f"{VIDEO}.ended || {VIDEO}.currentTime > 19"), 30, what="the end")
    expect(grace.get_by_role("region", name="Next episode")).to_be_hidden()
