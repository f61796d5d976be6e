# ruff: noqa: SIM905  (long rows of words read better than lists of quoted ones)
"""Synthetic catalogues for measurements at scale: the same seed gives the same products.

Words are drawn so that few are frequent and most are rare (Zipf), as in real catalogues: about 4,000 different ones at
100,000 products.
"""

from __future__ import annotations

import random
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

from django.conf import settings
from django.db import transaction

from apps.catalog.inventory.models import StockItem, StockLevel, Warehouse
from apps.catalog.inventory.services import ensure_warehouse
from apps.catalog.products.attribute_values import ensure_attribute, ensure_choices
from apps.catalog.products.category_tree import ensure_category
from apps.catalog.products.changes import listed_data_changed
from apps.catalog.products.models import (
    Attribute,
    AttributeChoice,
    AttributeValue,
    Brand,
    Category,
    Price,
    Product,
    Variant,
)
from apps.catalog.products.publication import require_sellable

BATCH = 2_000
ADJECTIVES = (
    "amber airy bold brisk calm classic compact cosy crisp deep dusky even fine firm folding fond gentle "
    "golden grand hazel heavy hushed ivory keen large light little long lunar mellow misty modern narrow "
    "neat nordic oval pale plain quiet rare round rustic sharp short silent slim small smooth soft solid "
    "square steady tall tiny warm wide woven"
).split()
MATERIALS = (
    "ash bamboo beech brass cane ceramic clay copper cork cotton felt glass iron leather linen maple "
    "marble oak paper pine porcelain rattan steel stone walnut wool"
).split()
NOUNS = (
    "basket bench blanket board bookend bottle bowl box brush bucket cabinet candle chair chest clock "
    "coaster cup cushion desk dish drawer easel fork frame funnel grater hammock holder hook jar jug "
    "kettle knife ladder lamp lantern mat mirror mortar mug napkin pan pillow pitcher planter plate pot "
    "rack rug scoop sideboard sofa spoon stool table teapot throw tongs towel tray trivet vase wardrobe whisk"
).split()
COLOURS = (
    "black blue brown coral cream green grey indigo mustard ochre pink plum red rust sand teal white yellow"
).split()
SECTIONS = ("bath", "bedroom", "dining", "garden", "hall", "kitchen", "living", "office")
PARTS = ("basics", "furniture", "gifts", "storage", "textiles")
SYLLABLES = ("an bel bra dor el fal gar hal in jor kal lum mar nor ol pra ran sol tal ul vik wen yr zel").split()
BRAND_COUNT = 40
MODEL_COUNT = 4_000
NAMESPACE = uuid.UUID("6f3f1a1e-8f2b-5d3c-9a37-0c1d2e3f4a5b")
EPOCH = datetime(2024, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class SeedReferences:
    """What seeded products refer to."""

    categories: list[Category]
    brands: list[Brand]
    material: Attribute
    colour: Attribute
    height: Attribute
    handmade: Attribute
    materials: list[AttributeChoice]
    colours: list[AttributeChoice]
    warehouse: Warehouse


def seed(count: int, seed_value: int) -> Iterator[int]:
    """Write `count` products in batches; yields how many are there. Running it again adds only what is missing."""
    references = _references()
    for start in range(0, count, BATCH):
        _write_batch(range(start, min(start + BATCH, count)), seed_value, references)
        yield min(start + BATCH, count)


def _references() -> SeedReferences:
    names = [_name(number).capitalize() for number in range(BRAND_COUNT)]
    kinds = Attribute.Kind
    material = ensure_attribute("material", label="Material", kind=kinds.CHOICE, position=0)
    colour = ensure_attribute("colour", label="Colour", kind=kinds.CHOICE, position=1)
    return SeedReferences(
        categories=[ensure_category(f"seed/{section}/{part}") for section in SECTIONS for part in PARTS],
        brands=[
            Brand.objects.get_or_create(slug=f"seed-{name.lower()}", defaults={"name": f"{name} & Co"})[0]
            for name in names
        ],
        material=material,
        colour=colour,
        height=ensure_attribute("height", label="Height", kind=kinds.NUMBER, unit="cm", position=2),
        handmade=ensure_attribute("handmade", label="Made by hand", kind=kinds.BOOLEAN, position=3),
        materials=ensure_choices(material, MATERIALS),
        colours=ensure_choices(colour, COLOURS),
        warehouse=ensure_warehouse(),
    )


def _name(number: int) -> str:
    """A made-up name, another one for every number."""
    syllables = [SYLLABLES[number % len(SYLLABLES)]]
    while number := number // len(SYLLABLES):
        syllables.append(SYLLABLES[number % len(SYLLABLES)])
    return "".join([*syllables, "a"])


@dataclass(slots=True)
class Rows:
    """One batch, model by model."""

    products: list[Product]
    variants: list[Variant]
    prices: list[Price]
    stock: list[StockItem]
    levels: list[StockLevel]
    attribute_values: list[AttributeValue]


@transaction.atomic
def _write_batch(numbers: range, seed_value: int, references: SeedReferences) -> None:
    rows = Rows([], [], [], [], [], [])
    for number in numbers:
        _add(rows, number, seed_value, references)
    for model, made in (
        (Product, rows.products),
        (Variant, rows.variants),
        (Price, rows.prices),
        (StockItem, rows.stock),
        (StockLevel, rows.levels),
        (AttributeValue, rows.attribute_values),
    ):
        rows_of_model: Any = made
        model._default_manager.bulk_create(rows_of_model, ignore_conflicts=True, batch_size=BATCH)
    require_sellable(rows.products)
    listed_data_changed.announce([product.pk for product in rows.products])


def _add(rows: Rows, number: int, seed_value: int, references: SeedReferences) -> None:
    chance = random.Random(f"{seed_value}:{number}")  # noqa: S311  (reproducible, not secret)
    key = f"{seed_value}:{number}"
    adjective, noun = _drawn(chance, ADJECTIVES), _drawn(chance, NOUNS)
    material, colour = _drawn(chance, references.materials), _drawn(chance, references.colours)
    model = _name(int(chance.paretovariate(0.6)) % MODEL_COUNT)
    category, brand = chance.choice(references.categories), _drawn(chance, references.brands)
    product = Product(
        id=uuid.uuid5(NAMESPACE, f"product:{key}"),
        slug=f"{adjective}-{material.slug}-{noun}-{seed_value}-{number}",
        title=f"{adjective} {material.label} {noun} {model} {number}".capitalize(),
        category=category,
        brand=brand,
        status=Product.Status.PUBLISHED,
        summary=f"A {adjective} {noun} made of {material.label}, in {colour.label}.",
        description=f"This {noun} is made of {material.label} in small numbers. It goes with every {model}.",
        published_at=EPOCH + timedelta(minutes=number),
        is_featured=chance.random() < 0.01,
        sales_count=int(chance.paretovariate(1.2)) % 5000,
    )
    variant = Variant(
        id=uuid.uuid5(NAMESPACE, f"variant:{key}"),
        product=product,
        sku=f"SEED-{seed_value}-{number}",
        weight_grams=chance.randrange(100, 5000),
    )
    on_hand = max(0, chance.randrange(-20, 200))
    rows.products.append(product)
    rows.variants.append(variant)
    rows.prices.append(
        Price(variant=variant, currency=settings.SHOP_CURRENCY, amount=chance.randrange(290, 40_000, 10))
    )
    rows.stock.append(StockItem(variant=variant, on_hand=on_hand))
    rows.levels.append(StockLevel(variant=variant, warehouse=references.warehouse, on_hand=on_hand))
    is_handmade = chance.random() < 0.2
    height = Decimal(chance.randrange(20, 2000)) / 10
    rows.attribute_values += [
        AttributeValue(product=product, attribute=references.material, choice=material, key=material.slug),
        AttributeValue(product=product, attribute=references.colour, choice=colour, key=colour.slug, position=1),
        AttributeValue(product=product, attribute=references.height, number=height, position=2),
        AttributeValue(
            product=product,
            attribute=references.handmade,
            boolean=is_handmade,
            key=str(is_handmade).lower(),
            position=3,
        ),
    ]


def _drawn[T](chance: random.Random, items: list[T]) -> T:
    """The first ones often, the last ones seldom."""
    return items[min(int(chance.random() ** 1.7 * len(items)), len(items) - 1)]
