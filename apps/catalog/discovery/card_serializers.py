"""Serializers of cards, as `cards` makes them: what a list shows of a product."""

from __future__ import annotations

from rest_framework import serializers

from apps.catalog.discovery.models import Listing
from apps.catalog.products.image_serializers import ImageSerializer
from apps.catalog.products.models import Product
from apps.common.api.serializers import MoneySerializer


class CrumbSerializer(serializers.Serializer):
    path = serializers.CharField()
    name = serializers.CharField()


class RatingSerializer(serializers.Serializer):
    average = serializers.FloatField(allow_null=True)
    count = serializers.IntegerField()


class ProductListSerializer(serializers.Serializer):
    """A product in a list."""

    id = serializers.UUIDField()
    slug = serializers.CharField()
    title = serializers.CharField()
    kind = serializers.ChoiceField(choices=Product.Kind.choices)
    summary = serializers.CharField(allow_blank=True)
    brand = serializers.CharField(allow_null=True)
    category = CrumbSerializer()
    price = MoneySerializer(help_text="The current price of the cheapest variant.")
    regular_price = MoneySerializer(
        allow_null=True, help_text="The price without the current sale; null without a sale."
    )
    price_from = serializers.BooleanField(help_text="Whether other variants cost more.")
    image = ImageSerializer(allow_null=True)
    rating = RatingSerializer()
    availability = serializers.ChoiceField(choices=Listing.Availability.choices)
    title_slug = serializers.CharField(allow_null=True, help_text="The film's slug in the video service.")
    year = serializers.IntegerField(allow_null=True)
