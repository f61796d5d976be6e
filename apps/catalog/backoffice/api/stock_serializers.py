"""Serializers of stock and warehouses for staff."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext
from drf_spectacular.utils import OpenApiExample, extend_schema_field, extend_schema_serializer
from rest_framework import serializers

from apps.catalog.backoffice.api.fields import MAX_POSITION
from apps.catalog.inventory.models import MAX_BACKORDERS, MAX_ON_HAND, StockItem, StockMovement, Warehouse
from apps.catalog.inventory.services import BY_HAND, Policy
from apps.common.api.serializers import StrictQuerySerializer, StrictSerializer
from apps.common.countries import validate_country

SKU = "The variant's SKU."
CODE = "A warehouse's code."
REASONS = [choice for choice in StockMovement.Reason.choices if choice[0] in BY_HAND]


class StockQuerySerializer(StrictQuerySerializer):
    low = serializers.BooleanField(required=False, help_text="Only stock that is low or sold out.")
    show = serializers.ChoiceField(
        ["low", "out", "owed", "backorder", "preorder"],
        required=False,
        help_text="`low` stock; sold `out`; `owed` to orders; sold by `backorder` or `preorder`.",
    )
    q = serializers.CharField(
        max_length=200, required=False, help_text="The beginning of a SKU, or words of the product's title."
    )
    warehouse = serializers.SlugField(max_length=40, required=False, help_text="Only stock in this warehouse.")

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if attrs.pop("low", False):
            attrs.setdefault("show", "low")
        return attrs


class LevelSerializer(serializers.Serializer):
    warehouse = serializers.CharField(source="warehouse.code")
    name = serializers.CharField(source="warehouse.name")
    is_active = serializers.BooleanField(source="warehouse.is_active", help_text="Whether its units are sold.")
    on_hand = serializers.IntegerField()
    reserved = serializers.IntegerField(help_text="Reserved for orders that are not paid yet.")


class StockSerializer(serializers.Serializer):
    sku = serializers.CharField(source="variant.sku")
    product = serializers.CharField(source="variant.product.slug", help_text="The product's slug.")
    title = serializers.CharField(source="variant.product.title")
    state = serializers.ChoiceField(
        ["in_stock", "low_stock", "backorder", "preorder", "out_of_stock"], help_text="The state that shoppers see."
    )
    on_hand = serializers.IntegerField(
        help_text="In all active warehouses; negative when units were sold before they arrived."
    )
    reserved = serializers.IntegerField(help_text="Reserved for orders that are not paid yet.")
    available = serializers.IntegerField(help_text="How many can be ordered now.")
    owed = serializers.IntegerField(help_text="Reserved or sold, and yet to arrive.")
    policy = serializers.ChoiceField(StockItem.Policy.choices)
    backorder_limit = serializers.IntegerField()
    available_on = serializers.DateField(allow_null=True)
    low_stock_at = serializers.IntegerField()
    levels = serializers.SerializerMethodField(help_text="By warehouse, in the order in which they send.")

    @extend_schema_field(LevelSerializer(many=True))
    def get_levels(self, item: StockItem) -> list[dict[str, Any]]:
        return list(LevelSerializer(item.variant.stock_levels.all(), many=True).data)


class PolicySerializer(StrictSerializer):
    """How many units may be sold before they arrive, when those are sent, and at how many stock is low."""

    policy = serializers.ChoiceField(StockItem.Policy.choices)
    backorder_limit = serializers.IntegerField(
        min_value=0, max_value=MAX_BACKORDERS, help_text="How many units may be sold before they arrive."
    )
    available_on = serializers.DateField(
        allow_null=True, help_text="When those units are sent; required for a preorder."
    )
    low_stock_at = serializers.IntegerField(
        min_value=0, max_value=MAX_BACKORDERS, help_text="Stock is low at this many units or fewer."
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
    mode = serializers.ChoiceField(["add", "remove", "set"], help_text="`set` sets the count.")
    quantity = serializers.IntegerField(min_value=0, max_value=MAX_ON_HAND)
    reason = serializers.ChoiceField(REASONS)
    warehouse = serializers.SlugField(
        max_length=40, required=False, help_text="A warehouse's code; by default the first active one."
    )
    reference = serializers.CharField(
        max_length=100,
        required=False,
        allow_blank=True,
        default="",
        help_text="A delivery note, a ticket number or a remark.",
    )

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if attrs["mode"] != "set" and attrs["quantity"] == 0:
            raise serializers.ValidationError({"quantity": [gettext("Add or remove at least one unit.")]})
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
    warehouse = serializers.SerializerMethodField(
        help_text="The warehouse's code; null for movements older than warehouses."
    )
    quantity = serializers.IntegerField(help_text="Units added; negative when removed.")
    reason = serializers.ChoiceField(StockMovement.Reason.choices)
    reference = serializers.CharField(
        allow_blank=True, help_text="The order's id for sales, otherwise a text of staff."
    )
    moved_by = serializers.CharField(allow_blank=True)
    created_at = serializers.DateTimeField()

    def get_warehouse(self, movement: StockMovement) -> str | None:
        return movement.warehouse.code if movement.warehouse else None


class AdjustedSerializer(serializers.Serializer):
    movement = MovementSerializer(allow_null=True, help_text="Null if the count was right.")
    stock = StockSerializer()


class WarehouseSerializer(StrictSerializer):
    code = serializers.SlugField(max_length=40, help_text="Cannot be changed.")
    name = serializers.CharField(max_length=80)
    country = serializers.CharField(validators=[validate_country], default="DE")
    priority = serializers.IntegerField(
        min_value=0,
        max_value=MAX_POSITION,
        default=0,
        help_text="Warehouses send in ascending order of their priority.",
    )
    is_active = serializers.BooleanField(default=True, help_text="Whether its units are sold.")


class WarehouseChangeSerializer(StrictSerializer):
    name = serializers.CharField(max_length=80, required=False)
    country = serializers.CharField(validators=[validate_country], required=False)
    priority = serializers.IntegerField(min_value=0, max_value=MAX_POSITION, required=False)
    is_active = serializers.BooleanField(required=False)


def policy_data(item: StockItem) -> dict[str, Any]:
    """The policy without the counts, which change all the time; its ETag is made of this."""
    return dict(PolicySerializer(Policy.of(item)).data)


def warehouse_data(warehouse: Warehouse) -> dict[str, Any]:
    return dict(WarehouseSerializer(warehouse).data)
