"""Synthetic catalogues for measurements at scale: the same seed gives the same products."""

from __future__ import annotations

import random
import uuid
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

from django.db import transaction

from apps.catalog.browse import listings
from apps.catalog.inventory.models import StockItem, StockLevel
from apps.catalog.inventory.services import ensure_warehouse
from apps.catalog.products.attributes import ensure_attribute, ensure_choices
from apps.catalog.products.models import Attribute, AttributeValue, Brand, Category, Price, Product, Variant
from apps.catalog.products.taxonomy import ensure_category

BATCH = 2_000
ADJECTIVES = ("amber", "brisk", "calm", "dusky", "fond", "gentle", "hazel", "ivory", "keen", "lunar", "mellow", "quiet")
MATERIALS = ("ash", "brass", "clay", "cotton", "felt", "glass", "linen", "maple", "oak", "paper", "steel", "stone")
NOUNS = ("basket", "bowl", "candle", "chair", "clock", "cushion", "frame", "jug", "lamp", "mug", "plate", "rug", "vase")
BRANDS = ("Alder", "Birch", "Cedar", "Dahlia", "Elm", "Fern", "Gorse", "Hazel", "Iris", "Kelp", "Larch", "Nettle")
SECTIONS = ("bath", "bedroom", "dining", "garden", "hall", "kitchen", "living", "office")
NAMESPACE = uuid.UUID("6f3f1a1e-8f2b-5d3c-9a37-0c1d2e3f4a5b")
EPOCH = datetime(2024, 1, 1, tzinfo=UTC)


def seed(count: int, seed_value: int) -> Iterator[int]:
    """Write `count` products in batches; yields how many are there. Running it again adds only what is missing."""
    categories = [ensure_category(f"seed/{section}") for section in SECTIONS]
    brands = [Brand.objects.get_or_create(slug=f"seed-{b.lower()}", defaults={"name": f"{b} & Co"})[0] for b in BRANDS]
    for start in range(0, count, BATCH):
        _write_batch(range(start, min(start + BATCH, count)), seed_value, categories, brands)
        yield min(start + BATCH, count)


@transaction.atomic
def _write_batch(numbers: range, seed_value: int, categories: list[Category], brands: list[Brand]) -> None:
    material = ensure_attribute("material", label="Material", kind=Attribute.Kind.CHOICE)
    choices = dict(zip(MATERIALS, ensure_choices(material, MATERIALS), strict=True))
    products, variants, prices, stock, levels, attributes = [], [], [], [], [], []
    warehouse = ensure_warehouse()
    for number in numbers:
        chance = random.Random(f"{seed_value}:{number}")  # noqa: S311  (reproducible, not secret)
        words = [chance.choice(ADJECTIVES), chance.choice(MATERIALS), chance.choice(NOUNS)]
        key = f"{seed_value}:{number}"
        amount = chance.randrange(290, 40_000, 10)
        product = Product(
            id=uuid.uuid5(NAMESPACE, f"product:{key}"),
            slug=f"{'-'.join(words)}-{seed_value}-{number}",
            title=f"{' '.join(words).capitalize()} no. {number}",
            category=chance.choice(categories),
            brand=chance.choice(brands),
            status=Product.Status.PUBLISHED,
            summary=f"A {words[0]} {words[2]} made of {words[1]}.",
            description=f"This {words[2]} is made of {words[1]} by hand, in small numbers. It gets better with use.",
            published_at=EPOCH + timedelta(minutes=number),
            sales_count=int(chance.paretovariate(1.2)) % 5000,
        )
        variant = Variant(
            id=uuid.uuid5(NAMESPACE, f"variant:{key}"),
            product=product,
            sku=f"SEED-{seed_value}-{number}",
            weight_grams=chance.randrange(100, 5000),
        )
        products.append(product)
        variants.append(variant)
        prices.append(Price(variant=variant, currency="EUR", amount=amount))
        on_hand = chance.randrange(0, 200)
        stock.append(StockItem(variant=variant, on_hand=on_hand))
        levels.append(StockLevel(variant=variant, warehouse=warehouse, on_hand=on_hand))
        choice = choices[words[1]]
        attributes.append(AttributeValue(product=product, attribute=material, choice=choice, key=choice.slug))
    for model, rows in (
        (Product, products),
        (Variant, variants),
        (Price, prices),
        (StockItem, stock),
        (StockLevel, levels),
        (AttributeValue, attributes),
    ):
        model.objects.bulk_create(rows, ignore_conflicts=True, batch_size=BATCH)
    listings.refresh([product.pk for product in products])
