"""Things to sell, made through the same services that staff use."""

from __future__ import annotations

import io
import itertools
import uuid
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.text import slugify
from PIL import Image

from apps.catalog.inventory.models import Reservation
from apps.catalog.inventory.services import reserve_stock, set_stock
from apps.catalog.products.attribute_values import ensure_attribute, ensure_choices, set_attribute_values
from apps.catalog.products.category_tree import ensure_category
from apps.catalog.products.models import Attribute, Brand, Product, Variant
from apps.catalog.products.pricing import set_prices
from apps.catalog.products.publication import record_change
from apps.common.money import Money

_numbers = itertools.count(1)


def make_product(
    title: str = "",
    *,
    price: int = 1490,
    stock: int | None = 10,
    category: str = "home/kitchen",
    brand: str = "",
    attributes: Mapping[str, str] | None = None,
    sku: str = "",
    published_minutes_ago: int = 0,
    variant: Mapping[str, Any] | None = None,
    **fields: Any,
) -> Product:
    """A published product with one variant of these fields; `stock` None leaves it without a count."""
    number = next(_numbers)
    title = title or f"Mug number {number}"
    fields.setdefault("status", Product.Status.PUBLISHED)
    with transaction.atomic():
        product = Product.objects.create(
            title=title,
            slug=fields.pop("slug", "") or f"{slugify(title)}-{number}",
            category=ensure_category(category),
            brand=Brand.objects.get_or_create(name=brand, defaults={"slug": slugify(brand)})[0] if brand else None,
            published_at=timezone.now() - timedelta(minutes=published_minutes_ago),
            **fields,
        )
        for label, value in (attributes or {}).items():
            attribute = ensure_attribute(slugify(label), label=label, kind=Attribute.Kind.CHOICE)
            ensure_choices(attribute, [value])
        set_attribute_values(product, {slugify(label): value for label, value in (attributes or {}).items()})
        add_variant(product, sku=sku or f"SKU-{number}", price=price, stock=stock, **(variant or {}))
    product.refresh_from_db()
    return product


def make_film(title: str = "Metropolis", *, buy: int = 999, rent: int = 399, **fields: Any) -> Product:
    """A film to buy or to rent for 48 hours: SKUs `<SLUG>-BUY` and `<SLUG>-RENT`."""
    code = slugify(title).upper()
    film = make_product(
        title,
        price=buy,
        sku=f"{code}-BUY",
        stock=None,
        kind=Product.Kind.VIDEO,
        category=fields.pop("category", "films"),
        title_slug=slugify(title),
        variant={"offer": Variant.Offer.BUY, "name": "Buy"},
        **fields,
    )
    add_variant(film, sku=f"{code}-RENT", price=rent, stock=None, offer=Variant.Offer.RENT, rental_hours=48, position=1)
    film.refresh_from_db()
    return film


def add_variant(product: Product, *, sku: str, price: int, stock: int | None = 10, **fields: Any) -> Variant:
    """One more way to buy a product."""
    with transaction.atomic():
        variant = Variant.objects.create(product=product, sku=sku, **fields)
        set_prices(product, {sku: Money(price, "EUR")})
        if stock is not None and product.kind == Product.Kind.GOODS:
            set_stock(variant, stock, reference="test")
        record_change(product, previous_status=product.status)
    return variant


def sku_of(product: Product) -> str:
    return Variant.objects.filter(product=product).order_by("position", "sku").values_list("sku", flat=True)[0]


def make_reservation(lines: Mapping[str, int], *, seconds: int = 900) -> Reservation:
    """Units reserved for some order; with negative `seconds` the reservation is overdue."""
    receipt, _ = reserve_stock(order_id=uuid.uuid4(), lines=lines.items(), ttl=timedelta(seconds=seconds))
    return Reservation.objects.get(pk=receipt.id)


def image_file(width: int = 800, height: int = 600, *, colour: Any = (200, 80, 40), form: str = "PNG") -> bytes:
    """An image file of one colour."""
    buffer = io.BytesIO()
    Image.new("RGBA" if len(colour) == 4 else "RGB", (width, height), colour).save(buffer, form)
    return buffer.getvalue()
