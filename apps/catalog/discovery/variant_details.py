"""The variants of a product with all that its page shows of them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils import timezone
from django.utils.text import capfirst

from apps.catalog.discovery.offered_prices import lowest_before_reduction
from apps.catalog.discovery.taxonomy import AttributeNode, Taxonomy
from apps.catalog.inventory.models import MAX_DISPLAYED_STOCK, StockItem
from apps.catalog.products.models import Film, Product, ProductImage, Variant
from apps.catalog.products.pricing import Offer, offer_of
from apps.catalog.products.renditions import image_data
from apps.catalog.products.rules import is_film_sold
from apps.common.money import Money
from apps.common.translated import text


def films_of(product: Product) -> dict[str, Film]:
    """What the video service reports of the titles that a product sells, by slug: 1 query, none for goods."""
    titles = {product.title_slug, *(variant.title_slug for variant in product.variants.all())} - {""}
    return Film.objects.in_bulk(titles) if titles else {}


def film_data(film: Film) -> dict[str, Any]:
    """A film for the API."""
    return {
        "runtime_seconds": film.runtime_seconds,
        "languages": film.languages,
        "captions": film.captions,
        "trailer_url": film.trailer_url or None,
        "available_countries": film.available_countries,
        "is_available": is_film_sold(is_withdrawn=film.is_withdrawn, is_on_offer=film.is_on_offer),
    }


def shown_variants(
    product: Product, taxonomy: Taxonomy, films: Mapping[str, Film], *, currency: str, language: str
) -> list[dict[str, Any]]:
    """The variants of a product that was read with its parts. 1 query when one is on sale."""
    now, variants = timezone.now(), list(product.variants.all())
    offers = {variant.pk: offer_of(variant, currency, at=now) for variant in variants}
    on_sale = [pk for pk, offer in offers.items() if offer and offer.regular]
    lowest = lowest_before_reduction(on_sale, currency=currency)
    images = {image.pk: shown_image(image, language) for image in product.images.all()}
    return [
        _description(variant, films.get(variant.title_slug or product.title_slug), language)
        | _price(offers[variant.pk], lowest.get(variant.pk))
        | {
            "options": _options(variant, taxonomy, language),
            "image": images[variant.image_id] if variant.image_id else None,
        }
        for variant in variants
    ]


def _description(variant: Variant, film: Film | None, language: str) -> dict[str, Any]:
    stock = getattr(variant, "stock", None)
    return {
        "sku": variant.sku,
        "barcode": variant.barcode or None,
        "name": text(variant, "name", language),
        "availability": availability_of(variant, stock, film),
        "available": None if variant.is_digital else min(max(stock.in_stock, 0), MAX_DISPLAYED_STOCK) if stock else 0,
        "available_on": stock.available_on if stock and stock.in_stock <= 0 else None,
        "weight_grams": None if variant.is_digital else variant.weight_grams,
        "offer": variant.offer or None,
        "rental_hours": variant.rental_hours,
        "title_slug": variant.title_slug or None,
    }


def _price(offer: Offer | None, lowest: int | None) -> dict[str, Any]:
    return {
        "price": offer and offer.price.as_dict(),
        "regular_price": offer.regular.as_dict() if offer and offer.regular else None,
        "lowest_price_30_days": (
            Money(lowest, offer.price.currency).as_dict() if offer and lowest is not None else None
        ),
        "sale_ends_at": offer.sale_ends_at if offer else None,
    }


def availability_of(variant: Variant, stock: StockItem | None, film: Film | None) -> str:
    """The rule of `discovery.listings` for one variant."""
    if variant.is_digital:
        is_sold = film is None or is_film_sold(is_withdrawn=film.is_withdrawn, is_on_offer=film.is_on_offer)
        return "digital" if is_sold else "out_of_stock"
    if stock is None or stock.available <= 0:
        return "out_of_stock"
    if stock.in_stock > stock.low_stock_at:
        return "in_stock"
    return "low_stock" if stock.in_stock > 0 else stock.policy


def _options(variant: Variant, taxonomy: Taxonomy, language: str) -> list[dict[str, str]]:
    """How the variant differs from the others, in words of the language where an attribute or the name has them."""
    return [
        {"name": name, "value": value, **_labels(variant, name, value, taxonomy, language)}
        for name, value in variant.options.items()
    ]


def _labels(variant: Variant, name: str, value: str, taxonomy: Taxonomy, language: str) -> dict[str, str]:
    attribute = _attribute_named(name, taxonomy)
    choice = attribute and next(
        (key for key, choice in attribute.choices.items() if value.casefold() in (key, choice.label.casefold())), None
    )
    if attribute and choice:
        value_label = attribute.choice_text(choice, language)
    else:
        # A variant is often named after the one option that it has.
        value_label = text(variant, "name", language) if value == variant.name else value
    return {"label": attribute.text(language) if attribute else capfirst(name), "value_label": value_label}


def _attribute_named(name: str, taxonomy: Taxonomy) -> AttributeNode | None:
    """The attribute of this code or label, whatever its capitals."""
    wanted = name.casefold()
    return next((node for node in taxonomy.attributes.values() if wanted in (node.code, node.label.casefold())), None)


def shown_image(image: ProductImage, language: str) -> dict[str, Any] | None:
    """An image as shoppers get it; None while it is not rendered."""
    return image_data(
        renditions=image.renditions,
        alt=image.alt,
        width=image.width,
        height=image.height,
        translated=image.translations,
        language=language,
    )
