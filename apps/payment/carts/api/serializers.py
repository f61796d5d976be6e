from __future__ import annotations

from typing import Any

from django.conf import settings
from django.utils.translation import gettext
from rest_framework import serializers

from apps.common.api.serializers import MessageField, MoneySerializer
from apps.payment.carts.models import MAX_GIFT_MESSAGE, MAX_LINES, MAX_QUANTITY
from apps.payment.vouchers.evaluation import REASONS
from apps.payment.vouchers.models import Voucher


class NewLineSerializer(serializers.Serializer):
    sku = serializers.CharField(max_length=40)
    quantity = serializers.IntegerField(min_value=1, max_value=MAX_QUANTITY, default=1)


class LinesField(serializers.ListField):
    """Quantities by SKU, from `[{"sku", "quantity"}]`."""

    child = NewLineSerializer()

    def run_validation(self, data: Any = serializers.empty) -> dict[str, int]:
        lines = super().run_validation(data)
        quantities = {line["sku"]: line["quantity"] for line in lines}
        if len(quantities) < len(lines):
            raise serializers.ValidationError([gettext("Name each SKU once.")])
        return quantities


class PutLinesSerializer(serializers.Serializer):
    lines = LinesField(
        min_length=1,
        max_length=MAX_LINES,
        help_text="All of them or, when one is refused (`skus` of the problem names it), none.",
    )


class OpenCartSerializer(serializers.Serializer):
    currency = serializers.ChoiceField(choices=settings.SHOP_CURRENCIES, default=settings.SHOP_CURRENCIES[0])
    lines = LinesField(
        required=False,
        max_length=MAX_LINES,
        help_text="Put these in as well; when one is refused (`skus` of the problem names it), no cart is opened.",
    )


class ChangeCartSerializer(serializers.Serializer):
    currency = serializers.ChoiceField(choices=settings.SHOP_CURRENCIES, required=False)
    gift_message = MessageField(
        max_length=MAX_GIFT_MESSAGE, required=False, help_text="Comes with the parcel; empty for none."
    )

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if not attrs:
            raise serializers.ValidationError({"currency": [self.fields["currency"].error_messages["required"]]})
        return attrs


class ApplyVoucherSerializer(serializers.Serializer):
    code = serializers.CharField(max_length=100, help_text="Capitals and spaces make no difference.")


class SetLineSerializer(serializers.Serializer):
    quantity = serializers.IntegerField(
        min_value=0,
        max_value=MAX_QUANTITY,
        required=False,
        help_text="0 takes the line out; left out beside `saved`, it stays as it is.",
    )
    saved = serializers.BooleanField(
        required=False, help_text="Save the line for later (true) or have it in the cart (false, the default)."
    )

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if not attrs:
            raise serializers.ValidationError({"quantity": [self.fields["quantity"].error_messages["required"]]})
        return attrs


class MergeSerializer(serializers.Serializer):
    # `from` is a word of Python, so the field is set by name below.
    secret = serializers.CharField(max_length=128)

    def get_fields(self) -> dict[str, serializers.Field]:
        return {"from": serializers.UUIDField(help_text="The guest's cart.")} | super().get_fields()


class CartLineSerializer(serializers.Serializer):
    sku = serializers.CharField()
    quantity = serializers.IntegerField()
    title = serializers.CharField(allow_blank=True)
    variant_name = serializers.CharField(allow_blank=True)
    slug = serializers.CharField(allow_blank=True)
    kind = serializers.ChoiceField(choices=["goods", "video"])
    unit_price = MoneySerializer(allow_null=True)
    previous_unit_price = MoneySerializer(
        allow_null=True, help_text="What the shopper saw last, where the price has changed since."
    )
    line_total = MoneySerializer(allow_null=True, help_text="Before the discount.")
    discount = MoneySerializer(allow_null=True, help_text="What the cart's voucher takes off the line's total.")
    image_url = serializers.CharField(allow_null=True)
    status = serializers.ChoiceField(choices=["ok", "insufficient_stock", "unavailable", "unknown"])
    available_quantity = serializers.IntegerField(allow_null=True)
    requires_shipping = serializers.BooleanField()
    offer = serializers.ChoiceField(choices=["buy", "rent"], allow_null=True)
    rental_hours = serializers.IntegerField(allow_null=True)
    title_slug = serializers.CharField(allow_null=True)


class VoucherRefusalSerializer(serializers.Serializer):
    reason = serializers.ChoiceField(choices=REASONS)
    message = serializers.CharField(help_text="A sentence for the customer.")


class CartVoucherSerializer(serializers.Serializer):
    code = serializers.CharField()
    kind = serializers.ChoiceField(choices=Voucher.Kind.choices)
    has_free_shipping = serializers.BooleanField(help_text="The cheapest delivery method costs nothing.")
    refusal = VoucherRefusalSerializer(allow_null=True, help_text="Why the code does nothing for this cart now.")


class CartSerializer(serializers.Serializer):
    id = serializers.UUIDField()
    currency = serializers.CharField()
    lines = CartLineSerializer(many=True)
    saved_lines = CartLineSerializer(many=True, help_text="Saved for later: in no total, and not ordered.")
    item_count = serializers.IntegerField()
    subtotal = MoneySerializer(help_text="Before the discount.")
    voucher = CartVoucherSerializer(allow_null=True)
    discount = MoneySerializer(help_text="The sum of the lines' discounts.")
    total = MoneySerializer(help_text="The subtotal less the discount, without shipping.")
    gift_message = serializers.CharField(allow_blank=True)
    requires_shipping = serializers.BooleanField()
    requires_account = serializers.BooleanField(help_text="It holds films, which need an account to be watched.")
    prices_are_current = serializers.BooleanField(help_text="False: last known prices, while the catalogue is down.")
    updated_at = serializers.DateTimeField()
    secret = serializers.CharField(required=False, help_text="Once, for an anonymous cart: send it as X-Cart-Secret.")
