"""The text search configurations of PostgreSQL, one for each of the shop's languages and one for words as written.

All ignore accents and stop words. A language's configuration knows its stems ("ceramics" is "ceramic"); the plain one
leaves words alone, which is what completing half a word needs. After each `migrate` those are made that are missing, so
that a further language needs no migration; `manage.py catalog refresh_listings` then writes the documents again.
"""

from __future__ import annotations

import re

from django.core.exceptions import ImproperlyConfigured
from django.db import connection

from apps.common.languages import default_language, languages

PLAIN = "streamcart_plain"
# Languages (ISO 639-1) and PostgreSQL's own configurations with their stems; others are searched by whole words.
CONFIGURATIONS = {
    "ar": "arabic",
    "ca": "catalan",
    "da": "danish",
    "de": "german",
    "el": "greek",
    "en": "english",
    "es": "spanish",
    "et": "estonian",
    "eu": "basque",
    "fi": "finnish",
    "fr": "french",
    "ga": "irish",
    "hi": "hindi",
    "hu": "hungarian",
    "hy": "armenian",
    "id": "indonesian",
    "it": "italian",
    "lt": "lithuanian",
    "ne": "nepali",
    "nl": "dutch",
    "no": "norwegian",
    "pt": "portuguese",
    "ro": "romanian",
    "ru": "russian",
    "sr": "serbian",
    "sv": "swedish",
    "ta": "tamil",
    "tr": "turkish",
    "yi": "yiddish",
}
LANGUAGE = re.compile(r"\A[a-z]{2,3}(-[a-z0-9]{2,8})?\Z", re.ASCII)
MAKE = """
    CREATE TEXT SEARCH CONFIGURATION {name} (COPY = pg_catalog.{base});
    ALTER TEXT SEARCH CONFIGURATION {name} ALTER MAPPING FOR hword, hword_part, word WITH unaccent, {stems}
"""


def configuration_of(language: str) -> str:
    """The configuration that searches in a language of the shop; of any other, the one of the first language.

    Raises ImproperlyConfigured for a setting that is no code of a language, as its name becomes part of SQL.
    """
    code = language if language in languages() else default_language()
    if not LANGUAGE.match(code):
        raise ImproperlyConfigured(f"SHOP_LANGUAGES has {code!r}; use codes such as de or pt-br.")
    return f"streamcart_{code.replace('-', '_')}"


def make_missing() -> None:
    """Make the configurations of languages that have none yet. 1 query, and 1 for each that is missing."""
    wanted = {configuration_of(language): language for language in languages()}
    with connection.cursor() as cursor:
        cursor.execute("SELECT cfgname FROM pg_ts_config WHERE cfgname = ANY(%s)", [list(wanted)])
        for name in sorted(wanted.keys() - {row[0] for row in cursor.fetchall()}):
            base = CONFIGURATIONS.get(wanted[name].partition("-")[0], "simple")
            stems = "simple" if base == "simple" else f"{base}_stem"
            cursor.execute(MAKE.format(name=name, base=base, stems=stems))
