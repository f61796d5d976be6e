"""Which mark a file puts before decimals: what whoever sent it says, or what its own numbers show."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from functools import cached_property

from apps.catalog.imports import cells, notation
from apps.catalog.imports.columns import Column
from apps.catalog.imports.models import ImportJob
from apps.catalog.imports.reading import Line

GIVEN = {str(ImportJob.DecimalMark.POINT): ".", str(ImportJob.DecimalMark.COMMA): ","}


class DecimalMarks:
    """Reads the numbers of one file. The file is read once more, by `reread`, when the first number could be two."""

    def __init__(self, given: str, columns: Mapping[int, Column], reread: Callable[[], Iterable[Line]]) -> None:
        self.given = GIVEN.get(given, "")
        self.numeric = [(place, c.name, c.kind) for place, c in columns.items() if isinstance(c.kind, cells.Numeric)]
        self.reread = reread

    def plain(self, column: str, kind: cells.Numeric, text: str) -> str:
        """The number of a cell in our notation; what is none comes back as it is.

        Raises ValidationProblem for what could be two numbers, or is none by the mark that was given.
        """
        number = kind.number_in(text)
        if self.given:
            plain = notation.plain_number_by(number, self.given)
        else:
            is_clear = len(set(notation.readings(number).values())) < 2
            plain = notation.plain_number(number, "" if is_clear else self._mark_of(column))
        return text if plain == number else plain

    def _mark_of(self, column: str) -> str:
        """The column's mark, else that of all columns; empty where they show none or both."""
        for seen in (self._seen[column], set().union(*self._seen.values())):
            if len(seen) == 1:
                return next(iter(seen))
        return ""

    @cached_property
    def _seen(self) -> dict[str, set[str]]:
        """For each column of numbers, the decimal marks that its cells prove."""
        seen: dict[str, set[str]] = {name: set() for _, name, _ in self.numeric}
        for line in self.reread():
            for place, name, kind in self.numeric:
                if place >= len(line.cells) or place in line.numbers:
                    continue
                if mark := notation.mark_shown(kind.number_in(line.cells[place].removeprefix("'"))):
                    seen[name].add(mark)
        return seen
