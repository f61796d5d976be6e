"""Products and variants as the rows of a file say them. One reader for three: checks compare with it, writes make sure
that nothing changed since the check, exports write it down.
"""

from __future__ import annotations

import uuid
from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from typing import Any

from django.conf import settings
from django.db.models import Model, Q, QuerySet

from apps.catalog.imports import cells, stock
from apps.catalog.imports.bulk import BulkRow
from apps.catalog.imports.columns import Column, Family
from apps.catalog.imports.facts import Facts
from apps.catalog.products.identifiers import in_any_case
from apps.catalog.products.models import AttributeValue, Price, Product, SalePrice, Variant

# The attributes that are read of rows, besides what the columns show.
ALWAYS: dict[type[Model], tuple[str, ...]] = {
    Product: (
        *("id", "slug", "title", "kind", "product_type_id", "status", "published_at", "published_until", "title_slug"),
        "version",
    ),
    Variant: ("id", "sku", "product_id", "offer", "rental_hours"),
}
PRICE = ("id", "variant_id", "currency", "amount")
SALE = (*PRICE, "starts_at", "ends_at")
ATTRIBUTE_VALUE = ("id", "product_id", "attribute_id", "choice_id", "number", "boolean", "text")


def bulk_rows(rows: QuerySet[Any], names: Collection[str]) -> Iterator[BulkRow]:
    """The rows with these attributes only."""
    return map(BulkRow, rows.values(*names))


def _needed(model: type[Model], columns: Collection[Column]) -> set[str]:
    of_product = model is Product
    shown = [column for column in columns if column.is_of_product == of_product]
    names = {column.key for column in shown if column.family is Family.FIELD}
    return names | {*ALWAYS[model], *("translations" for c in shown if c.family is Family.TRANSLATION)}


@dataclass(slots=True)
class ProductState:
    """A product with its values by attribute. `is_priced`: in the shop's currency; `untitled_skus`: its variants that
    name no title of the video service; both are read where a row may publish it or take its title away."""

    product: BulkRow
    is_priced: bool = False
    untitled_skus: list[str] = field(default_factory=list)
    attribute_values: dict[int, list[BulkRow]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class ShownSale:
    """The sale that runs or comes next, in the currencies in which it has the same period."""

    starts_at: datetime
    ends_at: datetime
    rows: dict[str, BulkRow]


@dataclass
class VariantState:
    """A variant with its prices by currency, all its sales, and its stock; `at` says which sales are over."""

    variant: BulkRow
    product: ProductState
    at: datetime
    prices: dict[str, BulkRow] = field(default_factory=dict)
    sales: list[BulkRow] = field(default_factory=list)
    stock: stock.Counts = stock.NO_COUNTS

    @property
    def coming_sales(self) -> list[BulkRow]:
        """Sales that run or are scheduled."""
        return [sale for sale in self.sales if sale.ends_at > self.at]

    @cached_property
    def sale(self) -> ShownSale | None:
        """The sale that a row can say."""
        coming = self.coming_sales
        if not coming:
            return None
        first = min(coming, key=lambda sale: (sale.starts_at, sale.ends_at))
        same = [s for s in coming if (s.starts_at, s.ends_at) == (first.starts_at, first.ends_at)]
        return ShownSale(first.starts_at, first.ends_at, {sale.currency: sale for sale in same})

    def shown(self, column: Column, facts: Facts) -> str:
        """The text of this column's cell for the variant."""
        if column.is_of_product:
            return shown_of_product(self.product, column, facts)
        match column.family:
            case Family.PRICE:
                price = self.prices.get(column.key)
                return column.kind.show(price.amount) if price else ""
            case Family.SALE:
                sale = self.sale.rows.get(column.key) if self.sale else None
                return column.kind.show(sale.amount) if sale else ""
            case Family.SALE_PERIOD:
                return column.kind.show(getattr(self.sale, column.key)) if self.sale else ""
            case Family.STOCK:
                return column.kind.show(self.stock.of(column.key))
        return _shown_field(self.variant, column)


def shown_of_product(state: ProductState, column: Column, facts: Facts) -> str:
    """The text of a product's column for this product."""
    if column.family is Family.ATTRIBUTE:
        known = facts.attributes[column.key]
        return known.show(state.attribute_values.get(known.attribute.pk, ()))
    return _shown_field(state.product, column)


def _shown_field(row: BulkRow, column: Column) -> str:
    if column.family is Family.TRANSLATION:
        language, _, name = column.key.partition(".")
        return cells.tidy(row.translations.get(language, {}).get(name, ""))
    return column.kind.show(getattr(row, column.key))


@dataclass(frozen=True, slots=True)
class Snapshot:
    """Variants by SKU, and products by slug: theirs and those that were asked for. Keys are lower case, as identifiers
    that differ by capitals are one."""

    variants: dict[str, VariantState]
    products: dict[str, ProductState]


def load(
    *,
    skus: Collection[str],
    slugs: Collection[str],
    columns: Collection[Column],
    facts: Facts,
    at: datetime,
    lock: bool,
) -> Snapshot:
    """What there is of these SKUs and slugs: at most 9 queries, fewer when the columns need fewer.

    With `lock`, the products' rows are locked, in their order, before anything else is read.
    """
    wanted = in_any_case(Variant.objects.all(), "sku", skus)
    is_wanted = Q(pk__in=wanted.values("product_id"))
    if slugs:
        is_wanted |= Q(pk__in=in_any_case(Product.objects.all(), "slug", slugs).values("pk"))
    products = Product.objects.filter(is_wanted)
    if lock:
        products = products.select_for_update().order_by("pk")
    states = {product.pk: ProductState(product) for product in bulk_rows(products, _needed(Product, columns))}
    variants = wanted.filter(product__in=list(states))
    return _filled(states, variants, columns=columns, facts=facts, at=at)


def load_products(products: QuerySet[Product], *, columns: Collection[Column], facts: Facts, at: datetime) -> Snapshot:
    """These products with all their variants: at most 7 queries."""
    states = {product.pk: ProductState(product) for product in bulk_rows(products, _needed(Product, columns))}
    variants = Variant.objects.filter(product__in=list(states)).order_by("position", "sku")
    return _filled(states, variants, columns=columns, facts=facts, at=at)


def _filled(
    states: dict[uuid.UUID, ProductState],
    found: QuerySet[Variant],
    *,
    columns: Collection[Column],
    facts: Facts,
    at: datetime,
) -> Snapshot:
    families = {column.family for column in columns}
    rows = bulk_rows(found, _needed(Variant, columns)) if states else ()
    variants = {row.pk: VariantState(row, states[row.product_id], at) for row in rows}
    ids = list(variants)
    # A sale needs a price in its currency, whichever of the two a file names.
    has_prices = not families.isdisjoint({Family.PRICE, Family.SALE, Family.SALE_PERIOD})
    if ids and has_prices:
        for price in bulk_rows(Price.objects.filter(variant__in=ids), PRICE):
            variants[price.variant_id].prices[price.currency] = price
        for sale in bulk_rows(SalePrice.objects.filter(variant__in=ids), SALE):
            variants[sale.variant_id].sales.append(sale)
    if ids and Family.STOCK in families:
        for variant_id, counts in stock.load_counts(ids, facts).items():
            variants[variant_id].stock = counts
    if states and Family.ATTRIBUTE in families:
        for product_id, attribute_values in _attribute_values(states, columns, facts).items():
            states[product_id].attribute_values = attribute_values
    if states and not {"status", "title_slug"}.isdisjoint(column.name for column in columns):
        untitled = Variant.objects.filter(product__in=list(states), title_slug="").exclude(offer="")
        for product_id, sku in untitled.order_by("sku").values_list("product_id", "sku"):
            states[product_id].untitled_skus.append(sku)
    if states and any(column.name == "status" for column in columns):
        priced = Price.objects.filter(variant__product__in=list(states), currency=settings.SHOP_CURRENCY)
        for product_id in priced.values_list("variant__product_id", flat=True):
            states[product_id].is_priced = True
    return Snapshot(
        variants={state.variant.sku.lower(): state for state in variants.values()},
        products={state.product.slug.lower(): state for state in states.values()},
    )


def _attribute_values(
    states: Mapping[uuid.UUID, Any], columns: Collection[Column], facts: Facts
) -> dict[uuid.UUID, dict[int, list[BulkRow]]]:
    asked = [facts.attributes[c.key].attribute.pk for c in columns if c.family is Family.ATTRIBUTE]
    found: dict[uuid.UUID, dict[int, list[BulkRow]]] = defaultdict(dict)
    for value in bulk_rows(
        AttributeValue.objects.filter(product__in=list(states), attribute__in=asked), ATTRIBUTE_VALUE
    ):
        found[value.product_id].setdefault(value.attribute_id, []).append(value)
    return found
