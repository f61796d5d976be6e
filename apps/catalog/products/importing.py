"""Import of a whole catalogue from a file: the demo's, or that of another shop. The same file again changes nothing."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.utils.text import slugify

from apps.catalog.inventory.models import StockItem
from apps.catalog.inventory.services import set_stock
from apps.catalog.products import images, pictures, services, taxonomy
from apps.catalog.products.attributes import answer_attributes, ensure_attribute
from apps.catalog.products.images import Rendered
from apps.catalog.products.models import Attribute, Brand, Product, ProductImage, Variant
from apps.catalog.products.pricing import set_prices
from apps.catalog.reviews.services import import_review, refresh_rating
from apps.common.money import Money
from apps.common.problems import ValidationProblem


def import_catalogue(data: dict[str, Any], folder: Path, *, on_progress: Callable[[int, int, str], None]) -> int:
    """Write categories, products and reviews; returns how many products changed. `on_progress(done, total, title)`.

    One product is one transaction: a mistake in the middle leaves whole products before it and none after. Pictures
    are rendered ahead, two at a time. Raises ValidationProblem that names the entry, OSError for missing pictures.
    """
    for entry in data.get("categories", []):
        with _blamed("Category", entry.get("path")):
            taxonomy.ensure_category(entry["path"], name=entry["name"], description=entry.get("description", ""))
    entries = data.get("products", [])
    known = Known(
        entries=dict(Product.objects.exclude(import_digest="").values_list("slug", "import_digest")),
        pictures=set(ProductImage.objects.exclude(renditions=[]).values_list("product__slug", "checksum")),
    )
    changed = 0
    with ThreadPoolExecutor(max_workers=2) as pool:
        prepared = pool.map(lambda entry: _prepare(entry, folder, known), entries)
        for index, entry in enumerate(entries, start=1):
            with _blamed("Product", entry.get("slug")):
                picture = next(prepared)
                if picture is not UNCHANGED:
                    import_product(entry, picture)
                    changed += 1
            on_progress(index, len(entries), entry["title"])
    _import_reviews(data.get("reviews", []))
    return changed


@contextmanager
def _blamed(what: str, name: str | None) -> Iterator[None]:
    """Says which entry of the file is at fault."""
    try:
        yield
    except (KeyError, TypeError, AttributeError, ValueError) as error:
        raise ValidationProblem(f"{what} {name or '?'}: {error!r} is missing or odd.") from error
    except ValidationProblem as error:
        raise ValidationProblem(f"{what} {name or '?'}: {error}", errors=error.errors) from error


@dataclass(frozen=True, slots=True)
class Known:
    """What is there already: entries' fingerprints by slug, and `(slug, checksum)` of rendered pictures."""

    entries: dict[str, str]
    pictures: set[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class Prepared:
    """What can be done for an entry without the database: its fingerprint, its picture if that is new."""

    digest: str
    image: Rendered | None = None


UNCHANGED = Prepared(digest="")


def _prepare(entry: dict[str, Any], folder: Path, known: Known) -> Prepared:
    content = (folder / entry["image"]).read_bytes() if entry.get("image") else b""
    digest = hashlib.sha256(json.dumps(entry, sort_keys=True).encode() + content).hexdigest()
    if known.entries.get(entry["slug"]) == digest:
        return UNCHANGED
    if not content or (entry["slug"], images.checksum(content)) in known.pictures:
        return Prepared(digest)
    return Prepared(digest, images.render(content, slug=entry["slug"]))


def import_product(entry: dict[str, Any], prepared: Prepared) -> Product:
    """Make or update one product by its slug, with variants, prices, attributes and picture.

    Stock is only set where there was none: it moves by itself afterwards.
    """
    with transaction.atomic(durable=True):
        previous = Product.objects.select_for_update().filter(slug=entry["slug"]).first()
        product, _ = Product.objects.update_or_create(
            slug=entry["slug"],
            defaults={
                "title": entry["title"],
                "kind": Product.Kind(entry["kind"]),
                "brand": _brand(entry.get("brand") or ""),
                "category": taxonomy.ensure_category(entry["category"]),
                "summary": entry.get("summary", ""),
                "description": entry.get("description", ""),
                "year": entry.get("year"),
                "title_slug": entry.get("title_slug") or "",
                "is_featured": entry.get("featured", False),
                "import_digest": prepared.digest,
                "status": Product.Status.PUBLISHED,
                "published_at": previous.published_at if previous and previous.published_at else timezone.now(),
            },
        )
        _write_attributes(product, entry.get("attributes", {}))
        for position, line in enumerate(entry["variants"]):
            _write_variant(product, line, position)
        pictures.attach_image(product, prepared.image, alt=entry.get("image_alt", ""))
        services.record_change(product, previous_status=previous.status if previous else None)
    return product


def _brand(name: str) -> Brand | None:
    return Brand.objects.get_or_create(name=name, defaults={"slug": slugify(name)})[0] if name else None


def _write_attributes(product: Product, attributes: dict[str, Any]) -> None:
    """Attributes that the shop does not know yet become texts."""
    answers = {slugify(label): value for label, value in attributes.items()}
    known = set(Attribute.objects.filter(code__in=answers).values_list("code", flat=True))
    for position, label in enumerate(attributes):
        if (code := slugify(label)) not in known:
            ensure_attribute(code, label=label, kind=Attribute.Kind.TEXT, position=position)
    former = product.attribute_values.values_list("attribute__code", flat=True)
    answer_attributes(product, dict.fromkeys(former) | answers)


def _write_variant(product: Product, line: dict[str, Any], position: int) -> None:
    if Variant.objects.filter(sku=line["sku"]).exclude(product=product).exists():
        raise ValidationProblem(f"the SKU {line['sku']} belongs to another product.")
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
    set_prices(product, {variant.sku: Money(price["amount"], price["currency"])})
    if line.get("stock") is not None and not StockItem.objects.filter(variant=variant).exists():
        set_stock(variant, line["stock"], reference="import")


def _import_reviews(reviews: list[dict[str, Any]]) -> None:
    products = {product.slug: product for product in Product.objects.filter(slug__in={r["product"] for r in reviews})}
    imported = set()
    for review in reviews:
        with _blamed("Review of", review.get("product")):
            product = products[review["product"]]
            is_new = import_review(
                product,
                author_name=review["author_name"],
                rating=review["rating"],
                title=review["title"],
                body=review["body"],
                created_at=_aware(review["created_at"]),
            )
        if is_new:
            imported.add(product.pk)
    for product_id in sorted(imported):
        with transaction.atomic():
            refresh_rating(product_id)


def _aware(value: str) -> datetime:
    moment = parse_datetime(value) or datetime.fromisoformat(value)
    return moment if timezone.is_aware(moment) else timezone.make_aware(moment)
