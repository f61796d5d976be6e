"""Structured data for search engines, by schema.org: products, breadcrumbs, the shop itself."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.templatetags.static import static
from django.urls import reverse

from apps.ui.storefront.breadcrumbs import Crumb
from apps.ui.storefront.clients.catalog_schemas import Product, Variant

CONTEXT = "https://schema.org"
NAME = "StreamCart"
AVAILABILITY = {
    "in_stock": "InStock",
    "low_stock": "LimitedAvailability",
    "backorder": "BackOrder",
    "preorder": "PreOrder",
    "out_of_stock": "OutOfStock",
    "digital": "InStock",
}


def website() -> list[dict[str, Any]]:
    """The shop as an organisation, and its search."""
    home = settings.PUBLIC_URL + reverse("home")
    search = {
        "@type": "SearchAction",
        "target": {"@type": "EntryPoint", "urlTemplate": settings.PUBLIC_URL + reverse("search") + "?q={query}"},
        "query-input": "required name=query",
    }
    site = {"@context": CONTEXT, "@type": "WebSite", "name": NAME, "url": home, "potentialAction": search}
    logo = settings.PUBLIC_URL + static("storefront/touch-icon.png")
    return [site, {"@context": CONTEXT, "@type": "Organization", "name": NAME, "url": home, "logo": logo}]


def breadcrumbs(crumbs: tuple[Crumb, ...]) -> dict[str, Any] | None:
    """The way to a page; None where a step has no URL."""
    if not all(crumb.url for crumb in crumbs):
        return None
    items = [
        {"@type": "ListItem", "position": place, "name": crumb.name, "item": settings.PUBLIC_URL + crumb.url}
        for place, crumb in enumerate(crumbs, start=1)
    ]
    return {"@context": CONTEXT, "@type": "BreadcrumbList", "itemListElement": items}


def product(found: Product) -> dict[str, Any]:
    """The product as JSON-LD, without empty properties."""
    data: dict[str, Any] = {
        "@context": CONTEXT,
        "@type": "Product",
        "name": found.title,
        "description": found.summary or found.description,
        "url": settings.PUBLIC_URL + reverse("product", args=[found.slug]),
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
        "url": settings.PUBLIC_URL + reverse("product", args=[found.slug]),
        "price": f"{variant.price.major_units:f}" if variant.price else None,
        "priceCurrency": variant.price.currency if variant.price else None,
        "priceValidUntil": variant.sale_ends_at.date().isoformat() if variant.sale_ends_at else None,
        "availability": f"https://schema.org/{AVAILABILITY.get(variant.availability, 'OutOfStock')}",
        "availabilityStarts": variant.available_on.isoformat() if variant.available_on else None,
    }
    return {name: value for name, value in offer.items() if value}
