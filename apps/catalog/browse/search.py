"""Full-text search in PostgreSQL: the document of a product, and the query of a shopper."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import reduce
from operator import and_

from django.contrib.postgres.search import SearchQuery, SearchQueryCombinable, SearchRank
from django.db import connection
from django.db.models import ExpressionWrapper, F, IntegerField, QuerySet, Value
from django.db.models.functions import Cast, Least

from apps.catalog.products.models import Product

# The text search configurations that migrations make, both without accents and stop words: English stems ("ceramics"
# is "ceramic"), and words as they are written, which is what completion of half a word needs.
STEMS = "streamcart"
PLAIN = "streamcart_plain"
TERM = re.compile(r'(?P<minus>(?<![^\s])-)?(?:"(?P<phrase>[^"]*)"|(?P<words>[^\s"]+))')
WORD = re.compile(r"[^\W_]+", re.UNICODE)
MAX_WORDS = 8
# pg_trgm's similarity above which a word may be what a misspelt one meant: "brss" ~ "brass" has 0.375, while
# "house" ~ "mouse" has 0.33.
SIMILAR_ENOUGH = 0.35

# For each word that occurs in no product (and is no stop word), the most similar one that products hold. Counting makes
# PostgreSQL take the index; for NOT EXISTS it expects an early hit and reads the whole table when there is none.
MEANT = """
    SELECT asked.word, similar_word.word
    FROM unnest(%(words)s::text[]) AS asked (word)
        CROSS JOIN LATERAL (
            SELECT to_tsquery('streamcart', quote_literal(asked.word))
                || to_tsquery('streamcart_plain', quote_literal(asked.word) || ':*') AS query
        ) AS typed
        CROSS JOIN LATERAL (
            SELECT s.word FROM browse_searchword AS s
            WHERE s.word %% asked.word AND similarity(s.word, asked.word) >= %(similar)s
            ORDER BY similarity(s.word, asked.word) DESC, s.word LIMIT 1
        ) AS similar_word
    WHERE numnode(typed.query) > 0
        AND 0 = (SELECT count(*) FROM browse_listing WHERE is_published AND document @@ typed.query)
"""


@dataclass(frozen=True, slots=True)
class Term:
    """A word, or a phrase of several, that must (or must not) occur."""

    words: tuple[str, ...]
    is_phrase: bool = False
    is_excluded: bool = False

    def query(self) -> SearchQueryCombinable:
        stems = SearchQuery(" ".join(self.words), config=STEMS, search_type="phrase")
        if self.is_excluded:
            return ~stems
        # Quoted, so that no operator of the query language can stand in it.
        return stems if self.is_phrase else stems | SearchQuery(f"'{self.words[0]}':*", config=PLAIN, search_type="raw")


def terms_of(text: str) -> list[Term]:
    """What somebody typed, as a web search reads it: words, "exact phrases", -excluded ones."""
    terms: list[Term] = []
    for match in TERM.finditer(text.lower()):
        words = tuple(WORD.findall(match["phrase"] or match["words"] or ""))
        if match["minus"] or match["phrase"]:
            is_phrase = len(words) > 1 or bool(match["phrase"])
            terms += [Term(words, is_phrase=is_phrase, is_excluded=bool(match["minus"]))] if words else []
        else:
            terms += [Term((word,)) for word in words]
    return terms[:MAX_WORDS]


@dataclass(frozen=True, slots=True)
class Match:
    """What a search text stands for, decided once a request: its own words, or what they seem to mean.

    `corrected` is the text that was searched for instead when words were misspelt.
    """

    query: SearchQueryCombinable | None
    corrected: str | None = None

    def among(self, products: QuerySet[Product]) -> QuerySet[Product]:
        """Products that match, each with an integer `relevance` to sort by."""
        if self.query is None:
            return products.annotate(relevance=Value(0)).none()
        # An integer keeps its value on the way through a cursor, a float does not. Best sellers win ties.
        rank = Cast(SearchRank(F("listing__document"), self.query) * Value(1_000_000.0), IntegerField())
        popular = Least("sales_count", Value(1000), output_field=IntegerField())
        relevance = ExpressionWrapper(rank + popular, IntegerField())
        return products.filter(listing__document=self.query).annotate(relevance=relevance)


def resolve(text: str, products: QuerySet[Product]) -> Match:
    """How to search `products` for `text`; words that occur nowhere are read as similar ones. 1 query, or 2."""
    terms = terms_of(text)
    if not terms:
        return Match(None)
    match = Match(_all(terms))
    if match.among(products).exists():
        return match
    corrected = _correct(terms)
    if corrected == terms:
        return match
    return Match(_all(corrected), corrected=" ".join(_as_text(term) for term in corrected))


def _all(terms: list[Term]) -> SearchQueryCombinable:
    return reduce(and_, (term.query() for term in terms))


def _as_text(term: Term) -> str:
    words = " ".join(term.words)
    return f"{'-' if term.is_excluded else ''}{f'"{words}"' if term.is_phrase else words}"


def _correct(terms: list[Term]) -> list[Term]:
    """The terms with each single word that no product holds replaced by the most similar known one. 1 query."""
    asked = [term.words[0] for term in terms if not term.is_phrase and not term.is_excluded]
    with connection.cursor() as cursor:
        cursor.execute(MEANT, {"words": asked, "similar": SIMILAR_ENOUGH})
        meant = dict(cursor.fetchall())
    return [
        term if term.is_phrase or term.is_excluded else Term((meant.get(term.words[0], term.words[0]),))
        for term in terms
    ]
