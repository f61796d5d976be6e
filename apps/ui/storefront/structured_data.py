"""Structured data for search engines: schema.org's Product, with offers and rating."""

from __future__ import annotations

from typing import Any

from django.conf import settings

from apps.ui.storefront.clients.catalog_schemas import Product, Variant

AVAILABILITY = {
    "in_stock": "InStock",
    "low_stock": "LimitedAvailability",
    "backorder": "BackOrder",
    "preorder": "PreOrder",
    "out_of_stock": "OutOfStock",
    "digital": "InStock",
}


def product(found: Product) -> dict[str, Any]:
    """The product as JSON-LD, without empty properties."""
    data: dict[str, Any] = {
        "@context": "https://schema.org",
        "@type": "Product",
        "name": found.title,
        "description": found.summary or found.description,
        "url": f"{settings.PUBLIC_URL}/p/{found.slug}",
        "category": " > ".join(crumb.name for crumb in found.breadcrumbs),
        "image": [image.url for image in found.images],
        "brand": {"@type": "Brand", "name": found.brand} if found.brand else None,
        "offers": [_offer(found, variant) for variant in found.variants if variant.price],
    }
    if found.rating.count:
        rating: dict[str, Any] = {
            "@type": "AggregateRating",
            "ratingValue": round(found.rating.average or 0, 2),
            "reviewCount": found.rating.count,
        }
        data["aggregateRating"] = rating
    return {name: value for name, value in data.items() if value}


def _offer(found: Product, variant: Variant) -> dict[str, Any]:
    offer = {
        "@type": "Offer",
        "sku": variant.sku,
        "gtin": variant.barcode,
        "name": variant.name,
        "url": f"{settings.PUBLIC_URL}/p/{found.slug}",
        "price": f"{variant.price.major_units:f}" if variant.price else None,
        "priceCurrency": variant.price.currency if variant.price else None,
        "priceValidUntil": variant.sale_ends_at.date().isoformat() if variant.sale_ends_at else None,
        "availability": f"https://schema.org/{AVAILABILITY.get(variant.availability, 'OutOfStock')}",
        "availabilityStarts": variant.available_on.isoformat() if variant.available_on else None,
    }
    return {name: value for name, value in offer.items() if value}
