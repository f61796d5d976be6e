"""Quotes: current prices and availability of lines. The only source of prices for a checkout."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import connection
from django.utils import timezone

from apps.catalog.products.models import Product, ProductType
from apps.catalog.products.pricing import best_offer
from apps.catalog.products.renditions import rendition_url
from apps.catalog.products.rules import is_film_sold, is_on_display
from apps.common.languages import current_language
from apps.common.money import Money

# Of the image in a cart, which shows it at a third of this on the densest screens.
IMAGE_WIDTH = 320


@dataclass(frozen=True, slots=True)
class QuoteLine:
    """The quote of a line.

    `status`: ok, insufficient_stock, unavailable (not published, or not sold in this currency) or unknown.
    `category`: the path of the product's category (`home/kitchen`). `regular_price`: without the sale that is running.
    `tax_class`: standard, reduced, zero, or digital for films.
    """

    sku: str
    quantity: int
    status: str
    title: str | None = None
    variant_name: str | None = None
    slug: str | None = None
    kind: str | None = None
    category: str | None = None
    unit_price: Money | None = None
    regular_price: Money | None = None
    line_total: Money | None = None
    available_quantity: int | None = None
    image_url: str | None = None
    title_slug: str | None = None
    offer: str | None = None
    rental_hours: int | None = None
    available_countries: list[str] | None = None
    requires_shipping: bool | None = None
    weight_grams: int | None = None
    tax_class: str | None = None


# All that a quote needs of a variant, in one statement. The image is the one that shows the variant, else the product's
# first. Subqueries rather than joins: PostgreSQL plans each on its own, and weighs no orders of joining nine tables,
# which took four times as long as reading the rows.
READ = """
    SELECT v.sku, v.name, v.translations::text, v.offer, v.rental_hours, v.weight_grams, v.title_slug,
        p.slug, p.title, p.translations::text, p.title_slug, p.status, p.published_at, p.published_until,
        c.full_path, (SELECT tax_class FROM products_producttype WHERE id = p.product_type_id),
        (SELECT on_hand - reserved + backorder_limit FROM inventory_stockitem WHERE variant_id = v.id),
        (SELECT amount FROM products_price WHERE variant_id = v.id AND currency = %(currency)s),
        sales.amounts, sales.starts, sales.ends,
        (
            SELECT renditions::text FROM products_productimage WHERE product_id = p.id
            ORDER BY (id = v.image_id) IS TRUE DESC, position, id LIMIT 1
        ),
        coalesce(film.is_withdrawn, false), coalesce(film.is_on_offer, true),
        coalesce(film.available_countries, '{}')
    FROM products_variant AS v
        JOIN products_product AS p ON p.id = v.product_id
        JOIN products_category AS c ON c.id = p.category_id
        LEFT JOIN products_film AS film
            ON v.offer <> '' AND film.title_slug = coalesce(nullif(v.title_slug, ''), p.title_slug)
        LEFT JOIN LATERAL (
            SELECT array_agg(amount ORDER BY id) AS amounts, array_agg(starts_at ORDER BY id) AS starts,
                array_agg(ends_at ORDER BY id) AS ends
            FROM products_saleprice WHERE variant_id = v.id AND currency = %(currency)s
        ) AS sales ON true
    WHERE v.sku = ANY(%(skus)s)
"""


@dataclass(frozen=True, slots=True)
class Sale:
    """A scheduled sale; `amount` in minor units."""

    amount: int
    starts_at: datetime
    ends_at: datetime


@dataclass(frozen=True, slots=True)
class Texts:
    """A name in the shop's first language, and its translations."""

    name: str
    translations: dict[str, Any]


@dataclass(frozen=True, slots=True)
class SoldVariant:
    """A variant with its product, and its price and sales in one currency. `available` is None without stock."""

    sku: str
    texts: Texts
    offer: str
    rental_hours: int | None
    weight_grams: int
    title_slug: str
    slug: str
    title: Texts
    product_title_slug: str
    status: str
    published_at: datetime | None
    published_until: datetime | None
    category: str
    tax_class: str | None
    available: int | None
    amount: int | None
    sales: list[Sale]
    renditions: list[dict[str, Any]]
    # False for a film that the video service withdrew, or that is outside its time.
    is_offered: bool
    # Where the film may be watched, and so be sold; everywhere when there are none.
    available_countries: list[str]


def quote(lines: list[tuple[str, int]], currency: str) -> list[QuoteLine]:
    """Prices and availability of `(sku, quantity)` lines, in their order; those of a SKU share its stock. One query."""
    variants = _variants([sku for sku, _ in lines], currency)
    asked: dict[str, int] = {}
    for sku, quantity in lines:
        asked[sku] = asked.get(sku, 0) + quantity
    return [_line(variants.get(sku), sku, quantity, asked[sku], currency) for sku, quantity in lines]


def _variants(skus: list[str], currency: str) -> dict[str, SoldVariant]:
    with connection.cursor() as cursor:
        cursor.execute(READ, {"skus": skus, "currency": currency})
        return {row[0]: _variant(*row) for row in cursor.fetchall()}


def _variant(sku: str, name: str, translations: str, *facts: Any) -> SoldVariant:
    *variant, slug, title, titles = facts[:7]
    *product, amounts, starts, ends, renditions, is_withdrawn, is_on_offer, countries = facts[7:]
    values: list[Any] = [
        *(sku, Texts(name, json.loads(translations)), *variant, slug, Texts(title, json.loads(titles)), *product),
        [Sale(*sale) for sale in zip(amounts or (), starts or (), ends or (), strict=True)],
        json.loads(renditions or "[]"),
        is_film_sold(is_withdrawn=is_withdrawn, is_on_offer=is_on_offer),
        countries,
    ]
    return SoldVariant(*values)


def _line(variant: SoldVariant | None, sku: str, quantity: int, asked: int, currency: str) -> QuoteLine:
    if variant is None:
        return QuoteLine(sku, quantity, "unknown")
    now = timezone.now()
    is_digital = bool(variant.offer)
    offer = best_offer(variant.amount, variant.sales, currency, at=now)
    available = None if is_digital else max(variant.available or 0, 0)
    unit_price = offer.price if offer else None
    is_shown = is_on_display(
        status=variant.status, starts_at=variant.published_at, ends_at=variant.published_until, at=now
    )
    if unit_price is None or not is_shown or not variant.is_offered:
        status = "unavailable"
    elif available is not None and available < asked:
        status = "insufficient_stock"
    else:
        status = "ok"
    # Names are in the language of the request, as those of listings are.
    language = current_language()
    return QuoteLine(
        sku=sku,
        quantity=quantity,
        status=status,
        title=_text(variant.title, "title", language),
        variant_name=_text(variant.texts, "name", language),
        slug=variant.slug,
        kind=Product.Kind.VIDEO if is_digital else Product.Kind.GOODS,
        category=variant.category,
        unit_price=unit_price,
        regular_price=offer.regular if offer else None,
        line_total=unit_price and unit_price * quantity,
        available_quantity=available,
        image_url=rendition_url(variant.renditions, IMAGE_WIDTH),
        title_slug=(variant.title_slug or variant.product_title_slug or None) if is_digital else None,
        offer=variant.offer or None,
        rental_hours=variant.rental_hours,
        available_countries=variant.available_countries,
        requires_shipping=not is_digital,
        weight_grams=0 if is_digital else variant.weight_grams,
        tax_class="digital" if is_digital else variant.tax_class or ProductType.TaxClass.STANDARD,
    )


def _text(texts: Texts, name: str, language: str) -> str:
    return texts.translations.get(language, {}).get(name) or texts.name
