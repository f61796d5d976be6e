"""The admin's form of a voucher, and of the codes that it is to get."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django import forms
from django.conf import settings
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from unfold.widgets import UnfoldAdminSelectWidget, UnfoldAdminTextInputWidget

from apps.common.admin_site.fields import LinesField, LocalDecimalField, MoneyField, as_minor_units
from apps.common.codes import MAX_BATCH, MAX_CODE_LENGTH, batch_prefix
from apps.common.money import Money
from apps.common.problems import ValidationProblem
from apps.common.text import one_line
from apps.payment.vouchers.models import MAX_CATEGORY_LENGTH, TERMS, Voucher
from apps.payment.vouchers.services import new_code

Kind = Voucher.Kind
AMOUNTS = ("amount", "minimum_amount")
# What each kind needs; what another kind needs is emptied.
NUMBERS: dict[str, tuple[str, ...]] = {
    Kind.PERCENTAGE: ("percentage",),
    Kind.FIXED_AMOUNT: ("amount",),
    Kind.FREE_SHIPPING: (),
    Kind.BUY_X_GET_Y: ("buy_quantity", "free_quantity"),
}


class VoucherForm(forms.ModelForm):
    """Amounts are entered in major units, `5.00`, and kept in minor ones."""

    percentage = LocalDecimalField(
        label=_("Percentage"), required=False, max_digits=5, decimal_places=2, min_value=Decimal("0.01"), max_value=100
    )
    amount = MoneyField(label=_("Amount"), required=False)
    minimum_amount = MoneyField(
        label=_("Minimum order value"),
        required=False,
        help_text=_("Of the products that the voucher applies to, before the discount."),
    )
    currency = forms.ChoiceField(
        label=_("Currency"),
        required=False,
        widget=UnfoldAdminSelectWidget,
        help_text=_("The voucher applies to carts in this currency. Required for a fixed amount or a minimum."),
    )
    categories = LinesField(
        label=_("Categories"),
        item_length=MAX_CATEGORY_LENGTH,
        required=False,
        help_text=_(
            "Paths as in the addresses of the shop, such as home/kitchen, one per line. Those below them are included; "
            "leave empty for all."
        ),
    )
    code = forms.CharField(
        label=_("New code"),
        required=False,
        max_length=MAX_CODE_LENGTH,
        widget=UnfoldAdminTextInputWidget,
        help_text=_("3 to 40 letters from A to Z, digits and hyphens, such as WELCOME10."),
    )
    batch_size = forms.IntegerField(
        label=_("Number of random codes"),
        required=False,
        min_value=1,
        max_value=MAX_BATCH,
        widget=UnfoldAdminTextInputWidget(attrs={"inputmode": "numeric"}),
        help_text=_("They cannot be guessed. Set one use per code, then export the list."),
    )
    batch_prefix = forms.CharField(
        label=_("Prefix"),
        required=False,
        max_length=MAX_CODE_LENGTH,
        widget=UnfoldAdminTextInputWidget,
        help_text=_("What the random codes begin with, such as SPRING."),
    )

    class Meta:
        model = Voucher
        fields = TERMS

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if "currency" in self.fields:
            choices = [("", gettext("Any")), *((code, code) for code in settings.SHOP_CURRENCIES)]
            self.fields["currency"].choices = choices  # type: ignore[attr-defined]  # it is a ChoiceField
        for name in AMOUNTS:
            amount = getattr(self.instance, name)
            if self.instance.currency and amount is not None:
                self.initial[name] = Money(amount, self.instance.currency).major_units

    def clean_name(self) -> str:
        name = self.cleaned_data["name"]
        one_line(name)
        return name

    def clean_categories(self) -> list[str]:
        return [path.strip("/").lower() for path in self.cleaned_data["categories"]]

    def clean_code(self) -> str:
        text = self.cleaned_data["code"]
        return _checked(new_code, text) if text else ""

    def clean_batch_prefix(self) -> str:
        return _checked(batch_prefix, self.cleaned_data["batch_prefix"])

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        kind = data.get("kind")
        if kind:
            self._clean_numbers(kind)
        self._clean_amounts()
        starts_at, ends_at = data.get("starts_at"), data.get("ends_at")
        if starts_at and ends_at and ends_at <= starts_at:
            self.add_error("ends_at", gettext("This must be after the start."))
        for name in ("max_uses_per_code", "max_uses_per_customer"):
            if data.get(name) == 0:
                self.add_error(name, gettext("Enter 1 or more, or leave it empty for no limit."))
        if data.get("batch_prefix") and not data.get("batch_size") and "batch_size" not in self.errors:
            self.add_error("batch_size", gettext("Enter how many codes to generate."))
        return data

    def _clean_numbers(self, kind: str) -> None:
        for names in NUMBERS.values():
            for name in names:
                if name not in NUMBERS[kind]:
                    self.cleaned_data[name] = None
                elif not self.cleaned_data.get(name) and name not in self.errors:
                    self.add_error(name, gettext("A voucher of this kind needs a number above 0 here."))

    def _clean_amounts(self) -> None:
        data = self.cleaned_data
        currency = data.get("currency", "")
        if any(data.get(name) for name in AMOUNTS) and not currency and "currency" not in self.errors:
            self.add_error("currency", gettext("Choose the currency of the amounts."))
            return
        for name in AMOUNTS:
            if data.get(name) and currency:
                try:
                    data[name] = as_minor_units(data[name], currency)
                except forms.ValidationError as error:
                    self.add_error(name, error)
        data["minimum_amount"] = data.get("minimum_amount") or 0


def _checked(check: Any, text: str) -> str:
    try:
        return check(text)
    except ValidationProblem as problem:
        raise forms.ValidationError(str(problem)) from problem
