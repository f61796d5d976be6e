"""The player of films: its menus, keys, what it remembers, what it offers, and what it says when it cannot play."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page, Request, Route, expect

from tests.browser.test_accessibility import violations
from tests.browser.test_shop import sign_in_page
from tests.conftest import until

pytestmark = pytest.mark.browser
VIDEO = "document.querySelector('video')"
START = re.compile("^(Play|Continue at|Abspielen|Weiter bei)")


@pytest.fixture
def watch(visitor) -> Callable[..., Page]:
    """`watch()`: the page of a film; styles and scripts that its policy refuses fail the test."""
    refused: list[str] = []

    def come(path: str = "/watch/metropolis", **options: object) -> Page:
        page = visitor(**options)
        sign_in_page(page, "ada@example.com")
        page.on("console", lambda entry: refused.append(entry.text) if "Content Security" in entry.text else None)
        page.on("pageerror", lambda error: refused.append(str(error)))
        page.goto(path)
        return page

    yield come
    assert refused == []


def start(page: Page) -> None:
    """From the beginning, wherever an earlier visit has left the film."""
    again = page.locator("[data-restart]")
    (again if again.count() else page.get_by_role("button", name=START)).click()
    until(lambda: page.evaluate(f"{VIDEO}.currentTime") > 0.5, 30, what="the film")


def change_playback(page: Page, **members: Any) -> None:
    """Let the service say more about what is played than the demo's films have."""

    def add(route: Route) -> None:
        response = route.fetch()
        route.fulfill(response=response, json=response.json() | members)

    page.route("**/watch/*/play", add)


def seek(page: Page, seconds: float) -> None:
    page.evaluate(f"{VIDEO}.currentTime = {seconds}")
    until(lambda: not page.evaluate(f"{VIDEO}.seeking"), what="the position")


@pytest.mark.parametrize(("width", "height"), [(360, 640), (640, 360), (1440, 900)])
def test_player_is_accessible_in_each_state_and_fits_the_screen(watch, width, height):
    page = watch("/de/watch/metropolis", viewport={"width": width, "height": height})
    assert violations(page) == []
    start(page)
    page.locator("media-captions-button").click()
    page.locator("media-settings-menu-button").click()
    expect(page.locator("media-settings-menu")).to_be_visible()
    assert violations(page) == []
    page.locator("media-settings-menu-item").first.click()
    expect(page.get_by_role("menuitemradio", name=re.compile(r"\d+p$")).first).to_be_visible()
    assert violations(page) == []
    page.get_by_role("menuitem", name=re.compile("Zurück von")).locator("visible=true").click()
    page.keyboard.press("Escape")
    page.keyboard.press("?")
    expect(page.get_by_role("dialog", name="Tastenkürzel")).to_be_visible()
    assert violations(page) == []
    assert page.evaluate("document.documentElement.scrollWidth") == width


def test_controls_speak_the_language_of_the_page(watch):
    page = watch("/de/watch/metropolis")
    start(page)
    for label in ("Untertitel", "Vollbildmodus aktivieren", "Bild-im-Bild-Modus aktivieren"):
        expect(page.locator(f"media-control-bar [aria-label='{label}']")).to_be_attached()


def test_quality_and_speed_are_chosen_in_the_menu(watch):
    page = watch()
    page.evaluate("Object.assign(Hls.DefaultConfig, {maxBufferLength: 1, maxMaxBufferLength: 1})")
    start(page)
    page.locator("media-settings-menu-button").click()
    page.locator("media-settings-menu-item").filter(has_text="Quality").click()
    page.get_by_role("menuitemradio", name="240p").click()
    until(lambda: page.evaluate(f"{VIDEO}.videoHeight") == 240, 30, what="pictures of 240 lines")
    page.locator("media-settings-menu-button").click()
    page.locator("media-settings-menu-item").filter(has_text="Speed").click()
    page.get_by_role("menuitemradio", name="1.5x").click()
    until(lambda: page.evaluate(f"{VIDEO}.playbackRate") == 1.5, what="one and a half times the speed")


def test_captions_keep_the_look_that_was_chosen(watch):
    page = watch()
    start(page)
    page.keyboard.press("c")
    expect(page.locator("[data-message]")).to_contain_text("Captions: English")
    assert page.evaluate(f"[...{VIDEO}.textTracks].some((track) => track.mode === 'showing')")
    page.locator("media-settings-menu-button").click()
    page.locator("media-settings-menu-item").filter(has_text="Caption size").click()
    page.get_by_role("menuitemradio", name="Very large").click()
    expect(page.locator("[data-player]")).to_have_attribute("data-caption-size", "huge")
    page.reload()
    expect(page.locator("[data-player]")).to_have_attribute("data-caption-size", "huge")
    assert page.evaluate("getComputedStyle(document.querySelector('video'), '::cue').fontSize") != ""


def test_seek_bar_shows_a_picture_of_the_place(watch):
    page = watch()
    start(page)
    page.keyboard.press("k")
    page.locator("media-time-range").hover()
    address = "document.querySelector('media-time-range').getAttribute('mediapreviewimage')"
    until(lambda: page.evaluate(f"{address} !== null"), what="the picture")
    response = page.request.get(page.evaluate(address))
    assert (response.status, response.headers["content-type"]) == (200, "image/jpeg")


def test_keys_work_the_player(watch):
    page = watch()
    start(page)
    page.keyboard.press("k")
    until(lambda: page.evaluate(f"{VIDEO}.paused"), what="the pause")
    page.keyboard.press("5")
    until(lambda: abs(page.evaluate(f"{VIDEO}.currentTime / {VIDEO}.duration") - 0.5) < 0.01, what="half of the film")
    before = page.evaluate(f"{VIDEO}.currentTime")
    page.keyboard.press("j")
    until(lambda: page.evaluate(f"{VIDEO}.currentTime") < before - 5, what="ten seconds back")
    page.keyboard.press("m")
    assert page.evaluate(f"{VIDEO}.muted")
    page.keyboard.press(">")
    assert page.evaluate(f"{VIDEO}.playbackRate") == 1.25
    page.keyboard.press("f")
    is_full = "document.fullscreenElement?.matches('[data-player]') ?? false"
    until(lambda: page.evaluate(is_full), what="the full screen")


def test_keys_leave_fields_and_buttons_alone(watch):
    page = watch()
    start(page)
    page.locator("header [name=q]").first.fill("")
    page.locator("header [name=q]").first.press_sequentially("mk ")
    assert not page.evaluate(f"{VIDEO}.muted")
    assert page.locator("header [name=q]").first.input_value() == "mk "


def test_film_continues_where_it_was_left_or_begins_again(watch):
    page = watch()
    start(page)
    page.evaluate(f"{VIDEO}.pause()")
    seek(page, 9)
    page.reload()
    page.get_by_role("button", name="Continue at 0:09").click()
    until(lambda: page.evaluate(f"{VIDEO}.currentTime") >= 9, 30, what="the place where it was left")
    page.evaluate(f"{VIDEO}.pause()")
    page.reload()
    page.get_by_role("button", name="Start from the beginning").click()
    until(lambda: 0 < page.evaluate(f"{VIDEO}.currentTime") < 5, 30, what="the beginning")


def test_a_film_that_is_left_while_it_loads_keeps_its_place(watch):
    page = watch()
    start(page)
    page.evaluate(f"{VIDEO}.pause()")
    seek(page, 9)
    page.reload()
    page.route("**/*.m3u8", lambda route: None)
    with page.expect_response("**/play"):
        page.get_by_role("button", name="Continue at 0:09").click()
    page.unroute("**/*.m3u8")
    page.reload()
    expect(page.get_by_role("button", name="Continue at 0:09")).to_be_visible()
    page.reload()
    expect(page.get_by_role("button", name="Continue at 0:09")).to_be_visible()


def test_intro_can_be_skipped(watch):
    page = watch()
    change_playback(page, resume_at=0, markers={"intro_start": 0, "intro_end": 12, "credits_start": None}, next=None)
    start(page)
    page.get_by_role("button", name="Skip intro").click()
    until(lambda: page.evaluate(f"{VIDEO}.currentTime") >= 12, what="the film after the introduction")
    expect(page.get_by_role("button", name="Skip intro")).to_be_hidden()


def test_next_episode_follows_unless_it_is_cancelled(watch):
    page = watch()
    markers = {"intro_start": None, "intro_end": None, "credits_start": 15}
    change_playback(page, resume_at=0, markers=markers, next={"slug": "nosferatu", "name": "Nosferatu"})
    start(page)
    offer = page.get_by_role("region", name="Next episode")
    seek(page, 16)
    expect(offer).to_contain_text("Nosferatu")
    offer.get_by_role("button", name="Cancel").click()
    expect(offer).to_be_hidden()
    # Whoever goes back and comes again is asked again, and the film goes on by itself.
    seek(page, 2)
    seek(page, 16)
    expect(offer).to_contain_text("Starts in")
    page.wait_for_url("**/watch/nosferatu#play", timeout=30_000)


def test_device_can_be_stopped_when_too_many_play(watch, api, sign_in):
    page = watch()
    headers = sign_in("ada@example.com") | {"User-Agent": "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Firefox/140.0"}
    for session in api.get("/video/v1/playback", headers=headers).json()["results"]:
        api.delete(f"/video/v1/playback/{session['id']}", headers=headers)
    started = [api.post("/video/v1/titles/metropolis/playback", headers=headers).json()["session"] for _ in range(3)]
    try:
        page.get_by_role("button", name=START).click()
        devices = page.get_by_role("region", name="Devices that are playing")
        expect(devices.get_by_role("listitem")).to_have_count(3)
        expect(devices).to_contain_text("Firefox")
        assert violations(page) == []
        devices.get_by_role("button", name="Stop").first.click()
        until(lambda: page.evaluate(f"{VIDEO}.currentTime") > 0.5, 30, what="the film")
        expect(devices).to_be_hidden()
    finally:
        for session in started:
            api.delete(f"/video/v1/playback/{session}", headers=headers)


def test_player_without_a_connection_says_so(watch):
    page = watch()
    page.route("**/watch/*/play", lambda route: route.abort())
    page.get_by_role("button", name=START).click()
    expect(page.locator("[data-message]")).to_contain_text("You seem to be offline")
    expect(page.get_by_role("button", name=START)).to_be_visible()


def test_player_reports_how_long_was_watched(watch):
    page = watch()
    reports: list[dict[str, Any]] = []

    def read(request: Request) -> None:
        if request.url.endswith("/progress"):
            reports.append(json.loads(request.post_data or "{}"))

    page.on("request", read)
    start(page)
    until(lambda: page.evaluate(f"{VIDEO}.currentTime") > 2, 30, what="two seconds of the film")
    page.keyboard.press("k")
    until(lambda: any(report["watched_seconds"] > 0.5 for report in reports), what="a report of what was watched")
    assert all(report["rebuffer_count"] >= 0 for report in reports)
    assert reports


def test_scripts_of_the_player_load_on_its_page_alone(watch):
    page = watch("/library")
    scripts = page.evaluate("[...document.scripts].map((script) => script.src)")
    assert scripts
    assert [address for address in scripts if re.search("hls|media-chrome|player", address)] == []
