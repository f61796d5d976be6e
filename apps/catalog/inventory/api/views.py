"""Reservations, for the payment service."""

from __future__ import annotations

import uuid
from datetime import timedelta

from drf_spectacular.utils import extend_schema
from rest_framework import status
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from apps.catalog.inventory import services
from apps.catalog.inventory.api.serializers import ReservationSerializer, ReserveSerializer, ReturnUnitsSerializer
from apps.common.api.requests import shared, validated
from apps.common.identity.permissions import RequireScope

MAY_RESERVE = [RequireScope("stock:reserve")]


class ReservationsView(APIView):
    permission_classes = MAY_RESERVE

    @extend_schema(request=ReserveSerializer, responses={201: ReservationSerializer, 200: ReservationSerializer})
    def post(self, request: Request) -> Response:
        """Reserve all lines of an order, or none. The same request again returns 200 and the existing reservation."""
        data = validated(ReserveSerializer, request)
        reservation, is_new = services.reserve_stock(
            order_id=data["order_id"],
            lines=[(line["sku"], line["quantity"]) for line in data["lines"]],
            ttl=timedelta(seconds=data["ttl_seconds"]),
        )
        return Response(
            shared(ReservationSerializer).to_representation(reservation),
            status=status.HTTP_201_CREATED if is_new else status.HTTP_200_OK,
        )


class ReservationView(APIView):
    permission_classes = MAY_RESERVE

    @extend_schema(responses={204: None})
    def delete(self, request: Request, reservation_id: uuid.UUID) -> Response:
        """Release the units of a reservation."""
        services.release_reservation(reservation_id)
        return Response(status=status.HTTP_204_NO_CONTENT)


class OrderReservationView(APIView):
    permission_classes = MAY_RESERVE

    @extend_schema(responses={204: None})
    def delete(self, request: Request, order_id: uuid.UUID) -> Response:
        """Release the units reserved for an order, if any, and refuse further reservations for it: a request to reserve
        that arrives later gets the problem `reservation-closed`."""
        services.release_order(order_id)
        return Response(status=status.HTTP_204_NO_CONTENT)


class OrderReturnsView(APIView):
    permission_classes = MAY_RESERVE

    @extend_schema(request=ReturnUnitsSerializer, responses={204: None})
    def post(self, request: Request, order_id: uuid.UUID) -> Response:
        """Put units of an order back into the stock. More than were sold and not yet returned gets the problem
        `not-sold`."""
        data = validated(ReturnUnitsSerializer, request)
        services.return_units(
            order_id=order_id,
            return_id=data["id"],
            lines=[(line["sku"], line["quantity"]) for line in data["lines"]],
        )
        return Response(status=status.HTTP_204_NO_CONTENT)


class CommitView(APIView):
    permission_classes = MAY_RESERVE

    @extend_schema(request=None, responses=ReservationSerializer)
    def post(self, request: Request, reservation_id: uuid.UUID) -> Response:
        """Commit a reservation: its units are sold."""
        reservation = services.commit_reservation(reservation_id)
        return Response(shared(ReservationSerializer).to_representation(reservation))
