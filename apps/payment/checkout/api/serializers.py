"""Serializers of orders."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache
from typing import Any

from django.conf import settings
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from apps.common.api.addresses import AddressSerializer, CountryField, line
from apps.common.api.serializers import EmailField, LanguageField, MoneySerializer
from apps.common.money import Money
from apps.common.text import one_line
from apps.payment.documents.serializers import DocumentSerializer
from apps.payment.orders.models import Order, OrderLine
from apps.payment.orders.selectors import lines_of, tax_of
from apps.payment.payments.serializers import NextActionSerializer
from apps.payment.refunds.serializers import RefundSerializer, ReturnRequestSerializer
from apps.payment.shipments.serializers import ShipmentSerializer
from apps.payment.tax.rates import TaxClass
from apps.payment.tax.serializers import VatIdField
from apps.payment.tax.services import TaxedAmount


class PlaceOrderSerializer(serializers.Serializer):
    cart = serializers.UUIDField()
    email = EmailField(required=False, help_text="Needed from guests.")
    language = LanguageField(
        required=False, help_text="Of the order's mails; the account's if left out, else the shop's first."
    )
    shipping_address = AddressSerializer(required=False, allow_null=True)
    billing_address = AddressSerializer(
        required=False,
        allow_null=True,
        help_text="Of the invoice, where it is not the delivery address. Films alone are taxed where it is.",
    )
    company = line(150, required=False, help_text="The business that buys, as the invoice names it.")
    vat_id = VatIdField()
    shipping_method = serializers.CharField(max_length=20, required=False, allow_blank=True, default="")
    payment_method = serializers.CharField(
        max_length=40, required=False, allow_blank=True, default="", help_text="Left out when the total is 0."
    )
    save_payment_method = serializers.BooleanField(
        default=False, help_text="Keep the card for the account once the order is paid."
    )
    return_url = serializers.CharField(
        max_length=450,
        required=False,
        allow_blank=True,
        default="",
        validators=[one_line],
        help_text="Where a challenge leads back to; `{number}` becomes the order's. The order's page if left out.",
    )
    expected_total = MoneySerializer(required=False, help_text="What the customer agreed to; another total is refused.")


class OrderAccessSerializer(serializers.Serializer):
    number = serializers.CharField(max_length=16)
    email = EmailField()


class OrderAccessResponseSerializer(serializers.Serializer):
    detail = serializers.CharField()


class OrderLineSerializer(serializers.Serializer):
    position = serializers.IntegerField(help_text="Names the line in shipments, refunds and returns.")
    sku = serializers.CharField()
    title = serializers.CharField()
    variant_name = serializers.CharField(allow_blank=True)
    slug = serializers.CharField()
    kind = serializers.ChoiceField(choices=["goods", "video"])
    quantity = serializers.IntegerField()
    shipped_quantity = serializers.IntegerField(help_text="Units that were sent.")
    refunded_quantity = serializers.IntegerField(help_text="Units that are refunded or being refunded.")
    unit_price = serializers.SerializerMethodField()
    line_total = serializers.SerializerMethodField(help_text="Before the discount.")
    discount = serializers.SerializerMethodField(help_text="The line's share of the order's discount.")
    image_url = serializers.SerializerMethodField()
    title_slug = serializers.SerializerMethodField()
    offer = serializers.SerializerMethodField()
    rental_hours = serializers.IntegerField(allow_null=True)

    @extend_schema_field(MoneySerializer)
    def get_unit_price(self, line: OrderLine) -> dict[str, Any]:
        return Money(line.unit_amount, self.context["currency"]).as_dict()

    @extend_schema_field(MoneySerializer)
    def get_line_total(self, line: OrderLine) -> dict[str, Any]:
        return Money(line.full_amount, self.context["currency"]).as_dict()

    @extend_schema_field(MoneySerializer)
    def get_discount(self, line: OrderLine) -> dict[str, Any]:
        return Money(line.discount_amount, self.context["currency"]).as_dict()

    def get_image_url(self, line: OrderLine) -> str | None:
        return line.image_url or None

    def get_title_slug(self, line: OrderLine) -> str | None:
        return line.title_slug or None

    @extend_schema_field(serializers.ChoiceField(choices=["buy", "rent"], allow_null=True))
    def get_offer(self, line: OrderLine) -> str | None:
        return line.offer or None


class OrderVoucherSerializer(serializers.Serializer):
    code = serializers.CharField()
    has_free_shipping = serializers.BooleanField(help_text="It paid the delivery method, not a part of the lines.")


class ShippingSerializer(serializers.Serializer):
    code = serializers.CharField()
    name = serializers.CharField()
    price = MoneySerializer()


class DeliverySerializer(serializers.Serializer):
    earliest_date = serializers.DateField(source="earliest_delivery_date")
    latest_date = serializers.DateField(source="latest_delivery_date")


class TaxSummarySerializer(serializers.Serializer):
    """The part of an order's total that is of one class at one rate."""

    rate = serializers.IntegerField(help_text="In basis points: 1900 is 19%.")
    tax_class = serializers.ChoiceField(
        choices=[tax_class.value for tax_class in TaxClass],
        help_text="Of goods (`standard`, `reduced`, `zero`) or films (`digital`); or why there is none: `export`, "
        "`intra_community` and `reverse_charge` (a business in another country of the EU).",
    )
    net = serializers.SerializerMethodField()
    tax = serializers.SerializerMethodField()
    gross = serializers.SerializerMethodField()

    @extend_schema_field(MoneySerializer)
    def get_net(self, amount: TaxedAmount) -> dict[str, Any]:
        return Money(amount.net, self.context["currency"]).as_dict()

    @extend_schema_field(MoneySerializer)
    def get_tax(self, amount: TaxedAmount) -> dict[str, Any]:
        return Money(amount.tax, self.context["currency"]).as_dict()

    @extend_schema_field(MoneySerializer)
    def get_gross(self, amount: TaxedAmount) -> dict[str, Any]:
        return Money(amount.gross, self.context["currency"]).as_dict()


class OrderPaymentSerializer(serializers.Serializer):
    provider = serializers.CharField()
    brand = serializers.CharField()
    last4 = serializers.CharField()
    state = serializers.CharField()


class ClaimedOrdersSerializer(serializers.Serializer):
    claimed = serializers.IntegerField(help_text="How many orders became those of the account.")


class FailureSerializer(serializers.Serializer):
    code = serializers.CharField()
    message = serializers.CharField()


@cache
def in_currency(serializer: type[serializers.Serializer], currency: str) -> serializers.Serializer:
    """The process's one instance of a serializer whose context is a currency (see `requests.shared`)."""
    return serializer(context={"currency": currency})


def represented(serializer: type[serializers.Serializer], rows: Iterable[Any], currency: str) -> list[dict[str, Any]]:
    """Rows whose amounts are in minor units of the currency."""
    return [in_currency(serializer, currency).to_representation(row) for row in rows]


class OrderSerializer(serializers.Serializer):
    """`context` is that of `order_context`: what belongs to the orders, by their ids."""

    id = serializers.UUIDField()
    number = serializers.CharField()
    state = serializers.ChoiceField(choices=Order.State.choices)
    email = serializers.EmailField()
    language = serializers.CharField(help_text="Of the order's mails.")
    currency = serializers.CharField()
    lines = serializers.SerializerMethodField()
    subtotal = serializers.SerializerMethodField(help_text="Before the discount.")
    voucher = serializers.SerializerMethodField(help_text="The code that made the order cheaper.")
    discount = serializers.SerializerMethodField(help_text="The sum of the lines' discounts.")
    shipping = serializers.SerializerMethodField()
    added_tax = serializers.SerializerMethodField(
        help_text="What tax changes in the lines: added where prices do not include it, below zero where a business "
        "pays without it."
    )
    total = MoneySerializer()
    tax = serializers.SerializerMethodField(
        help_text="Included in the total, by rate and class. Adds up to the total; empty where tax was not recorded."
    )
    refunded = serializers.SerializerMethodField()
    shipping_address = AddressSerializer(allow_null=True)
    billing_address = AddressSerializer(allow_null=True, help_text="Null where it is the delivery address, or none.")
    company = serializers.CharField(source="company_name", allow_blank=True)
    vat_id = serializers.CharField(allow_blank=True)
    gift_message = serializers.CharField(allow_blank=True)
    delivery = serializers.SerializerMethodField(help_text="When the parcel arrives, as it was said at checkout.")
    payment = serializers.SerializerMethodField()
    placed_at = serializers.DateTimeField()
    paid_at = serializers.DateTimeField(allow_null=True)
    fulfilled_at = serializers.DateTimeField(allow_null=True, help_text="When the last goods were sent.")
    shipments = serializers.SerializerMethodField(help_text="Parcels, oldest first.")
    refunds = serializers.SerializerMethodField(help_text="Oldest first.")
    return_requests = serializers.SerializerMethodField(help_text="Oldest first.")
    documents = serializers.SerializerMethodField(help_text="Invoice and credit notes, oldest first.")
    next_action = serializers.SerializerMethodField()
    failure = serializers.SerializerMethodField()
    secret = serializers.CharField(required=False, help_text="Once, for guests: send it as X-Order-Secret.")

    @extend_schema_field(OrderLineSerializer(many=True))
    def get_lines(self, order: Order) -> list[dict[str, Any]]:
        return represented(OrderLineSerializer, lines_of(order), order.currency)

    @extend_schema_field(MoneySerializer)
    def get_subtotal(self, order: Order) -> dict[str, Any]:
        return Money(order.subtotal_amount, order.currency).as_dict()

    @extend_schema_field(OrderVoucherSerializer(allow_null=True))
    def get_voucher(self, order: Order) -> dict[str, Any] | None:
        if not order.voucher_code:
            return None
        return {"code": order.voucher_code, "has_free_shipping": order.has_voucher_shipping}

    @extend_schema_field(MoneySerializer)
    def get_discount(self, order: Order) -> dict[str, Any]:
        return Money(order.discount_amount, order.currency).as_dict()

    @extend_schema_field(MoneySerializer)
    def get_added_tax(self, order: Order) -> dict[str, Any]:
        return Money(order.added_tax_amount, order.currency).as_dict()

    @extend_schema_field(TaxSummarySerializer(many=True))
    def get_tax(self, order: Order) -> list[dict[str, Any]]:
        return represented(TaxSummarySerializer, tax_of(order), order.currency)

    @extend_schema_field(MoneySerializer)
    def get_refunded(self, order: Order) -> dict[str, Any]:
        return Money(order.refunded_amount, order.currency).as_dict()

    @extend_schema_field(ShippingSerializer(allow_null=True))
    def get_shipping(self, order: Order) -> dict[str, Any] | None:
        if not order.shipping_code:
            return None
        price = Money(order.shipping_amount, order.currency).as_dict()
        return {"code": order.shipping_code, "name": order.shipping_name, "price": price}

    @extend_schema_field(DeliverySerializer(allow_null=True))
    def get_delivery(self, order: Order) -> dict[str, Any] | None:
        return dict(DeliverySerializer(order).data) if order.earliest_delivery_date else None

    @extend_schema_field(OrderPaymentSerializer(allow_null=True))
    def get_payment(self, order: Order) -> dict[str, Any] | None:
        payment = self.context["payments"].get(order.pk)
        if payment is None:
            return None
        method = payment.method
        return {"provider": method.provider, "brand": method.brand, "last4": method.last4, "state": payment.state}

    @extend_schema_field(ShipmentSerializer(many=True))
    def get_shipments(self, order: Order) -> list[dict[str, Any]]:
        return list(ShipmentSerializer(self.context["shipments"][order.pk], many=True).data)

    @extend_schema_field(RefundSerializer(many=True))
    def get_refunds(self, order: Order) -> list[dict[str, Any]]:
        return list(RefundSerializer(self.context["refunds"][order.pk], many=True).data)

    @extend_schema_field(ReturnRequestSerializer(many=True))
    def get_return_requests(self, order: Order) -> list[dict[str, Any]]:
        return list(ReturnRequestSerializer(self.context["return_requests"][order.pk], many=True).data)

    @extend_schema_field(DocumentSerializer(many=True))
    def get_documents(self, order: Order) -> list[dict[str, Any]]:
        documents = self.context["documents"][order.pk]
        return list(DocumentSerializer(documents, many=True, context={"order": order.number}).data)

    @extend_schema_field(NextActionSerializer(allow_null=True))
    def get_next_action(self, order: Order) -> dict[str, str] | None:
        payment = self.context["payments"].get(order.pk)
        if payment and order.is_open and payment.state == "requires_action" and payment.action_url:
            return {"type": "redirect", "url": payment.action_url}
        return None

    @extend_schema_field(FailureSerializer(allow_null=True))
    def get_failure(self, order: Order) -> dict[str, str] | None:
        return {"code": order.failure_code, "message": order.failure_sentence} if order.failure_code else None


class ShippingMethodSerializer(serializers.Serializer):
    code = serializers.CharField()
    name = serializers.CharField()
    description = serializers.CharField(allow_blank=True)
    price = MoneySerializer()
    min_days = serializers.IntegerField(help_text="Working days.")
    max_days = serializers.IntegerField(help_text="Working days.")
    requires_phone = serializers.BooleanField(help_text="Whether the address needs a phone number.")
    earliest_date = serializers.DateField(help_text="The first day on which the parcel may arrive if ordered now.")
    latest_date = serializers.DateField(help_text="The last one.")


class ShippingQuerySerializer(serializers.Serializer):
    country = CountryField()
    cart = serializers.UUIDField(required=False, help_text="Without it: how a parcel of low value travels.")
    currency = serializers.ChoiceField(
        settings.SHOP_CURRENCIES,
        default=settings.SHOP_CURRENCIES[0],
        help_text="A cart has its own.",
    )


class ShippingMethodsSerializer(serializers.Serializer):
    results = ShippingMethodSerializer(many=True)


class ShippingCountriesSerializer(serializers.Serializer):
    results = serializers.ListField(child=serializers.CharField(help_text="ISO 3166-1 alpha-2."))


class TotalsQuerySerializer(serializers.Serializer):
    cart = serializers.UUIDField()
    country = CountryField(
        required=False, help_text="Where goods go to; of films alone that of the billing address, if there is one."
    )
    region = line(100, required=False, help_text="State or province, where tax depends on it.")
    vat_id = VatIdField()


class OrderTotalsSerializer(serializers.Serializer):
    """What an order comes to with a delivery method."""

    shipping_method = serializers.CharField(allow_null=True, help_text="Null for films alone.")
    shipping = MoneySerializer()
    added_tax = MoneySerializer()
    tax = TaxSummarySerializer(many=True)
    total = MoneySerializer()


class TotalsSerializer(serializers.Serializer):
    results = OrderTotalsSerializer(many=True)
