"""Quotes: current prices and availability of lines. The only source of prices for a checkout."""

from __future__ import annotations

from dataclasses import dataclass

from django.db.models import Prefetch
from django.utils import timezone

from apps.catalog.products.models import Product, ProductImage, ProductType, Variant
from apps.catalog.products.pricing import offer_of
from apps.catalog.products.renditions import rendition_url
from apps.catalog.products.selectors import is_shown
from apps.common.languages import current_language
from apps.common.money import Money
from apps.common.translated import text

# Of the image in a cart, which shows it at a third of this on the densest screens.
IMAGE_WIDTH = 320


@dataclass(frozen=True, slots=True)
class QuoteLine:
    """The quote of a line.

    `status`: ok, insufficient_stock, unavailable (not published, or not sold in this currency) or unknown.
    `category`: the path of the product's category (`home/kitchen`). `regular_price`: without the sale that is running.
    `tax_class`: standard, reduced, zero, or digital for films.
    """

    sku: str
    quantity: int
    status: str
    title: str | None = None
    variant_name: str | None = None
    slug: str | None = None
    kind: str | None = None
    category: str | None = None
    unit_price: Money | None = None
    regular_price: Money | None = None
    line_total: Money | None = None
    available_quantity: int | None = None
    image_url: str | None = None
    title_slug: str | None = None
    offer: str | None = None
    rental_hours: int | None = None
    requires_shipping: bool | None = None
    weight_grams: int | None = None
    tax_class: str | None = None


def quote(lines: list[tuple[str, int]], currency: str) -> list[QuoteLine]:
    """Prices and availability of `(sku, quantity)` lines, in their order; lines of one SKU share its stock."""
    variants = _variants([sku for sku, _ in lines])
    asked: dict[str, int] = {}
    for sku, quantity in lines:
        asked[sku] = asked.get(sku, 0) + quantity
    return [_line(variants.get(sku), sku, quantity, asked[sku], currency) for sku, quantity in lines]


def _variants(skus: list[str]) -> dict[str, Variant]:
    """Variants by SKU with product, category, prices, sales, stock and images: 4 queries."""
    variants = Variant.objects.filter(sku__in=skus).select_related(
        "product__category", "product__product_type", "stock"
    )
    images = Prefetch("product__images", ProductImage.objects.order_by("position", "id"))
    return {variant.sku: variant for variant in variants.prefetch_related("prices", "sale_prices", images)}


def _line(variant: Variant | None, sku: str, quantity: int, asked: int, currency: str) -> QuoteLine:
    if variant is None:
        return QuoteLine(sku, quantity, "unknown")
    product = variant.product
    offer = offer_of(variant, currency, at=timezone.now())
    stock = getattr(variant, "stock", None)
    available = None if variant.is_digital else (max(stock.available, 0) if stock else 0)
    unit_price = offer.price if offer else None
    if unit_price is None or not is_shown(product):
        status = "unavailable"
    elif available is not None and available < asked:
        status = "insufficient_stock"
    else:
        status = "ok"
    # Names are in the language of the request, as those of listings are.
    language = current_language()
    return QuoteLine(
        sku=sku,
        quantity=quantity,
        status=status,
        title=text(product, "title", language),
        variant_name=text(variant, "name", language),
        slug=product.slug,
        kind=Product.Kind.VIDEO if variant.is_digital else Product.Kind.GOODS,
        category=product.category.full_path,
        unit_price=unit_price,
        regular_price=offer.regular if offer else None,
        line_total=unit_price and unit_price * quantity,
        available_quantity=available,
        image_url=_image_url(variant),
        title_slug=(variant.title_slug or product.title_slug or None) if variant.is_digital else None,
        offer=variant.offer or None,
        rental_hours=variant.rental_hours,
        requires_shipping=not variant.is_digital,
        weight_grams=0 if variant.is_digital else variant.weight_grams,
        tax_class=_tax_class(variant),
    )


def _tax_class(variant: Variant) -> str:
    """`digital` for films; goods have that of their product type."""
    if variant.is_digital:
        return "digital"
    product_type = variant.product.product_type
    return product_type.tax_class if product_type else ProductType.TaxClass.STANDARD


def _image_url(variant: Variant) -> str | None:
    """The image that shows the variant, else the product's first; None for none."""
    images = variant.product.images.all()
    own = next((image for image in images if image.pk == variant.image_id), None)
    shown = own or next(iter(images), None)
    return rendition_url(shown.renditions, IMAGE_WIDTH) if shown else None
