"""Languages of tracks: what files call them, what playlists call them (BCP 47), and how they are shown to viewers."""

from __future__ import annotations

import pycountry
from babel import Locale, UnknownLocaleError

UNKNOWN = "und"


def tag_of(code: str) -> str:
    """`de` for `ger`, `deu` and `de`; `pt-BR` stays; `und` for what is no language."""
    base, _, rest = code.replace("_", "-").partition("-")
    base = base.casefold()
    if len(base) == 3 and base.isalpha():
        row = pycountry.languages.get(alpha_3=base) or pycountry.languages.get(bibliographic=base)
        if row is None:
            return UNKNOWN
        base = getattr(row, "alpha_2", row.alpha_3)
    elif len(base) != 2 or pycountry.languages.get(alpha_2=base) is None:
        return UNKNOWN
    return f"{base}-{rest}" if rest and base != UNKNOWN else base


def own_name(tag: str) -> str:
    """`Deutsch` for `de`: viewers look for their language in its own words. The tag for what has no name."""
    try:
        name = Locale.parse(tag, sep="-").get_display_name()
    except (UnknownLocaleError, ValueError):
        return tag
    return (name[:1].upper() + name[1:]) if name else tag
