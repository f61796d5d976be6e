"""Excel files (XLSX) written as a stream."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Iterable, Iterator
from typing import Any
from xml.sax.saxutils import escape

from apps.catalog.imports.cells import CONTROL, NUMBER

# What a reader of workbooks would take for an escaped character; its underscore is escaped itself.
ESCAPE = re.compile(r"_(?=x[0-9A-Fa-f]{4}_)")

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
    """Write-only file that collects the bytes of the archive until they are sent."""

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
    shown = escape(ESCAPE.sub("_x005F_", CONTROL.sub("", text)))
    return f'<c t="inlineStr"><is><t xml:space="preserve">{shown}</t></is></c>'
