"""Serializers and fields that the APIs of several services share."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.conf import settings
from django.utils.translation import gettext_lazy as _
from rest_framework import serializers

from apps.common.emails import MAX_LENGTH, InvalidEmail, normalise_email
from apps.common.money import Money
from apps.common.text import message_text, with_plain_line_breaks


# A misspelt name is reported instead of ignored. (The docstring of a serializer is in the OpenAPI document.)
class StrictSerializer(serializers.Serializer):
    """Refuses fields that it does not know."""

    refusal = "There is no such field."
    elsewhere: frozenset[str] = frozenset()

    def to_internal_value(self, data: Any) -> Any:
        if isinstance(data, Mapping):
            known = {name for name, field in self.fields.items() if not field.read_only}
            if unknown := [str(name)[:60] for name in data if name not in known | self.elsewhere]:
                raise serializers.ValidationError({name: [self.refusal] for name in unknown[:20]})
        return super().to_internal_value(data)


class StrictQuerySerializer(StrictSerializer):
    """Refuses parameters of a query string that it does not know; those of paging are read elsewhere."""

    refusal = "There is no such filter."
    elsewhere = frozenset({"limit", "cursor"})


class EmailField(serializers.EmailField):
    """An e-mail address; the validated value is normalised (apps.common.emails)."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**({"max_length": MAX_LENGTH} | kwargs))

    def to_internal_value(self, data: Any) -> str:
        try:
            return normalise_email(super().to_internal_value(data))
        except InvalidEmail as error:
            raise serializers.ValidationError(str(error)) from error


class MessageField(serializers.CharField):
    """A text of several lines, in any script and with any emoji; line breaks are `\\n` whatever the client sends."""

    def __init__(self, **kwargs: Any) -> None:
        defaults: dict[str, Any] = {"allow_blank": True, "validators": [message_text]}
        super().__init__(**defaults | kwargs)

    def to_internal_value(self, data: Any) -> str:
        return super().to_internal_value(with_plain_line_breaks(data) if isinstance(data, str) else data)


class LanguageField(serializers.ChoiceField):
    """One of the shop's languages."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(settings.SHOP_LANGUAGES, **kwargs)


class CurrencyField(serializers.RegexField):
    """An ISO 4217 code in capitals."""

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("error_messages", {"invalid": _("Use a three-letter currency code such as EUR.")})
        super().__init__(r"\A[A-Z]{3}\Z", **kwargs)


class MoneySerializer(serializers.Serializer):
    """`{"amount": 1999, "currency": "EUR"}`, both ways; reads Money objects or dicts, validates into Money."""

    amount = serializers.IntegerField(help_text="Minor units (cents).", min_value=-(10**15), max_value=10**15)
    currency = CurrencyField(help_text="ISO 4217 code.")

    def to_internal_value(self, data: Any) -> Money:
        return Money(**super().to_internal_value(data))
