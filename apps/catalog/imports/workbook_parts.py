"""The parts of an Excel file: read from the archive by what they are, element by element, never a part in memory.

ECMA-376, parts 1 (SpreadsheetML) and 2 (packages).
"""

from __future__ import annotations

import posixpath
import re
import zipfile
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any
from xml.parsers import expat

from django.utils.translation import gettext, gettext_lazy
from openpyxl.styles.numbers import BUILTIN_FORMATS

# What a file may unpack to: far more than what it holds in earnest, far less than what hurts.
MAX_UNPACKED = 400_000_000
# Texts are kept apart from the rows and all of them are needed at once.
MAX_TEXTS = 100_000_000
MAX_PARTS = 1_000
# Excel's own limits: who writes more means no good.
MAX_CELLS_OF_ROW = 16_384
MAX_STYLES = 65_536
CHUNK = 1 << 16
# Dates of the calendars of East Asia, which have no format of their own in the file.
EAST_ASIAN_DATES = frozenset({*range(27, 32), 36, *range(50, 59)})
EAST_ASIAN_TIMES = frozenset(range(32, 36))
# What a format shows as it stands: colours, conditions and locales, quoted texts, single signs.
LITERAL = re.compile(r'\[(?!h+\]|m+\]|s+\])[^\]]*\]|"[^"]*"|\\.|_.|\*.', re.IGNORECASE)
DURATION = re.compile(r"\[(h+|m+|s+)\]", re.IGNORECASE)
ESCAPED = re.compile(r"(?:_x[0-9A-Fa-f]{4}_)+")
REFERENCE = re.compile(r"([A-Z]{1,3})[0-9]*", re.IGNORECASE)
OTHER_FORMATS = {
    "content.xml": gettext_lazy("This is an OpenDocument file (ODS). Save it as XLSX or CSV UTF-8 and send it again."),
    "xl/workbook.bin": gettext_lazy(
        "This is a binary Excel file (XLSB). Save it as XLSX or CSV UTF-8 and send it again."
    ),
    "index/document.iwa": gettext_lazy("This is a file of Numbers. Export it as XLSX or CSV and send that."),
}


class BadWorkbook(ValueError):
    """A file that is not read; the sentence says why."""


class Archive:
    """The parts by their names, whose capitals make no difference."""

    def __init__(self, opened: zipfile.ZipFile) -> None:
        self.opened = opened
        self.parts = {part.filename.replace("\\", "/").lower(): part for part in opened.infolist()}

    def require_harmless(self) -> None:
        """Raises BadWorkbook for what is too much, or another kind of file."""
        parts = self.opened.infolist()
        if len(parts) > MAX_PARTS or sum(part.file_size for part in parts) > MAX_UNPACKED:
            raise BadWorkbook(
                gettext("The file unpacks to more than %(limit)s MB; send it as CSV.")
                % {"limit": MAX_UNPACKED // 1000000}
            )
        for name, sentence in OTHER_FORMATS.items():
            if name in self.parts:
                raise BadWorkbook(sentence)
        if any(part.flag_bits & 1 for part in parts):
            raise BadWorkbook(
                gettext("The file is protected by a password. Take it off, save the file and send it again.")
            )

    def read(self, name: str, parser: Any) -> Iterator[None]:
        """Feed a part to the parser; the caller takes what was found after each part. Raises KeyError."""
        with self.opened.open(self.parts[name.lower()]) as part:
            while chunk := part.read(CHUNK):
                parser.Parse(chunk, False)
                yield
        parser.Parse(b"", True)
        yield

    def related(self, name: str) -> dict[str, tuple[str, str]]:
        """What a part names, by id: the last word of its kind (`worksheet`), and the other part's name."""
        folder, file = posixpath.split(name)
        own = posixpath.join(folder, "_rels", f"{file}.rels")
        found: dict[str, tuple[str, str]] = {}
        if own.lower() not in self.parts:
            return found

        def start(element: str, attributes: Mapping[str, str]) -> None:
            if element == "Relationship" and attributes.get("TargetMode") != "External":
                target = posixpath.normpath(posixpath.join("/", folder, attributes["Target"])).lstrip("/")
                found[attributes["Id"]] = (attributes["Type"].rpartition("/")[2], target)

        for _ in self.read(own, parser_of(start)):
            pass
        return found


def parser_of(
    start: Callable[[str, Mapping[str, str]], None],
    end: Callable[[str], None] | None = None,
    text: Callable[[str], None] | None = None,
) -> Any:
    """Calls back with names without their namespaces. A document type, and with it every entity, is refused."""
    parser = expat.ParserCreate(namespace_separator=" ")
    parser.buffer_text = True

    def local(name: str) -> str:
        return name[name.rfind(" ") + 1 :]

    def refuse(*_: Any) -> None:
        raise BadWorkbook(
            gettext("This is no Excel file (XLSX): its parts have a document type. Save it as XLSX again.")
        )

    def start_local(name: str, attributes: Mapping[str, str]) -> None:
        if any(" " in key for key in attributes):
            attributes = {local(key): value for key, value in attributes.items()}
        start(local(name), attributes)

    parser.StartDoctypeDeclHandler = refuse
    parser.StartElementHandler = start_local
    if end:
        parser.EndElementHandler = lambda name: end(local(name))
    if text:
        parser.CharacterDataHandler = text
    return parser


@dataclass(frozen=True, slots=True)
class Sheet:
    name: str
    part: str
    is_hidden: bool


@dataclass(frozen=True, slots=True)
class Format:
    """What a number's format says of it."""

    is_date: bool = False
    has_time: bool = False
    is_duration: bool = False
    # 0123 is the number 123 in the format 0000.
    min_digits: int = 0

    @classmethod
    def of(cls, number: int, code: str | None) -> Format:
        if code is None and number in EAST_ASIAN_DATES:
            return cls(is_date=True)
        if code is None and number in EAST_ASIAN_TIMES:
            return cls(is_duration=True)
        code = BUILTIN_FORMATS.get(number, "General") if code is None else code
        shown = LITERAL.sub("", code).partition(";")[0].lower()
        if "general" in shown:
            return cls()
        has_day = any(letter in shown for letter in "dy") or bool(re.search(r"m{3,}", shown))
        has_time = any(letter in shown for letter in "hs")
        if DURATION.search(shown) or (has_time and not has_day):
            return cls(is_duration=True)
        is_padded = len(shown) > 1 and set(shown) == {"0"}
        return cls(is_date=has_day, has_time=has_day and has_time, min_digits=len(shown) if is_padded else 0)


PLAIN = Format()


@dataclass(slots=True)
class Styles:
    """Formats by the number of the style; nothing else of a style matters."""

    formats: list[Format] = field(default_factory=list)

    def format_of(self, style: int) -> Format:
        return self.formats[style] if style < len(self.formats) else PLAIN

    @classmethod
    def of(cls, archive: Archive, part: str) -> Styles:
        codes: dict[int, str] = {}
        numbers: list[int] = []
        inside: list[str] = []

        def start(element: str, attributes: Mapping[str, str]) -> None:
            if element == "numFmt" and "numFmts" in inside:
                codes[int(attributes["numFmtId"])] = attributes.get("formatCode", "General")
            elif element == "xf" and "cellXfs" in inside and len(numbers) < MAX_STYLES:
                numbers.append(int(attributes.get("numFmtId", 0)))
            inside.append(element)

        def end(_: str) -> None:
            inside.pop()

        for _ in archive.read(part, parser_of(start, end)):
            pass
        return cls([Format.of(number, codes.get(number)) for number in numbers])


@dataclass
class Workbook:
    """The sheets of a file in their order, and what their cells refer to."""

    archive: Archive
    part: str
    sheets: list[Sheet]
    has_1904_dates: bool

    @classmethod
    def of(cls, archive: Archive) -> Workbook:
        """Raises BadWorkbook, KeyError."""
        part = next(target for kind, target in archive.related("").values() if kind == "officeDocument")
        related = archive.related(part)
        book = cls(archive, part, [], has_1904_dates=False)

        def start(element: str, attributes: Mapping[str, str]) -> None:
            if element == "workbookPr":
                book.has_1904_dates = attributes.get("date1904", "0") in ("1", "true", "on")
            elif element == "sheet":
                kind, target = related[attributes["id"]]
                if kind == "worksheet":
                    state = attributes.get("state", "visible")
                    book.sheets.append(Sheet(attributes["name"], target, is_hidden=state != "visible"))

        for _ in archive.read(part, parser_of(start)):
            pass
        return book

    @cached_property
    def styles(self) -> Styles:
        part = self._part_of("styles")
        return Styles.of(self.archive, part) if part else Styles()

    @cached_property
    def texts(self) -> list[str]:
        part = self._part_of("sharedStrings")
        return read_texts(self.archive, part) if part else []

    def _part_of(self, kind: str) -> str:
        found = (target for known, target in self.archive.related(self.part).values() if known == kind)
        return next((target for target in found if target.lower() in self.archive.parts), "")


class _Text:
    """Collects the text of a string item: its runs, without the hints for reading them aloud."""

    def __init__(self) -> None:
        self.units: list[str] = []
        self.is_open = False
        self.is_hint = False

    def start(self, element: str) -> None:
        if element == "t":
            self.is_open = not self.is_hint
        elif element == "rPh":
            self.is_hint = True

    def end(self, element: str) -> None:
        if element == "t":
            self.is_open = False
        elif element == "rPh":
            self.is_hint = False

    def add(self, text: str) -> None:
        if self.is_open:
            self.units.append(text)

    def take(self) -> str:
        taken, self.units = unescaped("".join(self.units)), []
        return taken


def unescaped(text: str) -> str:
    """`_x000D_` is how XML says a character that it cannot hold; several may be the halves of one."""
    return ESCAPED.sub(_character, text) if "_x" in text else text


def _character(match: re.Match[str]) -> str:
    units = bytes.fromhex(match[0].replace("_x", "").replace("_", ""))
    return units.decode("utf-16-be", "surrogatepass")


def read_texts(archive: Archive, part: str) -> list[str]:
    """The texts that cells share, by their number. Raises BadWorkbook when they are too many."""
    if archive.parts[part.lower()].file_size > MAX_TEXTS:
        raise BadWorkbook(
            gettext("The file holds more than %(limit)s MB of texts; send it as CSV.") % {"limit": MAX_TEXTS // 1000000}
        )
    texts: list[str] = []
    item = _Text()

    def start(element: str, _: Mapping[str, str]) -> None:
        item.start(element)

    def end(element: str) -> None:
        item.end(element)
        if element == "si":
            texts.append(item.take())

    for _ in archive.read(part, parser_of(start, end, item.add)):
        pass
    return texts


@dataclass(slots=True)
class Cell:
    """A cell as the file has it: `kind` says what `value` is, `n` (a number) when it says nothing."""

    column: int
    kind: str = "n"
    style: int = 0
    value: str = ""
    has_value: bool = False
    has_formula: bool = False

    @property
    def is_number(self) -> bool:
        return self.kind == "n"


class _SheetReader:
    """Rows of cells while a sheet is parsed."""

    def __init__(self) -> None:
        self.rows: list[tuple[int, list[Cell]]] = []
        self.number = 0
        self.cells: list[Cell] = []
        self.cell: Cell | None = None
        self.text = _Text()
        self.value: list[str] | None = None
        self.is_inside = False

    def start(self, element: str, attributes: Mapping[str, str]) -> None:
        if element == "c" and self.is_inside:
            last = self.cells[-1].column if self.cells else 0
            column = column_of(attributes["r"]) if "r" in attributes else last + 1
            if len(self.cells) == MAX_CELLS_OF_ROW:
                raise BadWorkbook(
                    gettext("Line %(number)s has more cells than a spreadsheet can have; send it as CSV.")
                    % {"number": self.number}
                )
            self.cell = Cell(column, attributes.get("t", "n"), int(attributes.get("s", 0)))
            self.cells.append(self.cell)
        elif element == "row" and self.is_inside:
            self.number = int(attributes.get("r", self.number + 1))
            self.cells = []
        elif element == "sheetData":
            self.is_inside = True
        elif self.cell:
            if element == "v":
                self.value = []
            elif element == "f":
                self.cell.has_formula = True
            self.text.start(element)

    def end(self, element: str) -> None:
        if element == "c" and self.cell:
            if self.cell.kind == "inlineStr":
                self.cell.value = self.text.take()
            elif self.cell.kind == "str":
                self.cell.value = unescaped(self.cell.value)
            self.cell = None
        elif element == "row" and self.is_inside:
            self.rows.append((self.number, self.cells))
        elif element == "sheetData":
            self.is_inside = False
        elif self.cell:
            if element == "v" and self.value is not None:
                self.cell.value, self.cell.has_value, self.value = "".join(self.value), True, None
            self.text.end(element)

    def add(self, text: str) -> None:
        if self.value is not None:
            self.value.append(text)
        else:
            self.text.add(text)

    def take(self) -> list[tuple[int, list[Cell]]]:
        taken, self.rows = self.rows, []
        return taken


def column_of(reference: str) -> int:
    """2 for B7. Raises ValueError."""
    match = REFERENCE.fullmatch(reference)
    if match is None:
        raise ValueError(reference)
    column = 0
    for letter in match[1].upper():
        column = column * 26 + ord(letter) - ord("A") + 1
    return column


def read_sheet(archive: Archive, part: str) -> Iterator[tuple[int, list[Cell]]]:
    """The rows of a sheet that the file holds: their numbers and cells."""
    reader = _SheetReader()
    for _ in archive.read(part, parser_of(reader.start, reader.end, reader.add)):
        yield from reader.take()
