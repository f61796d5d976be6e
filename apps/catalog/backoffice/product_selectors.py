"""Selectors of products for staff: drafts included, with every column that can be changed."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.db.models import Prefetch, Q, QuerySet

from apps.catalog.discovery.search import products_found
from apps.catalog.products.models import (
    Attribute,
    AttributeValue,
    CollectionItem,
    Price,
    Product,
    ProductImage,
    ProductRelation,
    SalePrice,
    Variant,
)
from apps.common.problems import NotFound


def listed_products(filters: Mapping[str, str]) -> QuerySet[Product]:
    """All products under these filters (`status`, `kind`, `category`, `brand`, `product_type`, `q`): 1 query."""
    products = Product.objects.select_related("category", "brand", "product_type", "listing")
    products = products.defer("description", "translations", "listing__card")
    for name in ("status", "kind"):
        if name in filters:
            products = products.filter(**{name: filters[name]})
    for name in ("brand", "product_type"):
        if name in filters:
            products = products.filter(**{f"{name}__slug": filters[name]})
    if path := filters.get("category"):
        products = products.filter(Q(category__full_path=path) | Q(category__full_path__startswith=f"{path}/"))
    return products.filter(pk__in=products_found(filters["q"])) if "q" in filters else products


def editable_product(slug: str) -> Product:
    """A product with all its parts, whatever its status: 9 queries. Raises NotFound."""
    variants = Variant.objects.select_related("stock").prefetch_related(
        Prefetch("prices", Price.objects.order_by("currency")),
        Prefetch("sale_prices", SalePrice.objects.order_by("starts_at", "currency")),
    )
    product = (
        Product.objects.select_related("category", "brand", "product_type", "listing")
        .prefetch_related(
            Prefetch("variants", variants.order_by("position", "sku")),
            Prefetch("images", ProductImage.objects.order_by("position", "id")),
            Prefetch("attribute_values", AttributeValue.objects.select_related("attribute", "choice").order_by("id")),
            Prefetch("relations", ProductRelation.objects.select_related("related").order_by("position", "id")),
            Prefetch("collection_items", CollectionItem.objects.select_related("collection")),
        )
        .filter(slug=slug)
        .first()
    )
    if product is None:
        raise NotFound("There is no such product.")
    return product


def attribute_values_of(product: Product) -> dict[str, Any]:
    """Attribute values by code, in the form in which REST accepts them; reads prefetched `attribute_values`."""
    values: dict[str, Any] = {}
    for value in product.attribute_values.all():
        match value.attribute.kind:
            case Attribute.Kind.CHOICE:
                values.setdefault(value.attribute.code, []).append(value.key)
            case Attribute.Kind.NUMBER:
                values[value.attribute.code] = float(value.number or 0)
            case Attribute.Kind.BOOLEAN:
                values[value.attribute.code] = value.boolean
            case _:
                values[value.attribute.code] = value.text
    return values
