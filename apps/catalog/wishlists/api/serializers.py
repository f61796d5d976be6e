"""Serializers of wishlists."""

from __future__ import annotations

from rest_framework import serializers

from apps.catalog.discovery.card_serializers import ProductListSerializer
from apps.catalog.products.selectors import shop_currency
from apps.common.api.serializers import CurrencyField, StrictQuerySerializer, StrictSerializer
from apps.common.languages import languages


class WishlistQuerySerializer(StrictQuerySerializer):
    elsewhere = frozenset[str]()
    currency = CurrencyField(
        required=False, default=shop_currency, help_text="The currency of the prices; by default the shop's."
    )
    lang = serializers.CharField(
        required=False,
        allow_blank=True,
        max_length=20,
        help_text=f"Of the texts: {', '.join(languages())}. Else what Accept-Language prefers.",
    )


class WishlistItemSerializer(serializers.Serializer):
    product = ProductListSerializer()
    added_at = serializers.DateTimeField()


class ShareSerializer(serializers.Serializer):
    token = serializers.CharField(help_text="Who knows it may read the list at `/v1/wishlists/{token}`.")
    name = serializers.CharField(allow_blank=True)


class WishlistSerializer(serializers.Serializer):
    """A customer's own list."""

    results = WishlistItemSerializer(many=True, help_text="The last added first; what is not on display is left out.")
    share = ShareSerializer(allow_null=True, help_text="Null while it is not shared.")


class SharedWishlistSerializer(serializers.Serializer):
    """A list as others read it."""

    name = serializers.CharField(allow_blank=True, help_text="The owner's, if it was given when sharing.")
    results = WishlistItemSerializer(many=True)


class ShareRequestSerializer(StrictSerializer):
    name = serializers.CharField(
        required=False, allow_blank=True, default="", max_length=80, help_text="Shown to others; empty for none."
    )
