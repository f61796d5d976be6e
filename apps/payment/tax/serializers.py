"""Fields of requests that tax depends on."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

from apps.common.problems import ValidationProblem
from apps.payment.tax.vat_ids import checked_vat_id


class VatIdField(serializers.CharField):
    """The VAT ID of a business, in its usual form."""

    def __init__(self, **kwargs: Any) -> None:
        defaults: dict[str, Any] = {"max_length": 40, "required": False, "allow_blank": True, "default": ""}
        text = "Of a business in the European Union: in another country than the shop's it is charged no VAT."
        super().__init__(**defaults | {"help_text": text} | kwargs)

    def to_internal_value(self, data: Any) -> str:
        text = super().to_internal_value(data)
        try:
            return checked_vat_id(text) if text else ""
        except ValidationProblem as problem:
            raise serializers.ValidationError(str(problem)) from problem
