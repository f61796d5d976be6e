"""Rules about titles, as functions of values: the API, the admin, imports and uploads ask the same ones."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from itertools import pairwise

from django.utils import timezone
from django.utils.translation import gettext

from apps.common.problems import ValidationProblem
from apps.video.titles.models import Title

type Errors = dict[str, list[str]]


def placement_errors(*, kind: str, parent_kind: str | None, number: int | None) -> Errors:
    """What is wrong about where a title stands: below which kind of title, as which number."""
    wanted = Title.PARENT_KINDS.get(Title.Kind(kind), ())
    errors: Errors = {}
    if wanted and parent_kind not in wanted:
        names = gettext(" or ").join(str(each.label) for each in wanted)
        errors["parent"] = [gettext("Choose what it belongs to: %(kinds)s.") % {"kinds": names}]
    if not wanted and parent_kind is not None:
        errors["parent"] = [gettext("Films and series stand alone. Leave this empty.")]
    if kind in Title.NUMBERED and number is None:
        errors["number"] = [gettext("Give the number of the season or of the episode.")]
    if kind not in Title.NUMBERED and number is not None:
        errors["number"] = [gettext("Only seasons and episodes have a number. Leave this empty.")]
    return errors


def marker_errors(*, intro_start: int | None, intro_end: int | None) -> Errors:
    """What is wrong about the intro's times, in seconds."""
    if (intro_start is None) != (intro_end is None):
        return {"intro_end": [gettext("Give both the beginning and the end of the intro, or neither.")]}
    if intro_start is not None and intro_end is not None and intro_end <= intro_start:
        return {"intro_end": [gettext("The intro has to end after it begins.")]}
    return {}


def window_errors(*, available_from: datetime | None, available_until: datetime | None) -> Errors:
    """What is wrong about the time in which a title is on offer."""
    if available_from and available_until and available_until <= available_from:
        return {"available_until": [gettext("The title has to be available until after it becomes available.")]}
    return {}


def life_errors(*, born_year: int | None, died_year: int | None) -> Errors:
    """What is wrong about the years of a person."""
    if born_year and died_year and died_year < born_year:
        return {"died_year": [gettext("Nobody dies before they are born. Correct one of the years.")]}
    return {}


def is_on_offer(title: Title, *, country: str = "", at: datetime | None = None) -> bool:
    """Whether a title is listed, and started by those who have not bought it: `selectors.on_offer` in Python.

    Without a country only the time counts.
    """
    now = at or timezone.now()
    return (
        is_released(title, at=now)
        and (title.available_until is None or now < title.available_until)
        and (not country or not title.available_countries or country in title.available_countries)
    )


def released_at(titles: Iterable[Title]) -> datetime | None:
    """When the last of these windows opens; None when all are open from the beginning."""
    return max((title.available_from for title in titles if title.available_from), default=None)


def is_released(title: Title, *, at: datetime | None = None) -> bool:
    """Whether a title's window has opened; it may have closed since."""
    return title.available_from is None or title.available_from <= (at or timezone.now())


def slugs_that_open(chain: Sequence[Title]) -> list[str]:
    """Titles of which a bought right opens the first of `chain`: itself whatever its window says, and what it belongs
    to from its release on. `chain` is a title and all that it belongs to, nearest first."""
    slugs = [chain[0].slug]
    for below, above in pairwise(chain):
        if not is_released(below):
            break
        slugs.append(above.slug)
    return slugs


def is_included(chain: Iterable[Title], *, country: str) -> bool:
    """Whether a plan may open a title, for who lives in `country` (empty: unknown): the title and all that it belongs
    to are published and on offer there. `playback_libraryentry` says the same in SQL."""
    return all(title.state == Title.State.READY and is_on_offer(title, country=country) for title in chain)


def require_streamable(title: Title) -> None:
    """Raises ValidationProblem for a title that holds others and has no film of its own."""
    if title.kind in Title.FOLDERS:
        message = gettext("A series or a season has no film of its own. Choose one of its episodes.")
        raise ValidationProblem(message, errors={"title": [message]})
