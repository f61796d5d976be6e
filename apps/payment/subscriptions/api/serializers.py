"""Plans and subscriptions in the API."""

from __future__ import annotations

from typing import Any

from django.urls import reverse
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from apps.common.api.addresses import AddressSerializer, CountryField, line
from apps.common.api.serializers import CurrencyField, EmailField, LanguageField, MoneySerializer, StrictSerializer
from apps.common.countries import validate_country
from apps.common.languages import current_language
from apps.common.money import Money
from apps.payment.payments.serializers import NextActionSerializer
from apps.payment.subscriptions.models import BillingPeriod, PeriodRefund, Plan, Subscription
from apps.payment.subscriptions.prices import PriceQuote
from apps.payment.subscriptions.services import MAX_EXTENSION_DAYS
from apps.payment.tax.rates import TaxClass
from apps.payment.tax.serializers import VatIdField

RETURN_URL_HELP = "Where the bank leads back to: a page of the shop."


class PlanSerializer(serializers.Serializer):
    code = serializers.CharField()
    name = serializers.SerializerMethodField()
    description = serializers.SerializerMethodField()
    package = serializers.CharField(help_text="Films of `video` that name it are included.")
    interval = serializers.ChoiceField(choices=Plan.Interval.choices)
    trial_days = serializers.IntegerField(help_text="Free days, once for each account; 0 for none.")
    prices = serializers.SerializerMethodField(help_text="What a period costs, one for each currency.")

    def get_name(self, plan: Plan) -> str:
        return plan.name_in(current_language())

    def get_description(self, plan: Plan) -> str:
        return plan.description_in(current_language())

    @extend_schema_field(MoneySerializer(many=True))
    def get_prices(self, plan: Plan) -> list[dict[str, Any]]:
        rows = sorted(plan.prices.all(), key=lambda row: row.currency)
        return [Money(row.amount, row.currency).as_dict() for row in rows]


class PlansSerializer(serializers.Serializer):
    results = PlanSerializer(many=True)


class PlanQuoteQuerySerializer(StrictSerializer):
    refusal = "There is no such filter."
    currency = CurrencyField()
    country = CountryField()
    region = line(100, required=False, help_text="The state, where states levy the tax.")
    vat_id = VatIdField()


class PlanQuoteSerializer(serializers.Serializer):
    """What a period costs somebody there; a business in another member state pays without tax."""

    price = MoneySerializer()
    tax = serializers.SerializerMethodField(help_text="In the price.")
    tax_class = serializers.ChoiceField(source="taxed.tax_class", choices=[name.value for name in TaxClass])
    tax_rate = serializers.IntegerField(source="taxed.rate", help_text="In basis points: 1900 is 19%.")

    @extend_schema_field(MoneySerializer)
    def get_tax(self, quote: PriceQuote) -> dict[str, Any]:
        return Money(quote.taxed.tax, quote.price.currency).as_dict()


class CardSummarySerializer(serializers.Serializer):
    id = serializers.CharField()
    brand = serializers.CharField()
    last4 = serializers.CharField()


class CreditNoteSerializer(serializers.Serializer):
    number = serializers.CharField()
    url = serializers.CharField(help_text="The path of its PDF.")


class BillingPeriodSerializer(serializers.Serializer):
    """A period that was paid."""

    id = serializers.UUIDField()
    starts_at = serializers.DateTimeField()
    ends_at = serializers.DateTimeField()
    amount = MoneySerializer(source="total")
    credit = serializers.SerializerMethodField(help_text="For unused days of the plan before; `amount` is without it.")
    paid_at = serializers.DateTimeField()
    invoice_number = serializers.SerializerMethodField()
    invoice_url = serializers.SerializerMethodField(help_text="The path of its PDF.")
    refunded = serializers.SerializerMethodField(help_text="What went back of the amount, or is on its way.")
    credit_notes = serializers.SerializerMethodField()

    @extend_schema_field(MoneySerializer)
    def get_credit(self, period: BillingPeriod) -> dict[str, Any]:
        return Money(period.credit_amount, period.currency).as_dict()

    def get_invoice_number(self, period: BillingPeriod) -> str:
        document = self.context["invoices"].get(period.pk)
        return document.number if document else ""

    def get_invoice_url(self, period: BillingPeriod) -> str:
        return reverse("subscription-invoice", args=[period.pk]) if period.pk in self.context["invoices"] else ""

    @extend_schema_field(MoneySerializer)
    def get_refunded(self, period: BillingPeriod) -> dict[str, Any]:
        return Money(period.refunded_amount, period.currency).as_dict()

    @extend_schema_field(CreditNoteSerializer(many=True))
    def get_credit_notes(self, period: BillingPeriod) -> list[dict[str, str]]:
        return [
            {"number": note.number, "url": reverse("subscription-credit-note", args=[period.pk, note.number])}
            for note in self.context["credit_notes"].get(period.pk, [])
        ]


class AmountDueSerializer(serializers.Serializer):
    amount = MoneySerializer(source="total")
    retry_at = serializers.DateTimeField(allow_null=True, help_text="When the card is tried again.")
    decline_code = serializers.SerializerMethodField(
        help_text="Why the last try failed; `authentication_required`: pay with the same card and confirm it."
    )

    def get_decline_code(self, period: BillingPeriod) -> str:
        return str(self.context["decline_code"])


class SubscriptionSerializer(serializers.Serializer):
    """`context` holds `periods`, `invoices`, `credit_notes`, `open_period`, `action_url` and `decline_code`."""

    number = serializers.CharField()
    state = serializers.ChoiceField(choices=Subscription.State.choices)
    plan = PlanSerializer()
    next_plan = PlanSerializer(allow_null=True, help_text="What it becomes at the end of the period.")
    currency = CurrencyField()
    country = serializers.CharField()
    region = serializers.CharField(allow_blank=True, help_text="Where states levy the tax.")
    company = serializers.CharField(source="company_name", allow_blank=True)
    vat_id = serializers.CharField(allow_blank=True)
    billing_address = AddressSerializer(allow_null=True)
    started_at = serializers.DateTimeField()
    period_starts_at = serializers.DateTimeField()
    period_ends_at = serializers.DateTimeField()
    trial_ends_at = serializers.DateTimeField(allow_null=True)
    is_cancelled = serializers.BooleanField(help_text="It ends with the period.")
    ended_at = serializers.DateTimeField(allow_null=True)
    end_reason = serializers.ChoiceField(choices=Subscription.EndReason.choices, allow_blank=True)
    payment_method = CardSummarySerializer(source="method", allow_null=True)
    next_amount = serializers.SerializerMethodField(help_text="What the next renewal costs; null where there is none.")
    due = serializers.SerializerMethodField(help_text="What is overdue; null where nothing is.")
    next_action = serializers.SerializerMethodField()
    periods = serializers.SerializerMethodField(help_text="What was paid, newest first; at most the last 24.")

    @extend_schema_field(MoneySerializer(allow_null=True))
    def get_next_amount(self, subscription: Subscription) -> dict[str, Any] | None:
        price = self.context["next_price"]
        return price.as_dict() if price else None

    @extend_schema_field(AmountDueSerializer(allow_null=True))
    def get_due(self, subscription: Subscription) -> dict[str, Any] | None:
        period = self.context["open_period"]
        if period is None or subscription.state != Subscription.State.PAST_DUE:
            return None
        return dict(AmountDueSerializer(period, context=self.context).data)

    @extend_schema_field(NextActionSerializer(allow_null=True))
    def get_next_action(self, subscription: Subscription) -> dict[str, Any] | None:
        url = self.context["action_url"]
        return {"type": "redirect", "url": url} if url else None

    @extend_schema_field(BillingPeriodSerializer(many=True))
    def get_periods(self, subscription: Subscription) -> list[dict[str, Any]]:
        return list(BillingPeriodSerializer(self.context["periods"], many=True, context=self.context).data)


class SubscribeSerializer(StrictSerializer):
    plan = serializers.SlugField(max_length=40)
    currency = CurrencyField()
    country = serializers.CharField(
        validators=[validate_country], help_text="Where you live (ISO 3166-1 alpha-2): its tax is in the price."
    )
    region = line(
        100,
        required=False,
        help_text="Your state, where states levy the tax (United States): its tax is in the price.",
    )
    company = line(150, required=False, help_text="The business that subscribes, as invoices name it.")
    vat_id = VatIdField()
    billing_address = AddressSerializer(
        required=False, allow_null=True, help_text="Of the company; needed with `company` or `vat_id`."
    )
    payment_method = serializers.CharField(max_length=40, help_text="The id of a card of your account.")
    return_url = serializers.URLField(
        max_length=400, required=False, allow_blank=True, default="", help_text=RETURN_URL_HELP
    )
    expected_amount = MoneySerializer(
        required=False, help_text="What you were shown to pay now; another amount gets `subscription-changed`."
    )
    language = LanguageField(required=False, help_text="Of mails and invoices; else your account's.")


class ChangePlanSerializer(StrictSerializer):
    plan = serializers.SlugField(max_length=40)
    expected_amount = MoneySerializer(
        required=False, help_text="What the preview said; another amount gets `subscription-changed`."
    )
    return_url = serializers.URLField(
        max_length=400, required=False, allow_blank=True, default="", help_text=RETURN_URL_HELP
    )


class ChangeQuerySerializer(StrictSerializer):
    refusal = "There is no such filter."
    plan = serializers.SlugField(max_length=40)


class ChangePreviewSerializer(serializers.Serializer):
    plan = PlanSerializer()
    is_immediate = serializers.BooleanField(help_text="At once, or at the end of the period.")
    amount = MoneySerializer(help_text="What is charged now.")
    credit = MoneySerializer(help_text="For unused days of the present plan.")
    price = MoneySerializer(help_text="What a period of the plan costs.")
    effective_at = serializers.DateTimeField()


class UseCardSerializer(StrictSerializer):
    payment_method = serializers.CharField(max_length=40, help_text="The id of a card of your account.")
    return_url = serializers.URLField(
        max_length=400, required=False, allow_blank=True, default="", help_text=RETURN_URL_HELP
    )


class CancellationSerializer(StrictSerializer):
    number = serializers.CharField(max_length=20, help_text="Of the subscription; every mail about it has it.")
    email = EmailField(help_text="The address of the account.")


class CancellationResponseSerializer(serializers.Serializer):
    detail = serializers.CharField()


class ExtendSerializer(StrictSerializer):
    days = serializers.IntegerField(min_value=1, max_value=MAX_EXTENSION_DAYS)


class RefundPeriodSerializer(StrictSerializer):
    """All that is left of a charge, or an amount of it; and what becomes of the subscription."""

    period = serializers.UUIDField(required=False, help_text="A period that was paid; else the last one.")
    amount = MoneySerializer(required=False, help_text="Else all that is left of the period's charge.")
    ends_subscription = serializers.BooleanField(help_text="End it now; else it runs on.")
    reason = serializers.CharField(max_length=300, required=False, allow_blank=True, default="", help_text="For staff.")
    expected_refunded = MoneySerializer(
        required=False,
        help_text="What had been refunded of the period when you decided; another sum gets `refund-changed`.",
    )


class PeriodRefundSerializer(serializers.Serializer):
    id = serializers.UUIDField()
    period = serializers.UUIDField(source="period_id")
    state = serializers.ChoiceField(choices=PeriodRefund.State.choices)
    amount = MoneySerializer(source="total")
    tax = serializers.SerializerMethodField(help_text="In the amount.")
    ends_subscription = serializers.BooleanField()
    requested_at = serializers.DateTimeField()
    completed_at = serializers.DateTimeField(allow_null=True)
    failure = serializers.CharField(source="failure_sentence", allow_blank=True)

    @extend_schema_field(MoneySerializer)
    def get_tax(self, refund: PeriodRefund) -> dict[str, Any]:
        return Money(refund.tax_amount, refund.currency).as_dict()


class StaffSubscriptionSerializer(serializers.Serializer):
    """A subscription in a list."""

    number = serializers.CharField()
    state = serializers.ChoiceField(choices=Subscription.State.choices)
    email = serializers.CharField()
    user_id = serializers.UUIDField(allow_null=True)
    plan = serializers.CharField(source="plan.code")
    currency = CurrencyField()
    started_at = serializers.DateTimeField()
    period_ends_at = serializers.DateTimeField()
    is_cancelled = serializers.BooleanField()
    ended_at = serializers.DateTimeField(allow_null=True)
