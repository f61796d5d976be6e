"""Forms of the admin: prices as people write them, pictures that can be rendered."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django import forms
from django.conf import settings
from unfold.widgets import UnfoldAdminDecimalFieldWidget, UnfoldAdminTextareaWidget

from apps.catalog.products import images
from apps.catalog.products.models import Price, ProductImage, Variant
from apps.catalog.products.selectors import price_in
from apps.common.money import EXPONENTS, Money
from apps.common.problems import ValidationProblem

MAX_MAJOR = 10**9


def exponent(currency: str) -> int:
    """How many digits of an amount stand after the point: 2 for EUR, 0 for JPY."""
    return EXPONENTS.get(currency, 2)


def as_decimal(amount: int, currency: str) -> Decimal:
    return Decimal(amount).scaleb(-exponent(currency))


def as_minor_units(value: Decimal, currency: str) -> int:
    """Raises forms.ValidationError when `value` has more digits after the point than the currency."""
    scaled = value.scaleb(exponent(currency))
    if scaled != scaled.to_integral_value():
        raise forms.ValidationError(f"{currency} has {exponent(currency)} digits after the point.")
    return int(scaled)


class VariantForm(forms.ModelForm):
    """A variant with its price in the shop's currency; others stand on the variant's own page."""

    price = forms.DecimalField(min_value=0, max_value=MAX_MAJOR, widget=UnfoldAdminDecimalFieldWidget)

    class Meta:
        model = Variant
        fields = ["sku", "name", "offer", "rental_hours", "weight_grams", "position", "options"]
        widgets = {"options": UnfoldAdminTextareaWidget(attrs={"rows": 2})}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        currency = settings.SHOP_CURRENCY
        self.fields["price"].label = f"Price ({currency})"
        amount = price_in(self.instance, currency) if self.instance.pk and not self.instance._state.adding else None
        if amount is not None:
            self.initial["price"] = as_decimal(amount, currency)

    def clean_price(self) -> Money:
        currency = settings.SHOP_CURRENCY
        return Money(as_minor_units(self.cleaned_data["price"], currency), currency)

    def clean_options(self) -> dict[str, str]:
        options = self.cleaned_data["options"] or {}
        if not isinstance(options, dict) or not all(isinstance(value, str) for value in options.values()):
            raise forms.ValidationError('Write names and values, such as {"Colour": "Blue"}.')
        return options

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        if data.get("offer") == Variant.Offer.RENT and not data.get("rental_hours"):
            self.add_error("rental_hours", "A rental needs its hours.")
        return data


class PriceForm(forms.ModelForm):
    """A price in any currency, written as people do: 19.99."""

    amount = forms.DecimalField(min_value=0, max_value=MAX_MAJOR, widget=UnfoldAdminDecimalFieldWidget)

    class Meta:
        model = Price
        fields = ["currency", "amount"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.instance.pk:
            self.initial["amount"] = as_decimal(self.instance.amount, self.instance.currency)

    def clean_currency(self) -> str:
        currency = self.cleaned_data["currency"].upper()
        if not (currency.isascii() and currency.isalpha() and len(currency) == 3):
            raise forms.ValidationError("Use a three-letter code such as EUR.")
        return currency

    def clean_amount(self) -> int:
        return as_minor_units(self.cleaned_data["amount"], self.cleaned_data.get("currency", settings.SHOP_CURRENCY))


class ImageForm(forms.ModelForm):
    """An upload that the renderer will be able to read."""

    class Meta:
        model = ProductImage
        fields = ["file", "alt", "position"]

    def clean_file(self) -> Any:
        upload = self.cleaned_data["file"]
        if "file" in self.changed_data:
            try:
                images.opened(upload.read())
            except ValidationProblem as problem:
                raise forms.ValidationError(str(problem)) from problem
            upload.seek(0)
        return upload
