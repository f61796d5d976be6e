"""Sitemaps (sitemaps.org): an index, one file of lists, and files of products, each read from catalog while it is sent.

Every page stands there in each language of the shop, with links to the others.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterable, Iterator
from urllib.parse import urlencode
from xml.sax.saxutils import escape

from django.conf import settings
from django.urls import reverse
from django.utils import translation

from apps.ui.storefront.clients import catalog
from apps.ui.storefront.clients.catalog_schemas import Category

NAMESPACES = 'xmlns="http://www.sitemaps.org/schemas/sitemap/0.9" xmlns:xhtml="http://www.w3.org/1999/xhtml"'
DECLARATION = '<?xml version="1.0" encoding="UTF-8"?>\n'
# A file may have 50,000 addresses and 50 MB. Each product has one in every language.
MAX_ADDRESSES = 50_000
# Products that are asked for at a time while a file is sent.
BATCH = 5_000
PLACEHOLDER = "SLUG-OF-A-PRODUCT"


def products_in_a_file() -> int:
    """How many products one file holds."""
    return min(MAX_ADDRESSES // len(settings.SHOP_LANGUAGES), 20_000)


def index() -> Iterator[str]:
    """The index of all files. Raises Unavailable before anything is sent."""
    starts = catalog.sitemap_chunks(products_in_a_file())
    files = [reverse("sitemap-lists")]
    files += [reverse("sitemap-products") + (f"?{urlencode({'after': start})}" if start else "") for start in starts]
    yield f"{DECLARATION}<sitemapindex {NAMESPACES}>\n"
    for path in files:
        yield f"<sitemap><loc>{escape(settings.PUBLIC_URL + path)}</loc></sitemap>\n"
    yield "</sitemapindex>\n"


def lists() -> Iterator[str]:
    """The home page, plans, categories and collections."""
    paths: list[tuple[str, tuple[str, ...]]] = [("home", ()), ("shop", ()), ("collections", ()), ("plans", ())]
    paths += [("category", (path,)) for path in _category_paths(catalog.categories())]
    paths += [("collection", (found.slug,)) for found in catalog.collections() if found.product_count]
    yield f"{DECLARATION}<urlset {NAMESPACES}>\n"
    for name, arguments in paths:
        yield from _entries(_addresses(name, arguments))
    yield "</urlset>\n"


def products(after: str) -> Iterator[str]:
    """The products of one file, from this cursor on. The first batch is read at once, so that errors come in time."""
    batch = catalog.sitemap_products(after, limit=min(BATCH, products_in_a_file()))
    templates = _addresses("product", (PLACEHOLDER,))
    yield f"{DECLARATION}<urlset {NAMESPACES}>\n"
    left = products_in_a_file()
    while True:
        for slug, day in batch.results:
            addresses = {code: address.replace(PLACEHOLDER, escape(slug)) for code, address in templates.items()}
            yield from _entries(addresses, day=day)
        left -= len(batch.results)
        if not batch.next or left <= 0:
            break
        batch = catalog.sitemap_products(batch.next, limit=min(BATCH, left))
    yield "</urlset>\n"


def compressed(texts: Iterable[str]) -> Iterator[bytes]:
    """The texts as one gzip stream, some at a time."""
    compressor = zlib.compressobj(level=5, wbits=31)
    pending: list[str] = []
    for text in texts:
        pending.append(text)
        if len(pending) >= 1_000:
            yield compressor.compress("".join(pending).encode())
            pending.clear()
    yield compressor.compress("".join(pending).encode()) + compressor.flush()


def _addresses(name: str, arguments: tuple[str, ...]) -> dict[str, str]:
    """The page's address by language."""
    found = {}
    for code in settings.SHOP_LANGUAGES:
        with translation.override(code):
            found[code] = escape(settings.PUBLIC_URL + reverse(name, args=arguments))
    return found


def _entries(addresses: dict[str, str], *, day: str = "") -> Iterator[str]:
    links = "".join(
        f'<xhtml:link rel="alternate" hreflang="{code}" href="{address}"/>' for code, address in addresses.items()
    )
    modified = f"<lastmod>{day}</lastmod>" if day else ""
    for address in addresses.values():
        yield f"<url><loc>{address}</loc>{modified}{links}</url>\n"


def _category_paths(categories: Iterable[Category]) -> Iterator[str]:
    for category in categories:
        if category.product_count:
            yield category.path
            yield from _category_paths(category.children)
