"""PDF files from the layouts in `typst/`: data in, bytes out; the same data makes the same bytes."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any, Final

import fontpkg_bricolage_grotesque
import typst

from apps.payment.documents.letters import drawable

LAYOUTS = Path(__file__).parent / "typst"
TYPEFACE = Path(fontpkg_bricolage_grotesque.ROOT) / "files"
# For archives, with files attached.
STANDARD: Final = "a-3b"


class TypesettingFailed(Exception):
    """The layout and the data do not go together: a fault of this program."""


def typeset(layout: str, data: Mapping[str, Any], *, made_at: datetime, xml: bytes = b"") -> bytes:
    """The PDF of a layout; `made_at` is its date. Texts are made drawable. Raises TypesettingFailed."""
    inputs = {"data": json.dumps(_drawable(data)), "xml": xml.decode()}
    # One for each file: a compiler serves no two threads at once, and costs nothing beside the fonts.
    compiler = typst.Compiler(root=LAYOUTS, font_paths=_fonts())
    try:
        made = compiler.compile(
            LAYOUTS / f"{layout}.typ",
            format="pdf",
            sys_inputs=inputs,
            pdf_standards=STANDARD,
            timestamp=int(made_at.timestamp()),
        )
    except typst.TypstError as error:
        raise TypesettingFailed(f"{layout}: {error}") from error
    if not isinstance(made, bytes):
        raise TypesettingFailed(f"{layout}: no file was made.")
    return made


@cache
def _fonts() -> typst.Fonts:
    """The shop's typeface alone, so that a file looks the same wherever it is made."""
    return typst.Fonts(include_system_fonts=False, include_embedded_fonts=False, font_paths=[TYPEFACE])


def _drawable(value: Any) -> Any:
    match value:
        case str():
            return drawable(value)
        case Mapping():
            return {key: _drawable(part) for key, part in value.items()}
        case list() | tuple():
            return [_drawable(part) for part in value]
    return value
