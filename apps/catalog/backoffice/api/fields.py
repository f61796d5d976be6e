"""Serializer fields of staff requests: strict, so that a typing error is reported instead of ignored."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from apps.catalog.products.barcodes import validate_barcode
from apps.catalog.products.models.pricing import MAX_AMOUNT
from apps.common.api.serializers import MoneySerializer
from apps.common.currencies import CURRENCIES
from apps.common.money import Money

MAX_POSITION = 32_767
MAX_OPTIONS = 10
MAX_ATTRIBUTES = 100
MAX_CHOSEN = 50
ATTRIBUTE_VALUE = {
    "oneOf": [
        {"type": "string", "maxLength": 300},
        {"type": "number"},
        {"type": "boolean"},
        {"type": "array", "items": {"type": "string", "maxLength": 120}, "maxItems": MAX_CHOSEN},
        {"type": "null"},
    ]
}


class PriceSerializer(MoneySerializer):
    """A price in a currency of ISO 4217, never negative."""

    amount = serializers.IntegerField(help_text="Minor units (cents).", min_value=0, max_value=MAX_AMOUNT)

    def to_internal_value(self, data: Any) -> Money:
        price = super().to_internal_value(data)
        if price.currency not in CURRENCIES:
            raise serializers.ValidationError(
                {"currency": [gettext("%(currency)s is no currency of ISO 4217.") % {"currency": price.currency}]}
            )
        return price


def require_one_a_currency(prices: list[Money]) -> list[Money]:
    """Raises ValidationError."""
    if len({price.currency for price in prices}) < len(prices):
        raise serializers.ValidationError(gettext("Send one price for each currency."))
    return prices


class PositionField(serializers.IntegerField):
    def __init__(self, **kwargs: Any) -> None:
        super().__init__(min_value=0, max_value=MAX_POSITION, **kwargs)


class BarcodeField(serializers.CharField):
    """A GTIN, or nothing."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(allow_blank=True, max_length=14, validators=[validate_barcode], **kwargs)


class KeyedField(serializers.DictField):
    """An object with at most `most` names of at most `key_length` characters."""

    key_length, most = 60, MAX_ATTRIBUTES

    def to_internal_value(self, data: Any) -> dict[str, Any]:
        if isinstance(data, Mapping):
            if len(data) > self.most:
                raise serializers.ValidationError(gettext("Send at most %(limit)s of these.") % {"limit": self.most})
            for name in data:
                if not 0 < len(name) <= self.key_length or "\x00" in name:
                    raise serializers.ValidationError(
                        gettext("Use names of 1 to %(limit)s characters.") % {"limit": self.key_length}
                    )
        return super().to_internal_value(data)


class OptionsField(KeyedField):
    """How a variant differs from the others: `{"colour": "blue"}`."""

    key_length, most = 40, MAX_OPTIONS
    child = serializers.CharField(max_length=120)


class TextsField(KeyedField):
    """Texts by field name; an empty text removes the translation."""

    child = serializers.CharField(max_length=20_000, allow_blank=True)
    most = 10


class TranslationsField(KeyedField):
    """`{"de": {"title": "Becher"}}`; null removes a language, omitted languages and texts stay."""

    key_length, most = 10, 20
    child = TextsField(allow_null=True)


@extend_schema_field(ATTRIBUTE_VALUE)
class AttributeValueField(serializers.Field):
    """An attribute's value: a text, a number, a boolean or a list of choices."""

    def to_internal_value(self, data: Any) -> Any:
        if isinstance(data, list):
            if len(data) > MAX_CHOSEN:
                raise serializers.ValidationError(gettext("Choose at most %(limit)s.") % {"limit": MAX_CHOSEN})
            if not all(isinstance(part, str) for part in data):
                raise serializers.ValidationError(gettext("Name choices by their slugs or labels."))
        elif not isinstance(data, str | int | float | bool):
            raise serializers.ValidationError(gettext("Use a text, a number, true or false, or a list of choices."))
        for text in data if isinstance(data, list) else [data]:
            if isinstance(text, str) and (len(text) > 300 or "\x00" in text):
                raise serializers.ValidationError(gettext("Use at most 300 characters, none of them null."))
        return data

    def to_representation(self, value: Any) -> Any:
        return value


class AttributeValuesField(KeyedField):
    """Attribute values by code; null removes a value, omitted attributes stay."""

    child = AttributeValueField(allow_null=True)
