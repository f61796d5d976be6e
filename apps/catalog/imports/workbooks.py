"""Excel files (XLSX): which sheet is read, and what its cells say. Nothing in a file is run.

Only what holds values is looked at, so that a file may be as odd in its styles, drawings and names as it likes. The
namespaces of Strict Open XML differ from the usual ones and nothing else does: names are read without them.
"""

from __future__ import annotations

import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import BinaryIO
from xml.parsers.expat import ExpatError

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from openpyxl.utils.datetime import MAC_EPOCH, WINDOWS_EPOCH, from_excel

from apps.catalog.imports.workbook_parts import Archive, BadWorkbook, Cell, Format, Sheet, Styles, Workbook, read_sheet

# Of Excel itself.
MAX_ROWS = 1_048_576
# One more than an import reads: who looks at the heading sees that there are too many.
MAX_COLUMNS = 201
MAX_TEXT = 20_001
# Excel keeps fifteen digits of a number and makes the others 0.
MAX_EXACT = 10**15
BROKEN = _("This is no Excel file (XLSX), or it is damaged. Save it as XLSX or as CSV UTF-8 and send it again.")
NO_VALUE = _(
    "This cell holds a formula, and the file does not hold its value. Open the file in a "
    "spreadsheet program, save it and send it again."
)
PROTECTED = _(
    "The file is protected by a password. Open it, take the password off (in Excel: "
    "File, Info, Protect Workbook, Encrypt with Password, leave it empty), save it and "
    "send it again."
)


@dataclass(slots=True)
class Row:
    """A row of a sheet: its cells as a CSV file would have them, by place what is wrong with some, and which are
    numbers."""

    number: int
    sheet: str
    cells: list[str] = field(default_factory=list)
    problems: dict[int, str] = field(default_factory=dict)
    numbers: frozenset[int] = frozenset()


def read_rows(file: BinaryIO) -> Iterator[Row]:
    """Each row of the sheet that has a column `sku`, else of the first one that is shown. Raises BadWorkbook."""
    try:
        with zipfile.ZipFile(file) as opened:
            yield from _rows(Archive(opened))
    except BadWorkbook:
        raise
    except MemoryError as error:
        raise BadWorkbook(gettext("The file needs more memory than there is; send it as CSV.")) from error
    except (zipfile.BadZipFile, zlib.error, ExpatError, EOFError, OSError) as error:
        raise BadWorkbook(str(BROKEN)) from error
    except (KeyError, IndexError, ValueError, OverflowError, NotImplementedError, RuntimeError) as error:
        # What a damaged or forged file makes of names, places and numbers, and of how it is packed.
        raise BadWorkbook(str(BROKEN)) from error


def _rows(archive: Archive) -> Iterator[Row]:
    archive.require_harmless()
    book = Workbook.of(archive)
    reader = _Reader(book.styles, book.texts, MAC_EPOCH if book.has_1904_dates else WINDOWS_EPOCH)
    yield from reader.rows(archive, _chosen(archive, book, reader))


def _chosen(archive: Archive, book: Workbook, reader: _Reader) -> Sheet:
    """The first visible sheet whose heading names `sku`; else the first visible one that is not empty."""
    visible = [sheet for sheet in book.sheets if not sheet.is_hidden]
    if not visible:
        raise BadWorkbook(
            gettext("The file shows no sheet: all are hidden. Show the one to import, save it and send it again.")
        )
    filled: list[Sheet] = []
    for sheet in visible:
        heading = next((row.cells for row in reader.rows(archive, sheet) if any(row.cells)), None)
        if heading and any(name.strip().lower() == "sku" for name in heading):
            return sheet
        filled += [sheet] if heading else []
    if not filled:
        names = ", ".join(f'"{sheet.name}"' for sheet in visible[:5])
        raise BadWorkbook(
            gettext("The sheet %(names)s is empty.") % {"names": names}
            if len(visible) == 1
            else gettext("The sheets %(names)s are empty.") % {"names": names}
        )
    return filled[0]


class _Reader:
    """Turns cells into text."""

    def __init__(self, styles: Styles, texts: list[str], epoch: datetime) -> None:
        self.styles = styles
        self.texts = texts
        self.epoch = epoch

    def rows(self, archive: Archive, sheet: Sheet) -> Iterator[Row]:
        last = 0
        for number, cells in read_sheet(archive, sheet.part):
            if not last < number <= MAX_ROWS:
                raise BadWorkbook(str(BROKEN))
            last = number
            yield self._row(number, sheet.name, cells)

    def _row(self, number: int, sheet: str, cells: list[Cell]) -> Row:
        row = Row(number, sheet)
        numbers = set()
        for cell in cells:
            text, problem = self._text_of(cell)
            if not text and not problem:
                continue
            place = min(cell.column, MAX_COLUMNS) - 1
            row.cells += [""] * (place + 1 - len(row.cells))
            row.cells[place] = text[:MAX_TEXT]
            if problem:
                row.problems[place] = problem
            elif cell.is_number and not self.styles.format_of(cell.style).is_date:
                numbers.add(place)
        row.numbers = frozenset(numbers)
        return row

    def _text_of(self, cell: Cell) -> tuple[str, str]:
        """A cell's text, and what is wrong with it."""
        match cell.kind:
            case "s":
                return (self.texts[int(cell.value)].strip() if cell.value else ""), ""
            case "b":
                return {"1": "yes", "0": "no"}.get(cell.value, ""), ""
            case "e":
                return "", gettext(
                    "This cell holds an error (%(error)s). Put a value there, or correct its formula."
                ) % {"error": cell.value[:20]}
            case "d":
                return self._iso_date(cell), ""
            case "str" if cell.has_formula and not cell.has_value:
                return "", str(NO_VALUE)
            case "str" | "inlineStr":
                return cell.value.strip(), ""
        if not cell.value:
            return "", str(NO_VALUE) if cell.has_formula else ""
        return self._number(float(cell.value), self.styles.format_of(cell.style))

    def _iso_date(self, cell: Cell) -> str:
        """Strict Open XML may write dates out; a style that shows no time says that the day is meant."""
        day, _, clock = cell.value.partition("T")
        has_time = self.styles.format_of(cell.style).has_time
        return day if clock.rstrip("Z").strip("0:.") == "" and not has_time else cell.value

    def _number(self, value: float, form: Format) -> tuple[str, str]:
        if form.is_duration:
            return "", gettext("This cell holds a time of day without a date.")
        if form.is_date:
            moment = from_excel(value, self.epoch)
            if not isinstance(moment, datetime):
                return "", gettext("This cell holds a time of day without a date.")
            is_day = not form.has_time and moment.time() == moment.min.time()
            return (moment.date().isoformat() if is_day else moment.isoformat()), ""
        if abs(value) >= MAX_EXACT:
            return "", gettext(
                "Spreadsheets keep fifteen digits of a number. Format the cell as text and type it again."
            )
        return number_text(value).zfill(form.min_digits), ""


def number_text(value: float) -> str:
    """A number with the fifteen digits that Excel keeps, so that 0.1 + 0.2 is 0.3."""
    if value.is_integer():
        return str(int(value))
    return format(Decimal(f"{value:.15g}"), "f")
