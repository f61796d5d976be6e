"""Serializers of reservations."""

from __future__ import annotations

from rest_framework import serializers

MAX_LINES = 100
MAX_QUANTITY = 9_999


class LineSerializer(serializers.Serializer):
    sku = serializers.CharField(max_length=40)
    quantity = serializers.IntegerField(min_value=1, max_value=MAX_QUANTITY)


class ReserveSerializer(serializers.Serializer):
    order_id = serializers.UUIDField()
    lines = LineSerializer(many=True, allow_empty=False, max_length=MAX_LINES)  # type: ignore[call-arg]  # DRF hands it to the list
    ttl_seconds = serializers.IntegerField(min_value=30, max_value=24 * 3600, default=900)


class ReservationSerializer(serializers.Serializer):
    id = serializers.UUIDField()
    order_id = serializers.UUIDField()
    status = serializers.ChoiceField(choices=["active", "committed", "released", "expired"])
    expires_at = serializers.DateTimeField()
    lines = LineSerializer(many=True)


class ReturnUnitsSerializer(serializers.Serializer):
    id = serializers.UUIDField(help_text="Of the return, made up by the caller: the same id again changes nothing.")
    lines = LineSerializer(many=True, allow_empty=False, max_length=MAX_LINES)  # type: ignore[call-arg]  # DRF hands it to the list
