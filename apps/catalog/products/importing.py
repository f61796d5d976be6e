"""Import of a whole catalogue from a file: the demo's, or that of another shop. The same file again changes nothing."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.utils.text import slugify

from apps.catalog.inventory.models import StockItem
from apps.catalog.inventory.services import set_stock
from apps.catalog.products import services
from apps.catalog.products.models import Brand, Price, Product, ProductAttribute, Variant
from apps.catalog.reviews.services import import_review, refresh_rating
from apps.common.problems import ValidationProblem


def import_catalogue(data: dict[str, Any], images: Path, *, on_progress: Callable[[int, int, str], None]) -> int:
    """Write categories, products and reviews; returns how many products. `on_progress(done, total, title)`.

    One product is one transaction: a mistake in the middle leaves whole products before it and none after.
    """
    for entry in data.get("categories", []):
        services.ensure_category(entry["path"], name=entry["name"], description=entry.get("description", ""))
    products = data.get("products", [])
    for index, entry in enumerate(products, start=1):
        try:
            import_product(entry, images)
        except (KeyError, TypeError) as error:
            raise ValidationProblem(
                f"Product {index} ({entry.get('slug', '?')}): {error!r} is missing or odd."
            ) from error
        on_progress(index, len(products), entry["title"])
    _import_reviews(data.get("reviews", []))
    return len(products)


def import_product(entry: dict[str, Any], images: Path) -> Product:
    """Make or update one product by its slug, with variants, prices, attributes, stock and picture."""
    with transaction.atomic(durable=True):
        brand = _brand(entry.get("brand", ""))
        previous = Product.objects.select_for_update().filter(slug=entry["slug"]).first()
        product, _ = Product.objects.update_or_create(
            slug=entry["slug"],
            defaults={
                "title": entry["title"],
                "kind": entry["kind"],
                "brand": brand,
                "category": services.ensure_category(entry["category"]),
                "summary": entry.get("summary", ""),
                "description": entry.get("description", ""),
                "year": entry.get("year"),
                "title_slug": entry.get("title_slug") or "",
                "is_featured": entry.get("featured", False),
                "status": Product.Status.PUBLISHED,
                "published_at": previous.published_at if previous and previous.published_at else timezone.now(),
            },
        )
        _write_attributes(product, entry.get("attributes", {}))
        for position, line in enumerate(entry["variants"]):
            _write_variant(product, line, position)
        services.record_change(product, previous_status=previous.status if previous else None)
    if entry.get("image"):
        services.set_image(product, (images / entry["image"]).read_bytes(), alt=entry.get("image_alt", ""))
    return product


def _brand(name: str) -> Brand | None:
    return Brand.objects.get_or_create(name=name, defaults={"slug": slugify(name)})[0] if name else None


def _write_attributes(product: Product, attributes: dict[str, Any]) -> None:
    for position, (label, value) in enumerate(attributes.items()):
        text = ", ".join(value) if isinstance(value, list) else str(value)
        ProductAttribute.objects.update_or_create(
            product=product, name=slugify(label), defaults={"label": label, "value": text, "position": position}
        )
    product.attributes.exclude(name__in=[slugify(label) for label in attributes]).delete()


def _write_variant(product: Product, line: dict[str, Any], position: int) -> None:
    variant, _ = Variant.objects.update_or_create(
        sku=line["sku"],
        defaults={
            "product": product,
            "name": line.get("name", ""),
            "options": line.get("options", {}),
            "weight_grams": line.get("weight_grams") or 0,
            "offer": line.get("offer") or "",
            "rental_hours": line.get("rental_hours"),
            "position": position,
        },
    )
    price = line["price"]
    Price.objects.get_or_create(variant=variant, currency=price["currency"], defaults={"amount": price["amount"]})
    # Stock and prices move after the first import; a second one must not put them back.
    if line.get("stock") is not None and not StockItem.objects.filter(variant=variant).exists():
        set_stock(variant, line["stock"], reference="import")


def _import_reviews(reviews: list[dict[str, Any]]) -> None:
    products = {product.slug: product for product in Product.objects.filter(slug__in={r["product"] for r in reviews})}
    for review in reviews:
        import_review(
            products[review["product"]],
            author_name=review["author_name"],
            rating=review["rating"],
            title=review["title"],
            body=review["body"],
            created_at=_aware(review["created_at"]),
        )
    for product in products.values():
        with transaction.atomic():
            refresh_rating(product.pk)


def _aware(value: str) -> datetime:
    moment = parse_datetime(value) or datetime.fromisoformat(value)
    return moment if timezone.is_aware(moment) else timezone.make_aware(moment)
