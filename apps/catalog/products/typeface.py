"""The shop's typeface for drawn images: which letters it has, and lines that fit."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from functools import cache
from pathlib import Path

import fontpkg_bricolage_grotesque
from PIL import ImageFont

FILE = next((Path(fontpkg_bricolage_grotesque.ROOT) / "files").glob("*.ttf"))
BOLD, MEDIUM = 800, 500
# Optical sizes of the file; letters above are drawn as those of the largest.
OPTICAL_SIZES = (12, 96)
# A code point that no typeface has: what is drawn in place of a letter that is missing.
NO_CHARACTER = "\U0010fffe"
ELLIPSIS = "…"


def font(size: int, weight: int) -> ImageFont.FreeTypeFont:
    """The typeface in pixels. Each caller has its own: two threads cannot draw with one."""
    made = ImageFont.truetype(FILE, size, layout_engine=ImageFont.Layout.BASIC)
    made.set_variation_by_axes([min(max(size, OPTICAL_SIZES[0]), OPTICAL_SIZES[1]), weight, 100])
    return made


def drawable(words: str) -> str:
    """The words without what the typeface does not have (emoji, other alphabets) and without control characters."""
    plain = unicodedata.normalize("NFC", words)
    return " ".join("".join(letter if _is_known(letter) else " " for letter in plain).split())


@cache
def _missing() -> tuple[ImageFont.FreeTypeFont, bytes]:
    measure = font(20, MEDIUM)
    return measure, bytes(measure.getmask(NO_CHARACTER))


@cache
def _is_known(letter: str) -> bool:
    # Apart from letters that belong to what stands before them, which NFC has joined where that can be.
    if unicodedata.category(letter)[0] in "CZM":
        return False
    measure, missing = _missing()
    return bytes(measure.getmask(letter)) != missing


def fitted_lines(
    words: str, *, width: int, sizes: Sequence[int], weight: int, max_lines: int
) -> tuple[ImageFont.FreeTypeFont, list[str]]:
    """The words in at most `max_lines` lines of `width` pixels, in the first of `sizes` that does; what does not fit in
    the last of them is cut."""
    for size in sizes:
        face = font(size, weight)
        lines = _wrapped(words, face, width)
        if len(lines) <= max_lines and all(face.getlength(line) <= width for line in lines):
            return face, lines
    kept = lines[:max_lines]
    if len(lines) > max_lines:
        kept[-1] += ELLIPSIS
    return face, [_cut(line, face, width) for line in kept]


def _wrapped(words: str, face: ImageFont.FreeTypeFont, width: int) -> list[str]:
    lines: list[str] = []
    for word in words.split():
        longer = f"{lines[-1]} {word}" if lines else word
        if lines and face.getlength(longer) <= width:
            lines[-1] = longer
        else:
            lines.append(word)
    return lines


def _cut(line: str, face: ImageFont.FreeTypeFont, width: int) -> str:
    if face.getlength(line) <= width:
        return line
    kept = line.removesuffix(ELLIPSIS)
    while kept and face.getlength(kept + ELLIPSIS) > width:
        kept = kept[:-1]
    return kept.rstrip() + ELLIPSIS
