"""The catalogue in the admin."""

from apps.catalog.products.admin import curation, products, taxonomy, vocabulary

__all__ = ["curation", "products", "taxonomy", "vocabulary"]
