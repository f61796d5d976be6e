"""Structured data for search engines, by schema.org: goods, films, breadcrumbs, the shop itself."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.conf import settings
from django.templatetags.static import static
from django.urls import reverse

from apps.ui.storefront.breadcrumbs import Crumb
from apps.ui.storefront.clients.catalog_schemas import Product, Variant
from apps.ui.storefront.product_options import variant_url

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
BUSINESS_FUNCTIONS = {
    "buy": "http://purl.org/goodrelations/v1#Sell",
    "rent": "http://purl.org/goodrelations/v1#LeaseOut",
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


def product_page(found: Product, crumbs: tuple[Crumb, ...], policies: Mapping[str, str]) -> list[dict[str, Any]]:
    """A product and the way to it; `policies` are the paths of the pages `shipping` and `returns`, if there are any."""
    about = _movie(found) if found.is_film else _goods(found, policies)
    return [entry for entry in (about, breadcrumbs(crumbs)) if entry]


def _goods(found: Product, policies: Mapping[str, str]) -> dict[str, Any]:
    data = _common(found, "Product") | {
        "category": " > ".join(crumb.name for crumb in found.breadcrumbs),
        "brand": {"@type": "Brand", "name": found.brand} if found.brand else None,
        "offers": [_offer(found, variant) | _policies(policies) for variant in found.variants if variant.price],
    }
    return _without_empty(data)


def _movie(found: Product) -> dict[str, Any]:
    data = _common(found, "Movie") | {
        "director": _people(found.directors),
        "actor": _people(tuple(filter(None, found.attribute_value("cast").split(", ")))),
        "genre": found.attribute_value("genre"),
        "dateCreated": str(found.year) if found.year else None,
        "duration": f"PT{found.minutes}M" if found.minutes else None,
        "offers": [
            _offer(found, variant) | {"businessFunction": BUSINESS_FUNCTIONS[variant.offer or "buy"]}
            for variant in found.variants
            if variant.price
        ],
    }
    return _without_empty(data)


def _common(found: Product, kind: str) -> dict[str, Any]:
    rating = None
    if found.rating.count:
        rating = {
            "@type": "AggregateRating",
            "ratingValue": round(found.rating.average or 0, 2),
            "reviewCount": found.rating.count,
        }
    return {
        "@context": CONTEXT,
        "@type": kind,
        "name": found.title,
        "description": found.summary or found.description,
        "url": settings.PUBLIC_URL + reverse("product", args=[found.slug]),
        "image": [image.url for image in found.images],
        "aggregateRating": rating,
    }


def _people(names: tuple[str, ...]) -> list[dict[str, str]]:
    return [{"@type": "Person", "name": name} for name in names]


def _policies(paths: Mapping[str, str]) -> dict[str, Any]:
    """Where delivery and returns are described: the pages are the only place that knows the terms."""
    found: dict[str, Any] = {}
    if path := paths.get("shipping"):
        found["shippingDetails"] = {
            "@type": "OfferShippingDetails",
            "shippingSettingsLink": settings.PUBLIC_URL + path,
        }
    if path := paths.get("returns"):
        found["hasMerchantReturnPolicy"] = {
            "@type": "MerchantReturnPolicy",
            "merchantReturnLink": settings.PUBLIC_URL + path,
        }
    return found


def _offer(found: Product, variant: Variant) -> dict[str, Any]:
    offer = {
        "@type": "Offer",
        "sku": variant.sku,
        "gtin": variant.barcode,
        "name": variant.name,
        "url": settings.PUBLIC_URL + variant_url(found, variant),
        "price": f"{variant.price.major_units:f}" if variant.price else None,
        "priceCurrency": variant.price.currency if variant.price else None,
        "priceValidUntil": variant.sale_ends_at.date().isoformat() if variant.sale_ends_at else None,
        "itemCondition": None if found.is_film else f"{CONTEXT}/NewCondition",
        "availability": f"{CONTEXT}/{AVAILABILITY.get(variant.availability, 'OutOfStock')}",
        "availabilityStarts": variant.available_on.isoformat() if variant.available_on else None,
    }
    return _without_empty(offer)


def _without_empty(data: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in data.items() if value}
