"""Which poster belongs to which film."""

from __future__ import annotations

from collections.abc import Callable

from house.demo.art import posters_later as later
from house.demo.art import posters_silent as silent
from house.demo.art import svg
from house.demo.art.posters_silent import Film, H, W

POSTERS: dict[str, Callable[[Film], str]] = {
    "le-voyage-dans-la-lune": silent.trip_to_the_moon,
    "das-cabinet-des-dr-caligari": silent.caligari,
    "nosferatu": silent.nosferatu,
    "safety-last": silent.safety_last,
    "sherlock-jr": silent.sherlock_jr,
    "battleship-potemkin": later.potemkin,
    "the-gold-rush": later.gold_rush,
    "the-general": later.the_general,
    "metropolis": later.metropolis,
    "steamboat-bill-jr": later.steamboat_bill,
    "his-girl-friday": later.his_girl_friday,
    "night-of-the-living-dead": later.living_dead,
}


def poster(film: Film) -> str:
    """The whole picture as SVG. Raises KeyError for a film that nobody has drawn."""
    return svg.picture(W, H, POSTERS[film["slug"]](film))
