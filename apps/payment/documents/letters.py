"""Texts in the letters that the shop's typeface has.

It is a Latin one, and PDF/A admits no missing letter. Other alphabets are written in Latin letters (王小明 becomes
WangXiaoMing), as a carrier reads them; symbols and emoji are left out. The XML in the PDF keeps every text as it is.
"""

from __future__ import annotations

import unicodedata

from anyascii import anyascii

# The printable characters of Bricolage Grotesque beyond ASCII; a test draws all of them.
RANGES = (
    (0x20, 0x7E),
    (0xA0, 0xA3),
    (0xA5, 0xAC),
    (0xAE, 0x107),
    (0x10A, 0x113),
    (0x116, 0x11B),
    (0x11E, 0x123),
    (0x126, 0x12B),
    (0x12E, 0x133),
    (0x136, 0x137),
    (0x139, 0x13E),
    (0x141, 0x148),
    (0x14A, 0x14D),
    (0x150, 0x15B),
    (0x15E, 0x161),
    (0x164, 0x165),
    (0x168, 0x17E),
    (0x1A0, 0x1A1),
    (0x1AF, 0x1B0),
    (0x218, 0x21B),
    (0x1E80, 0x1E85),
    (0x1E9E, 0x1E9E),
    (0x1EA0, 0x1EF9),
    (0x2013, 0x2014),
    (0x2018, 0x201A),
    (0x201C, 0x201E),
    (0x2022, 0x2022),
    (0x2026, 0x2026),
    (0x202F, 0x202F),
    (0x2039, 0x203A),
    (0x20AC, 0x20AC),
    (0x2122, 0x2122),
    (0x2212, 0x2212),
)
KNOWN = frozenset(chr(code) for first, last in RANGES for code in range(first, last + 1))


def drawable(text: str) -> str:
    """The text in known letters; empty for one that has none, not even by transliteration."""
    plain = unicodedata.normalize("NFC", text)
    drawn = "".join(letter if letter in KNOWN else _transliterated(letter) for letter in plain)
    return " ".join(word for word in drawn.split(" ") if word)


def _transliterated(letter: str) -> str:
    """Letters, numbers and punctuation as ASCII has them; a space for everything else."""
    category = unicodedata.category(letter)
    if category[0] in "LNP":
        return anyascii(letter)
    return " " if category[0] in "ZS" or category == "Cc" else ""
