"""Excel files (XLSX): read row by row without running anything in them, written as a stream."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterable, Iterator
from datetime import date, datetime, time, timedelta
from typing import Any, BinaryIO
from xml.sax.saxutils import escape

from openpyxl import load_workbook
from openpyxl.utils.exceptions import InvalidFileException

from apps.catalog.imports.cells import CONTROL, MAX_CELL, NUMBER

# What a file may unpack to: far more than what it holds in earnest, far less than what hurts.
MAX_UNPACKED = 400_000_000
# Texts are kept apart from the rows and all of them are needed at once.
MAX_TEXTS = 100_000_000
MAX_PARTS = 1_000
MAX_COLUMNS = 256
# Of Excel itself.
MAX_ROWS = 1_048_576
TEXTS = "xl/sharedStrings.xml"
BROKEN = "This is no Excel file (XLSX), or it is damaged. Save it as XLSX or as CSV UTF-8 and send it again."


class BadWorkbook(ValueError):
    """A file that is not read; the sentence says why."""


def read_rows(file: BinaryIO) -> Iterator[tuple[int, list[str], dict[int, str]]]:
    """Each row of the first sheet: its number, its cells as text, and by place what is wrong with some of them.

    Raises BadWorkbook.
    """
    _require_harmless(file)
    try:
        book = load_workbook(file, read_only=True, keep_links=False, rich_text=False)
        sheet = book.worksheets[0]
        # What the file says of its own size may be wrong.
        sheet.reset_dimensions()
        begins_at, width = _find_heading(sheet)
        rows = sheet.iter_rows(min_row=begins_at, max_col=width)
        for number, row in enumerate(rows, start=begins_at):
            if number > MAX_ROWS:
                raise BadWorkbook(BROKEN)
            texts = [_text_of(cell) for cell in row]
            problems = {place: problem for place, (_, problem) in enumerate(texts) if problem}
            yield number, [text for text, _ in texts], problems
        book.close()
    except BadWorkbook:
        raise
    except MemoryError as error:
        raise BadWorkbook("The file needs more memory than there is; send it as CSV.") from error
    except (InvalidFileException, KeyError, IndexError, ValueError, TypeError, AttributeError) as error:
        # openpyxl trusts the XML that it reads: what it stumbles over is a damaged or a forged file.
        raise BadWorkbook(BROKEN) from error
    except (zipfile.BadZipFile, zipfile.zlib.error, EOFError, OSError, SyntaxError) as error:  # type: ignore[attr-defined]
        raise BadWorkbook(BROKEN) from error


def _find_heading(sheet: Any) -> tuple[int, int]:
    """The first row that says something, and how many of its cells do; what stands beside them has no column."""
    for number, row in enumerate(sheet.iter_rows(max_col=MAX_COLUMNS, max_row=MAX_ROWS), start=1):
        if filled := [place for place, cell in enumerate(row, start=1) if cell.value is not None]:
            return number, filled[-1]
    raise BadWorkbook("The first sheet of the file is empty.")


def _require_harmless(file: BinaryIO) -> None:
    try:
        with zipfile.ZipFile(file) as archive:
            parts = archive.infolist()
    except (zipfile.BadZipFile, NotImplementedError, ValueError, OSError) as error:
        raise BadWorkbook(BROKEN) from error
    if len(parts) > MAX_PARTS or sum(part.file_size for part in parts) > MAX_UNPACKED:
        raise BadWorkbook(f"The file unpacks to more than {MAX_UNPACKED // 1_000_000} MB; send it as CSV.")
    if any(part.filename == TEXTS and part.file_size > MAX_TEXTS for part in parts):
        raise BadWorkbook(f"The file holds more than {MAX_TEXTS // 1_000_000} MB of texts; send it as CSV.")
    file.seek(0)


def _text_of(cell: Any) -> tuple[str, str]:
    """A cell's text as the same cell of a CSV file has it, and what is wrong with it."""
    value = cell.value
    match value:
        case None:
            return "", ""
        case str():
            if cell.data_type == "f":
                return "", "This cell holds a formula; put its value there."
            if cell.data_type == "e":
                return "", f"This cell holds an error ({value[:20]})."
            if len(value) > MAX_CELL:
                return "", f"Use at most {MAX_CELL:,} characters in a cell."
            return value.strip(), ""
        case bool():
            return ("yes" if value else "no"), ""
        case int():
            return str(value), ""
        case float():
            return _number(value), ""
        case datetime():
            return value.isoformat(), ""
        case date():
            return value.isoformat(), ""
        case time() | timedelta():
            return "", "This cell holds a time of day without a date."
    return "", "This cell holds a formula; put its value there."


def _number(value: float) -> str:
    """With the fifteen digits that Excel keeps, so that 0.1 + 0.2 is 0.3."""
    if value.is_integer() and abs(value) < 1e15:
        return str(int(value))
    text = f"{value:.15g}"
    return text if "e" not in text else f"{value:.10f}".rstrip("0")


PARTS = {
    "[Content_Types].xml": (
        '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
        '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        '<Default Extension="xml" ContentType="application/xml"/>'
        '<Override PartName="/xl/workbook.xml" ContentType='
        '"application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"/>'
        '<Override PartName="/xl/worksheets/sheet1.xml" ContentType='
        '"application/vnd.openxmlformats-officedocument.spreadsheetml.worksheet+xml"/></Types>'
    ),
    "_rels/.rels": (
        '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
        '<Relationship Id="rId1" Target="xl/workbook.xml" Type='
        '"http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument"/></Relationships>'
    ),
    "xl/workbook.xml": (
        '<workbook xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main" '
        'xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships">'
        '<sheets><sheet name="Products" sheetId="1" r:id="rId1"/></sheets></workbook>'
    ),
    "xl/_rels/workbook.xml.rels": (
        '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
        '<Relationship Id="rId1" Target="worksheets/sheet1.xml" Type='
        '"http://schemas.openxmlformats.org/officeDocument/2006/relationships/worksheet"/></Relationships>'
    ),
}
DECLARATION = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
# The heading stays in sight.
SHEET = (
    f'{DECLARATION}<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetViews>'
    '<sheetView workbookViewId="0"><pane ySplit="1" topLeftCell="A2" state="frozen"/></sheetView></sheetViews>'
    "<sheetData>"
)
SHEET_END = "</sheetData></worksheet>"


class _Outlet(io.RawIOBase):
    """What the archive writes, to be sent on."""

    def __init__(self) -> None:
        self.pending = bytearray()

    def writable(self) -> bool:
        return True

    def write(self, data: Any) -> int:
        self.pending += data
        return len(data)

    def take(self) -> bytes:
        taken, self.pending = bytes(self.pending), bytearray()
        return taken


def write_rows(rows: Iterable[list[str]], *, numeric: frozenset[int]) -> Iterator[bytes]:
    """A workbook of one sheet as a stream of bytes; cells at the places `numeric` are numbers where they can be."""
    outlet = _Outlet()
    with zipfile.ZipFile(outlet, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        for name, text in PARTS.items():
            archive.writestr(name, DECLARATION + text)
        with archive.open("xl/worksheets/sheet1.xml", "w", force_zip64=True) as sheet:
            sheet.write(SHEET.encode())
            for row in rows:
                sheet.write(_row(row, numeric).encode())
                if len(outlet.pending) > 64 * 1024:
                    yield outlet.take()
            sheet.write(SHEET_END.encode())
    yield outlet.take()


def _row(row: list[str], numeric: frozenset[int]) -> str:
    written = [_cell(text, is_number=place in numeric) for place, text in enumerate(row)]
    return f"<row>{''.join(written)}</row>"


def _cell(text: str, *, is_number: bool) -> str:
    if not text:
        return "<c/>"
    if is_number and len(text) <= 15 and NUMBER.fullmatch(text):
        return f"<c><v>{text}</v></c>"
    return f'<c t="inlineStr"><is><t xml:space="preserve">{escape(CONTROL.sub("", text))}</t></is></c>'
