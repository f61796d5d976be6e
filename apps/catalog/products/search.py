"""Full-text search in PostgreSQL: the document of a product, and the query of a shopper."""

from __future__ import annotations

import re
from collections.abc import Iterable

from django.contrib.postgres.search import SearchQuery, SearchRank, TrigramWordSimilarity
from django.db import connection
from django.db.models import ExpressionWrapper, F, IntegerField, QuerySet, Value
from django.db.models.functions import Cast, Least, Lower

from apps.catalog.products.models import Product

# The text search configuration that migration 0002 makes: English stems, accents removed.
CONFIG = "streamcart"
WORD = re.compile(r"[^\W_]+", re.UNICODE)
MAX_WORDS = 8
# pg_trgm's word similarity above which a misspelt word still finds its title ("metroplis" ~ "metropolis" is 0.63).
SIMILAR_ENOUGH = 0.45

# Weights: title A, brand B, attributes (cast, director, material) C, summary and description D.
REFRESH = """
    UPDATE products_product AS p SET
        search_document =
            setweight(to_tsvector('streamcart', p.title || ' ' || coalesce(p.year::text, '')), 'A')
            || setweight(to_tsvector('streamcart', coalesce(b.name, '') || ' ' || c.name), 'B')
            || setweight(to_tsvector('streamcart', coalesce(a.words, '')), 'C')
            || setweight(to_tsvector('streamcart', p.summary || ' ' || p.description), 'D'),
        search_text = lower(immutable_unaccent(p.title || ' ' || coalesce(b.name, '')))
    FROM products_product AS self
        JOIN products_category AS c ON c.id = self.category_id
        LEFT JOIN products_brand AS b ON b.id = self.brand_id
        LEFT JOIN LATERAL (
            SELECT string_agg(value, ' ') AS words FROM products_productattribute WHERE product_id = self.id
        ) AS a ON true
    WHERE self.id = p.id AND p.id = ANY(%s)
"""


def refresh_documents(product_ids: Iterable) -> None:
    """Write the search documents anew; call in the transaction that changed the product."""
    with connection.cursor() as cursor:
        cursor.execute(REFRESH, [list(product_ids)])


def words_of(text: str) -> list[str]:
    """The searchable words of what somebody typed: no operator of any query language survives."""
    return WORD.findall(text.lower())[:MAX_WORDS]


def search(products: QuerySet[Product], text: str) -> QuerySet[Product]:
    """Products that match, each with an integer `relevance` to sort by.

    Every word must match, the last ones as prefixes ("metro" finds Metropolis). When nothing matches, titles and
    brands that look similar are taken instead.
    """
    words = words_of(text)
    if not words:
        return products.annotate(relevance=Value(0)).none()
    query = SearchQuery(" & ".join(f"'{word}':*" for word in words), config=CONFIG, search_type="raw")
    found = products.filter(search_document=query)
    if found.exists():
        # An integer keeps its value on the way through a cursor, a float does not. Best sellers win ties.
        rank = Cast(SearchRank(F("search_document"), query) * Value(1_000_000.0), IntegerField())
        popular = Least("sales_count", Value(1000), output_field=IntegerField())
        return found.annotate(relevance=ExpressionWrapper(rank + popular, IntegerField()))
    similarity = TrigramWordSimilarity(Lower(Value(" ".join(words))), "search_text")
    return (
        products.annotate(similarity=similarity)
        .filter(similarity__gte=SIMILAR_ENOUGH)
        .annotate(relevance=Cast(F("similarity") * Value(1_000_000.0), IntegerField()))
    )
