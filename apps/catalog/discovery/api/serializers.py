"""Serializers of the public responses. Cards and details are made by `browse`; these document them."""

from __future__ import annotations

from rest_framework import serializers

from apps.catalog.discovery.card_serializers import CrumbSerializer, ProductListSerializer, RatingSerializer
from apps.catalog.discovery.models import Listing
from apps.catalog.products.image_serializers import ImageSerializer
from apps.catalog.products.models import Attribute, Product
from apps.common.api.serializers import MoneySerializer


class OptionSerializer(serializers.Serializer):
    """What distinguishes a variant from the others; labels are in the language of the response."""

    name = serializers.CharField(help_text="The same for all variants of the product: `Colour`.")
    label = serializers.CharField()  # type: ignore[assignment]  # the field's name in the API
    value = serializers.CharField()
    value_label = serializers.CharField()


class VariantSerializer(serializers.Serializer):
    sku = serializers.CharField()
    barcode = serializers.CharField(allow_null=True, help_text="GTIN.")
    name = serializers.CharField(allow_blank=True)
    options = OptionSerializer(many=True)
    image = ImageSerializer(allow_null=True, help_text="Its own image, one of the product's.")
    price = MoneySerializer(allow_null=True)
    regular_price = MoneySerializer(allow_null=True)
    lowest_price_30_days = MoneySerializer(
        allow_null=True,
        help_text="On sale: the lowest price in the 30 days before the reduction; null when there was none.",
    )
    sale_ends_at = serializers.DateTimeField(allow_null=True)
    availability = serializers.ChoiceField(choices=Listing.Availability.choices)
    available = serializers.IntegerField(allow_null=True, help_text="Units in stock, at most 20; null for films.")
    available_on = serializers.DateField(allow_null=True, help_text="When a preorder or the next delivery is sent.")
    weight_grams = serializers.IntegerField(allow_null=True)
    offer = serializers.ChoiceField(choices=["buy", "rent"], allow_null=True)
    rental_hours = serializers.IntegerField(allow_null=True)
    title_slug = serializers.CharField(allow_null=True, help_text="If it differs from the product's film.")


class AttributeSerializer(serializers.Serializer):
    name = serializers.CharField()
    label = serializers.CharField()  # type: ignore[assignment]  # the field's name in the API
    value = serializers.CharField()
    kind = serializers.ChoiceField(choices=Attribute.Kind.choices)
    unit = serializers.CharField(allow_blank=True)


class DetailRatingSerializer(RatingSerializer):
    histogram = serializers.ListField(
        child=serializers.IntegerField(),
        min_length=5,
        max_length=5,
        help_text="Number of reviews with 1, 2, 3, 4 and 5 stars.",
    )


class SeoSerializer(serializers.Serializer):
    title = serializers.CharField(allow_blank=True)
    description = serializers.CharField(allow_blank=True)


class FilmSerializer(serializers.Serializer):
    """What the video service reports of a film."""

    runtime_seconds = serializers.IntegerField()
    languages = serializers.ListField(child=serializers.CharField())
    captions = serializers.ListField(child=serializers.CharField())
    trailer_url = serializers.CharField(allow_null=True)
    available_countries = serializers.ListField(
        child=serializers.CharField(), help_text="Where it may be watched; everywhere when there are none."
    )
    is_available = serializers.BooleanField(help_text="False while it is withdrawn or outside its time.")


class ProductDetailSerializer(ProductListSerializer):
    """A product with all its details."""

    brand_slug = serializers.CharField(
        allow_null=True, help_text="The value for the `brand` filter of the product list."
    )
    rating = DetailRatingSerializer()
    description = serializers.CharField(allow_blank=True)
    attributes = AttributeSerializer(many=True)
    variants = VariantSerializer(many=True)
    images = ImageSerializer(many=True)
    breadcrumbs = CrumbSerializer(many=True)
    related = ProductListSerializer(many=True)
    film = FilmSerializer(allow_null=True, help_text="Null for goods, and before the film is encoded.")
    seo = SeoSerializer()
    updated_at = serializers.DateTimeField()


class FacetChoiceSerializer(serializers.Serializer):
    value = serializers.CharField()
    label = serializers.CharField()  # type: ignore[assignment]  # the field's name in the API
    count = serializers.IntegerField()


class PriceRangeSerializer(serializers.Serializer):
    min = serializers.IntegerField()
    max = serializers.IntegerField()


class AttributeFacetSerializer(serializers.Serializer):
    name = serializers.CharField(help_text="The name of its filter is attr.<name>.")
    label = serializers.CharField()  # type: ignore[assignment]  # the field's name in the API
    kind = serializers.ChoiceField(choices=Attribute.Kind.choices)
    unit = serializers.CharField(allow_blank=True)
    choices = FacetChoiceSerializer(many=True)
    min = serializers.FloatField(allow_null=True, help_text="Of numbers.")
    max = serializers.FloatField(allow_null=True)


class FacetsSerializer(serializers.Serializer):
    """Choices to filter by, each counted under the other filters."""

    category = FacetChoiceSerializer(many=True)
    brand = FacetChoiceSerializer(many=True)
    kind = FacetChoiceSerializer(many=True)
    price = PriceRangeSerializer()
    rating = FacetChoiceSerializer(many=True)
    in_stock = serializers.IntegerField(help_text="How many can be ordered now.")
    attributes = AttributeFacetSerializer(many=True)


class ProductPageSerializer(serializers.Serializer):
    results = ProductListSerializer(many=True)
    next = serializers.URLField(allow_null=True)
    previous = serializers.URLField(allow_null=True)
    total = serializers.IntegerField(help_text="Products that match the filters.")
    corrected_query = serializers.CharField(
        allow_null=True, help_text="The corrected text that was searched for, if words were misspelt."
    )
    facets = FacetsSerializer(required=False)


class CategorySerializer(serializers.Serializer):
    path = serializers.CharField()
    name = serializers.CharField()
    description = serializers.CharField(allow_blank=True)
    image = ImageSerializer(allow_null=True, help_text="Uploaded by staff, else that of the best-selling product.")
    product_count = serializers.IntegerField(help_text="In and below it.")
    children = serializers.ListField(child=serializers.DictField(), help_text="Categories of the same form.")


class CategoriesSerializer(serializers.Serializer):
    results = CategorySerializer(many=True)


class CategoryDetailSerializer(CategorySerializer):
    breadcrumbs = CrumbSerializer(many=True)
    seo = SeoSerializer()


class CollectionSerializer(serializers.Serializer):
    slug = serializers.CharField()
    title = serializers.CharField()
    description = serializers.CharField(allow_blank=True)
    image = ImageSerializer(allow_null=True, help_text="Uploaded by staff, else that of the best-selling product.")
    product_count = serializers.IntegerField()


class CollectionsSerializer(serializers.Serializer):
    results = CollectionSerializer(many=True)


class FrontPageSerializer(serializers.Serializer):
    films = ProductListSerializer(many=True, help_text="Best sellers.")
    new = ProductListSerializer(many=True, help_text="Goods, the newest first.")
    best_sellers = ProductListSerializer(many=True, help_text="Goods: those that staff put first, then best sellers.")
    collections = CollectionSerializer(many=True)


class CollectionDetailSerializer(CollectionSerializer):
    seo = SeoSerializer()


class SuggestionSerializer(serializers.Serializer):
    text = serializers.CharField()
    kind = serializers.ChoiceField(choices=["product", "category", "brand"])
    slug = serializers.CharField(allow_blank=True)
    path = serializers.CharField(allow_blank=True)
    product_kind = serializers.ChoiceField(
        choices=Product.Kind.choices, allow_null=True, help_text="This and what follows is null unless it is a product."
    )
    image = ImageSerializer(allow_null=True)
    price = MoneySerializer(allow_null=True)
    price_from = serializers.BooleanField(allow_null=True, help_text="Whether other variants cost more.")
    year = serializers.IntegerField(allow_null=True)


class SuggestionsSerializer(serializers.Serializer):
    results = SuggestionSerializer(many=True)
    total = serializers.IntegerField(
        allow_null=True, help_text="Products that the list with this `q` has; null where that was not counted."
    )
