"""The part of an address that is made from a name. Products, brands, categories, collections, attributes and their
choices all use it, so that the same name always gives the same slug.
"""

from __future__ import annotations

import re
import unicodedata

from anyascii import anyascii
from django.utils.text import slugify

# anyascii spells out symbols such as emoji: ":grinning:".
SYMBOL_NAME = re.compile(r":([a-z0-9_+-]+):")


def slug_of(text: str, *, limit: int) -> str:
    """`grosse-strassenkarte-lodz` for `Große Straßenkarte Łódź`; every script is written in Latin letters.

    Empty when nothing of the text can be written so.
    """
    latin = anyascii(unicodedata.normalize("NFKC", text))
    return slugify(SYMBOL_NAME.sub(r" \1 ", latin))[:limit].strip("-_")
