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


def one_line(value: str) -> None:
    """A validator for one line of visible text; for serializers, forms and models.

    A function and no RegexValidator: its pattern in the OpenAPI document would forbid an empty second line.
    """
    if any(unicodedata.category(letter) in REFUSED and letter not in JOINERS for letter in value):
        raise ValidationError(
            gettext("Leave out line breaks, control characters and invisible characters."), code="one-line"
        )
