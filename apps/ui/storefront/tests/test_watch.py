"""The library and what the player asks for."""

from __future__ import annotations

import json
from typing import Any

import pytest
from django.test import Client

from apps.ui.storefront.clients import video
from apps.ui.storefront.tests.fakes import FakeHouse


def test_the_library_shows_films_progress_and_rentals(ada: Client, house: FakeHouse) -> None:
    progress = {"position_seconds": 2820.0, "duration_seconds": 5640, "is_finished": False, "updated_at": "x"}
    house.video.grant("nosferatu", progress=progress)
    house.video.grant("metropolis", offer="rent", expires_at="2026-12-01T10:00:00Z")
    text = ada.get("/library").content.decode()
    assert "50 % watched" in text
    assert "Start by 1 December" in text


def test_a_film_that_is_not_encoded_yet_is_in_the_library_already(ada: Client, house: FakeHouse) -> None:
    house.video.grant("the-gold-rush")
    assert "Being prepared" in ada.get("/library").content.decode()
    page = ada.get("/watch/the-gold-rush")
    assert page["Refresh"] == "15"
    assert "The gold rush is still being prepared" in page.content.decode()


def test_an_empty_library_shows_the_way_to_films(ada: Client) -> None:
    assert "Your shelf is still empty" in ada.get("/library").content.decode()


def test_home_offers_to_go_on_watching(ada: Client, house: FakeHouse) -> None:
    progress = {"position_seconds": 60.0, "duration_seconds": 5640, "is_finished": False, "updated_at": "x"}
    house.video.grant("nosferatu", progress=progress)
    assert "Go on watching" in ada.get("/").content.decode()


def test_the_player_stands_on_the_films_page(ada: Client, house: FakeHouse) -> None:
    house.video.grant("nosferatu")
    text = ada.get("/watch/nosferatu").content.decode()
    assert 'data-slug="nosferatu"' in text
    assert "needs JavaScript" in text
    assert house.video.asked("POST", "/v1/titles/nosferatu/playback") == []


def test_a_film_far_down_a_large_library_is_found(ada: Client, house: FakeHouse) -> None:
    house.video.grant("nosferatu")
    for number in range(230):
        house.video.grant(f"film-{number}")
    assert ada.get("/watch/nosferatu").status_code == 200


def test_a_film_of_somebody_else_is_refused_with_a_way_out(ada: Client) -> None:
    response = ada.get("/watch/nosferatu")
    assert response.status_code == 403
    assert "This film is not in your library" in response.content.decode()


def test_a_film_that_was_just_paid_for_is_waited_for(ada: Client, house: FakeHouse) -> None:
    page = ada.get("/watch/nosferatu?paid=1")
    assert page.status_code == 200
    assert page["Refresh"] == "3; url=/watch/nosferatu?paid=2"
    assert "Your film is on its way" in page.content.decode()
    house.video.grant("nosferatu")
    assert "data-player" in ada.get("/watch/nosferatu?paid=2").content.decode()


@pytest.mark.parametrize("paid", ["20", "0", "-1", "x", "9999", "١"])
def test_waiting_for_a_film_ends(ada: Client, paid: str) -> None:
    assert ada.get(f"/watch/nosferatu?paid={paid}").status_code == 403


def test_play_gives_the_player_a_session(ada: Client, house: FakeHouse) -> None:
    house.video.grant("nosferatu")
    answer = ada.post("/watch/nosferatu/play", {}, content_type="application/json").json()
    assert answer["session"] == house.video.session
    assert answer["resume_at"] == 12.5


def test_the_heartbeat_reaches_video(ada: Client, house: FakeHouse) -> None:
    body = {"session": house.video.session, "position": 61.5}
    assert ada.post("/watch/nosferatu/progress", body, content_type="application/json").status_code == 200
    sent = house.video.asked("PUT", "/v1/progress/nosferatu")[0]
    assert json.loads(sent.content) == {"session": house.video.session, "position_seconds": 61.5}


def test_play_and_each_heartbeat_give_the_browser_access_that_scripts_cannot_read(
    ada: Client, house: FakeHouse
) -> None:
    house.video.grant("nosferatu")
    body = {"session": house.video.session, "position": 61.5}
    for action, sent, value in (("play", {}, "s1.1"), ("progress", body, "s2.1")):
        response = ada.post(f"/watch/nosferatu/{action}", sent, content_type="application/json")
        assert "stream_cookie" not in response.json()
        cookie = response.cookies["stream"]
        assert (cookie.value, cookie["path"]) == (value, f"/api/video/stream/{house.video.session}/")
        assert (cookie["httponly"], cookie["samesite"]) == (True, "Strict")
        assert cookie["expires"].startswith("Thu, 01 Jan 2099")


def test_a_session_without_access_is_ended_all_the_same(ada: Client, house: FakeHouse) -> None:
    house.video.refuse("PUT", "/v1/progress/nosferatu", 403, "not-entitled", "Buy this film to watch it.")
    assert ada.post("/watch/nosferatu/stop", {"session": house.video.session, "position": "61.5"}).status_code == 200
    assert house.video.asked("DELETE", f"/v1/playback/{house.video.session}")


def test_a_beacon_says_where_it_stopped_and_ends_the_session(ada: Client, house: FakeHouse) -> None:
    assert ada.post("/watch/nosferatu/stop", {"session": house.video.session, "position": "61.5"}).status_code == 200
    assert house.video.asked("PUT", "/v1/progress/nosferatu")
    assert house.video.asked("DELETE", f"/v1/playback/{house.video.session}")


@pytest.mark.parametrize(
    "body", [b"", b"[]", b"null", b"{", b'{"position": NaN}', b'{"position": -1}', b'{"position": {}}']
)
def test_a_heartbeat_that_is_none_is_refused(ada: Client, house: FakeHouse, body: bytes) -> None:
    response = ada.post("/watch/nosferatu/progress", body, content_type="application/json")
    assert response.status_code == 400
    assert house.video.asked("PUT", "/v1/progress/nosferatu") == []


def test_refusals_reach_the_player_as_sentences(ada: Client, house: FakeHouse) -> None:
    house.video.refuse("POST", "/v1/titles/nosferatu/playback", 409, "too-many-streams", "3 devices are playing.")
    answer = ada.post("/watch/nosferatu/play", {}, content_type="application/json")
    assert (answer.status_code, answer.json()) == (
        409,
        {"detail": "3 devices are playing.", "type": "too-many-streams"},
    )


def test_a_player_whose_visitor_signed_out_is_told(browser: Client) -> None:
    answer = browser.post("/watch/nosferatu/play", {}, content_type="application/json")
    assert (answer.status_code, answer.json()["detail"]) == (401, "Sign in again to go on watching.")


def test_a_player_is_told_when_video_is_down(ada: Client, house: FakeHouse) -> None:
    house.video.is_down = True
    answer = ada.post("/watch/nosferatu/play", {}, content_type="application/json")
    assert answer.status_code == 503
    assert "Try again in a moment" in answer.json()["detail"]


def test_a_library_that_never_ends_is_not_read_for_ever(house: FakeHouse, monkeypatch: Any) -> None:
    page = video.LibraryPage((), "http://video.test/v1/library?cursor=again")
    calls = []
    monkeypatch.setattr(video, "library", lambda *args, **kwargs: calls.append(1) or page)
    assert video.library_item("token", "nosferatu") is None
    assert len(calls) == video.MAX_PAGES
