"""Full-text search in PostgreSQL: the document of a product, and the query of a shopper."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from django.contrib.postgres.search import SearchQuery
from django.db import connection
from django.db.models import Q
from django.db.models.expressions import RawSQL

from apps.catalog.discovery import postings
from apps.catalog.discovery.models import SearchDocument
from apps.catalog.discovery.search_configurations import PLAIN, configuration_of
from apps.catalog.products.models import Product, Variant
from apps.common.languages import default_language

TERM = re.compile(r'(?P<minus>(?<![^\s])-)?(?:"(?P<phrase>[^"]*)"|(?P<words>[^\s"]+))')
WORD = re.compile(r"[^\W_]+", re.UNICODE)
MAX_WORDS = 8
# pg_trgm's similarity above which a word may be what a misspelt one meant: "brss" ~ "brass" has 0.375, while
# "table" ~ "cable" has 0.33.
SIMILAR_ENOUGH = 0.35

# For each word that occurs in no product (and is no stop word), the most similar one that products hold. Counting makes
# PostgreSQL take the index; for NOT EXISTS it expects an early hit and reads the whole table when there is none. Words
# that are known need no counting of all that they occur in.
MEANT = """
    WITH asked AS MATERIALIZED (
        SELECT word FROM unnest(%(words)s::text[]) AS typed (word)
        WHERE NOT EXISTS (SELECT 1 FROM discovery_searchword AS known WHERE known.word = typed.word)
    )
    SELECT asked.word, similar_word.word
    FROM asked
        CROSS JOIN LATERAL (
            SELECT to_tsquery(%(stems)s, quote_literal(asked.word))
                || to_tsquery('streamcart_plain', quote_literal(asked.word) || ':*') AS query
        ) AS typed
        CROSS JOIN LATERAL (
            SELECT s.word FROM discovery_searchword AS s
            WHERE s.word %% asked.word AND similarity(s.word, asked.word) >= %(similar)s
            ORDER BY similarity(s.word, asked.word) DESC, s.word LIMIT 1
        ) AS similar_word
    WHERE numnode(typed.query) > 0
        AND 0 = (SELECT count(*) FROM discovery_searchdocument WHERE is_published AND document @@ typed.query)
"""

# What holds phrases, or lacks words, with PostgreSQL's rank (weights of D, C, B, A).
FIND = """
    SELECT number, ts_rank('{{0.05, 0.2, 0.4, 1.0}}', document, query) AS rank
    FROM discovery_searchdocument, (SELECT {query} AS query) AS asked
    WHERE is_published AND document @@ query
"""
# Two columns of bytes instead of rows: a word of ten thousand products takes half the time.
IN_COLUMNS = """
    SELECT string_agg(int4send(number), ''), string_agg(float4send(rank::real), '') FROM ({found}) AS found
"""
# PostgreSQL's ranks in thousandths.
RANK = 1_000
ARTICLE_NUMBER = re.compile(r"\A(?=.*\d)[\w.-]{4,40}\Z", re.ASCII)


@dataclass(frozen=True, slots=True)
class Term:
    """A word, or a phrase of several, that must (or must not) occur."""

    words: tuple[str, ...]
    is_phrase: bool = False
    is_excluded: bool = False

    def query(self, stems: str) -> tuple[str, list[str]]:
        """A tsquery and its parameters."""
        text = " ".join(self.words)
        if self.is_excluded:
            return "!! phraseto_tsquery(%s, %s)", [stems, text]
        if self.is_phrase:
            return "phraseto_tsquery(%s, %s)", [stems, text]
        # Quoted, so that no operator of the query language can stand in it.
        parameters = [stems, text, PLAIN, f"'{text}':*"]
        return "(phraseto_tsquery(%s, %s) || to_tsquery(%s, %s))", parameters


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
    """What a search text found: products' numbers, and how well each matches, as integers.

    `corrected` is the text that was searched for instead when words were misspelt.
    """

    numbers: np.ndarray
    ranks: np.ndarray
    # Which of them have all words in their titles; none where phrases or excluded words were searched for.
    in_title: np.ndarray
    corrected: str | None = None


NOTHING = Match(np.empty(0, dtype=np.int64), np.empty(0, dtype=np.int64), np.empty(0, dtype=bool))


def find(text: str, *, language: str, packed_in: int) -> Match:
    """What is published and matches; words that occur nowhere are read as similar ones. 1 query, or up to 3.

    `packed_in` is what the index knows of postings. Who types a number of an article means that article.
    """
    terms = terms_of(text)
    if not terms:
        return NOTHING
    stems = configuration_of(language)
    article = text.strip() if ARTICLE_NUMBER.match(text.strip()) else ""
    match = _found(terms, stems, packed_in, article=article)
    if len(match.numbers):
        return match
    corrected = _correct(terms, stems)
    if corrected == terms:
        return match
    return replace(_found(corrected, stems, packed_in), corrected=" ".join(map(_as_text, corrected)))


def _found(terms: list[Term], stems: str, packed_in: int, *, article: str = "") -> Match:
    if not any(term.is_phrase or term.is_excluded for term in terms):
        words = [word for term in terms for word in term.words]
        return Match(*postings.look_up(words, article=article, stems=stems, packed_in=packed_in))
    queries = [term.query(stems) for term in terms]
    statement = FIND.format(query=" && ".join(query for query, _ in queries))
    with connection.cursor() as cursor:
        cursor.execute(IN_COLUMNS.format(found=statement), [value for _, values in queries for value in values])
        numbers, ranks = (column or b"" for column in cursor.fetchone())
    found = np.frombuffer(numbers, ">i4").astype(np.int64)
    return Match(found, (np.frombuffer(ranks, ">f4") * RANK).astype(np.int64), np.zeros(len(found), dtype=bool))


# All that has these words, drafts too, or a SKU that begins so, or this barcode: for staff.
MATCHING = """
    SELECT product_id FROM discovery_searchdocument WHERE document @@ ({query})
    UNION SELECT product_id FROM products_variant WHERE sku LIKE %s OR barcode = %s
"""


def matching(text: str) -> RawSQL:
    """The pks of products that staff may mean, as a subquery."""
    queries = [term.query(configuration_of(default_language())) for term in terms_of(text)] or [("NULL::tsquery", [])]
    parameters = [value for _, values in queries for value in values]
    article = text.strip().replace("\x00", "")
    pattern = re.sub(r"([\\%_])", r"\\\1", article) + "%"
    statement = MATCHING.format(query=" && ".join(query for query, _ in queries))
    return RawSQL(statement, [*parameters, pattern, article])  # noqa: S611  (made of constants; values are parameters)


def _as_text(term: Term) -> str:
    words = " ".join(term.words)
    return f"{'-' if term.is_excluded else ''}{f'"{words}"' if term.is_phrase else words}"


def _correct(terms: list[Term], stems: str) -> list[Term]:
    """The terms with each single word that no product holds replaced by the most similar known one. 1 query."""
    asked = [term.words[0] for term in terms if not term.is_phrase and not term.is_excluded]
    with connection.cursor() as cursor:
        cursor.execute(MEANT, {"words": asked, "similar": SIMILAR_ENOUGH, "stems": stems})
        meant = dict(cursor.fetchall())
    return [
        term if term.is_phrase or term.is_excluded else Term((meant.get(term.words[0], term.words[0]),))
        for term in terms
    ]


def products_found(text: str) -> Any:
    """Ids of products that hold all words, as browsing finds them, or that a SKU, barcode or slug names."""
    named = Variant.objects.filter(Q(sku=text) | Q(barcode=text)).values("product_id")
    found = named.union(Product.objects.filter(slug=text).values("pk"))
    queries = [_query(" ".join(term.words), is_excluded=term.is_excluded) for term in terms_of(text)]
    if not queries:
        return found
    document = queries[0]
    for query in queries[1:]:
        document = document & query
    return found.union(SearchDocument.objects.filter(document=document).values("product_id"))


def _query(words: str, *, is_excluded: bool) -> Any:
    stems = SearchQuery(words, config=configuration_of(default_language()), search_type="phrase")
    if is_excluded:
        return ~stems
    return stems | SearchQuery(f"'{words}':*", config=PLAIN, search_type="raw")
