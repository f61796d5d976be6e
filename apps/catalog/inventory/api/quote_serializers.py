"""Serializers of quotes."""

from __future__ import annotations

from django.conf import settings
from rest_framework import serializers

from apps.catalog.inventory.api.serializers import LineSerializer
from apps.catalog.products.models import Product, ProductType
from apps.common.api.serializers import CurrencyField, MoneySerializer


class QuoteRequestSerializer(serializers.Serializer):
    currency = CurrencyField(default=settings.SHOP_CURRENCY)
    lines = LineSerializer(many=True, allow_empty=False, max_length=100)  # type: ignore[call-arg]  # DRF hands it to the list


class QuoteLineSerializer(serializers.Serializer):
    sku = serializers.CharField()
    quantity = serializers.IntegerField()
    status = serializers.ChoiceField(choices=["ok", "insufficient_stock", "unavailable", "unknown"])
    title = serializers.CharField(allow_null=True)
    variant_name = serializers.CharField(allow_null=True, allow_blank=True)
    slug = serializers.CharField(allow_null=True)
    kind = serializers.ChoiceField(choices=Product.Kind.choices, allow_null=True)
    category = serializers.CharField(allow_null=True, help_text="Slugs from the root: `home/kitchen`.")
    unit_price = MoneySerializer(allow_null=True)
    regular_price = MoneySerializer(allow_null=True, help_text="The unit price without the sale that is running.")
    line_total = MoneySerializer(allow_null=True)
    available_quantity = serializers.IntegerField(allow_null=True)
    image_url = serializers.CharField(allow_null=True)
    title_slug = serializers.CharField(allow_null=True)
    offer = serializers.ChoiceField(choices=["buy", "rent"], allow_null=True)
    rental_hours = serializers.IntegerField(allow_null=True)
    available_countries = serializers.ListField(
        child=serializers.CharField(),
        allow_null=True,
        help_text="Of a film: who is in one of these countries may watch it, everybody when there are none.",
    )
    requires_shipping = serializers.BooleanField(allow_null=True)
    weight_grams = serializers.IntegerField(allow_null=True)
    tax_class = serializers.ChoiceField(
        choices=[*ProductType.TaxClass.values, "digital"], allow_null=True, help_text="What rate of tax applies."
    )


class QuoteSerializer(serializers.Serializer):
    currency = serializers.CharField()
    lines = QuoteLineSerializer(many=True)
