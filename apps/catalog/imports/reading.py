"""Reading files line by line, whatever their size: never the file in memory, and one clear sentence for what is no file
of rows.
"""

from __future__ import annotations

import codecs
import csv
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import BinaryIO

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from apps.catalog.imports import workbooks
from apps.catalog.imports.cells import INVALID, MAX_CELL
from apps.catalog.imports.models import ImportJob
from apps.common.numbers import grouped
from apps.common.problems import ValidationProblem

DELIMITERS = ",;\t"
# The longest line, in bytes: rows with several long descriptions are shorter.
MAX_LINE = 1_000_000
UTF16 = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
SAVE_AS = _("Save it as CSV UTF-8 and send it again.")
# Excel's own way to say what separates cells, in a line before all others.
SEPARATOR_LINE = re.compile(r'"?sep=(.)"?', re.IGNORECASE)
# What is written so that Excel keeps leading zeros: ="0123".
TEXT_FORMULA = re.compile(r'="((?:[^"]|"")*)"')
# Some programs leave Excel's own escape of a line end in a CSV file.
LINE_END = re.compile(r"_x000[dD]_")
STRAY_QUOTE = _(
    "a cell goes on after the quotation mark that ends it. Write a quotation mark that is part of a text twice: "
    '"Board 19"" wide".'
)
OPEN_QUOTE = _(
    "a cell that begins there does not end. Add the missing quotation mark, or take one away that is too many."
)


class UnreadableFile(ValidationProblem):
    slug, title = "unreadable-file", _("The file cannot be read")


@dataclass(frozen=True, slots=True)
class Line:
    """One row: the line of the file that it begins on, its cells, and what is wrong with some of them, by place.

    `numbers` are the places of cells that a workbook keeps as numbers; `sheet` is where it has the row.
    """

    number: int
    cells: list[str]
    problems: dict[int, str] = field(default_factory=dict)
    numbers: frozenset[int] = frozenset()
    sheet: str = ""

    @property
    def is_blank(self) -> bool:
        return not any(self.cells) and not self.problems


def read_lines(file: BinaryIO, form: str) -> Iterator[Line]:
    """The rows that say something, the heading first. Raises UnreadableFile with the line where reading stops."""
    lines: Iterable[Line] = _read_workbook(file) if form == ImportJob.Format.XLSX else _read_csv(file)
    return (_checked(line) for line in lines if not line.is_blank)


def estimate_rows(file: BinaryIO, form: str) -> int:
    """About how many rows there are, for a bar of progress; 0 when that is not known beforehand."""
    if form == ImportJob.Format.XLSX:
        return 0
    count = 0
    while chunk := file.read(1 << 20):
        count += chunk.count(b"\n")
    file.seek(0)
    return max(0, count - 1)


def _checked(line: Line) -> Line:
    """The row with invalid cells emptied and their problems recorded."""
    for place, cell in enumerate(line.cells):
        if len(cell) > MAX_CELL:
            line.problems[place] = gettext("Use at most %(limit)s characters in a cell.") % {"limit": grouped(MAX_CELL)}
        elif not cell.isprintable() and (found := INVALID.search(cell)):
            line.problems[place] = gettext(
                "Character %(position)s of this cell (U+%(code)s) is none that can be shown. Delete "
                "it, or correct how the file is encoded."
            ) % {"position": found.start() + 1, "code": format(ord(found[0]), "04X")}
    for place in line.problems:
        line.cells[place] = ""
    return line


def _read_workbook(file: BinaryIO) -> Iterator[Line]:
    try:
        for row in workbooks.read_rows(file):
            yield Line(row.number, row.cells, row.problems, row.numbers, row.sheet)
    except workbooks.BadWorkbook as error:
        raise UnreadableFile(str(error)) from error


def _read_csv(file: BinaryIO) -> Iterator[Line]:
    lines = _Lines(file)
    first = _skip_blank(lines)
    given = SEPARATOR_LINE.fullmatch(first.rstrip("\r\n"))
    if given:
        first = _skip_blank(lines)
    delimiter = given[1] if given else _delimiter(first)
    reader = csv.reader(_chained(first, lines), delimiter=delimiter, strict=True, skipinitialspace=True)
    while True:
        begins_at = lines.count + 1 if reader.line_num else lines.count
        try:
            row = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            reason = STRAY_QUOTE if "expected after" in str(error) else OPEN_QUOTE
            raise UnreadableFile(
                gettext("Line %(line)s cannot be read: %(reason)s") % {"line": begins_at, "reason": reason}
            ) from error
        yield Line(begins_at, [_meant(cell) for cell in row])


def _skip_blank(lines: _Lines) -> str:
    """The next line that says something. Raises UnreadableFile when there is none."""
    for line in lines:
        if line.strip():
            return line
    raise UnreadableFile(gettext("The file is empty."))


def _meant(cell: str) -> str:
    """What a cell says without the escapes that spreadsheet programs write."""
    cell = cell.strip()
    if match := TEXT_FORMULA.fullmatch(cell):
        cell = match[1].replace('""', '"').strip()
    return LINE_END.sub("\r", cell) if "_x000" in cell else cell


def _chained(first: str, rest: Iterator[str]) -> Iterator[str]:
    yield first
    yield from rest


def _delimiter(heading: str) -> str:
    """The delimiter that occurs most often in the heading; no name of a column contains one."""
    return max(DELIMITERS, key=heading.count)


def _with_advice(sentence: str) -> str:
    return f"{sentence} {SAVE_AS}"


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
                raise UnreadableFile(_with_advice(gettext("Line 1: the file is UTF-16, not UTF-8.")))
            while raw.startswith(codecs.BOM_UTF8):
                raw = raw.removeprefix(codecs.BOM_UTF8)
        if b"\x00" in raw:
            raise UnreadableFile(
                _with_advice(
                    gettext("Line %(line)s holds null bytes: this is no CSV file in UTF-8.") % {"line": self.count}
                )
            )
        if len(raw) > MAX_LINE:
            raise UnreadableFile(
                _with_advice(
                    gettext("Line %(line)s is longer than %(limit)s bytes: this is no CSV file.")
                    % {"line": self.count, "limit": grouped(MAX_LINE)}
                )
            )
        try:
            text = raw.decode()
        except UnicodeDecodeError as error:
            odd = f"0x{raw[error.start]:02X} at byte {error.start + 1}"
            raise UnreadableFile(
                _with_advice(gettext("Line %(line)s is not UTF-8 (%(odd)s).") % {"line": self.count, "odd": odd})
            ) from error
        if "\r" in text[:-2].rstrip("\r\n"):
            return self._without_lone_returns(text)
        return text

    def _without_lone_returns(self, text: str) -> str:
        """Lines that end as on an old Macintosh are not separated by anything that reads by lines; inside a quoted
        cell such an end is one like any other."""
        if self.count == 1:
            raise UnreadableFile(_with_advice(gettext("The lines of the file end as on an old Macintosh.")))
        end = text[len(text.rstrip("\r\n")) :]
        return text.rstrip("\r\n").replace("\r", "\n") + end
