"""video in memory: both films are encoded; tests fill the library."""

from __future__ import annotations

import uuid
from typing import Any

import httpx

from apps.ui.storefront.tests.fakes.routing import FakeService, body_of, ok, problem, route

# What a title says of each that it consists of.
LINE = ("slug", "name", "number", "synopsis", "runtime_seconds", "poster_url", "stills", "available_from")
GRANTED = "2026-02-03T10:00:00Z"


def title(slug: str, name: str, year: int) -> dict[str, Any]:
    return {
        "slug": slug,
        "name": name,
        "kind": "film",
        "parent": None,
        "number": None,
        "original_name": "",
        "year": year,
        "tagline": "",
        "genres": [{"slug": "horror", "name": "Horror"}],
        "countries": ["DE"],
        "directors": ["F. W. Murnau"],
        "cast": ["Max Schreck", "Greta Schröder"],
        "credits": [
            {"person": "f-w-murnau", "name": "F. W. Murnau", "role": "director", "character": ""},
            {"person": "max-schreck", "name": "Max Schreck", "role": "cast", "character": "Orlok"},
        ],
        "age_ratings": [{"country": "DE", "board": "FSK", "label": "12", "minimum_age": 12}],
        "synopsis": "A castle is sold to a count.",
        "runtime_seconds": 5640,
        "languages": ["de"],
        "captions": [{"language": "en", "label": "English"}],
        "poster_url": "http://localhost:8000/media/video/posters/x.webp",
        "backdrop": None,
        "logo": None,
        "stills": [],
        "trailer_url": None,
        "packages": [],
        "available_from": None,
        "available_until": None,
        "available_countries": [],
        "state": "ready",
    }


class FakeVideo(FakeService):
    """Titles, library, playback, progress."""

    name = "video"

    def __init__(self) -> None:
        super().__init__()
        self.titles = {
            "nosferatu": title("nosferatu", "Nosferatu", 1922),
            "metropolis": title("metropolis", "Metropolis", 1927),
        }
        self.library: list[dict[str, Any]] = []
        self.history: list[dict[str, Any]] = []
        self.session = str(uuid.uuid4())
        self.renewals = 0

    def grant(self, slug: str, **more: Any) -> dict[str, Any]:
        """Put a film into the library."""
        item = {
            "title_slug": slug,
            "title": self.titles.get(slug),
            "offer": "buy",
            "granted_at": GRANTED,
            "expires_at": None,
            "first_played_at": None,
            "order_number": "SC-0001",
            "progress": None,
        } | more
        self.library.insert(0, item)
        return item

    def watch(self, slug: str, **more: Any) -> None:
        """Put a film into the history."""
        item = {"title": self.titles[slug], "position_seconds": 0.0, "duration_seconds": 5640, "is_finished": False}
        self.history.insert(0, item | {"updated_at": GRANTED} | more)

    @route("GET", "/v1/history")
    def list_history(self, request: httpx.Request) -> httpx.Response:
        return ok({"results": self.history, "next": None, "previous": None})

    @route("DELETE", "/v1/history")
    def forget_all(self, request: httpx.Request) -> httpx.Response:
        self.history.clear()
        return ok(None, 204)

    @route("PUT", "/v1/history/(?P<slug>[^/]+)")
    def set_watched(self, request: httpx.Request, slug: str) -> httpx.Response:
        [item] = [item for item in self.history if item["title"]["slug"] == slug]
        item |= {"is_finished": body_of(request)["watched"], "position_seconds": 0.0}
        return ok({name: value for name, value in item.items() if name != "title"})

    @route("DELETE", "/v1/history/(?P<slug>[^/]+)")
    def forget(self, request: httpx.Request, slug: str) -> httpx.Response:
        self.history = [item for item in self.history if item["title"]["slug"] != slug]
        return ok(None, 204)

    @route("GET", "/v1/library")
    def list_library(self, request: httpx.Request) -> httpx.Response:
        limit = int(request.url.params.get("limit", 24))
        start = int(request.url.params.get("cursor", 0))
        source = request.url.params.get("source")
        found = [item for item in self.library if not source or (item["offer"] == "plan") == (source == "subscription")]
        following = start + limit
        link = f"http://video.test/v1/library?cursor={following}" if following < len(found) else None
        return ok({"results": found[start:following], "next": link, "previous": None})

    @route("GET", "/v1/continue-watching")
    def list_started(self, request: httpx.Request) -> httpx.Response:
        started = [item for item in self.library if item["progress"] and not item["progress"]["is_finished"]]
        return ok({"results": started[: int(request.url.params["limit"])], "next": None, "previous": None})

    @route("GET", "/v1/library/(?P<slug>[^/]+)")
    def watchable(self, request: httpx.Request, slug: str) -> httpx.Response:
        found = next((item for item in self.library if item["title_slug"] == slug), None)
        if found is None:
            return problem(404, "not-found", "This film is not in your library.")
        return ok({name: value for name, value in found.items() if name != "order_number"})

    @route("GET", "/v1/titles")
    def list_titles(self, request: httpx.Request) -> httpx.Response:
        package = request.url.params.get("package")
        found = [title for title in self.titles.values() if not package or package in title["packages"]]
        return ok({"results": found, "next": None, "previous": None})

    @route("GET", "/v1/titles/(?P<slug>[^/]+)")
    def get_title(self, request: httpx.Request, slug: str) -> httpx.Response:
        found = self.titles.get(slug)
        return ok(found | self.below(slug)) if found else problem(404, "not-found", "There is no such film.")

    def below(self, slug: str) -> dict[str, Any]:
        """What the title with this slug consists of."""

        def lines(kind: str, parent: str) -> list[dict[str, Any]]:
            rows = [title for title in self.titles.values() if title["kind"] == kind and title["parent"] == parent]
            return [{name: title[name] for name in LINE} for title in rows]

        seasons = [title for title in self.titles.values() if title["kind"] == "season" and title["parent"] == slug]
        return {
            "seasons": [
                {name: season[name] for name in LINE} | {"episodes": lines("episode", season["slug"])}
                for season in seasons
            ],
            "episodes": lines("episode", slug),
            "extras": lines("extra", slug),
        }

    def add_series(self) -> None:
        """A series of two seasons with two episodes each, and an extra."""
        self.titles["serial"] = title("serial", "The Serial", 1930) | {"kind": "series", "runtime_seconds": 0}
        extra = {"kind": "extra", "parent": "serial"}
        self.titles["serial-extra"] = title("serial-extra", "How it was made", 1930) | extra
        for season in (1, 2):
            slug = f"serial-{season}"
            place = {"kind": "season", "parent": "serial", "number": season, "runtime_seconds": 0}
            self.titles[slug] = title(slug, f"Season {season}", 1930) | place
            for number in (1, 2):
                found = title(f"{slug}-{number}", f"Episode {season}.{number}", 1930)
                self.titles[found["slug"]] = found | {"kind": "episode", "parent": slug, "number": number}

    @route("POST", "/v1/gift-codes/redeem")
    def redeem(self, request: httpx.Request) -> httpx.Response:
        """`GIFT-1` opens Nosferatu once."""
        if body_of(request)["code"] != "GIFT-1":
            return problem(404, "gift-code-unknown", "There is no such gift code. Check what you typed.")
        self.grant("nosferatu")
        return ok({"title_slug": "nosferatu", "title": self.titles["nosferatu"], "expires_at": None})

    @route("POST", "/v1/titles/(?P<slug>[^/]+)/playback")
    def start(self, request: httpx.Request, slug: str) -> httpx.Response:
        if not any(item["title_slug"] == slug for item in self.library):
            return problem(403, "not-entitled", "Buy or rent this film to watch it.")
        return ok(
            {
                "session": self.session,
                **self.stream(),
                "captions": [],
                "storyboard_url": None,
                "poster_url": None,
                "resume_at": 12.5,
                "watched": False,
                "markers": {"intro_start": None, "intro_end": None, "credits_start": None},
                "next": None,
                "duration_seconds": 5640,
                "heartbeat_seconds": 30,
            },
            201,
        )

    def stream(self) -> dict[str, Any]:
        """Access to the stream, with another signature each time."""
        self.renewals += 1
        path = f"/api/video/stream/{self.session}/"
        return {
            "manifest_url": f"http://localhost:8000{path}s{self.renewals}/1/a/master.m3u8",
            "expires_at": "2099-01-01T10:00:00Z",
            "stream_cookie": {"name": "stream", "value": f"s{self.renewals}.1", "path": path},
        }

    @route("PUT", "/v1/progress/(?P<slug>[^/]+)")
    def save(self, request: httpx.Request, slug: str) -> httpx.Response:
        position = body_of(request)["position_seconds"]
        saved = {"position_seconds": position, "duration_seconds": 5640, "is_finished": False, "updated_at": GRANTED}
        return ok(saved | self.stream())

    @route("DELETE", "/v1/playback/(?P<session>[^/]+)")
    def stop(self, request: httpx.Request, session: str) -> httpx.Response:
        return ok(None, 204)
