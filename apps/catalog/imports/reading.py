"""Reading files line by line, whatever their size: never the file in memory, and one clear sentence for what is no file
of rows.
"""

from __future__ import annotations

import codecs
import csv
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import BinaryIO

from apps.catalog.imports import workbooks
from apps.catalog.imports.cells import MAX_CELL
from apps.catalog.imports.models import ImportJob
from apps.common.problems import ValidationProblem

DELIMITERS = ",;\t"
# The longest line, in bytes: rows with several long descriptions are shorter.
MAX_LINE = 1_000_000
UTF16 = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
SAVE_AS = "Save it as CSV UTF-8 and send it again."


class UnreadableFile(ValidationProblem):
    slug, title = "unreadable-file", "The file cannot be read"


@dataclass(frozen=True, slots=True)
class Line:
    """One row: the line of the file that it begins on, its cells, and what is wrong with some of them, by place."""

    number: int
    cells: list[str]
    problems: dict[int, str] = field(default_factory=dict)

    @property
    def is_blank(self) -> bool:
        return not any(self.cells) and not self.problems


def read_lines(file: BinaryIO, form: str) -> Iterator[Line]:
    """The rows that say something, the heading first. Raises UnreadableFile with the line where reading stops."""
    if form == ImportJob.Format.XLSX:
        try:
            lines: Iterable[Line] = (Line(*row) for row in workbooks.read_rows(file))
            yield from (line for line in lines if not line.is_blank)
        except workbooks.BadWorkbook as error:
            raise UnreadableFile(str(error)) from error
        return
    yield from (line for line in _read_csv(file) if not line.is_blank)


def estimate_rows(file: BinaryIO, form: str) -> int:
    """About how many rows there are, for a bar of progress; 0 when that is not known beforehand."""
    if form == ImportJob.Format.XLSX:
        return 0
    count = 0
    while chunk := file.read(1 << 20):
        count += chunk.count(b"\n")
    file.seek(0)
    return max(0, count - 1)


def _read_csv(file: BinaryIO) -> Iterator[Line]:
    lines = _Lines(file)
    first = next(lines, None)
    if first is not None and first.lower().startswith("sep="):
        first = next(lines, None)
    if first is None:
        raise UnreadableFile("The file is empty.")
    reader = csv.reader(_chained(first, lines), delimiter=_delimiter(first))
    while True:
        begins_at = lines.count + 1 if reader.line_num else lines.count
        try:
            row = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            message = f"Line {begins_at} cannot be read; perhaps a quotation mark is missing at the end of a cell."
            raise UnreadableFile(message) from error
        problems = _too_long(row)
        yield Line(begins_at, ["" if place in problems else cell.strip() for place, cell in enumerate(row)], problems)


def _chained(first: str, rest: Iterator[str]) -> Iterator[str]:
    yield first
    yield from rest


def _too_long(row: list[str]) -> dict[int, str]:
    return {
        place: f"Use at most {MAX_CELL:,} characters in a cell."
        for place, cell in enumerate(row)
        if len(cell) > MAX_CELL
    }


def _delimiter(heading: str) -> str:
    """What stands most often in the heading, whose names hold none of them."""
    return max(DELIMITERS, key=heading.count)


class _Lines:
    """The file's lines as text, counted."""

    def __init__(self, file: BinaryIO) -> None:
        self.file = file
        self.count = 0

    def __iter__(self) -> Iterator[str]:
        return self

    def __next__(self) -> str:
        raw = self.file.readline(MAX_LINE + 1)
        if not raw:
            raise StopIteration
        self.count += 1
        if self.count == 1:
            if raw.startswith(UTF16):
                raise UnreadableFile(f"Line 1: the file is UTF-16, not UTF-8. {SAVE_AS}")
            raw = raw.removeprefix(codecs.BOM_UTF8)
        if b"\x00" in raw:
            raise UnreadableFile(f"Line {self.count} holds null bytes: this is no CSV file in UTF-8. {SAVE_AS}")
        if len(raw) > MAX_LINE:
            raise UnreadableFile(f"Line {self.count} is longer than {MAX_LINE:,} bytes: this is no CSV file. {SAVE_AS}")
        try:
            text = raw.decode()
        except UnicodeDecodeError as error:
            odd = f"0x{raw[error.start]:02X} at byte {error.start + 1}"
            raise UnreadableFile(f"Line {self.count} is not UTF-8 ({odd}). {SAVE_AS}") from error
        if "\r" in text[:-2].rstrip("\r\n"):
            return self._without_lone_returns(text)
        return text

    def _without_lone_returns(self, text: str) -> str:
        """Lines that end as on an old Macintosh are not told apart by anything that reads by lines."""
        if self.count == 1:
            raise UnreadableFile(f"The lines of the file end as on an old Macintosh. {SAVE_AS}")
        end = text[len(text.rstrip("\r\n")) :]
        return text.rstrip("\r\n").replace("\r", " ") + end
