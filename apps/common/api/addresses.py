"""Addresses in requests, checked by the rules of their country."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _
from rest_framework import serializers

from apps.common.addresses import ADDRESS_FIELDS, cleaned_address
from apps.common.countries import validate_country
from apps.common.text import one_line


def line(max_length: int, *, required: bool = True, **options: Any) -> serializers.CharField:
    """One line of text."""
    if not required:
        options |= {"required": False, "allow_blank": True, "default": ""}
    return serializers.CharField(max_length=max_length, validators=[one_line], **options)


class CountryField(serializers.RegexField):
    """The code of a country, in capitals or not; kept in capitals."""

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("help_text", "ISO 3166-1 alpha-2.")
        kwargs.setdefault("error_messages", {"invalid": _("Use a two-letter code such as DE.")})
        super().__init__(r"\A[A-Za-z]{2}\Z", min_length=2, max_length=2, **kwargs)

    def run_validation(self, data: Any = serializers.empty) -> Any:
        """Raises ValidationError for a code that no country has."""
        value = super().run_validation(data)
        if isinstance(value, str):
            value = value.upper()
            validate_country(value)
        return value


class AddressSerializer(serializers.Serializer):
    """A postal address."""

    name = line(150)
    line1 = line(200)
    line2 = line(200, required=False)
    postal_code = line(20, required=False, help_text="Needed where the country has postal codes.")
    city = line(100, required=False, help_text="Needed in all countries but a few, such as Singapore.")
    region = line(100, required=False, help_text="State, province or region: needed where addresses have one.")
    country = CountryField()
    phone = line(40, required=False)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """A change of some fields is checked by whoever knows the others."""
        if self.partial:
            return attrs
        cleaned, errors = cleaned_address({name: attrs[name] for name in ADDRESS_FIELDS})
        if errors:
            raise serializers.ValidationError(errors)
        return attrs | cleaned
