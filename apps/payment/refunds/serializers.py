"""How refunds and return requests are represented, in their own API and in that of orders."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from apps.common.api.serializers import MoneySerializer
from apps.common.money import Money
from apps.payment.refunds.models import Refund, RefundLine, ReturnRequest


class RefundLineSerializer(serializers.Serializer):
    position = serializers.IntegerField(source="line.position", help_text="Of the order's line.")
    sku = serializers.CharField(source="line.sku")
    title = serializers.CharField(source="line.title")
    quantity = serializers.IntegerField()
    amount = serializers.SerializerMethodField(help_text="What was paid for these units and goes back.")

    @extend_schema_field(MoneySerializer)
    def get_amount(self, row: RefundLine) -> dict[str, Any]:
        return Money(row.amount, self.context["currency"]).as_dict()


class RefundSerializer(serializers.Serializer):
    """The amount is that of the lines, of shipping and of goodwill."""

    id = serializers.UUIDField()
    state = serializers.ChoiceField(choices=Refund.State.choices)
    amount = MoneySerializer(source="total")
    lines = serializers.SerializerMethodField()
    shipping = serializers.SerializerMethodField()
    goodwill = serializers.SerializerMethodField(help_text="A free amount, beside lines and shipping.")
    requested_at = serializers.DateTimeField()
    completed_at = serializers.DateTimeField(allow_null=True)
    failure = serializers.CharField(source="failure_sentence", allow_blank=True)

    @extend_schema_field(RefundLineSerializer(many=True))
    def get_lines(self, refund: Refund) -> list[dict[str, Any]]:
        rows = sorted((row for row in refund.lines.all() if row.quantity), key=lambda row: row.line.position)
        return list(RefundLineSerializer(rows, many=True, context={"currency": refund.currency}).data)

    @extend_schema_field(MoneySerializer)
    def get_shipping(self, refund: Refund) -> dict[str, Any]:
        return Money(refund.shipping_amount, refund.currency).as_dict()

    @extend_schema_field(MoneySerializer)
    def get_goodwill(self, refund: Refund) -> dict[str, Any]:
        return Money(refund.goodwill_amount, refund.currency).as_dict()


class ReturnRequestLineSerializer(serializers.Serializer):
    position = serializers.IntegerField(source="line.position", help_text="Of the order's line.")
    sku = serializers.CharField(source="line.sku")
    title = serializers.CharField(source="line.title")
    quantity = serializers.IntegerField()


class ReturnRequestSerializer(serializers.Serializer):
    id = serializers.UUIDField()
    state = serializers.ChoiceField(choices=ReturnRequest.State.choices)
    reason = serializers.ChoiceField(choices=ReturnRequest.Reason.choices)
    comment = serializers.CharField(allow_blank=True)
    response = serializers.CharField(allow_blank=True, help_text="Why it was declined.")
    requested_at = serializers.DateTimeField()
    decided_at = serializers.DateTimeField(allow_null=True)
    lines = ReturnRequestLineSerializer(many=True)
