"""Age ratings by country: whose they are, their labels, and the age that each stands for.

Sources: Germany, https://www.fsk.de/fsk-kennzeichen; United Kingdom, https://www.bbfc.co.uk/about-classification;
United States, https://www.filmratings.com/RatingsGuide; France, decree of the CNC's commission (Code du cinéma,
R211-12); Netherlands, https://www.kijkwijzer.eu; Austria, https://www.bmb.gv.at/jmk. Where a board advises rather than
forbids (PG, PG-13), the age is the one that it names.
"""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.translation import gettext


@dataclass(frozen=True, slots=True)
class Board:
    """A country's board and its labels, each with the age in years that it stands for."""

    name: str
    labels: dict[str, int]


BOARDS = {
    "AT": Board("JMK", {"0": 0, "6": 6, "8": 8, "10": 10, "12": 12, "14": 14, "16": 16, "18": 18}),
    "DE": Board("FSK", {"0": 0, "6": 6, "12": 12, "16": 16, "18": 18}),
    "FR": Board("CNC", {"TP": 0, "12": 12, "16": 16, "18": 18}),
    "GB": Board("BBFC", {"U": 0, "PG": 8, "12A": 12, "12": 12, "15": 15, "18": 18, "R18": 18}),
    "NL": Board("Kijkwijzer", {"AL": 0, "6": 6, "9": 9, "12": 12, "14": 14, "16": 16, "18": 18}),
    "US": Board("MPA", {"G": 0, "PG": 10, "PG-13": 13, "R": 17, "NC-17": 18}),
}


def rating_error(country: str, label: str) -> str | None:
    """What is wrong about a country's rating, as a sentence."""
    board = BOARDS.get(country)
    if board is None:
        return gettext("Use one of these countries: %(countries)s.") % {"countries": ", ".join(sorted(BOARDS))}
    if label not in board.labels:
        values = {"board": board.name, "labels": ", ".join(board.labels)}
        return gettext("%(board)s has these ratings: %(labels)s.") % values
    return None
