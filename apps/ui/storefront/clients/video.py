"""Client of video."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any
from urllib.parse import quote

from django.utils import timezone

from apps.common.http import RemoteProblem, ServiceClient
from apps.ui.storefront.clients.auth import BrowserHeaders
from apps.ui.storefront.clients.decoding import decode
from apps.ui.storefront.clients.response_cache import ResponseCache

client = ServiceClient("video", timeout=4.0)
# As many as a page about a package shows, and the catalogue lists by their slugs.
MAX_TITLES = 48
# How long a page waits for content that it can be rendered without.
OPTIONAL_TIMEOUT_SECONDS = 1.5
# How long a film's public data is used without asking again.
TITLE_SECONDS = 10.0

responses = ResponseCache(client)


@dataclass(frozen=True, slots=True)
class Caption:
    """A caption track; `language` is BCP 47."""

    language: str
    label: str


@dataclass(frozen=True, slots=True)
class Credit:
    """One person's part in a film; `role` is director, writer, cast …, `character` whom one of the cast plays."""

    person: str
    name: str
    role: str
    character: str


@dataclass(frozen=True, slots=True)
class AgeRating:
    """From which age a country's board lets people see a film."""

    country: str
    board: str
    label: str
    minimum_age: int


@dataclass(frozen=True, slots=True)
class ArtworkSize:
    """A file of an artwork, `width` pixels wide."""

    url: str
    width: int


@dataclass(frozen=True, slots=True)
class Artwork:
    """An image of a title in several sizes, narrowest first; `width` and `height` are the original's."""

    url: str
    width: int
    height: int
    srcset: tuple[ArtworkSize, ...]

    @property
    def largest_url(self) -> str:
        """The largest file."""
        return self.srcset[-1].url if self.srcset else self.url

    @property
    def srcset_attribute(self) -> str:
        """The sizes as HTML names them."""
        return ", ".join(f"{size.url} {size.width}w" for size in self.srcset)


@dataclass(frozen=True, slots=True)
class Episode:
    """An episode or an extra, as the title that it belongs to lists it."""

    slug: str
    name: str
    number: int | None
    synopsis: str
    runtime_seconds: int
    poster_url: str | None
    available_from: datetime | None = None

    @property
    def is_released(self) -> bool:
        return self.available_from is None or self.available_from <= timezone.now()


@dataclass(frozen=True, slots=True)
class Season:
    """A season with its episodes."""

    slug: str
    name: str
    number: int
    episodes: tuple[Episode, ...]


@dataclass(frozen=True, slots=True)
class Title:
    """Public data of a film."""

    slug: str
    name: str
    year: int | None
    directors: tuple[str, ...]
    cast: tuple[str, ...]
    synopsis: str
    runtime_seconds: int
    languages: tuple[str, ...]
    captions: tuple[Caption, ...]
    poster_url: str | None
    state: str
    # Plans with one of these packages include it.
    packages: tuple[str, ...] = ()
    # film, series, season, episode, extra or trailer; the slug of what it belongs to; a season’s or episode’s number.
    kind: str = "film"
    parent: str | None = None
    number: int | None = None
    original_name: str = ""
    credits: tuple[Credit, ...] = ()
    age_ratings: tuple[AgeRating, ...] = ()
    trailer_url: str | None = None
    # What stands behind the head of its page, and its name as it is drawn, on a transparent ground.
    backdrop: Artwork | None = None
    logo: Artwork | None = None
    # What is below it, where one title is asked for: seasons of a series, episodes of a season, extras.
    seasons: tuple[Season, ...] = ()
    episodes: tuple[Episode, ...] = ()
    extras: tuple[Episode, ...] = ()

    @property
    def has_episodes(self) -> bool:
        """Whether it is no film itself but a series or a season."""
        return self.kind in ("series", "season")


@dataclass(frozen=True, slots=True)
class Progress:
    """Playback progress, in seconds."""

    position_seconds: float
    duration_seconds: int
    is_finished: bool

    @property
    def is_in_progress(self) -> bool:
        """Whether it was started and not finished."""
        return self.position_seconds > 0 and not self.is_finished

    @property
    def seconds_left(self) -> int:
        """From the position to the end."""
        return max(0, round(self.duration_seconds - self.position_seconds))

    @property
    def percent(self) -> int:
        """Watched share of the film, 0 to 100."""
        if not self.duration_seconds:
            return 0
        return min(100, round(100 * self.position_seconds / self.duration_seconds))


@dataclass(frozen=True, slots=True)
class LibraryItem:
    """A film that the customer may watch; `title` is None until it is encoded. `offer` is buy, rent or plan, and
    `expires_at` the end of the last two."""

    title_slug: str
    title: Title | None
    offer: str
    granted_at: datetime
    expires_at: datetime | None
    first_played_at: datetime | None
    progress: Progress | None

    @property
    def is_ready(self) -> bool:
        return self.title is not None and self.title.state == "ready"

    @property
    def name(self) -> str:
        return self.title.name if self.title else self.title_slug.replace("-", " ").capitalize()


@dataclass(frozen=True, slots=True)
class TitlePage:
    """Public data of films."""

    results: tuple[Title, ...]


@dataclass(frozen=True, slots=True)
class LibraryPage:
    """Library items, newest first; `next` is a link of the API."""

    results: tuple[LibraryItem, ...]
    next: str | None


@dataclass(frozen=True, slots=True)
class HistoryItem:
    """A film that was watched, and how far; the customer may have no right to it any more."""

    title: Title
    position_seconds: float
    duration_seconds: int
    is_finished: bool
    updated_at: datetime

    @property
    def progress(self) -> Progress:
        return Progress(self.position_seconds, self.duration_seconds, self.is_finished)


@dataclass(frozen=True, slots=True)
class HistoryPage:
    """Films that were watched, last first; `next` is a link of the API."""

    results: tuple[HistoryItem, ...]
    next: str | None


def history(token: str, *, cursor: str = "", limit: int = 24) -> HistoryPage:
    """A page of what the customer watched."""
    params = {"limit": limit, "cursor": cursor or None}
    return decode(HistoryPage, client.get("/v1/history", params=params, token=token).json_or_raise(), service="video")


@dataclass(frozen=True, slots=True)
class RedeemedGift:
    """What a gift code opened; `title` is None until the film is published."""

    title_slug: str
    title: Title | None
    expires_at: datetime | None


def redeem_gift_code(token: str, code: str) -> RedeemedGift:
    """Put the film of a gift code into the library.

    Raises RemoteProblem: gift-code-unknown, gift-code-not-redeemable.
    """
    body = client.post("/v1/gift-codes/redeem", {"code": code}, token=token).json_or_raise()
    return decode(RedeemedGift, body, service="video")


def set_watched(token: str, slug: str, *, is_watched: bool) -> None:
    """Mark a film of the library as watched, or as not watched. Raises RemoteProblem."""
    client.put(f"/v1/history/{quote(slug, safe='')}", {"watched": is_watched}, token=token).json_or_raise()


def forget_watched(token: str, slug: str = "") -> None:
    """Forget that a film was watched and how far; without a slug, all films."""
    client.delete(f"/v1/history/{quote(slug, safe='')}" if slug else "/v1/history", token=token).json_or_raise()


def library(token: str, *, source: str = "", cursor: str = "", limit: int = 48) -> LibraryPage:
    """A page of the library; `source`: own (bought or rented) or subscription, else both."""
    params = {"limit": limit, "source": source or None, "cursor": cursor or None}
    return decode(LibraryPage, client.get("/v1/library", params=params, token=token).json_or_raise(), service="video")


def continue_watching(token: str, *, limit: int, deadline: float) -> LibraryPage:
    """Films that were started and not finished, watched last first; `deadline` in seconds."""
    params = {"limit": limit}
    body = client.get("/v1/continue-watching", params=params, token=token, deadline=deadline).json_or_raise()
    return decode(LibraryPage, body, service="video")


def library_item(token: str, slug: str, *, deadline: float | None = None) -> LibraryItem | None:
    """The film if the customer may watch it, also by a subscription; `deadline` in seconds."""
    try:
        body = client.get(f"/v1/library/{quote(slug, safe='')}", token=token, deadline=deadline).json_or_raise()
    except RemoteProblem as problem:
        if problem.status != 404:
            raise
        return None
    return decode(LibraryItem, body, service="video")


def slugs_of_package(package: str) -> list[str]:
    """Films that a package includes, by name."""
    params = {"package": package, "limit": MAX_TITLES}
    found = responses.fetch(
        "/v1/titles", TitlePage, params, fresh_seconds=TITLE_SECONDS, deadline=OPTIONAL_TIMEOUT_SECONDS
    )
    return [title.slug for title in found.results]


def title(slug: str, *, deadline: float | None = None) -> Title:
    """A film's public data; `deadline` in seconds. Raises RemoteProblem (404) until it is ready."""
    return responses.fetch(f"/v1/titles/{slug}", Title, fresh_seconds=TITLE_SECONDS, deadline=deadline)


def start_playback(token: str, slug: str, *, browser_headers: BrowserHeaders) -> dict[str, Any]:
    """Start a playback session on the visitor's device; the response goes to the player as it is.

    Raises RemoteProblem: not-entitled, too-many-streams.
    """
    return client.post(f"/v1/titles/{slug}/playback", token=token, headers=browser_headers).json_or_raise()


@dataclass(frozen=True, slots=True)
class PlayerReport:
    """What a player says of itself: its position, in seconds, and what it measured since its session began."""

    session: str
    position_seconds: float
    watched_seconds: int | None = None
    rebuffer_count: int | None = None
    rebuffer_seconds: float | None = None


def save_progress(token: str, slug: str, report: PlayerReport) -> dict[str, Any]:
    """Save what a player reports, and renew its access to the stream."""
    body = {name: value for name, value in asdict(report).items() if value is not None}
    return client.put(f"/v1/progress/{slug}", body, token=token).json_or_raise()


def stop_playback(token: str, session: str) -> None:
    """End the playback session; ending it twice is allowed."""
    client.delete(f"/v1/playback/{quote(session, safe='')}", token=token).json_or_raise()
