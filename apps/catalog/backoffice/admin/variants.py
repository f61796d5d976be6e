"""One variant: its prices in every currency, its scheduled sales, its translations. Stock stands in the inventory."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from unfold.admin import ModelAdmin, TabularInline

from apps.catalog.backoffice.admin.forms import PriceForm, SaleForm, SalesFormSet, VariantPageForm
from apps.catalog.products import publication
from apps.catalog.products.models import Price, SalePrice, Variant
from apps.common.money import Money
from apps.common.staff.paginator import BoundedPaginator


class PriceInline(TabularInline):
    model = Price
    form = PriceForm
    extra = 0


class SaleInline(TabularInline):
    model = SalePrice
    form = SaleForm
    formset = SalesFormSet
    extra = 0
    verbose_name, verbose_name_plural = "scheduled sale", "scheduled sales"
    ordering = ["currency", "starts_at"]


@admin.register(Variant)
class VariantAdmin(ModelAdmin):
    form = VariantPageForm
    list_display = ["sku", "product", "name", "barcode", "shown_price"]
    list_select_related = ["product"]
    search_fields = ["=sku", "=barcode", "product__slug"]
    search_help_text = "A whole SKU, barcode or product's slug."
    ordering = ["sku"]
    paginator = BoundedPaginator
    show_full_result_count = False
    readonly_fields = ["product"]
    inlines = [PriceInline, SaleInline]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Variant]:
        return super().get_queryset(request).prefetch_related("prices")

    def get_fields(self, request: HttpRequest, obj: Variant | None = None) -> list[Any]:
        return [
            *("product", ("sku", "name"), ("barcode", "weight_grams"), ("offer", "rental_hours", "title_slug")),
            *("options", tuple(VariantPageForm.translation_fields())),
        ]

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Variant | None = None) -> bool:
        """On its product's page, where the rest of the product is checked as well."""
        return False

    @admin.display(description="prices")
    def shown_price(self, variant: Variant) -> str:
        return ", ".join(Money(price.amount, price.currency).format() for price in variant.prices.all())

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:
        super().save_related(request, form, formsets, change)
        product = form.instance.product
        publication.record_change(product, previous_status=product.status)
