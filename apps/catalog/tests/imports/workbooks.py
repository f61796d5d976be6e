"""Workbooks that openpyxl does not write: odd, old, strict and broken ones."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterable

MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
RELATIONSHIPS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
STRICT_MAIN = "http://purl.oclc.org/ooxml/spreadsheetml/main"
STRICT_RELATIONSHIPS = "http://purl.oclc.org/ooxml/officeDocument/relationships"
PACKAGE = "http://schemas.openxmlformats.org/package/2006"


def text_cell(text: str) -> str:
    return f'<c t="inlineStr"><is><t>{text}</t></is></c>'


def number_cell(number: float | str, *, style: int = 0) -> str:
    return f'<c s="{style}"><v>{number}</v></c>'


def sheet_of(*rows: Iterable[str], main: str = MAIN) -> str:
    """A sheet of cells as XML; texts that are no XML become cells."""
    lines = ("".join(cell if cell.startswith("<") else text_cell(cell) for cell in row) for row in rows)
    data = "".join(f"<row>{line}</row>" for line in lines)
    return f'<worksheet xmlns="{main}"><sheetData>{data}</sheetData></worksheet>'


def workbook_of(
    sheets: dict[str, str],
    *,
    hidden: Iterable[str] = (),
    formats: Iterable[str] = (),
    styles: str = "",
    texts: str = "",
    is_strict: bool = False,
    has_1904_dates: bool = False,
    others: dict[str, str] | None = None,
) -> bytes:
    """A file of these sheets; style 0 is general, then one of each of `formats`. `styles` is a whole part instead."""
    main = STRICT_MAIN if is_strict else MAIN
    kinds = STRICT_RELATIONSHIPS if is_strict else RELATIONSHIPS
    named = list(enumerate(sheets, start=1))
    states = dict.fromkeys(hidden, ' state="hidden"')
    links = [(f"rId{n}", "worksheet", f"worksheets/sheet{n}.xml") for n, _ in named]
    links += [("rIdStyles", "styles", "styles.xml")]
    links += [("rIdTexts", "sharedStrings", "sharedStrings.xml")] if texts else []
    parts = {
        "_rels/.rels": _links(kinds, [("rId1", "officeDocument", "xl/workbook.xml")]),
        "xl/_rels/workbook.xml.rels": _links(kinds, links),
        "xl/workbook.xml": (
            f'<workbook xmlns="{main}" xmlns:r="{kinds}"><workbookPr date1904="{int(has_1904_dates)}"/><sheets>'
            + "".join(f'<sheet name="{s}" sheetId="{n}"{states.get(s, "")} r:id="rId{n}"/>' for n, s in named)
            + "</sheets></workbook>"
        ),
        "xl/styles.xml": styles or _styles(list(formats), main),
        **{f"xl/worksheets/sheet{n}.xml": sheets[name] for n, name in named},
        **({"xl/sharedStrings.xml": texts} if texts else {}),
        **(others or {}),
    }
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in parts.items():
            archive.writestr(name, text)
    return buffer.getvalue()


def _links(kinds: str, links: Iterable[tuple[str, str, str]]) -> str:
    made = "".join(f'<Relationship Id="{pk}" Type="{kinds}/{kind}" Target="{to}"/>' for pk, kind, to in links)
    return f'<Relationships xmlns="{PACKAGE}/relationships">{made}</Relationships>'


def _styles(formats: list[str], main: str) -> str:
    codes = "".join(f'<numFmt numFmtId="{n}" formatCode="{code}"/>' for n, code in enumerate(formats, start=164))
    used = "".join(f'<xf numFmtId="{n}"/>' for n in (0, *range(164, 164 + len(formats))))
    return (
        f'<styleSheet xmlns="{main}"><numFmts count="{len(formats)}">{codes}</numFmts>'
        f'<cellStyleXfs><xf numFmtId="14"/></cellStyleXfs><cellXfs>{used}</cellXfs></styleSheet>'
    )


def protected_file() -> bytes:
    """What Excel makes of a workbook with a password: an old container with an encrypted stream."""
    folder = b"".join(
        name.encode("utf-16-le").ljust(64, b"\0") + bytes(64)
        for name in ("Root Entry", "EncryptedPackage", "EncryptionInfo")
    )
    return b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1".ljust(512, b"\0") + bytes(512) + folder
