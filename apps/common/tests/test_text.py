"""Messages of several lines: any script, no controls."""

from __future__ import annotations

import pytest
from django.core.exceptions import ValidationError

from apps.common.text import message_text, with_plain_line_breaks

FLAG_OF_ENGLAND = "\U0001f3f4\U000e0067\U000e0062\U000e0065\U000e006e\U000e0067\U000e007f"


@pytest.mark.parametrize(
    "text", ["", "Ada\n\nGrace", "お誕生日", "مبروك", "می‌خواهم", "👩‍👩‍👧", FLAG_OF_ENGLAND, "🇩🇪", "e\u0301"]
)
def test_message_is_any_script_and_emoji(text):
    message_text(text)


@pytest.mark.parametrize("text", ["a\x00", "a\tb", "a\rb", "a\x1b[1m", "a\u202eb", "a\u200bb", "a\u2028b", "\ud800"])
def test_control_and_invisible_characters_are_refused(text):
    with pytest.raises(ValidationError, match="control characters"):
        message_text(text)


def test_line_breaks_are_one_character():
    assert with_plain_line_breaks("a\r\nb\rc\nd") == "a\nb\nc\nd"
