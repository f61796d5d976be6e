"""Import of a whole catalogue from a file: the demo's, or that of another shop. The same file again changes nothing."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

from django.db import transaction
from django.db.models import Max
from django.utils import timezone
from django.utils.dateparse import parse_datetime

from apps.catalog.inventory.models import StockItem
from apps.catalog.inventory.services import set_stock
from apps.catalog.products import images, pictures, services, taxonomy
from apps.catalog.products.attributes import answer_attributes, ensure_attribute
from apps.catalog.products.identifiers import in_any_case, same_in_any_case
from apps.catalog.products.images import Rendered
from apps.catalog.products.importing_facts import (
    blamed,
    import_collections,
    import_facts,
    products_by_slug,
    texts_of,
    written,
)
from apps.catalog.products.models import (
    Attribute,
    Brand,
    Product,
    ProductImage,
    ProductRelation,
    ProductType,
    SalePrice,
    Variant,
)
from apps.catalog.products.models.pricing import MAX_AMOUNT
from apps.catalog.products.pricing import Sale, set_prices, set_sales
from apps.catalog.products.slugs import slug_of
from apps.catalog.products.translations import cleaned_translations
from apps.catalog.products.writing import free_slug
from apps.catalog.reviews.services import import_review, refresh_rating
from apps.common.money import Money
from apps.common.problems import ValidationProblem

MAX_SALE_DAYS = 3660


def import_catalogue(data: dict[str, Any], folder: Path, *, on_progress: Callable[[int, int, str], None]) -> int:
    """Write all that the file describes; returns how many products changed. `on_progress(done, total, title)`.

    One product is one transaction: a mistake in the middle leaves whole products before it and none after. Pictures
    are rendered ahead, two at a time. Raises ValidationProblem that names the entry, OSError for missing pictures.
    """
    if not isinstance(data, dict):
        raise ValidationProblem("The file is not an object with products and categories.")
    import_facts(data)
    entries = data.get("products", [])
    known = Known.now()
    changed, related = 0, []
    with ThreadPoolExecutor(max_workers=2) as pool:
        prepared = pool.map(lambda entry: _prepare(entry, folder, known), entries)
        for index, entry in enumerate(entries, start=1):
            with blamed("Product", entry.get("slug")):
                picture = next(prepared)
                if picture is not UNCHANGED:
                    import_product(entry, picture)
                    related += [(entry, picture)] if entry.get("related") is not None else []
                    changed += 1
                elif known.has_lapsed(entry):
                    _renew_sales(entry)
                    changed += 1
            on_progress(index, len(entries), entry["title"])
    for entry, picture in related:
        with blamed("Product", entry["slug"]):
            _relate(entry, picture)
    import_collections(data.get("collections", []))
    _import_reviews(data.get("reviews", []))
    return changed


@dataclass(frozen=True, slots=True)
class Known:
    """What is there: entries' fingerprints by slug, `(slug, checksum)` of rendered pictures, SKUs whose last sale is
    over."""

    entries: dict[str, str]
    pictures: set[tuple[str, str]]
    lapsed: set[str]

    @classmethod
    def now(cls) -> Known:
        """As the database has it: 3 queries."""
        last = SalePrice.objects.values("variant__sku").annotate(last=Max("ends_at"))
        return cls(
            entries=dict(Product.objects.exclude(import_digest="").values_list("slug", "import_digest")),
            pictures=set(ProductImage.objects.exclude(renditions=[]).values_list("product__slug", "checksum")),
            lapsed=set(last.filter(last__lte=timezone.now()).values_list("variant__sku", flat=True)),
        )

    def has_lapsed(self, entry: dict[str, Any]) -> bool:
        """Whether a sale of this entry ran out since it was imported."""
        return any(line.get("sale") and line["sku"] in self.lapsed for line in entry["variants"])


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

    Stock is only set where there was none: it moves by itself afterwards. What the entry leaves out of type,
    translations, texts for search engines, barcodes, sales and policies stays as it is.
    """
    with transaction.atomic(durable=True):
        previous = Product.objects.select_for_update().filter(slug=entry["slug"]).first()
        previous_status = previous.status if previous else None
        product = previous or Product(slug=entry["slug"])
        is_whole = entry.get("related") is None
        written(
            product,
            title=entry["title"],
            kind=Product.Kind(entry["kind"]),
            brand=_brand(entry.get("brand") or ""),
            category=taxonomy.ensure_category(entry["category"]),
            summary=entry.get("summary", ""),
            description=entry.get("description", ""),
            year=entry.get("year"),
            title_slug=entry.get("title_slug") or "",
            is_featured=entry.get("featured", False),
            # Set when its relations are written too.
            import_digest=prepared.digest if is_whole else "",
            status=Product.Status.PUBLISHED,
            published_at=product.published_at or timezone.now(),
            **_type(entry),
            **texts_of(Product, entry),
        )
        _write_attributes(product, entry.get("attributes", {}))
        for position, line in enumerate(entry["variants"]):
            _write_variant(product, line, position)
        _write_picture(product, entry, prepared.image)
        services.record_change(product, previous_status=previous_status)
    return product


def _brand(name: str) -> Brand | None:
    if not name:
        return None
    known = in_any_case(Brand.objects.all(), "name", [name]).first()
    return known or Brand.objects.create(name=name, slug=free_slug(Brand, name, fallback="brand"))


def _type(entry: dict[str, Any]) -> dict[str, ProductType]:
    """The product's type, by slug."""
    if not entry.get("type"):
        return {}
    known = ProductType.objects.filter(slug=entry["type"]).first()
    if known is None:
        raise ValidationProblem(f"there is no product type {entry['type']}.")
    return {"product_type": known}


def _write_attributes(product: Product, attributes: dict[str, Any]) -> None:
    """By code or label; attributes that the shop does not know yet become texts."""
    codes = {label.lower(): code for code, label in Attribute.objects.values_list("code", "label")}
    known = set(codes.values())
    answers: dict[str, Any] = {}
    for position, (name, answer) in enumerate(attributes.items()):
        code = name if name in known else codes.get(name.lower()) or slug_of(name, limit=60)
        if code not in known:
            ensure_attribute(code, label=name, kind=Attribute.Kind.TEXT, position=position)
        answers[code] = answer
    former = product.attribute_values.values_list("attribute__code", flat=True)
    answer_attributes(product, dict.fromkeys(former) | answers)
    _require_answers(product)


def _require_answers(product: Product) -> None:
    if product.product_type_id is None:
        return
    required = Attribute.objects.filter(
        type_attributes__product_type=product.product_type_id, type_attributes__is_required=True
    )
    if missing := list(required.exclude(values__product=product).order_by("code").values_list("code", flat=True)):
        raise ValidationProblem(f"its type asks for {', '.join(missing)}.")


def _write_variant(product: Product, line: dict[str, Any], position: int) -> None:
    known = same_in_any_case(Variant.objects.all(), "sku", line["sku"])
    if known not in (None, line["sku"]):
        raise ValidationProblem(f"the SKU {line['sku']} is written {known} in the shop.")
    if Variant.objects.filter(sku=line["sku"]).exclude(product=product).exists():
        raise ValidationProblem(f"the SKU {line['sku']} belongs to another product.")
    variant = Variant.objects.filter(sku=line["sku"]).first() or Variant(sku=line["sku"], product=product)
    barcode = {"barcode": line["barcode"] or ""} if "barcode" in line else {}
    written(
        variant,
        name=line.get("name", ""),
        options=line.get("options", {}),
        weight_grams=line.get("weight_grams") or 0,
        offer=line.get("offer") or "",
        rental_hours=line.get("rental_hours"),
        position=position,
        **barcode,
        **texts_of(Variant, line),
    )
    set_prices(product, {variant.sku: _money(line["price"])})
    if "sale" in line:
        set_sales(variant, _sales(line["sale"]))
    if line.get("stock") is not None and not StockItem.objects.filter(variant=variant).exists():
        set_stock(variant, line["stock"], reference="import")
    if "policy" in line:
        _write_policy(variant, line)


def _money(value: dict[str, Any]) -> Money:
    """Raises ValidationProblem for what nothing can cost."""
    money = Money(value["amount"], value["currency"])
    if not 0 <= money.amount <= MAX_AMOUNT:
        raise ValidationProblem(f"{money} is no price.")
    return money


def _sales(sale: dict[str, Any] | None) -> list[Sale]:
    """A sale that starts now and ends in so many days, or none."""
    if sale is None:
        return []
    if not 0 < sale["days"] <= MAX_SALE_DAYS:
        raise ValidationProblem(f"a sale lasts 1 to {MAX_SALE_DAYS} days.")
    now = timezone.now()
    return [Sale(_money(sale), now, now + timedelta(days=sale["days"]))]


def _renew_sales(entry: dict[str, Any]) -> None:
    """Sales of the file begin again when they are over, and nothing else of the product changes."""
    with transaction.atomic(durable=True):
        product = Product.objects.select_for_update().get(slug=entry["slug"])
        for line in entry["variants"]:
            if line.get("sale"):
                set_sales(Variant.objects.get(sku=line["sku"], product=product), _sales(line["sale"]))
        services.record_change(product, previous_status=product.status)


def _write_policy(variant: Variant, line: dict[str, Any]) -> None:
    """Whether pieces are sold before they are here: how many, and when they will be."""
    StockItem.objects.get_or_create(variant=variant)
    written(
        StockItem.objects.select_for_update().get(variant=variant),
        policy=StockItem.Policy(line["policy"]),
        backorder_limit=line.get("backorder_limit", 0),
        available_on=date.fromisoformat(line["available_on"]) if line.get("available_on") else None,
    )


def _write_picture(product: Product, entry: dict[str, Any], rendered: Rendered | None) -> None:
    pictures.attach_image(product, rendered, alt=entry.get("image_alt", ""))
    first = product.images.order_by("position", "id").first()
    if first and "image_translations" in entry:
        written(first, translations=cleaned_translations(ProductImage, entry["image_translations"]))


def _relate(entry: dict[str, Any], prepared: Prepared) -> None:
    """Write what staff recommend beside the product; both must be there, so it comes after all products."""
    with transaction.atomic(durable=True):
        product = Product.objects.select_for_update().get(slug=entry["slug"])
        wanted = [other.pk for other in products_by_slug(entry["related"])]
        if list(product.relations.order_by("position").values_list("related_id", flat=True)) != wanted:
            product.relations.all().delete()
            ProductRelation.objects.bulk_create(
                ProductRelation(product=product, related_id=pk, position=place) for place, pk in enumerate(wanted)
            )
            services.record_change(product, previous_status=product.status)
        Product.objects.filter(pk=product.pk).update(import_digest=prepared.digest)


def _import_reviews(reviews: list[dict[str, Any]]) -> None:
    products = {product.slug: product for product in Product.objects.filter(slug__in={r["product"] for r in reviews})}
    imported = set()
    for review in reviews:
        with blamed("Review of", review.get("product")):
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
