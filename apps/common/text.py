"""Text that people enter and that is shown to others, or written into a mail."""

from __future__ import annotations

import unicodedata

from django.core.exceptions import ValidationError
from django.utils.translation import gettext

# Controls, surrogates, line and paragraph separators, and what formats text without being seen (directions, zero-width
# spaces): they break lines, or make one name look like another.
REFUSED = frozenset({"Cc", "Cs", "Zl", "Zp", "Cf"})
# Persian and Indian scripts, and some emoji, cannot be written without them.
JOINERS = frozenset("\u200c\u200d")


# Flags of England, Scotland and Wales are spelt with these.
TAGS = frozenset(map(chr, range(0xE0020, 0xE0080)))
MESSAGE_MARKS = JOINERS | TAGS | {"\n"}


def one_line(value: str) -> None:
    """A validator for one line of visible text; for serializers, forms and models.

    A function and no RegexValidator: its pattern in the OpenAPI document would forbid an empty second line.
    """
    if _has_refused(value, allowed=JOINERS):
        raise ValidationError(
            gettext("Leave out line breaks, control characters and invisible characters."), code="one-line"
        )


def message_text(value: str) -> None:
    """A validator for a message of several lines, in any script and with any emoji."""
    if _has_refused(value, allowed=MESSAGE_MARKS):
        raise ValidationError(gettext("Leave out control characters and invisible characters."), code="message")


def with_plain_line_breaks(value: str) -> str:
    """Browsers send a line break of a form as two characters, which would count twice."""
    return value.replace("\r\n", "\n").replace("\r", "\n")


def _has_refused(value: str, *, allowed: frozenset[str]) -> bool:
    return any(unicodedata.category(letter) in REFUSED and letter not in allowed for letter in value)
