"""Tax rates in the admin: those of the release to look at, and the shop's own."""

from __future__ import annotations

from datetime import date
from typing import Any

from django import forms
from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from unfold.admin import ModelAdmin

from apps.common.admin_site.fields import LocalDecimalField
from apps.common.countries import country_name
from apps.common.languages import current_language
from apps.common.numbers import percentage
from apps.payment.tax.models import TaxRate

BASIS_POINTS = 100


class TaxRateForm(forms.ModelForm):
    """The rate is entered in percent, `19` or `6.5`, and kept in basis points."""

    percent = LocalDecimalField(label=_("Rate in percent"), max_digits=5, decimal_places=2, min_value=0, max_value=100)

    class Meta:
        model = TaxRate
        fields = ["country", "region", "tax_class", "valid_from", "source"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.instance.pk:
            self.initial["percent"] = self.instance.rate / BASIS_POINTS

    def clean_country(self) -> str:
        return self.cleaned_data["country"].upper()

    def clean_region(self) -> str:
        return self.cleaned_data["region"].strip().upper()

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        if "percent" in data:
            self.instance.rate = int(data["percent"] * BASIS_POINTS)
        return data


@admin.register(TaxRate)
class TaxRateAdmin(ModelAdmin):
    """A row of a release is changed by the next release; a row of the shop with a later day takes its place. What began
    is not changed any more: the orders of that day had it."""

    form = TaxRateForm
    list_display = ["shown_place", "tax_class", "shown_rate", "valid_from", "shown_origin"]
    list_filter = ["tax_class", "is_of_release"]
    search_fields = ["country", "region"]
    search_help_text = _("Search by country code or state")
    ordering = ["country", "region", "tax_class", "-valid_from"]
    fields = ["country", "region", "tax_class", "percent", "valid_from", "source"]
    show_full_result_count = False

    def get_queryset(self, request: HttpRequest) -> QuerySet[TaxRate]:
        return super().get_queryset(request)

    def has_change_permission(self, request: HttpRequest, obj: TaxRate | None = None) -> bool:
        return super().has_change_permission(request, obj) and (obj is None or _is_open(obj))

    def has_delete_permission(self, request: HttpRequest, obj: TaxRate | None = None) -> bool:
        return super().has_delete_permission(request, obj) and obj is not None and _is_open(obj)

    @admin.display(description=_("country"), ordering="country")
    def shown_place(self, rate: TaxRate) -> str:
        name = country_name(rate.country, current_language())
        return f"{name}, {rate.region}" if rate.region else name

    @admin.display(description=_("rate"), ordering="rate")
    def shown_rate(self, rate: TaxRate) -> str:
        return percentage(rate.rate, current_language())

    @admin.display(description=_("origin"), ordering="is_of_release")
    def shown_origin(self, rate: TaxRate) -> str:
        return gettext("Release") if rate.is_of_release else gettext("Shop")


def _is_open(rate: TaxRate) -> bool:
    """Whether it is the shop's and has not begun."""
    return not rate.is_of_release and rate.valid_from > date.today()
