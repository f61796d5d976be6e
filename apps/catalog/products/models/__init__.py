"""Models of products and their descriptions."""

from apps.catalog.products.models.attributes import (
    Attribute,
    AttributeChoice,
    AttributeValue,
    ProductType,
    ProductTypeAttribute,
)
from apps.catalog.products.models.collections import Collection, CollectionItem
from apps.catalog.products.models.films import Film
from apps.catalog.products.models.images import ProductImage, upload_name
from apps.catalog.products.models.pricing import Price, SalePrice
from apps.catalog.products.models.product import FormerSlug, Product, ProductRelation, Variant
from apps.catalog.products.models.taxonomy import Brand, Category

__all__ = [
    "Attribute",
    "AttributeChoice",
    "AttributeValue",
    "Brand",
    "Category",
    "Collection",
    "CollectionItem",
    "Film",
    "FormerSlug",
    "Price",
    "Product",
    "ProductImage",
    "ProductRelation",
    "ProductType",
    "ProductTypeAttribute",
    "SalePrice",
    "Variant",
    "upload_name",
]
