"""The library and the requests of the player."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest
from django.core.cache import cache
from django.test import Client

from apps.ui.storefront import library
from apps.ui.storefront.tests.fakes import FakePlatform
from apps.ui.storefront.tests.fakes.catalog import image


def test_library_shows_films_progress_and_rentals(ada: Client, platform: FakePlatform) -> None:
    progress = {"position_seconds": 2820.0, "duration_seconds": 5640, "is_finished": False, "updated_at": "x"}
    platform.video.grant("nosferatu", progress=progress)
    platform.video.grant("metropolis", offer="rent", expires_at="2026-12-01T10:00:00Z")
    text = ada.get("/library").content.decode()
    assert "47 min left" in text
    assert "Start by 1 December" in text


def test_film_that_is_not_encoded_yet_is_in_the_library(ada: Client, platform: FakePlatform) -> None:
    platform.video.grant("the-gold-rush")
    assert "Available soon" in ada.get("/library").content.decode()
    page = ada.get("/watch/the-gold-rush")
    assert page["Refresh"] == "15"
    assert "The gold rush will be available soon" in page.content.decode()


def test_empty_library_links_to_the_films(ada: Client) -> None:
    assert "Your library is empty" in ada.get("/library").content.decode()


def test_home_page_offers_to_continue_watching(ada: Client, platform: FakePlatform) -> None:
    progress = {"position_seconds": 60.0, "duration_seconds": 5640, "is_finished": False, "updated_at": "x"}
    platform.video.grant("nosferatu", progress=progress)
    for _ in range(2):
        assert "Continue watching" in ada.get("/").content.decode()
    assert len(platform.video.requests_to("GET", "/v1/continue-watching")) == 1


def test_library_begins_with_what_was_started(ada: Client, platform: FakePlatform) -> None:
    progress = {"position_seconds": 2820.0, "duration_seconds": 5640, "is_finished": False, "updated_at": "x"}
    platform.video.grant("nosferatu", progress=progress)
    platform.video.grant("metropolis", offer="plan", expires_at="2099-12-01T10:00:00Z")
    text = ada.get("/library").content.decode()
    started = text[text.index("Continue watching") : text.index("All films")]
    assert "/watch/nosferatu" in started
    assert "/watch/metropolis" not in started
    assert "Continue watching" not in ada.get("/library?show=own").content.decode()


def test_library_is_shown_without_what_was_started_when_that_is_refused(ada: Client, platform: FakePlatform) -> None:
    platform.video.grant("nosferatu")
    platform.video.refuse("GET", "/v1/continue-watching", 404, "not-found")
    response = ada.get("/library")
    assert response.status_code == 200
    assert "/watch/nosferatu" in response.content.decode()


def test_history_lists_what_was_watched(ada: Client, platform: FakePlatform) -> None:
    assert "Nothing watched yet" in ada.get("/library/history").content.decode()
    platform.video.watch("nosferatu", position_seconds=2820.0)
    platform.video.watch("metropolis", position_seconds=5640.0, is_finished=True)
    text = ada.get("/library/history").content.decode()
    assert text.index("Metropolis") < text.index("Nosferatu")
    assert "47 min left" in text
    assert "Mark as not watched" in text
    assert ada.get("/library/history")["Cache-Control"] == "private, no-store"


def test_film_is_marked_as_watched_and_as_not_watched(ada: Client, platform: FakePlatform) -> None:
    platform.video.watch("nosferatu", position_seconds=2820.0)
    for value, expected in (("1", True), ("", False)):
        ada.post("/library/history/nosferatu/watched", {"watched": value})
        sent = platform.video.requests_to("PUT", "/v1/history/nosferatu")[-1]
        assert json.loads(sent.content) == {"watched": expected}


def test_refusal_to_mark_a_film_is_shown(ada: Client, platform: FakePlatform) -> None:
    platform.video.refuse("PUT", "/v1/history/nosferatu", 403, "not-entitled", "Buy or rent this film.")
    response = ada.post("/library/history/nosferatu/watched", {"watched": "1"}, follow=True)
    assert "Buy or rent this film." in response.content.decode()


def test_film_and_whole_history_are_forgotten(ada: Client, platform: FakePlatform) -> None:
    platform.video.watch("nosferatu", position_seconds=2820.0)
    platform.video.watch("metropolis", position_seconds=60.0)
    text = ada.post("/library/history/nosferatu/forget", follow=True).content.decode()
    assert "Nosferatu" not in text
    assert "Metropolis" in text
    assert "Nothing watched yet" in ada.post("/library/history/forget", follow=True).content.decode()


def test_history_needs_an_account(browser: Client) -> None:
    assert "/account/sign-in" in browser.get("/library/history")["Location"]


def test_series_lists_its_episodes_and_goes_on_where_it_was_left(ada: Client, platform: FakePlatform) -> None:
    platform.video.add_series()
    platform.video.grant("serial")
    page = ada.get("/watch/serial").content.decode()
    assert "data-player" not in page
    order = [page.index(f'href="/watch/serial-{place}"') for place in ("1-2", "2-1", "2-2", "extra")]
    assert order == sorted(order)
    assert "Watch “Episode 1.1”" in page
    platform.video.watch("serial-1-1", position_seconds=5640.0, is_finished=True)
    assert "Watch “Episode 1.2”" in ada.get("/watch/serial").content.decode()
    platform.video.watch("serial-2-1", position_seconds=2820.0)
    page = ada.get("/watch/serial").content.decode()
    assert "Continue “Episode 2.1”" in page
    assert "47 min left" in page


def test_an_episode_that_is_not_released_yet_is_listed_with_its_day(ada: Client, platform: FakePlatform) -> None:
    platform.video.add_series()
    platform.video.grant("serial")
    for slug in ("serial-1-1", "serial-2-2"):
        platform.video.titles[slug]["available_from"] = "2999-12-24T18:00:00Z"
    platform.video.titles["serial-2-1"]["available_from"] = "2020-12-24T18:00:00Z"
    page = ada.get("/watch/serial").content.decode()
    assert 'href="/watch/serial-2-2"' not in page
    assert 'href="/watch/serial-2-1"' in page
    assert page.count("Available from") == 2
    assert "24 December 2999, 18:00 UTC" in page
    assert "Watch “Episode 1.2”" in page, "the first that can be watched"


@pytest.mark.parametrize("is_title_known", [True, False])
def test_the_page_of_an_episode_that_is_not_released_yet_says_when_it_is(
    ada: Client, platform: FakePlatform, is_title_known: bool
) -> None:
    platform.video.add_series()
    day = {"available_from": "2999-12-24T18:00:00+00:00"}
    platform.video.refuse("GET", "/v1/library/serial-2-2", 403, "not-released", **day)
    if not is_title_known:
        platform.video.refuse("GET", "/v1/titles/serial-2-2", 503, "unavailable")
    response = ada.get("/watch/serial-2-2")
    assert response.status_code == 403
    text = response.content.decode()
    assert ("Episode 2.2 will be available soon" if is_title_known else "This film isn’t released yet") in text
    assert "You can watch it from 24 December 2999, 18:00 UTC." in text
    assert "Buy or rent" not in text


def test_season_of_a_series_leads_to_all_seasons_and_an_episode_to_its_season(
    ada: Client, platform: FakePlatform
) -> None:
    platform.video.add_series()
    for slug in ("serial-1", "serial-1-1"):
        platform.video.grant(slug)
    season = ada.get("/watch/serial-1").content.decode()
    assert 'href="/watch/serial"' in season
    assert 'href="/watch/serial-1-2"' in season
    assert "serial-2-1" not in season
    episode = ada.get("/watch/serial-1-1").content.decode()
    assert "data-player" in episode
    assert 'href="/watch/serial-1"' in episode


def test_extras_stand_below_their_film(ada: Client, platform: FakePlatform) -> None:
    platform.video.add_series()
    platform.video.titles["serial-extra"]["parent"] = "nosferatu"
    platform.video.grant("nosferatu")
    assert 'href="/watch/serial-extra"' in ada.get("/watch/nosferatu").content.decode()


def test_series_without_its_episodes_says_so(ada: Client, platform: FakePlatform) -> None:
    platform.video.add_series()
    platform.video.grant("serial")
    platform.video.refuse("GET", "/v1/titles/serial", 404, "not-found")
    response = ada.get("/watch/serial")
    assert response.status_code == 200
    assert "can’t be shown right now" in response.content.decode()


def test_library_marks_films_of_the_subscription_and_shows_them_apart(ada: Client, platform: FakePlatform) -> None:
    platform.video.grant("nosferatu", offer="plan", order_number="", expires_at="2026-12-01T10:00:00Z")
    platform.video.grant("metropolis")
    text = ada.get("/library").content.decode()
    assert '<span class="flag">StreamCart Plus</span>' in text
    assert "Bought and rented" in text
    own, included = (ada.get(f"/library?show={name}").content.decode() for name in ("own", "subscription"))
    assert "/watch/metropolis" in own
    assert "/watch/nosferatu" not in own
    assert "/watch/nosferatu" in included
    assert "/watch/metropolis" not in included
    assert ada.get("/library?show=x").status_code == 404


def test_library_without_films_of_a_subscription_has_no_filters(ada: Client, platform: FakePlatform) -> None:
    platform.video.grant("metropolis")
    assert "Bought and rented" not in ada.get("/library").content.decode()


def test_watch_page_has_a_player_and_starts_no_session(ada: Client, platform: FakePlatform) -> None:
    platform.video.grant("nosferatu")
    text = ada.get("/watch/nosferatu").content.decode()
    assert 'data-address="/watch/nosferatu"' in text
    assert "needs JavaScript" in text
    assert platform.video.requests_to("POST", "/v1/titles/nosferatu/playback") == []


def test_film_is_found_however_large_the_library_is(ada: Client, platform: FakePlatform) -> None:
    platform.video.grant("nosferatu")
    for number in range(230):
        platform.video.grant(f"film-{number}")
    assert ada.get("/watch/nosferatu").status_code == 200
    assert platform.video.requests_to("GET", "/v1/library") == []


def test_film_of_a_subscription_is_watched_like_any_other(ada: Client, platform: FakePlatform) -> None:
    platform.video.grant("nosferatu", offer="plan", expires_at="2099-12-01T10:00:00Z")
    text = ada.get("/watch/nosferatu").content.decode()
    assert "data-player" in text
    assert "Included in your subscription" in text


def test_film_that_is_not_in_the_library_is_refused(ada: Client) -> None:
    response = ada.get("/watch/nosferatu")
    assert response.status_code == 403
    assert "This film isn’t in your library" in response.content.decode()


def test_page_of_a_film_that_was_just_paid_for_reloads(ada: Client, platform: FakePlatform) -> None:
    page = ada.get("/watch/nosferatu?paid=1")
    assert page.status_code == 200
    assert page["Refresh"] == "3; url=/watch/nosferatu?paid=2"
    assert "Your film is on its way" in page.content.decode()
    platform.video.grant("nosferatu")
    assert "data-player" in ada.get("/watch/nosferatu?paid=2").content.decode()


@pytest.mark.parametrize("paid", ["20", "0", "-1", "x", "9999", "١"])
def test_waiting_for_a_film_is_limited(ada: Client, paid: str) -> None:
    assert ada.get(f"/watch/nosferatu?paid={paid}").status_code == 403


def test_play_starts_a_session(ada: Client, platform: FakePlatform) -> None:
    platform.video.grant("nosferatu")
    response = ada.post("/watch/nosferatu/play", {}, content_type="application/json").json()
    assert response["session"] == platform.video.session
    assert response["resume_at"] == 12.5


def test_heartbeat_is_forwarded_to_video(ada: Client, platform: FakePlatform) -> None:
    body = {"session": platform.video.session, "position": 61.5}
    assert ada.post("/watch/nosferatu/progress", body, content_type="application/json").status_code == 200
    sent = platform.video.requests_to("PUT", "/v1/progress/nosferatu")[0]
    assert json.loads(sent.content) == {"session": platform.video.session, "position_seconds": 61.5}


def test_measurements_of_the_player_are_forwarded_within_their_limits(ada: Client, platform: FakePlatform) -> None:
    body = {"session": platform.video.session, "position": 61.5, "watched_seconds": 60.9, "rebuffer_count": 10**9}
    bad = {"rebuffer_seconds": "NaN"}
    assert ada.post("/watch/nosferatu/progress", body | bad, content_type="application/json").status_code == 200
    sent = json.loads(platform.video.requests_to("PUT", "/v1/progress/nosferatu")[0].content)
    assert (sent["watched_seconds"], sent["rebuffer_count"]) == (60, 100_000)
    assert "rebuffer_seconds" not in sent


def test_another_device_is_stopped_without_a_position(ada: Client, platform: FakePlatform) -> None:
    other = "01890000-0000-7000-8000-000000000000"
    response = ada.post("/watch/nosferatu/stop", {"session": other}, content_type="application/json")
    assert response.status_code == 200
    assert platform.video.requests_to("DELETE", f"/v1/playback/{other}")
    assert platform.video.requests_to("PUT", "/v1/progress/nosferatu") == []


def test_player_learns_which_devices_play(ada: Client, platform: FakePlatform) -> None:
    playing = [{"id": "1", "device": "Safari on iPhone", "title": "Metropolis", "since": "2026-01-01T10:00:00Z"}]
    path = "/v1/titles/nosferatu/playback"
    platform.video.refuse("POST", path, 409, "too-many-streams", "3 devices are playing.", sessions=playing)
    response = ada.post("/watch/nosferatu/play", {}, content_type="application/json")
    assert (response.status_code, response.json()["sessions"]) == (409, playing)


def test_watch_page_offers_to_continue_or_to_begin_again(ada: Client, platform: FakePlatform) -> None:
    progress = {"position_seconds": 760.4, "duration_seconds": 5640, "is_finished": False, "updated_at": "x"}
    item = platform.video.grant("nosferatu", progress=progress)
    text = ada.get("/watch/nosferatu").content.decode()
    assert "Continue at 12:40" in text
    assert "data-restart" in text
    item["progress"] = progress | {"is_finished": True}
    assert "data-restart" not in ada.get("/watch/nosferatu").content.decode()


def test_styles_of_the_player_are_let_in_by_a_nonce_of_this_page_alone(ada: Client, platform: FakePlatform) -> None:
    platform.video.grant("nosferatu")
    nonces = set()
    for _ in range(2):
        page = ada.get("/watch/nosferatu")
        found = re.search(r"style-src 'self' 'nonce-([^']+)'", page["Content-Security-Policy"])
        assert found is not None
        assert f'nonce="{found[1]}"' in page.content.decode()
        nonces.add(found[1])
    assert len(nonces) == 2
    other = ada.get("/library")
    assert "nonce" not in other["Content-Security-Policy"]
    assert "storefront/player" not in other.content.decode()


def test_play_and_heartbeat_set_an_http_only_stream_cookie(ada: Client, platform: FakePlatform) -> None:
    platform.video.grant("nosferatu")
    body = {"session": platform.video.session, "position": 61.5}
    for action, sent, value in (("play", {}, "s1.1"), ("progress", body, "s2.1")):
        response = ada.post(f"/watch/nosferatu/{action}", sent, content_type="application/json")
        assert "stream_cookie" not in response.json()
        cookie = response.cookies["stream"]
        assert (cookie.value, cookie["path"]) == (value, f"/api/video/stream/{platform.video.session}/")
        assert (cookie["httponly"], cookie["samesite"]) == (True, "Strict")
        assert cookie["expires"].startswith("Thu, 01 Jan 2099")


def test_session_without_entitlement_is_still_ended(ada: Client, platform: FakePlatform) -> None:
    platform.video.refuse("PUT", "/v1/progress/nosferatu", 403, "not-entitled", "Buy this film to watch it.")
    assert ada.post("/watch/nosferatu/stop", {"session": platform.video.session, "position": "61.5"}).status_code == 200
    assert platform.video.requests_to("DELETE", f"/v1/playback/{platform.video.session}")


def test_beacon_saves_the_position_and_ends_the_session(ada: Client, platform: FakePlatform) -> None:
    assert ada.post("/watch/nosferatu/stop", {"session": platform.video.session, "position": "61.5"}).status_code == 200
    assert platform.video.requests_to("PUT", "/v1/progress/nosferatu")
    assert platform.video.requests_to("DELETE", f"/v1/playback/{platform.video.session}")


@pytest.mark.parametrize(
    "body", [b"", b"[]", b"null", b"{", b'{"position": NaN}', b'{"position": -1}', b'{"position": {}}']
)
def test_invalid_heartbeat_is_refused(ada: Client, platform: FakePlatform, body: bytes) -> None:
    response = ada.post("/watch/nosferatu/progress", body, content_type="application/json")
    assert response.status_code == 400
    assert platform.video.requests_to("PUT", "/v1/progress/nosferatu") == []


def test_refusal_of_video_is_passed_to_the_player(ada: Client, platform: FakePlatform) -> None:
    platform.video.refuse("POST", "/v1/titles/nosferatu/playback", 409, "too-many-streams", "3 devices are playing.")
    response = ada.post("/watch/nosferatu/play", {}, content_type="application/json")
    assert (response.status_code, response.json()) == (
        409,
        {"detail": "3 devices are playing.", "type": "too-many-streams"},
    )


def test_player_of_a_signed_out_visitor_gets_a_message(browser: Client) -> None:
    response = browser.post("/watch/nosferatu/play", {}, content_type="application/json")
    assert (response.status_code, response.json()["detail"]) == (401, "Please sign in again to keep watching.")


def test_player_gets_a_message_while_video_is_down(ada: Client, platform: FakePlatform) -> None:
    platform.video.is_down = True
    response = ada.post("/watch/nosferatu/play", {}, content_type="application/json")
    assert response.status_code == 503
    assert "try again in a moment" in response.json()["detail"]


def test_library_and_home_page_show_the_posters_of_the_catalogue(ada: Client, platform: FakePlatform) -> None:
    progress = {"position_seconds": 60.0, "duration_seconds": 5640, "is_finished": False, "updated_at": "x"}
    platform.video.grant("nosferatu", progress=progress)
    for path in ("/library", "/"):
        text = ada.get(path).content.decode()
        watch = text[text.index('href="/watch/nosferatu"') :].partition("</a>")[0]
        assert 'type="image/avif"' in watch
        assert "320w" in watch


def test_film_that_is_not_on_sale_any_more_has_the_poster_of_the_video(ada: Client, platform: FakePlatform) -> None:
    platform.catalog.products.pop("nosferatu")
    platform.video.titles["nosferatu"]["poster_url"] = "http://localhost:8000/media/video/posters/nosferatu.webp"
    platform.video.grant("nosferatu")
    text = ada.get("/library").content.decode()
    assert 'src="http://localhost:8000/media/video/posters/nosferatu.webp"' in text


def test_library_is_shown_while_catalog_is_down(ada: Client, platform: FakePlatform) -> None:
    platform.video.grant("nosferatu")
    platform.catalog.is_down = True
    response = ada.get("/library")
    assert response.status_code == 200
    assert 'href="/watch/nosferatu"' in response.content.decode()


@pytest.mark.parametrize("action", ["progress", "stop"])
def test_home_page_shows_a_saved_position_at_once(ada: Client, platform: FakePlatform, action: str) -> None:
    progress = {"position_seconds": 60.0, "duration_seconds": 5640, "is_finished": False, "updated_at": "x"}
    item = platform.video.grant("nosferatu", progress=progress)
    assert 'value="1"' in ada.get("/").content.decode()
    item["progress"] = progress | {"position_seconds": 2820.0}
    body = {"session": platform.video.session, "position": "2820"}
    assert ada.post(f"/watch/nosferatu/{action}", body, content_type="application/json").status_code == 200
    assert 'value="50"' in ada.get("/").content.decode()


@pytest.mark.parametrize("path", ["/library", "/watch/nosferatu", "/"])
def test_pages_with_progress_are_not_stored(ada: Client, platform: FakePlatform, path: str) -> None:
    platform.video.grant("nosferatu")
    assert ada.get(path)["Cache-Control"] == "private, no-store"


def add_to_film(platform: FakePlatform, *, runtime: str = "", **more: Any) -> None:
    """Let the catalogue know more about a film."""
    film = platform.catalog.products["nosferatu"]
    if runtime:
        attribute = {"name": "runtime", "label": "Runtime", "value": runtime, "kind": "number", "unit": "min"}
        film["attributes"] = [*film["attributes"], attribute]
    film.update(more)


def test_watch_page_has_the_runtime_of_the_film_and_says_that_the_demo_plays_a_clip(
    ada: Client, platform: FakePlatform, settings: Any
) -> None:
    add_to_film(platform, runtime="94 min")
    platform.video.titles["nosferatu"]["runtime_seconds"] = 20
    platform.video.grant("nosferatu")
    settings.SHOP_DEMO = True
    text = ada.get("/watch/nosferatu").content.decode()
    assert "<span>94 min</span>" in text
    assert "Demo clip, 20 s" in text
    assert "Demo-Clip, 20 s" in ada.get("/de/watch/nosferatu").content.decode()


@pytest.mark.parametrize(
    ("is_demo", "runtime", "seconds"), [(False, "94 min", 20), (True, "94 min", 5640), (True, "", 20)]
)
def test_whole_films_are_not_called_clips(
    ada: Client, platform: FakePlatform, settings: Any, is_demo: bool, runtime: str, seconds: int
) -> None:
    add_to_film(platform, runtime=runtime)
    platform.video.titles["nosferatu"]["runtime_seconds"] = seconds
    platform.video.grant("nosferatu")
    settings.SHOP_DEMO = is_demo
    assert "Demo clip" not in ada.get("/watch/nosferatu").content.decode()


def test_player_and_film_page_show_scenes_of_the_film(ada: Client, platform: FakePlatform) -> None:
    still = image("nosferatu-still", width=960, height=540)
    add_to_film(platform, images=[image("nosferatu", width=800, height=1200), still])
    platform.video.grant("nosferatu")
    assert 'poster="/media/catalog/nosferatu-still.webp"' in ada.get("/watch/nosferatu").content.decode()
    page = ada.get("/p/nosferatu").content.decode()
    scenes = page[page.index('class="wrap film-stills"') :].partition("</section>")[0]
    assert scenes.count("<picture>") == 1
    assert 'alt="Picture of nosferatu-still"' in scenes


def test_watch_page_works_while_catalog_is_down(ada: Client, platform: FakePlatform) -> None:
    platform.video.grant("nosferatu")
    platform.catalog.is_down = True
    text = ada.get("/watch/nosferatu").content.decode()
    assert "data-player" in text
    assert "1 h 34 min" in text


@pytest.mark.parametrize("kept", [b'[{"item": 5}]', b"no json", ("an object of an earlier release",)])
def test_started_films_that_another_release_has_kept_are_asked_for_again(
    ada: Client, platform: FakePlatform, monkeypatch: pytest.MonkeyPatch, kept: object
) -> None:
    monkeypatch.setattr(library, "_name", lambda user_id, language: "kept-by-another-release")
    cache.set("kept-by-another-release", kept)
    assert ada.get("/").status_code == 200
    assert len(platform.video.requests_to("GET", "/v1/continue-watching")) == 1
    assert ada.get("/").status_code == 200
    assert len(platform.video.requests_to("GET", "/v1/continue-watching")) == 1


def test_a_gift_code_puts_its_film_into_the_library(ada: Client, platform: FakePlatform) -> None:
    assert "/library/redeem" in ada.get("/library").content.decode()
    assert ada.get("/library/redeem").status_code == 200
    response = ada.post("/library/redeem", {"code": "GIFT-1"}, follow=True)
    text = response.content.decode()
    assert response.redirect_chain[-1][0].endswith("/library")
    assert "“Nosferatu” is in your library now" in text


def test_a_gift_code_that_is_refused_keeps_what_was_typed_and_says_why(ada: Client, platform: FakePlatform) -> None:
    response = ada.post("/library/redeem", {"code": "WRONG"})
    text = response.content.decode()
    assert response.status_code == 422
    assert "There is no such gift code" in text
    assert 'value="WRONG"' in text
    assert ada.post("/library/redeem", {"code": ""}).status_code == 422


def test_redeeming_a_gift_code_asks_for_sign_in(client: Client, platform: FakePlatform) -> None:
    response = client.get("/library/redeem")
    assert response.status_code == 302
    assert "sign-in" in response["Location"]
