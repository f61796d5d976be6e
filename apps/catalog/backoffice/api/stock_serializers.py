"""Serializers of stock and warehouses, as staff read and write them."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import OpenApiExample, extend_schema_field, extend_schema_serializer
from rest_framework import serializers

from apps.catalog.backoffice.api.fields import MAX_POSITION
from apps.catalog.inventory.models import MAX_BACKORDERS, MAX_ON_HAND, StockItem, StockMovement, Warehouse
from apps.catalog.inventory.services import BY_HAND, Policy
from apps.common.api.serializers import StrictSerializer
from apps.common.countries import validate_country

SKU = "The variant's SKU."
CODE = "A warehouse's code."
REASONS = [choice for choice in StockMovement.Reason.choices if choice[0] in BY_HAND]


class StockQuerySerializer(StrictSerializer):
    low = serializers.BooleanField(required=False, help_text="Only what runs low (or is sold out).")
    show = serializers.ChoiceField(
        ["low", "out", "owed", "backorder", "preorder"],
        required=False,
        help_text="Running low; sold out; sold but not here yet; sold also while on its way; sold before it comes out.",
    )
    q = serializers.CharField(max_length=200, required=False, help_text="The beginning of a SKU, or words of a title.")
    warehouse = serializers.SlugField(max_length=40, required=False, help_text="Only what lies in this warehouse.")

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if attrs.pop("low", False):
            attrs.setdefault("show", "low")
        return attrs


class LevelSerializer(serializers.Serializer):
    warehouse = serializers.CharField(source="warehouse.code")
    name = serializers.CharField(source="warehouse.name")
    is_active = serializers.BooleanField(source="warehouse.is_active", help_text="Units of others are not sold.")
    on_hand = serializers.IntegerField()
    reserved = serializers.IntegerField(help_text="Promised to orders that are being paid.")


class StockSerializer(serializers.Serializer):
    sku = serializers.CharField(source="variant.sku")
    product = serializers.CharField(source="variant.product.slug", help_text="The product's slug.")
    title = serializers.CharField(source="variant.product.title")
    state = serializers.ChoiceField(
        ["in_stock", "low_stock", "backorder", "preorder", "out_of_stock"], help_text="What shoppers are told."
    )
    on_hand = serializers.IntegerField(help_text="In all active warehouses; below zero as many were sold beforehand.")
    reserved = serializers.IntegerField(help_text="Promised to orders that are being paid.")
    available = serializers.IntegerField(help_text="How many can be ordered now.")
    owed = serializers.IntegerField(help_text="Promised or sold, and yet to arrive.")
    policy = serializers.ChoiceField(StockItem.Policy.choices)
    backorder_limit = serializers.IntegerField()
    available_on = serializers.DateField(allow_null=True)
    low_stock_at = serializers.IntegerField()
    levels = serializers.SerializerMethodField(help_text="By warehouse, the first to send from in front.")

    @extend_schema_field(LevelSerializer(many=True))
    def get_levels(self, item: StockItem) -> list[dict[str, Any]]:
        return list(LevelSerializer(item.variant.stock_levels.all(), many=True).data)


class PolicySerializer(StrictSerializer):
    """How much may be sold before it is here, when that is sent, and from when on it is told as low."""

    policy = serializers.ChoiceField(StockItem.Policy.choices)
    backorder_limit = serializers.IntegerField(
        min_value=0, max_value=MAX_BACKORDERS, help_text="How many units may be sold before they are here."
    )
    available_on = serializers.DateField(allow_null=True, help_text="When those are sent; a preorder needs it.")
    low_stock_at = serializers.IntegerField(
        min_value=0, max_value=MAX_BACKORDERS, help_text="Told as low from this many units down."
    )


@extend_schema_serializer(
    examples=[
        OpenApiExample(
            "Preorder",
            request_only=True,
            value={"policy": "preorder", "backorder_limit": 200, "available_on": "2027-03-01"},
        )
    ]
)
class PolicyChangeSerializer(PolicySerializer):
    policy = serializers.ChoiceField(StockItem.Policy.choices, required=False)
    backorder_limit = serializers.IntegerField(min_value=0, max_value=MAX_BACKORDERS, required=False)
    available_on = serializers.DateField(allow_null=True, required=False)
    low_stock_at = serializers.IntegerField(min_value=0, max_value=MAX_BACKORDERS, required=False)


@extend_schema_serializer(
    examples=[
        OpenApiExample(
            "A delivery",
            request_only=True,
            value={"mode": "add", "quantity": 24, "reason": "received", "reference": "Delivery note 4711"},
        ),
        OpenApiExample(
            "A stock-take",
            request_only=True,
            value={"mode": "set", "quantity": 17, "reason": "counted", "warehouse": "berlin"},
        ),
    ]
)
class AdjustmentSerializer(StrictSerializer):
    mode = serializers.ChoiceField(["add", "remove", "set"], help_text="`set` says how many were counted.")
    quantity = serializers.IntegerField(min_value=0, max_value=MAX_ON_HAND)
    reason = serializers.ChoiceField(REASONS)
    warehouse = serializers.SlugField(
        max_length=40, required=False, help_text="A warehouse's code; the first active one when left out."
    )
    reference = serializers.CharField(
        max_length=100, required=False, allow_blank=True, default="", help_text="A delivery note, a ticket, a remark."
    )

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if attrs["mode"] != "set" and attrs["quantity"] == 0:
            raise serializers.ValidationError({"quantity": ["Add or remove at least one unit."]})
        return attrs


@extend_schema_serializer(
    examples=[
        OpenApiExample(
            "Refill the shop",
            request_only=True,
            value={"sku": "MUG-BLUE", "quantity": 12, "source": "main", "target": "berlin"},
        )
    ]
)
class TransferSerializer(StrictSerializer):
    sku = serializers.CharField(max_length=40, help_text=SKU)
    quantity = serializers.IntegerField(min_value=1, max_value=MAX_ON_HAND)
    source = serializers.SlugField(max_length=40, help_text=CODE)  # type: ignore[assignment]  # the field's name in the API
    target = serializers.SlugField(max_length=40, help_text=CODE)
    reference = serializers.CharField(max_length=100, required=False, allow_blank=True, default="")


class MovementSerializer(serializers.Serializer):
    id = serializers.UUIDField()
    sku = serializers.CharField(source="variant.sku")
    warehouse = serializers.SerializerMethodField(help_text="Its code; null for what was before there were warehouses.")
    quantity = serializers.IntegerField(help_text="What was added; negative when taken.")
    reason = serializers.ChoiceField(StockMovement.Reason.choices)
    reference = serializers.CharField(allow_blank=True, help_text="An order's id for sales, else what staff wrote.")
    moved_by = serializers.CharField(allow_blank=True)
    created_at = serializers.DateTimeField()

    def get_warehouse(self, movement: StockMovement) -> str | None:
        return movement.warehouse.code if movement.warehouse else None


class AdjustedSerializer(serializers.Serializer):
    movement = MovementSerializer(allow_null=True, help_text="Null when as many were there as were counted.")
    stock = StockSerializer()


class WarehouseSerializer(StrictSerializer):
    code = serializers.SlugField(max_length=40, help_text="Stays as it is for ever.")
    name = serializers.CharField(max_length=80)
    country = serializers.CharField(validators=[validate_country], default="DE")
    priority = serializers.IntegerField(
        min_value=0, max_value=MAX_POSITION, default=0, help_text="Units are sent from the smallest first."
    )
    is_active = serializers.BooleanField(default=True, help_text="Units of others are not sold.")


class WarehouseChangeSerializer(StrictSerializer):
    name = serializers.CharField(max_length=80, required=False)
    country = serializers.CharField(validators=[validate_country], required=False)
    priority = serializers.IntegerField(min_value=0, max_value=MAX_POSITION, required=False)
    is_active = serializers.BooleanField(required=False)


def policy_data(item: StockItem) -> dict[str, Any]:
    """What the ETag of a policy is made of: counts change all the time and do not matter to it."""
    return dict(PolicySerializer(Policy.of(item)).data)


def warehouse_data(warehouse: Warehouse) -> dict[str, Any]:
    return dict(WarehouseSerializer(warehouse).data)
