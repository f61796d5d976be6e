"""Parcels, sent by support staff."""

from __future__ import annotations

from drf_spectacular.utils import OpenApiExample, extend_schema
from rest_framework import status
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from apps.common.api.requests import validated
from apps.common.api.views import NO_STORE
from apps.common.idempotency import idempotent, request_key
from apps.common.identity.permissions import RequireRole, principal_of
from apps.payment.access import caller_of
from apps.payment.orders.selectors import find_order
from apps.payment.orders.units import quantities_by_position
from apps.payment.shipments import services
from apps.payment.shipments.api.serializers import ShipSerializer
from apps.payment.shipments.carriers import CARRIERS
from apps.payment.shipments.serializers import ShipmentSerializer

SHIP = OpenApiExample(
    "A part of the order",
    value={"lines": [{"position": 0, "quantity": 1}], "carrier": "dhl", "tracking_number": "00340434161094042557"},
    request_only=True,
)
SHIPMENT = OpenApiExample(
    "Shipment",
    value={
        "id": "01a215e8-c317-7113-8438-5990e633858d",
        "carrier": "dhl",
        "carrier_name": "DHL",
        "tracking_number": "00340434161094042557",
        "tracking_url": CARRIERS["dhl"].link("00340434161094042557"),
        "shipped_at": "2026-11-30T09:00:00Z",
        "lines": [{"position": 0, "sku": "MUG-BLUE", "title": "Blue mug", "quantity": 1}],
    },
    response_only=True,
    status_codes=["201"],
)


class OrderShipmentsView(APIView):
    openapi_tag = "orders"
    permission_classes = [RequireRole("support_staff")]

    @extend_schema(request=ShipSerializer, responses={201: ShipmentSerializer}, examples=[SHIP, SHIPMENT])
    @idempotent
    def post(self, request: Request, number: str) -> Response:
        """Record a parcel and send the customer a mail. The order is fulfilled once all of its goods were sent."""
        data = validated(ShipSerializer, request)
        lines = data.pop("lines", None)
        shipment = services.ship(
            find_order(number, caller_of(request)),
            services.ShipmentRequest(
                **data,
                quantities=None if lines is None else quantities_by_position(lines),
                shipped_by=principal_of(request).email,
                key=request_key(request),
            ),
        )
        return Response(ShipmentSerializer(shipment).data, status=status.HTTP_201_CREATED, headers=NO_STORE)
