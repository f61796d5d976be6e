"""Shapes of quotes, and of changes by staff."""

from __future__ import annotations

from rest_framework import serializers

from apps.catalog.browse.rules import MAX_PRICE
from apps.catalog.inventory.api.serializers import LineSerializer
from apps.catalog.products.models import Product
from apps.common.money import CurrencyField, Money, MoneySerializer


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
