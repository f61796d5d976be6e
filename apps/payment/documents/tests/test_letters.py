"""What the typeface has is drawn, everything else is written in its letters."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from apps.payment.documents import typesetting
from apps.payment.documents.letters import KNOWN, drawable
from apps.payment.documents.typesetting import TypesettingFailed, typeset

SLIP = {
    "language": "en",
    "author": "StreamCart",
    "shop": "StreamCart",
    "date": {"year": 2026, "month": 3, "day": 2},
    "sender": ["StreamCart"],
    "recipient": ["Ada"],
    "recipient_label": "Deliver to",
    "foot": ["StreamCart"],
    "page": "Page {page} of {pages}",
    "title": "Packing slip",
    "heading": "Packing slip",
    "details": [["Order", "SC-1"]],
    "columns": ["Quantity", "Item", "SKU"],
    "rows": [],
    "notes": [],
    "message": [],
    "message_label": "",
}
NOW = datetime(2026, 3, 2, tzinfo=UTC)


def test_every_known_letter_is_in_the_typeface() -> None:
    # PDF/A admits no missing letter, so a file is proof.
    assert typeset("packing_slip", SLIP | {"notes": ["".join(sorted(KNOWN))]}, made_at=NOW).startswith(b"%PDF-1.7")


def test_a_letter_that_the_typeface_lacks_would_fail(monkeypatch) -> None:
    monkeypatch.setattr(typesetting, "drawable", str)
    with pytest.raises(TypesettingFailed):
        typeset("packing_slip", SLIP | {"notes": ["王"]}, made_at=NOW)


@pytest.mark.parametrize(
    ("text", "drawn"),
    [
        ("Łódź, Øvre Straße, Ștefan, Nguyễn", "Łódź, Øvre Straße, Ștefan, Nguyễn"),
        ("王小明", "WangXiaoMing"),
        ("Γιώργος", "Giorgos"),
        ("Юлия", "Yuliya"),
        ("Lamp 🎉 brass", "Lamp brass"),
        ("a\u0308", "ä"),
        ("19,99\N{NO-BREAK SPACE}€", "19,99\N{NO-BREAK SPACE}€"),
        ("tab\there\x00", "tab here"),
        ("🎉", ""),
    ],
)
def test_other_alphabets_are_written_in_latin_letters(text: str, drawn: str) -> None:
    assert drawable(text) == drawn


def test_markup_of_the_layout_is_text() -> None:
    evil = ['#panic[x] *bold* $x$ @ref <label> \\ #read("/etc/passwd") `raw`']
    assert typeset("packing_slip", SLIP | {"notes": evil, "recipient": evil}, made_at=NOW).startswith(b"%PDF")


def test_the_same_data_make_the_same_file() -> None:
    assert typeset("packing_slip", SLIP, made_at=NOW) == typeset("packing_slip", SLIP, made_at=NOW)
