"""Quotes: what lines cost now and whether they can be had. The only source of prices for a checkout."""

from __future__ import annotations

from dataclasses import dataclass

from apps.catalog.products.images import image_url
from apps.catalog.products.models import Product, Variant
from apps.catalog.products.selectors import price_in, variants_to_quote
from apps.common.money import Money


@dataclass(frozen=True, slots=True)
class QuoteLine:
    """One line's answer.

    `status`: ok, insufficient_stock, unavailable (not published, or not sold in this currency) or unknown.
    """

    sku: str
    quantity: int
    status: str
    title: str | None = None
    variant_name: str | None = None
    slug: str | None = None
    kind: str | None = None
    unit_price: Money | None = None
    line_total: Money | None = None
    available_quantity: int | None = None
    image_url: str | None = None
    title_slug: str | None = None
    offer: str | None = None
    rental_hours: int | None = None
    requires_shipping: bool | None = None
    weight_grams: int | None = None


def quote(lines: list[tuple[str, int]], currency: str) -> list[QuoteLine]:
    """Prices and availability of `(sku, quantity)` lines, in their order; lines of one SKU share its stock."""
    variants = variants_to_quote([sku for sku, _ in lines])
    asked: dict[str, int] = {}
    for sku, quantity in lines:
        asked[sku] = asked.get(sku, 0) + quantity
    return [_line(variants.get(sku), sku, quantity, asked[sku], currency) for sku, quantity in lines]


def _line(variant: Variant | None, sku: str, quantity: int, asked: int, currency: str) -> QuoteLine:
    if variant is None:
        return QuoteLine(sku, quantity, "unknown")
    product = variant.product
    is_video = product.kind == Product.Kind.VIDEO
    amount = price_in(variant, currency)
    stock = getattr(variant, "stock", None)
    available = None if is_video else (stock.available if stock else 0)
    unit_price = None if amount is None else Money(amount, currency)
    if product.status != Product.Status.PUBLISHED or unit_price is None:
        status = "unavailable"
    elif available is not None and available < asked:
        status = "insufficient_stock"
    else:
        status = "ok"
    images = product.images.all()
    return QuoteLine(
        sku=sku,
        quantity=quantity,
        status=status,
        title=product.title,
        variant_name=variant.name,
        slug=product.slug,
        kind=product.kind,
        unit_price=unit_price,
        line_total=unit_price and unit_price * quantity,
        available_quantity=available,
        image_url=image_url(images[0], 320) if images else None,
        title_slug=product.title_slug or None,
        offer=variant.offer or None,
        rental_hours=variant.rental_hours,
        requires_shipping=not is_video,
        weight_grams=0 if is_video else variant.weight_grams,
    )
