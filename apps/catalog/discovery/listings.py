"""Keeping the read model: each function is called in the transaction that changes what it reads.

Lock order everywhere: products first, then stock by SKU, then listings by product. A listing's row is locked before its
values are worked out, so that of two transactions the later one sees what the earlier one wrote.
"""

from __future__ import annotations

import time
import uuid
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache

from django.db import connection, transaction
from django.utils import timezone

from apps.catalog.discovery.models import Listing
from apps.catalog.discovery.search_configurations import PLAIN, configuration_of
from apps.catalog.products.changes import ProductChange
from apps.catalog.products.models import Product
from apps.common.jobs.services import for_each, is_outage, resting
from apps.common.languages import languages

REPRICE_JOB = "refresh-due-listings"

LOCK = "SELECT 1 FROM discovery_listing WHERE product_id = ANY(%(ids)s::uuid[]) ORDER BY product_id FOR UPDATE"

# A product's state of stock is that of its best variant.
AVAILABILITY = """
    SELECT DISTINCT ON (state.product_id) state.product_id, state.availability
    FROM (
        SELECT v.product_id, CASE
            WHEN v.offer <> '' AND (film.is_withdrawn OR NOT film.is_on_offer) THEN 'out_of_stock'
            WHEN v.offer <> '' THEN 'digital'
            WHEN s.on_hand - s.reserved > s.low_stock_at THEN 'in_stock'
            WHEN s.on_hand - s.reserved > 0 THEN 'low_stock'
            WHEN s.on_hand - s.reserved + s.backorder_limit > 0 THEN s.policy
            ELSE 'out_of_stock'
        END AS availability
        FROM products_variant AS v
            JOIN products_product AS p ON p.id = v.product_id
            LEFT JOIN products_film AS film ON film.title_slug = coalesce(nullif(v.title_slug, ''), p.title_slug)
            LEFT JOIN inventory_stockitem AS s ON s.variant_id = v.id
        WHERE v.product_id = ANY(%(ids)s::uuid[])
    ) AS state
    ORDER BY state.product_id, array_position(
        ARRAY['in_stock', 'low_stock', 'digital', 'backorder', 'preorder', 'out_of_stock'], state.availability
    )
"""

# Weights: title A, brand and category B, attributes (cast, director, material) C, summary and description D. Stems of
# each language match what is searched in it; words as they are written complete what somebody begins to type.
COMPLETED = "abc"
SEARCHED = "abcd"


@dataclass(frozen=True, slots=True)
class Spoken:
    """A further language in the statement: its texts stand in columns `a_1`, `b_1` …"""

    place: int
    code: str
    configuration: str

    def column(self, weight: str) -> str:
        return f"{weight}_{self.place}"

    def said(self, document: str, name: str) -> str:
        """SQL of a text in this language, from a column of translations."""
        return f"{document} -> '{self.code}' ->> '{name}'"


def _document(first: str, others: Sequence[Spoken]) -> str:
    """SQL of a product's search document; `first` is the configuration of the shop's first language."""
    return " || ".join(_weighted(weight, first, others) for weight in SEARCHED)


def _weighted(weight: str, first: str, others: Sequence[Spoken]) -> str:
    plain = [weight, *(other.column(weight) for other in others if weight in COMPLETED)]
    vectors = [
        f"to_tsvector('{first}', {weight})",
        f"to_tsvector('{PLAIN}', {" || ' ' || ".join(plain)})",
        *(f"to_tsvector('{other.configuration}', {other.column(weight)})" for other in others),
    ]
    return f"setweight({' || '.join(vectors)}, '{weight.upper()}')"


def _texts(other: Spoken) -> str:
    """SQL of the four texts of a product in a further language."""
    return f"""
            coalesce({other.said("p.translations", "title")}, '') AS {other.column("a")},
            coalesce({other.said("p.category_translations", "name")}, '') AS {other.column("b")},
            coalesce(d.words_{other.place}, '') AS {other.column("c")},
            concat_ws(' ', {other.said("p.translations", "summary")}, {other.said("p.translations", "description")})
                AS {other.column("d")}"""


@cache
def refresh_statement(spoken: tuple[str, ...]) -> str:
    """The statement that writes listings and search documents of a shop that speaks these languages."""
    first, *further = spoken
    others = [Spoken(place, code, configuration_of(code)) for place, code in enumerate(further, start=1)]
    labels = [f", {other.said('choice.translations', 'label')} AS words_{other.place}" for other in others]
    gathered = [f", string_agg(words_{other.place}, ' ') AS words_{other.place}" for other in others]
    completed = [*COMPLETED, *(other.column(weight) for other in others for weight in COMPLETED)]
    return REFRESH.format(
        value_words="".join(labels),
        described_words="".join(gathered),
        texts="".join(f",{_texts(other)}" for other in others),
        completed=", ".join(completed),
        document=_document(configuration_of(first), others),
        availability=AVAILABILITY,
        plain=PLAIN,
    )


REFRESH = """
    WITH product AS MATERIALIZED (
        SELECT p.*, c.name AS category_name, c.translations AS category_translations, coalesce(b.name, '') AS brand_name
        FROM products_product AS p
            JOIN products_category AS c ON c.id = p.category_id
            LEFT JOIN products_brand AS b ON b.id = p.brand_id
        WHERE p.id = ANY(%(ids)s::uuid[])
    ), offer AS (
        SELECT v.product_id, v.id AS variant_id, price.currency, price.amount AS regular,
            least(sale.amount, price.amount) AS amount
        FROM products_variant AS v
            JOIN products_price AS price ON price.variant_id = v.id
            LEFT JOIN products_saleprice AS sale ON sale.variant_id = v.id AND sale.currency = price.currency
                AND sale.starts_at <= statement_timestamp() AND sale.ends_at > statement_timestamp()
        WHERE v.product_id = ANY(%(ids)s::uuid[])
    ), offered AS (
        -- A product that is to show later is offered from then on.
        INSERT INTO discovery_offeredprice (variant_id, currency, amount, since)
            SELECT offer.variant_id, offer.currency, offer.amount, greatest(statement_timestamp(), p.published_at)
            FROM offer JOIN product AS p ON p.id = offer.product_id
                LEFT JOIN LATERAL (
                    SELECT former.amount FROM discovery_offeredprice AS former
                    WHERE former.variant_id = offer.variant_id AND former.currency = offer.currency
                    ORDER BY former.since DESC LIMIT 1
                ) AS former ON true
            WHERE p.status = 'published' AND former.amount IS DISTINCT FROM offer.amount
            ORDER BY offer.variant_id, offer.currency
        ON CONFLICT (variant_id, currency, since) DO UPDATE SET amount = excluded.amount
    ), cheapest AS (
        SELECT product_id, currency, min(amount) AS amount,
            (array_agg(regular ORDER BY amount, regular))[1] AS regular, min(amount) <> max(amount) AS varies
        FROM offer GROUP BY product_id, currency
    ), price AS (
        SELECT product_id, jsonb_object_agg(
            currency, jsonb_build_object('amount', amount, 'regular', regular, 'varies', varies)
        ) AS prices
        FROM cheapest GROUP BY product_id
    ), reprice AS (
        SELECT v.product_id, min(moment) AS reprice_at
        FROM products_variant AS v
            JOIN products_saleprice AS sale ON sale.variant_id = v.id
            CROSS JOIN LATERAL unnest(ARRAY[sale.starts_at, sale.ends_at]) AS moment
        WHERE v.product_id = ANY(%(ids)s::uuid[]) AND moment > statement_timestamp()
        GROUP BY v.product_id
    ), stock AS ({availability}),
    attribute_value AS (
        SELECT v.product_id, a.code, v.key, v.number,
            concat_ws(' ', choice.label, v.text) AS words{value_words}
        FROM products_attributevalue AS v
            JOIN products_attribute AS a ON a.id = v.attribute_id
            LEFT JOIN products_attributechoice AS choice ON choice.id = v.choice_id
        WHERE v.product_id = ANY(%(ids)s::uuid[])
    ), keyed AS (
        SELECT product_id, jsonb_object_agg(code, keys) AS keys FROM (
            SELECT product_id, code, jsonb_agg(key ORDER BY key) AS keys
            FROM attribute_value WHERE key <> '' GROUP BY product_id, code
        ) AS by_code GROUP BY product_id
    ), numbered AS (
        SELECT product_id, jsonb_object_agg(code, number) AS numbers
        FROM attribute_value WHERE number IS NOT NULL GROUP BY product_id
    ), described AS (
        SELECT product_id, string_agg(words, ' ') AS words{described_words}
        FROM attribute_value GROUP BY product_id
    ), image AS (
        SELECT DISTINCT ON (product_id) product_id, jsonb_build_object(
            'alt', alt, 'width', width, 'height', height, 'renditions', renditions, 'file', file,
            'translations', translations
        ) AS image
        FROM products_productimage
        WHERE product_id = ANY(%(ids)s::uuid[]) ORDER BY product_id, position, id
    ), text AS MATERIALIZED (
        SELECT p.id,
            p.title || ' ' || coalesce(p.year::text, '') AS a,
            p.brand_name || ' ' || p.category_name AS b,
            coalesce(d.words, '') AS c,
            p.summary || ' ' || p.description AS d{texts}
        FROM product AS p LEFT JOIN described AS d ON d.product_id = p.id
    ), words AS (
        SELECT DISTINCT unnest(tsvector_to_array(
            to_tsvector('{plain}', concat_ws(' ', {completed}))
        )) AS word FROM text
    ), known AS (
        -- In one order, so that two transactions that add the same words cannot wait for each other.
        INSERT INTO discovery_searchword (word)
            SELECT word FROM words AS new
            WHERE word ~ '^[^0-9]{{3,60}}$'
                AND NOT EXISTS (SELECT 1 FROM discovery_searchword AS old WHERE old.word = new.word)
            ORDER BY word
        ON CONFLICT DO NOTHING
    ), listed AS (
        INSERT INTO discovery_listing (
            product_id, number, is_published, shows_from, shows_until, kind, category_id, brand_id, is_featured,
            sales_count, rating_average, rating_count, availability, prices, keys, numbers, card, reprice_at, changed_in
        )
            -- A number is only drawn for a new row: updates must not use the sequence up.
            SELECT p.id, coalesce(former.number, nextval('discovery_listing_number')), p.status = 'published',
                p.published_at, p.published_until, p.kind, p.category_id, p.brand_id,
                p.is_featured, p.sales_count, p.rating_average, p.rating_count,
                coalesce(stock.availability, 'out_of_stock'), coalesce(price.prices, '{{}}'),
                coalesce(keyed.keys, '{{}}'), coalesce(numbered.numbers, '{{}}'),
                jsonb_build_object(
                    'id', p.id, 'slug', p.slug, 'title', p.title, 'summary', p.summary, 'title_slug', p.title_slug,
                    'year', p.year, 'image', image.image,
                    'translations', (
                        SELECT coalesce(jsonb_object_agg(language, texts - 'description'), '{{}}')
                        FROM jsonb_each(p.translations) AS spoken (language, texts)
                    )
                ),
                reprice.reprice_at, pg_current_xact_id()::text::bigint
            FROM product AS p
                LEFT JOIN discovery_listing AS former ON former.product_id = p.id
                LEFT JOIN stock ON stock.product_id = p.id
                LEFT JOIN price ON price.product_id = p.id
                LEFT JOIN reprice ON reprice.product_id = p.id
                LEFT JOIN keyed ON keyed.product_id = p.id
                LEFT JOIN numbered ON numbered.product_id = p.id
                LEFT JOIN image ON image.product_id = p.id
            ORDER BY p.id
        ON CONFLICT (product_id) DO UPDATE SET
            is_published = excluded.is_published, shows_from = excluded.shows_from, shows_until = excluded.shows_until,
            kind = excluded.kind, category_id = excluded.category_id, brand_id = excluded.brand_id,
            is_featured = excluded.is_featured, sales_count = excluded.sales_count,
            rating_average = excluded.rating_average, rating_count = excluded.rating_count,
            availability = excluded.availability, prices = excluded.prices, keys = excluded.keys,
            numbers = excluded.numbers, card = excluded.card,
            reprice_at = excluded.reprice_at, changed_in = excluded.changed_in
        RETURNING product_id, number, is_published
    )
    INSERT INTO discovery_searchdocument AS former (product_id, number, is_published, document, changed_in)
        SELECT listed.product_id, listed.number, listed.is_published, {document}, pg_current_xact_id()::text::bigint
        FROM listed JOIN text ON text.id = listed.product_id
        ORDER BY listed.product_id
    ON CONFLICT (product_id) DO UPDATE SET
        number = excluded.number, is_published = excluded.is_published, document = excluded.document,
        changed_in = excluded.changed_in
        WHERE (former.number, former.is_published, former.document)
            <> (excluded.number, excluded.is_published, excluded.document)
"""

REFRESH_STOCK = f"""
    UPDATE discovery_listing AS listing
    SET availability = stock.availability, changed_in = pg_current_xact_id()::text::bigint
    FROM ({AVAILABILITY}) AS stock WHERE stock.product_id = listing.product_id
"""  # noqa: S608  (made of constants of this module)

REFRESH_SALES = """
    UPDATE discovery_listing AS listing
    SET sales_count = product.sales_count, changed_in = pg_current_xact_id()::text::bigint
    FROM products_product AS product
    WHERE product.id = listing.product_id AND listing.product_id = ANY(%(ids)s::uuid[])
"""


class LastWrite:
    """When this process last committed a change of listings or taxonomy, on the monotonic clock."""

    at = float("-inf")

    @classmethod
    def expect(cls) -> None:
        transaction.on_commit(cls._record_commit, robust=True)

    @classmethod
    def _record_commit(cls) -> None:
        cls.at = time.monotonic()


def refresh(product_ids: Iterable[uuid.UUID]) -> None:
    """Write the listings of these products again: after any change of a product, its parts or ratings."""
    _execute(refresh_statement(languages()), product_ids)


def refresh_changed(changes: Sequence[ProductChange]) -> None:
    """`refresh` of the products that were changed."""
    refresh(change.product_id for change in changes)


def refresh_stock(product_ids: Iterable[uuid.UUID]) -> None:
    """Update the stock in the listings; call it when the displayed stock of a variant changed."""
    _execute(REFRESH_STOCK, product_ids)


def refresh_sales(product_ids: Iterable[uuid.UUID]) -> None:
    """Update the sales that lists are sorted by; a sale changes nothing else, and happens often."""
    _execute(REFRESH_SALES, product_ids)


def refresh_taxonomy() -> None:
    """After a change of categories, brands, attributes, choices or collections: readers of this process see it at once.

    Triggers notify other processes of every write.
    """
    LastWrite.expect()


def refresh_due(*, batch: int = 1_000) -> int:
    """Work out prices again where a sale has begun or ended; returns how many products. Safe to run in parallel."""
    try:
        return _refresh_due(batch=batch)
    except Exception as error:
        if is_outage(error):
            raise
    # One of a batch stands in the way of the others: each by itself.
    due = Listing.objects.filter(reprice_at__lte=timezone.now()).exclude(product_id__in=resting(REPRICE_JOB))
    ids = list(due.order_by("reprice_at").values_list("product_id", flat=True)[:batch])
    return for_each(ids, lambda product_id: _refresh_due(only=product_id) > 0, job=REPRICE_JOB)


def _refresh_due(*, batch: int = 1, only: uuid.UUID | None = None) -> int:
    left_out = resting(REPRICE_JOB)
    with transaction.atomic(durable=True), connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT product_id FROM discovery_listing WHERE reprice_at <= statement_timestamp()
              AND (%(only)s::uuid IS NULL OR product_id = %(only)s) AND NOT product_id = ANY(%(left_out)s::uuid[])
            ORDER BY product_id LIMIT %(batch)s FOR UPDATE SKIP LOCKED
            """,
            {"only": only, "left_out": left_out, "batch": batch},
        )
        due = [row[0] for row in cursor.fetchall()]
        if due:
            refresh(due)
    return len(due)


def refresh_all(*, batch: int = 2_000) -> Iterator[int]:
    """Write all listings again, a transaction a batch; yields how many are done."""
    done, last = 0, uuid.UUID(int=0)
    while ids := list(Product.objects.filter(pk__gt=last).order_by("pk").values_list("pk", flat=True)[:batch]):
        with transaction.atomic():
            refresh(ids)
        done, last = done + len(ids), ids[-1]
        yield done


def _execute(statement: str, product_ids: Iterable[uuid.UUID]) -> None:
    ids = [str(product_id) for product_id in product_ids]
    if not ids:
        return
    with connection.cursor() as cursor:
        # Two statements in one round trip: the second sees what the holder of the lock committed.
        cursor.execute(f"{LOCK}; {statement}", {"ids": ids})
    LastWrite.expect()
