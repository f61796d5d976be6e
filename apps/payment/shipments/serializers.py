"""How a shipment is represented, in its own API and in that of orders."""

from __future__ import annotations

from rest_framework import serializers

from apps.payment.shipments.models import Shipment


class ShipmentLineSerializer(serializers.Serializer):
    position = serializers.IntegerField(source="line.position", help_text="Of the order's line.")
    sku = serializers.CharField(source="line.sku")
    title = serializers.CharField(source="line.title")
    quantity = serializers.IntegerField()


class ShipmentSerializer(serializers.Serializer):
    id = serializers.UUIDField()
    carrier = serializers.CharField(help_text="Its code.")
    carrier_name = serializers.CharField()
    tracking_number = serializers.CharField(allow_blank=True)
    tracking_url = serializers.SerializerMethodField(help_text="The carrier's page about this parcel, if it has one.")
    shipped_at = serializers.DateTimeField()
    lines = ShipmentLineSerializer(many=True)

    def get_tracking_url(self, shipment: Shipment) -> str | None:
        return shipment.tracking_url or None
