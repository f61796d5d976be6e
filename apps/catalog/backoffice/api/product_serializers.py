"""Serializers of products as staff read and write them."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext
from drf_spectacular.utils import extend_schema_field, extend_schema_serializer
from rest_framework import serializers

from apps.catalog.backoffice.api.fields import (
    AttributeValuesField,
    BarcodeField,
    OptionsField,
    PositionField,
    PriceSerializer,
    TranslationsField,
    require_one_a_currency,
)
from apps.catalog.backoffice.product_selectors import attribute_values_of
from apps.catalog.discovery.models import Listing
from apps.catalog.imports.cells import SKU
from apps.catalog.products.models import Product, ProductImage, Variant
from apps.catalog.products.pricing import Sale
from apps.catalog.products.rules import MAX_RENTAL_HOURS, sale_errors
from apps.catalog.products.selectors import shop_currency
from apps.catalog.products.services.products import REFERENCES, ProductEdit, RelatedProduct
from apps.catalog.products.services.variants import MAX_VARIANTS, VariantEdit
from apps.common.api.serializers import MoneySerializer, StrictQuerySerializer, StrictSerializer
from apps.common.money import Money

MAX_PRICES = 40
MAX_SALES = 100
MAX_RELATED = 50
MAX_WEIGHT = 10_000_000
# What stands in VariantEdit and ProductEdit by its own name; the rest are columns.
APART = ("translations", "prices", "price", "sales")


class SaleSerializer(StrictSerializer):
    """A scheduled sale: the price from `starts_at` until before `ends_at`."""

    price = PriceSerializer()
    starts_at = serializers.DateTimeField()
    ends_at = serializers.DateTimeField()

    def validate(self, data: dict[str, Any]) -> Sale:
        if errors := sale_errors(starts_at=data["starts_at"], ends_at=data["ends_at"]):
            raise serializers.ValidationError(errors)
        return Sale(**data)


class VariantChangeSerializer(StrictSerializer):
    """Changes of a variant; omitted fields stay."""

    barcode = BarcodeField(required=False, help_text="GTIN: 8, 12, 13 or 14 digits; empty for none.")
    name = serializers.CharField(max_length=120, allow_blank=True, required=False)
    options = OptionsField(required=False)
    weight_grams = serializers.IntegerField(min_value=0, max_value=MAX_WEIGHT, required=False)
    offer = serializers.ChoiceField(Variant.Offer.choices, allow_blank=True, required=False, help_text="For films.")
    rental_hours = serializers.IntegerField(min_value=1, max_value=MAX_RENTAL_HOURS, allow_null=True, required=False)
    title_slug = serializers.SlugField(max_length=120, allow_blank=True, required=False)
    image = serializers.UUIDField(
        source="image_id", allow_null=True, required=False, help_text="The id of one of the product's images."
    )
    position = PositionField(required=False)
    translations = TranslationsField(required=False)
    price = PriceSerializer(
        required=False, help_text="Sets the price in its currency; prices in other currencies stay."
    )
    prices = PriceSerializer(many=True, max_length=MAX_PRICES, required=False, help_text="Replaces all that exist.")  # type: ignore[call-arg]  # DRF hands it to the list
    sales = SaleSerializer(many=True, max_length=MAX_SALES, required=False, help_text="Replaces all that exist.")  # type: ignore[call-arg]  # DRF hands it to the list

    def validate_prices(self, prices: list[Money]) -> list[Money]:
        return require_one_a_currency(prices)


class NewVariantSerializer(VariantChangeSerializer):
    sku = serializers.RegexField(
        rf"\A{SKU.pattern}\Z", max_length=40, help_text="Letters, digits and . _ + -; it never changes."
    )


@extend_schema_serializer(component_name="KnownVariant")
class ExistingVariantSerializer(VariantChangeSerializer):
    """A change of a variant that the product has."""

    sku = serializers.CharField(max_length=40)


class ProductChangeSerializer(StrictSerializer):
    """Changes of a product; omitted fields stay."""

    slug = serializers.SlugField(max_length=120, required=False)
    title = serializers.CharField(max_length=200, required=False)
    kind = serializers.ChoiceField(Product.Kind.choices, required=False)
    status = serializers.ChoiceField(Product.Status.choices, required=False)
    category = serializers.CharField(max_length=400, required=False, help_text="Its path: home/kitchen.")
    brand = serializers.CharField(max_length=120, allow_null=True, required=False, help_text="Its slug.")
    product_type = serializers.CharField(max_length=80, allow_null=True, required=False, help_text="Its slug.")
    summary = serializers.CharField(max_length=300, allow_blank=True, required=False)
    description = serializers.CharField(max_length=20_000, allow_blank=True, required=False)
    title_slug = serializers.SlugField(max_length=120, allow_blank=True, required=False)
    year = serializers.IntegerField(min_value=1800, max_value=2200, allow_null=True, required=False)
    is_featured = serializers.BooleanField(required=False)
    published_at = serializers.DateTimeField(
        allow_null=True, required=False, help_text="When a published product starts to show; may be in the future."
    )
    published_until = serializers.DateTimeField(allow_null=True, required=False)
    seo_title = serializers.CharField(max_length=70, allow_blank=True, required=False)
    seo_description = serializers.CharField(max_length=160, allow_blank=True, required=False)
    translations = TranslationsField(required=False)
    attributes = AttributeValuesField(required=False)
    related = serializers.ListField(
        child=serializers.CharField(max_length=120),
        max_length=MAX_RELATED,
        required=False,
        help_text="Slugs in order; replaces the whole list.",
    )
    variants = ExistingVariantSerializer(many=True, max_length=MAX_VARIANTS, required=False)  # type: ignore[call-arg]  # DRF hands it to the list

    def validate_related(self, slugs: list[str]) -> list[str]:
        if len(set(slugs)) < len(slugs):
            raise serializers.ValidationError(gettext("Name each product once."))
        return slugs


class NewProductSerializer(ProductChangeSerializer):
    slug = serializers.SlugField(max_length=120, required=False, help_text="Generated from the title if omitted.")
    title = serializers.CharField(max_length=200)
    category = serializers.CharField(max_length=400, help_text="Its path: home/kitchen.")
    variants = NewVariantSerializer(many=True, max_length=MAX_VARIANTS, required=False)  # type: ignore[assignment, call-arg]  # DRF hands it to the list and the field's name in the API


def as_product_edit(data: dict[str, Any]) -> ProductEdit:
    """The validated body as the argument of the services."""
    apart = {*REFERENCES, "translations", "attributes", "related", "variants"}
    return ProductEdit(
        columns={name: value for name, value in data.items() if name not in apart},
        references={name: data[name] for name in REFERENCES if name in data},
        translations=data.get("translations"),
        attributes=data.get("attributes", {}),
        related=[RelatedProduct(slug) for slug in data["related"]] if "related" in data else None,
        variants=[as_variant_edit(variant) for variant in data.get("variants", ())],
    )


def as_variant_edit(data: dict[str, Any], *, sku: str = "") -> VariantEdit:
    """The validated body of a variant as the argument of the services."""
    return VariantEdit(
        sku=sku or data["sku"],
        columns={name: value for name, value in data.items() if name not in (*APART, "sku")},
        **{name: data[name] for name in APART if name in data},
    )


class StaffStockSerializer(serializers.Serializer):
    on_hand = serializers.IntegerField()
    reserved = serializers.IntegerField()
    available = serializers.IntegerField(help_text="How many can be ordered now.")


class ScheduledSaleSerializer(serializers.Serializer):
    price = MoneySerializer(source="*")
    starts_at = serializers.DateTimeField()
    ends_at = serializers.DateTimeField()


class StaffVariantSerializer(serializers.Serializer):
    sku = serializers.CharField()
    barcode = serializers.CharField(allow_blank=True)
    name = serializers.CharField(allow_blank=True)
    options = serializers.DictField()
    weight_grams = serializers.IntegerField()
    offer = serializers.ChoiceField(Variant.Offer.choices, allow_blank=True)
    rental_hours = serializers.IntegerField(allow_null=True)
    title_slug = serializers.CharField(allow_blank=True)
    image = serializers.UUIDField(source="image_id", allow_null=True, help_text="The id of its own image.")
    position = serializers.IntegerField()
    translations = serializers.DictField()
    prices = MoneySerializer(many=True)
    sales = ScheduledSaleSerializer(source="sale_prices", many=True)
    stock = StaffStockSerializer(allow_null=True, help_text="null for films.")


class StaffImageSerializer(serializers.Serializer):
    id = serializers.UUIDField()
    url = serializers.CharField(source="file.url", help_text="Of the uploaded file.")
    alt = serializers.CharField(allow_blank=True)
    width = serializers.IntegerField()
    height = serializers.IntegerField()
    position = serializers.IntegerField()
    is_rendered = serializers.SerializerMethodField(help_text="Images are shown in the shop once they are rendered.")
    failure = serializers.CharField(allow_blank=True, help_text="Why it cannot be rendered.")
    translations = serializers.DictField()

    def get_is_rendered(self, image: ProductImage) -> bool:
        return bool(image.renditions)


class StaffListedProductSerializer(serializers.Serializer):
    """A product in the list for staff, which includes drafts."""

    id = serializers.UUIDField()
    slug = serializers.CharField()
    title = serializers.CharField()
    kind = serializers.ChoiceField(Product.Kind.choices)
    status = serializers.ChoiceField(Product.Status.choices)
    category = serializers.CharField(source="category.full_path", help_text="The category's path.")
    brand = serializers.CharField(source="brand.slug", allow_null=True, help_text="Its slug.")
    product_type = serializers.CharField(source="product_type.slug", allow_null=True, help_text="Its slug.")
    is_featured = serializers.BooleanField()
    published_at = serializers.DateTimeField(allow_null=True)
    published_until = serializers.DateTimeField(allow_null=True)
    price = serializers.SerializerMethodField(help_text="The price of the cheapest variant, in the shop's currency.")
    availability = serializers.ChoiceField(Listing.Availability.choices, source="listing.availability")
    sales_count = serializers.IntegerField()
    updated_at = serializers.DateTimeField()
    version = serializers.IntegerField()

    @extend_schema_field(MoneySerializer(allow_null=True))
    def get_price(self, product: Product) -> dict[str, Any] | None:
        price = product.listing.prices.get(shop_currency())
        return price and {"amount": price["amount"], "currency": shop_currency()}


class StaffProductSerializer(StaffListedProductSerializer):
    """A product with everything that staff can change."""

    summary = serializers.CharField(allow_blank=True)
    description = serializers.CharField(allow_blank=True)
    title_slug = serializers.CharField(allow_blank=True)
    year = serializers.IntegerField(allow_null=True)
    seo_title = serializers.CharField(allow_blank=True)
    seo_description = serializers.CharField(allow_blank=True)
    translations = serializers.DictField()
    attributes = serializers.SerializerMethodField()
    related = serializers.SerializerMethodField()
    collections = serializers.SerializerMethodField(help_text="Slugs of the manual collections with this product.")
    variants = StaffVariantSerializer(many=True)
    images = StaffImageSerializer(many=True)
    created_at = serializers.DateTimeField()

    @extend_schema_field(AttributeValuesField)
    def get_attributes(self, product: Product) -> dict[str, Any]:
        return attribute_values_of(product)

    def get_related(self, product: Product) -> list[str]:
        return [relation.related.slug for relation in product.relations.all()]

    def get_collections(self, product: Product) -> list[str]:
        return sorted(item.collection.slug for item in product.collection_items.all())


class ImageUploadSerializer(StrictSerializer):
    file = serializers.FileField(max_length=200, help_text="AVIF, WebP, JPEG, PNG or GIF, at most 20 MB.")
    alt = serializers.CharField(max_length=300, allow_blank=True, default="")
    position = PositionField(required=False, allow_null=True, default=None)


class ImageChangeSerializer(StrictSerializer):
    alt = serializers.CharField(max_length=300, allow_blank=True, required=False)
    position = PositionField(required=False)
    translations = TranslationsField(required=False)


class ImageOrderSerializer(StrictSerializer):
    images = serializers.ListField(
        child=serializers.UUIDField(), max_length=50, help_text="All image ids of the product."
    )


class StaffProductQuerySerializer(StrictQuerySerializer):
    q = serializers.CharField(
        max_length=200, required=False, help_text="Words of the product, or its SKU, barcode or slug."
    )
    status = serializers.ChoiceField(Product.Status.choices, required=False)
    kind = serializers.ChoiceField(Product.Kind.choices, required=False)
    category = serializers.CharField(
        max_length=400, required=False, help_text="A category's path; includes its subcategories."
    )
    brand = serializers.CharField(max_length=120, required=False)
    product_type = serializers.CharField(max_length=80, required=False)
