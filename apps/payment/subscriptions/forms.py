"""The admin's forms of plans and of what staff do with a subscription."""

from __future__ import annotations

from typing import Any

from django import forms
from django.conf import settings
from django.utils.translation import gettext, gettext_lazy
from django.utils.translation import gettext_lazy as _
from unfold.widgets import UnfoldAdminSelectWidget, UnfoldAdminTextareaWidget, UnfoldAdminTextInputWidget

from apps.common.admin_site.display import language_name
from apps.common.admin_site.fields import MoneyField, as_minor_units
from apps.common.languages import default_language
from apps.common.money import Money
from apps.common.text import one_line
from apps.payment.subscriptions.models import BillingPeriod, Plan, PlanPrice, Subscription
from apps.payment.subscriptions.services import MAX_EXTENSION_DAYS

MAX_NAME_LENGTH = 60
MAX_DESCRIPTION_LENGTH = 400


class PlanForm(forms.ModelForm):
    """Names and descriptions in each language of the shop, a price in each of its currencies."""

    class Meta:
        model = Plan
        fields = ["code", "package", "interval", "trial_days", "position", "is_active"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        prices = {row.currency: row.amount for row in self.instance.prices.all()} if self.instance.pk else {}
        for name in plan_fields():
            if name in self.fields:
                kind, _sep, code = name.partition("_")
                self.initial[name] = self._present(kind, code, prices)

    def _present(self, kind: str, code: str, prices: dict[str, int]) -> Any:
        match kind:
            case "name":
                return self.instance.names.get(code, "")
            case "description":
                return self.instance.descriptions.get(code, "")
        return Money(prices[code], code).major_units if code in prices else None

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if not any(cleaned.get(f"price_{currency}") for currency in settings.SHOP_CURRENCIES) and not self.errors:
            raise forms.ValidationError(gettext("Enter a price in at least one currency."))
        for currency in settings.SHOP_CURRENCIES:
            self._clean_price(cleaned, currency)
        return cleaned

    def _clean_price(self, cleaned: dict[str, Any], currency: str) -> None:
        name = f"price_{currency}"
        value = cleaned.get(name)
        try:
            cleaned[name] = None if value is None else as_minor_units(value, currency)
        except forms.ValidationError as error:
            self.add_error(name, error)
            return
        is_dropped = not cleaned[name] and self.instance.pk and self.instance.prices.filter(currency=currency).exists()
        live = Subscription.objects.filter(plan=self.instance.pk, currency=currency, state__in=Subscription.LIVE)
        if is_dropped and live.exists():
            self.add_error(name, gettext("Subscriptions are renewed at this price. End them first."))

    def write_texts(self) -> None:
        """Names and descriptions go into the instance."""
        for field in ("name", "description"):
            texts = {code: self.cleaned_data.get(f"{field}_{code}", "").strip() for code in settings.SHOP_LANGUAGES}
            setattr(self.instance, f"{field}s", {code: text for code, text in texts.items() if text})

    def write_prices(self) -> None:
        """Prices are rows of their own; call it when the plan is saved."""
        for currency in settings.SHOP_CURRENCIES:
            amount = self.cleaned_data.get(f"price_{currency}")
            if amount:
                PlanPrice.objects.update_or_create(plan=self.instance, currency=currency, defaults={"amount": amount})
            else:
                PlanPrice.objects.filter(plan=self.instance, currency=currency).delete()


def plan_fields() -> dict[str, forms.Field]:
    """The fields that follow from the shop's languages and currencies."""
    fields: dict[str, forms.Field] = {}
    for code in settings.SHOP_LANGUAGES:
        is_needed = code == default_language()
        label = gettext_lazy("Name (%(language)s)") % {"language": language_name(code)}
        fields[f"name_{code}"] = forms.CharField(
            label=label,
            required=is_needed,
            max_length=MAX_NAME_LENGTH,
            validators=[one_line],
            widget=UnfoldAdminTextInputWidget,
        )
        label = gettext_lazy("Description (%(language)s)") % {"language": language_name(code)}
        fields[f"description_{code}"] = forms.CharField(
            label=label,
            required=False,
            max_length=MAX_DESCRIPTION_LENGTH,
            widget=UnfoldAdminTextareaWidget(attrs={"rows": 3}),
        )
    for currency in settings.SHOP_CURRENCIES:
        label = gettext_lazy("Price of a period (%(currency)s)") % {"currency": currency}
        fields[f"price_{currency}"] = MoneyField(
            label=label, required=False, help_text=_("Gross. Running subscriptions pay it from their next renewal on.")
        )
    return fields


class RefundForm(forms.Form):
    """What to give back of a period, and what becomes of the subscription. `seen` is what was refunded of the period
    when the page was made, `key` makes a double click one refund."""

    RUNS_ON, ENDS = "runs_on", "ends"

    key = forms.CharField(widget=forms.HiddenInput, max_length=40)
    seen = forms.IntegerField(widget=forms.HiddenInput)
    refund_amount = MoneyField(
        label=_("Amount"), required=False, help_text=_("Leave it empty to refund all that is left.")
    )
    then = forms.ChoiceField(
        label=_("The subscription"),
        choices=[(RUNS_ON, _("Runs on")), (ENDS, _("Ends now"))],
        widget=UnfoldAdminSelectWidget,
    )
    reason = forms.CharField(
        label=_("Reason"),
        max_length=300,
        required=False,
        validators=[one_line],
        widget=UnfoldAdminTextInputWidget,
        help_text=_("For staff; customers do not see it."),
    )

    def __init__(self, *args: Any, period: BillingPeriod, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.period = period
        if not period.subscription.is_live:
            del self.fields["then"]

    def clean_refund_amount(self) -> int | None:
        """In minor units; None for all that is left."""
        value = self.cleaned_data.get("refund_amount")
        return None if value is None else as_minor_units(value, self.period.currency)

    def amount(self) -> int | None:
        return self.cleaned_data["refund_amount"]

    def ends_subscription(self) -> bool:
        return self.cleaned_data.get("then") == self.ENDS


class ConfirmForm(forms.Form):
    """Nothing to enter but the click."""


class ExtendForm(forms.Form):
    days = forms.IntegerField(
        label=_("Days"),
        min_value=1,
        max_value=MAX_EXTENSION_DAYS,
        widget=UnfoldAdminTextInputWidget(attrs={"inputmode": "numeric"}),
    )
