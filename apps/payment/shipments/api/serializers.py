"""Requests to ship."""

from __future__ import annotations

from rest_framework import serializers

from apps.common.api.serializers import StrictSerializer
from apps.common.text import one_line
from apps.payment.shipments.carriers import carrier_choices

MAX_LINES = 200
MAX_QUANTITY = 9_999


class ShippedLineSerializer(StrictSerializer):
    position = serializers.IntegerField(min_value=0, max_value=32_767, help_text="Of the order's line.")
    quantity = serializers.IntegerField(min_value=1, max_value=MAX_QUANTITY)


class ShipSerializer(StrictSerializer):
    lines = ShippedLineSerializer(  # type: ignore[call-arg]  # DRF hands it to the list
        many=True,
        required=False,
        allow_empty=False,
        max_length=MAX_LINES,
        help_text="What is in the parcel; all goods that have yet to be sent if left out.",
    )
    carrier = serializers.ChoiceField(carrier_choices())
    tracking_number = serializers.CharField(
        max_length=60, required=False, allow_blank=True, default="", validators=[one_line]
    )
    tracking_url = serializers.URLField(
        max_length=500, required=False, allow_blank=True, default="", help_text="The carrier's own page if left out."
    )
