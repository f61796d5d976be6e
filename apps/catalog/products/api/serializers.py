"""Shapes of the catalogue's requests and answers. Everything they read is prefetched by selectors."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from apps.catalog.inventory.api.serializers import LineSerializer
from apps.catalog.products.images import image_data
from apps.catalog.products.models import AttributeValue, Product, ProductImage, Variant
from apps.catalog.products.selectors import ORDERINGS, ProductFilters, price_in, shop_currency
from apps.common.money import CurrencyField, Money, MoneySerializer

MAX_PRICE = 10**11
LOW_STOCK = 5
AVAILABILITY = ["in_stock", "low_stock", "out_of_stock", "digital"]


class ProductQuerySerializer(serializers.Serializer):
    """The query string of the product list; `attr.<name>` filters come on top."""

    q = serializers.CharField(required=False, allow_blank=True, max_length=200, help_text="Full-text search.")
    category = serializers.CharField(required=False, allow_blank=True, max_length=400, help_text="`home/kitchen`.")
    kind = serializers.ChoiceField(choices=Product.Kind.choices, required=False, allow_blank=True)
    brand = serializers.CharField(required=False, allow_blank=True, max_length=120, help_text="A brand's slug.")
    min_price = serializers.IntegerField(required=False, min_value=0, max_value=MAX_PRICE, help_text="Minor units.")
    max_price = serializers.IntegerField(required=False, min_value=0, max_value=MAX_PRICE, help_text="Minor units.")
    in_stock = serializers.BooleanField(required=False, default=False)
    rating = serializers.IntegerField(required=False, min_value=1, max_value=5, help_text="At least this average.")
    featured = serializers.BooleanField(required=False, default=False)
    sort = serializers.ChoiceField(choices=sorted(ORDERINGS), required=False, allow_blank=True)
    facets = serializers.BooleanField(required=False, default=False, help_text="Add `facets` to the answer.")
    currency = CurrencyField(required=False, default=shop_currency, help_text="Only what is sold in it; EUR.")

    KNOWN = {"limit", "cursor"}

    def validate(self, data: dict[str, Any]) -> dict[str, Any]:
        given = set(self.initial_data) - set(self.fields) - self.KNOWN
        attributes = {name.removeprefix("attr."): self.initial_data[name] for name in given if name.startswith("attr.")}
        if unknown := sorted(name for name in given if not name.startswith("attr.")):
            raise serializers.ValidationError({name: ["There is no such filter."] for name in unknown})
        if len(attributes) > 10 or any(len(f"{k}{v}") > 400 for k, v in attributes.items()):
            raise serializers.ValidationError({"attr": ["At most ten attribute filters of modest length, please."]})
        low, high = data.get("min_price"), data.get("max_price")
        if low is not None and high is not None and low > high:
            raise serializers.ValidationError({"max_price": ["The highest price is below the lowest one."]})
        if data.get("sort") == "relevance" and not data.get("q"):
            raise serializers.ValidationError({"sort": ["Sorting by relevance needs a search (q)."]})
        return data | {"attributes": attributes}

    def filters(self) -> ProductFilters:
        """The validated filters."""
        values = {k: v for k, v in self.validated_data.items() if k not in ("sort", "facets")}
        return ProductFilters(**values)

    def ordering(self) -> tuple[str, ...]:
        """What to sort by: relevance for a search, newest first otherwise."""
        default = "relevance" if self.validated_data.get("q") else "newest"
        return ORDERINGS[self.validated_data.get("sort") or default]


class ImageSourceSerializer(serializers.Serializer):
    url = serializers.CharField()
    width = serializers.IntegerField()


class ImageFormatSerializer(serializers.Serializer):
    """One format of a picture, as a `<source>` of HTML's `<picture>`."""

    type = serializers.ChoiceField(choices=["image/avif", "image/webp", "image/jpeg"])
    srcset = ImageSourceSerializer(many=True)


class ImageSerializer(serializers.Serializer):
    """A picture as `images.image_data` tells of it; one that is not rendered yet is left out of answers."""

    url = serializers.CharField(help_text="A medium size, for clients that take one.")
    alt = serializers.CharField(allow_blank=True)
    width = serializers.IntegerField(help_text="Of the original, in pixels.")
    height = serializers.IntegerField()
    srcset = ImageSourceSerializer(many=True, help_text="WebP, smallest first.")
    sources = ImageFormatSerializer(many=True, help_text="Every format, best first.")


def _image(image: ProductImage) -> dict[str, Any] | None:
    return image_data(
        renditions=image.renditions,
        alt=image.alt,
        width=image.width,
        height=image.height,
        translated=image.translations,
    )


class CategoryRefSerializer(serializers.Serializer):
    path = serializers.CharField(source="full_path")
    name = serializers.CharField()


class RatingSerializer(serializers.Serializer):
    average = serializers.FloatField(allow_null=True)
    count = serializers.IntegerField()


def availability_of(variant: Variant, kind: str) -> str:
    """One of AVAILABILITY, from the prefetched stock row."""
    if kind == Product.Kind.VIDEO:
        return "digital"
    stock = getattr(variant, "stock", None)
    available = stock.available if stock else 0
    if available <= 0:
        return "out_of_stock"
    return "low_stock" if available <= LOW_STOCK else "in_stock"


class ProductListSerializer(serializers.Serializer):
    id = serializers.UUIDField()
    slug = serializers.CharField()
    title = serializers.CharField()
    kind = serializers.ChoiceField(choices=Product.Kind.choices)
    summary = serializers.CharField()
    brand = serializers.CharField(source="brand.name", default=None, allow_null=True)
    category = CategoryRefSerializer()
    price = serializers.SerializerMethodField(help_text="Of the cheapest variant.")
    price_from = serializers.SerializerMethodField(help_text="Whether other variants cost more.")
    image = serializers.SerializerMethodField(allow_null=True)
    rating = serializers.SerializerMethodField()
    availability = serializers.SerializerMethodField()
    title_slug = serializers.SerializerMethodField(help_text="The film in the video service.")
    year = serializers.IntegerField(allow_null=True)

    @extend_schema_field(MoneySerializer)
    def get_price(self, product: Product) -> dict[str, Any]:
        return Money(product.shown_price, self.context["currency"]).as_dict()

    def get_price_from(self, product: Product) -> bool:
        amounts = {price_in(variant, self.context["currency"]) for variant in product.variants.all()} - {None}
        return len(amounts) > 1

    @extend_schema_field(ImageSerializer)
    def get_image(self, product: Product) -> dict[str, Any] | None:
        images = product.images.all()
        return _image(images[0]) if images else None

    @extend_schema_field(RatingSerializer)
    def get_rating(self, product: Product) -> dict[str, Any]:
        average = float(product.rating_average) if product.rating_count else None
        return {"average": average, "count": product.rating_count}

    @extend_schema_field(serializers.ChoiceField(choices=AVAILABILITY))
    def get_availability(self, product: Product) -> str:
        states = {availability_of(variant, product.kind) for variant in product.variants.all()}
        return next((state for state in AVAILABILITY if state in states and state != "out_of_stock"), "out_of_stock")

    def get_title_slug(self, product: Product) -> str | None:
        return product.title_slug or None


class VariantSerializer(serializers.Serializer):
    sku = serializers.CharField()
    name = serializers.CharField()
    options = serializers.DictField()
    price = serializers.SerializerMethodField(allow_null=True)
    availability = serializers.SerializerMethodField()
    available = serializers.SerializerMethodField(help_text="Pieces left; null for films.")
    offer = serializers.SerializerMethodField()
    rental_hours = serializers.IntegerField(allow_null=True)

    @extend_schema_field(MoneySerializer)
    def get_price(self, variant: Variant) -> dict[str, Any] | None:
        amount = price_in(variant, self.context["currency"])
        return None if amount is None else Money(amount, self.context["currency"]).as_dict()

    @extend_schema_field(serializers.ChoiceField(choices=AVAILABILITY))
    def get_availability(self, variant: Variant) -> str:
        return availability_of(variant, self.context["kind"])

    def get_available(self, variant: Variant) -> int | None:
        if self.context["kind"] == Product.Kind.VIDEO:
            return None
        stock = getattr(variant, "stock", None)
        return stock.available if stock else 0

    @extend_schema_field(serializers.ChoiceField(choices=["buy", "rent"], allow_null=True))
    def get_offer(self, variant: Variant) -> str | None:
        return variant.offer or None


class AttributeSerializer(serializers.Serializer):
    name = serializers.CharField()
    label = serializers.CharField()
    value = serializers.CharField()


def _shown(value: AttributeValue) -> str:
    if value.choice:
        return value.choice.label
    if value.number is not None:
        return f"{value.number.normalize():f} {value.attribute.unit}".strip()
    if value.boolean is not None:
        return "yes" if value.boolean else "no"
    return value.text


class CrumbSerializer(serializers.Serializer):
    path = serializers.CharField()
    name = serializers.CharField()


class ProductDetailSerializer(ProductListSerializer):
    description = serializers.CharField()
    attributes = serializers.SerializerMethodField()
    variants = serializers.SerializerMethodField()
    images = serializers.SerializerMethodField()
    breadcrumbs = serializers.SerializerMethodField()
    related = serializers.SerializerMethodField()
    updated_at = serializers.DateTimeField()

    @extend_schema_field(AttributeSerializer(many=True))
    def get_attributes(self, product: Product) -> list[dict[str, Any]]:
        return [
            {"name": v.attribute.code, "label": v.attribute.label, "value": _shown(v)}
            for v in product.attribute_values.all()
        ]

    @extend_schema_field(VariantSerializer(many=True))
    def get_variants(self, product: Product) -> list[dict[str, Any]]:
        context = {"kind": product.kind, "currency": self.context["currency"]}
        return VariantSerializer(product.variants.all(), many=True, context=context).data

    @extend_schema_field(ImageSerializer(many=True))
    def get_images(self, product: Product) -> list[dict[str, Any]]:
        return [data for image in product.images.all() if (data := _image(image))]

    @extend_schema_field(CrumbSerializer(many=True))
    def get_breadcrumbs(self, product: Product) -> list[dict[str, str]]:
        return self.context["breadcrumbs"]

    @extend_schema_field(ProductListSerializer(many=True))
    def get_related(self, product: Product) -> list[dict[str, Any]]:
        context = {"currency": self.context["currency"]}
        return ProductListSerializer(self.context["related"], many=True, context=context).data


class FacetChoiceSerializer(serializers.Serializer):
    value = serializers.CharField()
    label = serializers.CharField()
    count = serializers.IntegerField()


class PriceRangeSerializer(serializers.Serializer):
    min = serializers.IntegerField()
    max = serializers.IntegerField()


class FacetsSerializer(serializers.Serializer):
    category = FacetChoiceSerializer(many=True)
    brand = FacetChoiceSerializer(many=True)
    kind = FacetChoiceSerializer(many=True)
    price = PriceRangeSerializer()


class ProductPageSerializer(serializers.Serializer):
    """Documents the list's answer."""

    results = ProductListSerializer(many=True)
    next = serializers.URLField(allow_null=True)
    previous = serializers.URLField(allow_null=True)
    corrected_query = serializers.CharField(allow_null=True, help_text="Searched for instead of misspelt words.")
    facets = FacetsSerializer(required=False)


class DetailQuerySerializer(serializers.Serializer):
    currency = CurrencyField(required=False, default=shop_currency, help_text="Of the prices; EUR.")


class VariantPriceSerializer(serializers.Serializer):
    sku = serializers.CharField(max_length=40)
    price = MoneySerializer()

    def validate_price(self, price: Money) -> Money:
        if not 0 <= price.amount <= MAX_PRICE:
            raise serializers.ValidationError("Use a price from 0 to a billion.")
        return price


class ProductChangeSerializer(serializers.Serializer):
    title = serializers.CharField(max_length=200, required=False)
    summary = serializers.CharField(max_length=300, required=False, allow_blank=True)
    description = serializers.CharField(max_length=20_000, required=False, allow_blank=True)
    status = serializers.ChoiceField(choices=Product.Status.choices, required=False)
    is_featured = serializers.BooleanField(required=False)
    variants = VariantPriceSerializer(many=True, required=False, max_length=100)


class ProductStateSerializer(serializers.Serializer):
    """What a staff change answers with; the answer's ETag is good for the next change."""

    slug = serializers.CharField()
    title = serializers.CharField()
    summary = serializers.CharField()
    description = serializers.CharField()
    status = serializers.ChoiceField(choices=Product.Status.choices)
    is_featured = serializers.BooleanField()
    version = serializers.IntegerField()


class CategorySerializer(serializers.Serializer):
    path = serializers.CharField()
    name = serializers.CharField()
    description = serializers.CharField(allow_blank=True)
    product_count = serializers.IntegerField(help_text="In and below it.")
    children = serializers.ListField(child=serializers.DictField(), help_text="Categories of the same shape.")


class CategoriesSerializer(serializers.Serializer):
    results = CategorySerializer(many=True)


class CategoryDetailSerializer(CategorySerializer):
    breadcrumbs = CrumbSerializer(many=True)


class SuggestionSerializer(serializers.Serializer):
    text = serializers.CharField()
    kind = serializers.ChoiceField(choices=["product", "category"])
    slug = serializers.CharField(allow_blank=True)
    path = serializers.CharField(allow_blank=True)


class SuggestionsSerializer(serializers.Serializer):
    results = SuggestionSerializer(many=True)


class QuoteRequestSerializer(serializers.Serializer):
    currency = CurrencyField(default="EUR")
    lines = LineSerializer(many=True, allow_empty=False, max_length=100)


class QuoteLineSerializer(serializers.Serializer):
    sku = serializers.CharField()
    quantity = serializers.IntegerField()
    status = serializers.ChoiceField(choices=["ok", "insufficient_stock", "unavailable", "unknown"])
    title = serializers.CharField(allow_null=True)
    variant_name = serializers.CharField(allow_null=True, allow_blank=True)
    slug = serializers.CharField(allow_null=True)
    kind = serializers.ChoiceField(choices=Product.Kind.choices, allow_null=True)
    unit_price = MoneySerializer(allow_null=True)
    line_total = MoneySerializer(allow_null=True)
    available_quantity = serializers.IntegerField(allow_null=True)
    image_url = serializers.CharField(allow_null=True)
    title_slug = serializers.CharField(allow_null=True)
    offer = serializers.ChoiceField(choices=["buy", "rent"], allow_null=True)
    rental_hours = serializers.IntegerField(allow_null=True)
    requires_shipping = serializers.BooleanField(allow_null=True)
    weight_grams = serializers.IntegerField(allow_null=True)


class QuoteSerializer(serializers.Serializer):
    currency = serializers.CharField()
    lines = QuoteLineSerializer(many=True)
