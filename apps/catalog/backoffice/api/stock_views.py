"""Stock, its policy, movements and warehouses, for staff."""

from __future__ import annotations

import uuid
from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext
from drf_spectacular.utils import extend_schema
from rest_framework import status
from rest_framework.generics import ListAPIView
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from apps.catalog.backoffice import stock_selectors
from apps.catalog.backoffice.api import stock_serializers as serializers
from apps.catalog.backoffice.api.optimistic_locking import PRIVATE, seen_rows, staff_response
from apps.catalog.backoffice.api.views import IsCatalogStaff
from apps.catalog.inventory import selectors, services
from apps.catalog.inventory.models import StockItem, StockMovement, Warehouse
from apps.common.api.conditional import ETAG, IF_MATCH
from apps.common.api.requests import validated, validated_query
from apps.common.idempotency import idempotent, request_key
from apps.common.identity.permissions import principal_of
from apps.common.problems import NotFound, ValidationProblem

# Movements are named by the request that made them, so that one which is started twice moves units once.
MOVEMENTS = uuid.UUID("5c0a9a5e-5a4e-5d0e-9d5a-3f6c9b1f7a10")


class StockView(ListAPIView):
    permission_classes = [IsCatalogStaff]
    serializer_class = serializers.StockSerializer
    queryset = StockItem.objects.none()
    ordering = ("variant__sku",)

    @extend_schema(parameters=[serializers.StockQuerySerializer])
    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """List stock by SKU, with its warehouses."""
        self.filters = validated_query(serializers.StockQuerySerializer, request)
        return _private(super().get(request, *args, **kwargs))

    def get_queryset(self) -> QuerySet[StockItem]:
        return stock_selectors.listed_stock(self.filters)


class StockItemView(APIView):
    permission_classes = [IsCatalogStaff]

    @extend_schema(responses=serializers.StockSerializer)
    def get(self, request: Request, sku: str) -> Response:
        """One variant's stock, by warehouse."""
        return staff_response(serializers.StockSerializer(selectors.stock_of(sku)).data)


class StockPolicyView(APIView):
    permission_classes = [IsCatalogStaff]

    @extend_schema(responses=serializers.PolicySerializer, parameters=[ETAG])
    def get(self, request: Request, sku: str) -> Response:
        """How much may be sold before it is here. Send the ETag as If-Match with the change."""
        return staff_response(serializers.policy_data(selectors.stock_of(sku)))

    @extend_schema(
        request=serializers.PolicyChangeSerializer, responses=serializers.PolicySerializer, parameters=[IF_MATCH, ETAG]
    )
    def patch(self, request: Request, sku: str) -> Response:
        """Change a variant's backorder policy; omitted fields stay."""
        changes = validated(serializers.PolicyChangeSerializer, request)
        guard = seen_rows(request, serializers.policy_data)
        item = services.set_policy(selectors.stocked_variant(sku), changes, check=guard)
        return staff_response(serializers.policy_data(item))


class AdjustmentsView(APIView):
    permission_classes = [IsCatalogStaff]

    @extend_schema(
        request=serializers.AdjustmentSerializer,
        responses={201: serializers.AdjustedSerializer, 200: serializers.AdjustedSerializer},
    )
    @idempotent
    def post(self, request: Request, sku: str) -> Response:
        """Add or remove units or set the count; 200 if the count was right. Reserved units cannot be removed."""
        data = validated(serializers.AdjustmentSerializer, request)
        variant = selectors.stocked_variant(sku)
        facts = {
            "reason": data["reason"],
            "reference": data["reference"],
            "warehouse": _warehouse(data["warehouse"], "warehouse") if "warehouse" in data else None,
            "by": principal_of(request).email,
            "movement_id": _movement_id(request),
        }
        if data["mode"] == "set":
            movement = services.count_stock(variant, count=data["quantity"], **facts)
        else:
            change = data["quantity"] if data["mode"] == "add" else -data["quantity"]
            movement = services.adjust_stock(variant, change=change, **facts)
        body = serializers.AdjustedSerializer({"movement": movement, "stock": selectors.stock_of(sku)}).data
        return Response(body, status=status.HTTP_201_CREATED if movement else status.HTTP_200_OK, headers=PRIVATE)


class TransfersView(APIView):
    permission_classes = [IsCatalogStaff]

    @extend_schema(request=serializers.TransferSerializer, responses={201: serializers.StockSerializer})
    @idempotent
    def post(self, request: Request) -> Response:
        """Move units that are not reserved from one warehouse to another."""
        data = validated(serializers.TransferSerializer, request)
        services.move_stock(
            selectors.stocked_variant(data["sku"]),
            quantity=data["quantity"],
            source=_warehouse(data["source"], "source"),
            target=_warehouse(data["target"], "target"),
            reference=data["reference"],
            by=principal_of(request).email,
            movement_id=_movement_id(request),
        )
        body = serializers.StockSerializer(selectors.stock_of(data["sku"])).data
        return Response(body, status=status.HTTP_201_CREATED, headers=PRIVATE)


class MovementsView(ListAPIView):
    permission_classes = [IsCatalogStaff]
    serializer_class = serializers.MovementSerializer
    queryset = StockMovement.objects.none()
    ordering = ("-created_at", "-id")

    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """List a variant's stock movements, latest first. Movements never change."""
        return _private(super().get(request, *args, **kwargs))

    def get_queryset(self) -> QuerySet[StockMovement]:
        return selectors.movements_of(self.kwargs["sku"])


class WarehousesView(ListAPIView):
    permission_classes = [IsCatalogStaff]
    serializer_class = serializers.WarehouseSerializer
    queryset = Warehouse.objects.all()
    ordering = ("priority", "id")

    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """List all warehouses in the order in which they send."""
        return _private(super().get(request, *args, **kwargs))

    @extend_schema(
        request=serializers.WarehouseSerializer, responses={201: serializers.WarehouseSerializer}, parameters=[ETAG]
    )
    @idempotent
    def post(self, request: Request) -> Response:
        """Create an empty warehouse."""
        warehouse = services.add_warehouse(**validated(serializers.WarehouseSerializer, request))
        return staff_response(serializers.warehouse_data(warehouse), status=201, at=f"/v1/warehouses/{warehouse.code}")


class WarehouseView(APIView):
    permission_classes = [IsCatalogStaff]

    @extend_schema(responses=serializers.WarehouseSerializer, parameters=[ETAG])
    def get(self, request: Request, code: str) -> Response:
        """One warehouse. Send its ETag as If-Match with the change."""
        return staff_response(serializers.warehouse_data(selectors.find_warehouse(code)))

    @extend_schema(
        request=serializers.WarehouseChangeSerializer,
        responses=serializers.WarehouseSerializer,
        parameters=[IF_MATCH, ETAG],
    )
    def patch(self, request: Request, code: str) -> Response:
        """Change a warehouse; omitted fields stay. A closed one (`is_active` false) sells nothing; 409 while in use."""
        changes = validated(serializers.WarehouseChangeSerializer, request)
        guard = seen_rows(request, serializers.warehouse_data)
        return staff_response(serializers.warehouse_data(services.change_warehouse(code, changes, check=guard)))

    @extend_schema(responses={204: None}, parameters=[IF_MATCH])
    def delete(self, request: Request, code: str) -> Response:
        """Delete a warehouse that never held stock; 409 for any other."""
        services.delete_warehouse(code, check=seen_rows(request, serializers.warehouse_data))
        return Response(status=status.HTTP_204_NO_CONTENT)


def _warehouse(code: str, field: str) -> Warehouse:
    try:
        return selectors.find_warehouse(code)
    except NotFound as error:
        message = gettext("There is no warehouse %(code)s.") % {"code": code}
        raise ValidationProblem(message, errors={field: [message]}) from error


def _movement_id(request: Request) -> uuid.UUID:
    return uuid.uuid5(MOVEMENTS, f"{principal_of(request).subject}:{request_key(request)}")


def _private(response: Response) -> Response:
    response["Cache-Control"] = PRIVATE["Cache-Control"]
    return response
