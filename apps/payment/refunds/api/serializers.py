"""Requests to refund and to return."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _
from rest_framework import serializers

from apps.common.api.serializers import MoneySerializer, StrictSerializer
from apps.payment.refunds.models import ReturnRequest
from apps.payment.refunds.returns import MAX_TEXT_LENGTH

MAX_LINES = 200
MAX_QUANTITY = 9_999
MAX_POSITION = 32_767


class UnitsSerializer(StrictSerializer):
    position = serializers.IntegerField(min_value=0, max_value=MAX_POSITION, help_text="Of the order's line.")
    quantity = serializers.IntegerField(min_value=1, max_value=MAX_QUANTITY)


class RefundUnitsSerializer(UnitsSerializer):
    restock = serializers.BooleanField(default=False, help_text="Whether the units go back into the stock.")


class RefundOrderSerializer(StrictSerializer):
    """What to refund: everything that is left, or any of lines, shipping and a free amount."""

    everything = serializers.BooleanField(default=False, help_text="All that is left; the other fields are left out.")
    restock = serializers.BooleanField(default=False, help_text="With `everything`: goods go back into the stock.")
    lines = RefundUnitsSerializer(many=True, required=False, default=list, max_length=MAX_LINES)  # type: ignore[call-arg]  # DRF hands it to the list
    shipping = MoneySerializer(required=False, help_text="Of what was paid for shipping.")
    goodwill = MoneySerializer(required=False, help_text="A free amount.")
    reason = serializers.CharField(max_length=300, required=False, allow_blank=True, default="", help_text="For staff.")
    expected_refunded = MoneySerializer(
        required=False,
        help_text="What had been refunded of the order when you decided; another sum gets `refund-changed`.",
    )

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        chosen = [name for name in ("lines", "shipping", "goodwill") if attrs.get(name)]
        if attrs["everything"] and chosen:
            raise serializers.ValidationError({chosen[0]: [_("Leave this out when everything is refunded.")]})
        return attrs


class ReturnOrderSerializer(StrictSerializer):
    lines = UnitsSerializer(many=True, allow_empty=False, max_length=MAX_LINES)  # type: ignore[call-arg]  # DRF hands it to the list
    reason = serializers.ChoiceField(ReturnRequest.Reason.choices)
    comment = serializers.CharField(max_length=MAX_TEXT_LENGTH, required=False, allow_blank=True, default="")


class AcceptReturnSerializer(StrictSerializer):
    restock = serializers.BooleanField(default=False, help_text="Whether the goods go back into the stock.")


class DeclineReturnSerializer(StrictSerializer):
    response = serializers.CharField(max_length=MAX_TEXT_LENGTH, help_text="What the customer reads.")
