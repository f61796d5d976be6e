"""The posters by film."""

from __future__ import annotations

from collections.abc import Callable

from devtools.demo.art import posters_from_1928 as late
from devtools.demo.art import posters_of_series as of_series
from devtools.demo.art import posters_to_1924 as early
from devtools.demo.art import posters_to_1927 as middle
from devtools.demo.art import svg
from devtools.demo.art.posters_to_1924 import Film, H, W

POSTERS: dict[str, Callable[[Film], str]] = {
    "le-voyage-dans-la-lune": early.trip_to_the_moon,
    "das-cabinet-des-dr-caligari": early.caligari,
    "nosferatu": early.nosferatu,
    "safety-last": early.safety_last,
    "sherlock-jr": early.sherlock_jr,
    "battleship-potemkin": middle.potemkin,
    "the-gold-rush": middle.gold_rush,
    "the-general": middle.the_general,
    "metropolis": middle.metropolis,
    "steamboat-bill-jr": late.steamboat_bill,
    "his-girl-friday": late.his_girl_friday,
    "night-of-the-living-dead": late.living_dead,
    "les-vampires": of_series.les_vampires,
}


def poster(film: Film) -> str:
    """The whole picture as SVG. Raises KeyError for a film that nobody has drawn."""
    return svg.picture(W, H, POSTERS[film["slug"]](film))
