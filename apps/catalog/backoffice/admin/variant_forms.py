"""The forms of a variant's page: the variant, its prices in every currency, its scheduled sales."""

from __future__ import annotations

from typing import Any

from django import forms
from django.conf import settings
from django.utils.translation import gettext_lazy as _

from apps.catalog.backoffice.admin.fields import OptionsField
from apps.catalog.backoffice.admin.product_forms import SERVICE_CHECKED_OF_VARIANTS
from apps.catalog.backoffice.admin.service_forms import ServiceFormSet, VersionedForm
from apps.catalog.products.models import Price, SalePrice, Variant
from apps.catalog.products.pricing import Sale
from apps.catalog.products.rules import sale_errors
from apps.catalog.products.services.variants import VariantEdit
from apps.common.admin_site.fields import CurrencyField, MoneyField, as_minor_units
from apps.common.admin_site.translated import TranslatedForm
from apps.common.money import Money


class VariantPageForm(VersionedForm, TranslatedForm):
    """A variant with its name in the shop's languages."""

    class Meta:
        model = Variant
        fields = ["sku", "name", "barcode", "weight_grams", "offer", "rental_hours", "title_slug", "options", "image"]
        field_classes = {"options": OptionsField}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if isinstance(image := self.fields.get("image"), forms.ModelChoiceField):
            image.queryset = self.instance.product.images.order_by("position", "id")

    @classmethod
    def fingerprint_of(cls, row: Variant) -> str:
        return str(row.product.version)

    def _get_validation_exclusions(self) -> set[str]:
        return super()._get_validation_exclusions() | SERVICE_CHECKED_OF_VARIANTS  # type: ignore[misc]  # missing in the stubs

    def edit(self, prices: PricesFormSet | None, sales: SalesFormSet | None) -> VariantEdit:
        """The changes on the page."""
        columns = self.columns()
        if "image" in columns:
            image = columns.pop("image")
            columns["image_id"] = image.pk if image else None
        return VariantEdit(
            sku=self.initial["sku"],
            columns={name: value for name, value in columns.items() if name != "translations"},
            translations=columns.get("translations"),
            prices=prices.prices() if prices and prices.has_changed() else None,
            sales=sales.sales() if sales and sales.has_changed() else None,
        )


class PriceForm(forms.ModelForm):
    """A price in any currency, entered in major units."""

    currency = CurrencyField()
    amount = MoneyField(label=_("Amount"))

    class Meta:
        model = Price
        fields = ["currency", "amount"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.instance.pk:
            self.initial["amount"] = Money(self.instance.amount, self.instance.currency).major_units

    def clean_amount(self) -> int:
        return as_minor_units(self.cleaned_data["amount"], self.cleaned_data.get("currency", settings.SHOP_CURRENCY))

    @property
    def price(self) -> Money:
        """The entered price, or the saved one when the user may only view the row."""
        if self.has_changed():
            return Money(self.cleaned_data["amount"], self.cleaned_data["currency"])
        return Money(self.instance.amount, self.instance.currency)


class SaleForm(PriceForm):
    """A sale price with its start and end."""

    class Meta(PriceForm.Meta):
        model = SalePrice  # type: ignore[assignment]  # another model with the same fields
        fields = ["currency", "amount", "starts_at", "ends_at"]

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        if data.get("starts_at") and data.get("ends_at"):
            for name, sentence in sale_errors(starts_at=data["starts_at"], ends_at=data["ends_at"]).items():
                self.add_error(name, sentence)
        return data

    def _get_validation_exclusions(self) -> set[str]:
        """Without the constraint on overlaps: the service checks all sales of the page together."""
        return super()._get_validation_exclusions() | {"variant"}  # type: ignore[misc]  # missing in the stubs


class PricesFormSet(ServiceFormSet[PriceForm]):
    error_names = ("prices",)

    def rows(self) -> dict[str, list[PriceForm]]:
        return {"prices": self.remaining_forms}

    def prices(self) -> list[Money]:
        """All prices of the variant after the save."""
        return [form.price for form in self.remaining_forms]


class SalesFormSet(ServiceFormSet[SaleForm]):
    error_names = ("sales",)

    def rows(self) -> dict[str, list[SaleForm]]:
        return {"sales": self.remaining_forms}

    def sales(self) -> list[Sale]:
        """All scheduled sales of the variant after the save."""
        return [
            Sale(form.price, form.cleaned_data["starts_at"], form.cleaned_data["ends_at"])
            for form in self.remaining_forms
        ]
