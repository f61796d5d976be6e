"""Completions of a partly typed search: categories and brands by name, products by title before anything else."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import islice, repeat
from typing import Any

import numpy as np

from apps.catalog.discovery.browsing import matching
from apps.catalog.discovery.cards import cards
from apps.catalog.discovery.columns import folded
from apps.catalog.discovery.filters import ProductFilters
from apps.catalog.discovery.index import index
from apps.catalog.discovery.postings import ARTICLE_RANK
from apps.catalog.discovery.search import WORD, Match
from apps.catalog.discovery.selection import Selection, order_by, page, select
from apps.catalog.discovery.taxonomy import Taxonomy

MAX_PRODUCTS = 6
MAX_NAMED = 2
# The search documents of a product hold its titles in all languages, so of these more are read than are shown: those
# whose title in the reader's language does not begin so are left out.
CANDIDATES = 24
# A text this short begins so many words that counting what holds them would take longer than a shopper types.
SHORT = 2
# Members that only products have.
NO_PRODUCT = dict.fromkeys(("product_kind", "image", "price", "price_from", "year"))


@dataclass(frozen=True, slots=True)
class Suggestions:
    """What to suggest; `total` is how many products a search of the text finds, None where that was not counted."""

    results: list[dict[str, Any]]
    total: int | None


def suggestions(text: str, *, language: str, currency: str) -> Suggestions:
    """Categories, brands and products for a partly typed text, at most MAX_NAMED of each and MAX_PRODUCTS.

    Products whose titles begin with the text come first, then those with a later word that does, the best seller first.
    Only when there are none, those follow that match elsewhere, or that are meant by a misspelt text. At most 3
    queries, 5 for misspelt texts, however many products.
    """
    begin = folded(text)
    if not WORD.search(begin):
        return Suggestions([], 0)
    products, total = _products(text, begin, language, currency)
    with index.fresh():
        named = [*_categories(index.taxonomy, begin, language), *_brands(index.taxonomy, begin)]
    return Suggestions([*named, *map(_product, products)], total)


def _products(text: str, begin: str, language: str, currency: str) -> tuple[list[dict[str, Any]], int | None]:
    """Cards of products, and how many the text finds."""
    with index.fresh() as columns:
        stamp, packed_in, taxonomy = index.stamp, index.packed_in, index.taxonomy
        selection = select(index, ProductFilters(currency=currency), match=None, collection=None)
        numbers = selection.numbers()
        begun = numbers[columns.titles_beginning(begin, language)[numbers]]
        best = _best_sellers(selection, begun)[:MAX_PRODUCTS]
    if len(begin) <= SHORT and len(best) == MAX_PRODUCTS:
        return cards(taxonomy, best, currency=currency, language=language), None
    match = matching(stamp, packed_in, text, language)
    with index.fresh() as columns:
        selection = select(index, ProductFilters(currency=currency, q=text), match=match, collection=None)
        total, titled = len(selection.numbers()), _titled(selection, match, begun)
        starts = columns.titles_beginning(begin, language)[titled]
        likely = [*_best_sellers(selection, titled[starts]), *_best_sellers(selection, titled[~starts])][:CANDIDATES]
        others, _ = page(selection, order_by(selection, "relevance", match, None), limit=MAX_PRODUCTS)
    read = cards(taxonomy, likely, currency=currency, language=language)
    return _titles_first(read, begin) or cards(taxonomy, others, currency=currency, language=language), total


def _titled(selection: Selection, match: Match, begun: np.ndarray) -> np.ndarray:
    """The `begun` products and those found that have all words in a title; none when an article's number was typed."""
    if (match.ranks >= ARTICLE_RANK).any():
        return begun[:0]
    found = match.numbers[:0] if match.corrected else match.numbers[match.in_title]
    return np.union1d(begun, np.intersect1d(found, selection.numbers(), assume_unique=True))


def _best_sellers(selection: Selection, numbers: np.ndarray) -> list[int]:
    """The first CANDIDATES of these products, best sellers first."""
    order = np.argsort(-selection.columns.sales[numbers], kind="stable")
    return numbers[order][:CANDIDATES].tolist()


def _titles_first(read: list[dict[str, Any]], begin: str) -> list[dict[str, Any]]:
    """Those of the cards whose shown title (or year) has words that begin so: whole titles that do before others."""
    typed = WORD.findall(begin)
    shown = [card for card in read if all(any(map(str.startswith, _words(card), repeat(word))) for word in typed)]
    return sorted(shown, key=lambda card: not folded(card["title"]).startswith(begin))[:MAX_PRODUCTS]


def _words(card: dict[str, Any]) -> list[str]:
    return [*WORD.findall(folded(card["title"])), str(card["year"] or "")]


def _product(card: dict[str, Any]) -> dict[str, Any]:
    shown = {name: card[name] for name in ("slug", "image", "price", "price_from", "year")}
    return {"text": card["title"], "kind": "product", "path": "", "product_kind": card["kind"]} | shown


def _categories(taxonomy: Taxonomy, begin: str, language: str) -> list[dict[str, Any]]:
    names = ((node.text("name", language), node.path) for node in taxonomy.categories)
    found = ({"text": name, "kind": "category", "slug": "", "path": path} for name, path in names if _has(name, begin))
    return [NO_PRODUCT | suggestion for suggestion in islice(found, MAX_NAMED)]


def _brands(taxonomy: Taxonomy, begin: str) -> list[dict[str, Any]]:
    brands = (brand for brand in taxonomy.brands if _has(brand.name, begin))
    found = ({"text": brand.name, "kind": "brand", "slug": brand.slug, "path": ""} for brand in brands)
    return [NO_PRODUCT | suggestion for suggestion in islice(found, MAX_NAMED)]


def _has(name: str, begin: str) -> bool:
    """Whether the name or a later word of it begins so."""
    return f" {begin}" in f" {folded(name)}"
