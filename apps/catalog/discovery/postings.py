"""Which products hold a word, packed into one row a word: a common word is read at once instead of product by product.

Packing happens in the background. A document that changed since is read itself, so no result depends on when that was
(decision 0017).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

import numpy as np
from django.db import connection, transaction

TITLE_WEIGHT = 100
# Of a hundred, by what holds the word: title, brand and category, attributes, summary and description.
WEIGHT = f"""
    set_byte('\\x00'::bytea, 0, CASE
        WHEN 'A' = ANY(held.weights) THEN {TITLE_WEIGHT} WHEN 'B' = ANY(held.weights) THEN 40
        WHEN 'C' = ANY(held.weights) THEN 20 ELSE 5 END)
"""
# What a whole word counts, and one that is only begun: "cup" is rather a cup than a cupboard.
WHOLE, BEGUN = 10, 8
ARTICLE_RANK = 1_000_000
# So many documents may change before all are packed again, in a small shop fewer: each is read by every search.
MOST_CHANGED = 1_000
PACKING_LOCK = 5_170

# Transactions from the one on have not begun, those before the other have ended, anywhere on the server.
NOT_BEGUN = "pg_snapshot_xmax(pg_current_snapshot())::text::bigint"
STILL_OPEN = "pg_snapshot_xmin(pg_current_snapshot())::text::bigint"
# Documents that transactions from this one on wrote are not surely packed. 0 when none are: also when the number is
# beyond the last transaction, since the database was restored from a backup of another server then.
PACKED_IN = f"coalesce((SELECT packed_in FROM discovery_packing WHERE packed_in <= {NOT_BEGUN}), 0)"  # noqa: S608  (constant)
CHANGED = f"(%(packed_in)s = 0 OR (d.changed_in >= %(packed_in)s AND d.changed_in < {NOT_BEGUN}))"
# A typed word as documents hold it: how it begins, and its stems. Of one that becomes two without accents ("½"), each
# has to occur. What is no word to PostgreSQL is not asked for. Stop words are left out beside others; alone they are
# what longer words begin with ("no" of "Nosferatu").
TYPED = """
    WITH words AS MATERIALIZED (
        SELECT part, word FROM unnest(%(words)s::text[]) AS word
            CROSS JOIN LATERAL unnest(tsvector_to_array(to_tsvector('streamcart_plain', word))) AS part
    ), typed AS MATERIALIZED (
        SELECT (row_number() OVER ())::int AS term, part AS begin,
            tsvector_to_array(to_tsvector(%(stems)s, word)) AS stems
        FROM (
            SELECT part, word FROM words
            UNION ALL SELECT part, word FROM unnest(%(words)s::text[]) AS word
                CROSS JOIN LATERAL unnest(tsvector_to_array(to_tsvector('simple', unaccent(word)))) AS part
            WHERE NOT EXISTS (SELECT 1 FROM words)
        ) AS asked
    ), query AS (
        SELECT string_agg(quoted, ' | ')::tsquery AS any_word FROM (
            SELECT '''' || replace(begin, '''', '''''') || ''':*' AS quoted FROM typed
            UNION SELECT '''' || replace(stem, '''', '''''') || '''' FROM typed CROSS JOIN LATERAL unnest(stems) AS stem
        ) AS words
    )
    SELECT 'typed', term, NULL, NULL, NULL FROM typed
"""
PACKED = """
    SELECT 'packed', term, word = begin OR word = ANY(stems), string_agg(numbers, ''), string_agg(weights, '')
    FROM typed CROSS JOIN LATERAL (
        SELECT * FROM discovery_posting WHERE word >= begin AND word < begin || U&'\\+10FFFF'
        UNION ALL SELECT * FROM discovery_posting WHERE word = ANY(stems) AND NOT word ^@ begin
    ) AS packed
    GROUP BY 2, 3
"""
WHICH_CHANGED = f"""
    SELECT 'changed', NULL, NULL, string_agg(int4send(d.number), ''), NULL
    FROM discovery_searchdocument AS d WHERE {CHANGED}
"""  # noqa: S608  (made of constants of this module)
READ = f"""
    SELECT 'read', term, held.lexeme = begin OR held.lexeme = ANY(stems),
        string_agg(int4send(d.number), ''), string_agg({WEIGHT}, '')
    FROM discovery_searchdocument AS d
        CROSS JOIN LATERAL unnest(d.document) AS held
        JOIN typed ON held.lexeme ^@ begin OR held.lexeme = ANY(stems)
    WHERE d.is_published AND d.document @@ (SELECT any_word FROM query) AND {CHANGED}
    GROUP BY 2, 3
"""  # noqa: S608  (made of constants of this module)
ARTICLE = """
    SELECT 'article', NULL, NULL, string_agg(int4send(d.number), ''), NULL
    FROM products_variant AS v JOIN discovery_searchdocument AS d ON d.product_id = v.product_id
    WHERE (v.sku = %(article)s OR v.barcode = %(article)s) AND d.is_published
"""

PACK = f"""
    WITH packed AS MATERIALIZED (
        SELECT held.lexeme AS word, string_agg(int4send(d.number), '' ORDER BY d.number) AS numbers,
            string_agg({WEIGHT}, '' ORDER BY d.number) AS weights
        FROM discovery_searchdocument AS d CROSS JOIN LATERAL unnest(d.document) AS held
        WHERE d.is_published GROUP BY held.lexeme
    ), gone AS (
        DELETE FROM discovery_posting AS former
        WHERE NOT EXISTS (SELECT 1 FROM packed WHERE packed.word = former.word COLLATE "default")
    )
    INSERT INTO discovery_posting AS former (word, numbers, weights) SELECT word, numbers, weights FROM packed
    ON CONFLICT (word) DO UPDATE SET numbers = excluded.numbers, weights = excluded.weights
        WHERE former.numbers <> excluded.numbers OR former.weights <> excluded.weights
"""  # noqa: S608  (made of constants of this module)
# A transaction that is still open, anywhere on the server, keeps what was written since from being packed: then packing
# again would change nothing.
TO_PACK = f"""
    SELECT count(*) FILTER (WHERE {CHANGED} AND (%(packed_in)s = 0 OR d.changed_in < {STILL_OPEN})), count(*)
    FROM discovery_searchdocument AS d
"""  # noqa: S608  (made of constants of this module)


class Found(NamedTuple):
    """Products' numbers, ascending, with how well each matches.

    A rank is the sum over the words of the weight of the best place that holds each. `in_title` says whether titles (of
    any language) hold all of them.
    """

    numbers: np.ndarray
    ranks: np.ndarray
    in_title: np.ndarray


def look_up(words: Sequence[str], *, article: str, stems: str, packed_in: int) -> Found:
    """The published products that hold all words, whole or begun, or are this article. 1 query.

    `stems` names a text search configuration; `packed_in` is what PACKED_IN was at any time before.
    """
    parts = [TYPED, READ, *((PACKED, WHICH_CHANGED) if packed_in else ()), *((ARTICLE,) if article else ())]
    values: dict[str, Any] = {"words": list(words), "article": article, "stems": stems, "packed_in": packed_in}
    with connection.cursor() as cursor:
        cursor.execute(" UNION ALL ".join(parts), values)
        return _combined(cursor.fetchall())


def _combined(rows: Iterable[tuple[str, int | None, bool | None, Any, Any]]) -> Found:
    read = [(kind, term, is_whole, _numbers(numbers), weights) for kind, term, is_whole, numbers, weights in rows]
    room = 1 + max((int(numbers.max(initial=-1)) for *_, numbers, _ in read), default=-1)
    marked = {"changed": np.zeros(room, dtype=bool), "article": np.zeros(room, dtype=bool)}
    best = {term: np.zeros(room, dtype=np.int32) for kind, term, *_ in read if kind == "typed"}
    for kind, _, _, numbers, _ in read:
        if kind in marked:
            marked[kind][numbers] = True
    for kind, term, is_whole, numbers, weights in read:
        if kind in ("packed", "read") and term is not None:
            counted = np.frombuffer(weights, np.uint8) * np.int32(WHOLE if is_whole else BEGUN)
            if kind == "packed":
                counted[marked["changed"][numbers]] = 0
            np.maximum.at(best[term], numbers, counted)
    holds_all = (
        np.logical_and.reduce([weights > 0 for weights in best.values()]) if best else np.zeros(room, dtype=bool)
    )
    found = np.flatnonzero(holds_all | marked["article"])
    ranks = sum((weights[found] for weights in best.values()), np.zeros(len(found), dtype=np.int64))
    ranks[marked["article"][found]] = ARTICLE_RANK
    in_title = np.ones(len(found), dtype=bool)
    for weights in best.values():
        in_title &= weights[found] >= TITLE_WEIGHT * BEGUN
    return Found(found, ranks, in_title)


def _numbers(packed: Any) -> np.ndarray:
    return np.frombuffer(packed or b"", ">i4").astype(np.int64)


def pack() -> bool:
    """Pack all documents; False when another process is at it. Readers go on with what was packed before."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(%s)", [PACKING_LOCK])
        if not cursor.fetchone()[0]:
            return False
        # Before the documents are read: what a transaction that is still open writes is not packed.
        cursor.execute(f"SELECT {STILL_OPEN}")
        packed_in = cursor.fetchone()[0]
        cursor.execute(PACK)
        cursor.execute(
            """
            INSERT INTO discovery_packing (id, packed_in) VALUES (1, %s)
            ON CONFLICT (id) DO UPDATE SET packed_in = excluded.packed_in
            """,
            [packed_in],
        )
    return True


def pack_when_due() -> bool:
    """Pack when so many documents can be packed that reading them takes longer than it should; whether it did."""
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {PACKED_IN}")
        cursor.execute(TO_PACK, {"packed_in": cursor.fetchone()[0]})
        changed, documents = cursor.fetchone()
    return changed > min(MOST_CHANGED, documents // 50) and pack()
