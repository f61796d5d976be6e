"""Films in a customer's library, with the catalogue's products for their pictures and facts."""

from __future__ import annotations

from dataclasses import dataclass

import msgspec
from django.conf import settings
from django.core.cache import cache

from apps.common.http import RemoteProblem, Unavailable
from apps.common.languages import current_language
from apps.ui.storefront.clients import catalog, video
from apps.ui.storefront.clients.catalog_schemas import Image, Product, ProductCard
from apps.ui.storefront.clients.video import Episode, HistoryItem, LibraryItem, Progress, Title
from apps.ui.storefront.session import ShopRequest

MAX_CONTINUE_WATCHING = 4
# How long the home page shows the same progress: a customer who looks around opens it often.
CONTINUE_WATCHING_SECONDS = 10
SECONDS_OF_MINUTE = 60
# As many as the catalogue lists by their slugs, and more than a page of the library has.
MAX_SLUGS = 50


@dataclass(frozen=True, slots=True)
class LibraryFilm:
    """A film of the library, and the product that it is sold as: None when it is not on sale any more."""

    item: LibraryItem
    product: ProductCard | None

    @property
    def image(self) -> Image | None:
        return self.product.image if self.product else None

    @property
    def name(self) -> str:
        """In the language of the page, where the catalogue has it."""
        return self.product.title if self.product else self.item.name


@dataclass(frozen=True, slots=True)
class ListedEpisode:
    """An episode or an extra, and how far the customer watched it."""

    episode: Episode
    progress: Progress | None

    @property
    def is_finished(self) -> bool:
        return self.progress is not None and self.progress.is_finished

    @property
    def is_in_progress(self) -> bool:
        return self.progress is not None and self.progress.is_in_progress


@dataclass(frozen=True, slots=True)
class ListedSeason:
    """A season with its episodes; without a name where a season stands alone."""

    name: str
    episodes: tuple[ListedEpisode, ...]


@dataclass(frozen=True, slots=True)
class EpisodeList:
    """What a series or a season has to watch."""

    seasons: tuple[ListedSeason, ...]
    extras: tuple[ListedEpisode, ...]

    @property
    def next_episode(self) -> ListedEpisode | None:
        """To go on with: the one that was started, else the first that was not watched to its end, else the first."""
        episodes = [listed for season in self.seasons for listed in season.episodes if listed.episode.is_released]
        started = (episode for episode in episodes if episode.is_in_progress)
        unwatched = (episode for episode in episodes if not episode.is_finished)
        return next(started, None) or next(unwatched, None) or next(iter(episodes), None)


def episode_list(title: Title, watched: tuple[HistoryItem, ...]) -> EpisodeList:
    """What is below a series, a season or a film, with what the customer watched of it."""
    progress = {item.title.slug: item.progress for item in watched}

    def listed(episodes: tuple[Episode, ...]) -> tuple[ListedEpisode, ...]:
        return tuple(ListedEpisode(episode, progress.get(episode.slug)) for episode in episodes)

    seasons = [ListedSeason(season.name, listed(season.episodes)) for season in title.seasons]
    if title.episodes:
        seasons.append(ListedSeason("", listed(title.episodes)))
    return EpisodeList(tuple(seasons), listed(title.extras))


def is_demo_clip(title: Title, product: Product | None) -> bool:
    """Whether the demo streams seconds of a film whose runtime the catalogue has in minutes. A series has no length of
    its own."""
    if not settings.SHOP_DEMO or product is None or title.has_episodes:
        return False
    return title.runtime_seconds < SECONDS_OF_MINUTE * product.minutes / 2


def with_products(items: tuple[LibraryItem, ...]) -> tuple[LibraryFilm, ...]:
    """The films with their products; without them while catalog is down.

    A film's product has its slug, or had it before it was renamed. One that never had it has the video's poster only.
    """
    slugs = [item.title_slug for item in items][:MAX_SLUGS]
    try:
        cards = catalog.products_named(slugs).results if slugs else ()
    except (Unavailable, RemoteProblem):
        cards = ()
    products = {card.title_slug: card for card in cards}
    return tuple(LibraryFilm(item, products.get(item.title_slug)) for item in items)


def continue_watching(request: ShopRequest) -> tuple[LibraryFilm, ...]:
    """`started_films` of the visitor; none for a guest."""
    token, user = request.shop.token, request.shop.user
    return () if token is None or user is None else started_films(token, user.sub)


def started_films(token: str, user_id: str) -> tuple[LibraryFilm, ...]:
    """Films that were started and not finished, watched last first, as they were a few seconds ago."""
    name = _name(user_id, current_language())
    known = _remembered(name)
    if known is None:
        found = video.continue_watching(token, limit=MAX_CONTINUE_WATCHING, deadline=video.OPTIONAL_TIMEOUT_SECONDS)
        known = with_products(tuple(item for item in found.results if item.is_ready))
        cache.set(name, msgspec.json.encode(known), timeout=CONTINUE_WATCHING_SECONDS)
    return known


def _remembered(name: str) -> tuple[LibraryFilm, ...] | None:
    """What is kept as JSON, not as objects: another release, which runs beside this one for a while, may read it."""
    content = cache.get(name)
    try:
        return None if content is None else msgspec.json.decode(content, type=tuple[LibraryFilm, ...])
    except (msgspec.MsgspecError, TypeError):
        return None


def forget_continue_watching(request: ShopRequest) -> None:
    """The customer's progress has changed: the home page asks for it again."""
    if user := request.shop.user:
        cache.delete_many([_name(user.sub, code) for code in settings.SHOP_LANGUAGES])


def _name(user_id: str, language: str) -> str:
    return f"continue-watching:{user_id}:{language}"
