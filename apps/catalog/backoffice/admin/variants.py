"""The admin of variants: prices in every currency, scheduled sales and translations. Stock has an admin of its own."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from unfold.admin import TabularInline

from apps.catalog.backoffice.admin.fields import shown_options
from apps.catalog.backoffice.admin.service_forms import FormSets, ServiceAdmin, by_model
from apps.catalog.backoffice.admin.variant_forms import (
    PriceForm,
    PricesFormSet,
    SaleForm,
    SalesFormSet,
    VariantPageForm,
)
from apps.catalog.products.models import Price, SalePrice, Variant
from apps.catalog.products.services import variants
from apps.common.admin_site.display import money
from apps.common.staff.paginator import BoundedPaginator


class PriceInline(TabularInline):
    model = Price
    form = PriceForm
    formset = PricesFormSet
    extra = 0


class SaleInline(TabularInline):
    model = SalePrice
    form = SaleForm
    formset = SalesFormSet
    extra = 0
    verbose_name, verbose_name_plural = _("scheduled sale"), _("scheduled sales")
    ordering = ["currency", "starts_at"]


@admin.register(Variant)
class VariantAdmin(ServiceAdmin[Variant, VariantPageForm]):
    form = VariantPageForm
    list_display = ["sku", "product", "name", "barcode", "shown_price"]
    search_fields = ["=sku", "=barcode", "product__slug"]
    search_help_text = _("Search by exact SKU or barcode, or by product slug.")
    ordering = ["sku"]
    paginator = BoundedPaginator
    show_full_result_count = False
    readonly_fields = ["product", "shown_options"]
    inlines = [PriceInline, SaleInline]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Variant]:
        return super().get_queryset(request).select_related("product").prefetch_related("prices")

    def get_fieldsets(self, request: HttpRequest, obj: Variant | None = None) -> Any:
        own = [
            *("product", ("sku", "name"), ("barcode", "weight_grams"), ("offer", "rental_hours", "title_slug")),
            *("image", "options", tuple(VariantPageForm.translation_fields())),
        ]
        if not self.has_change_permission(request, obj):
            own[own.index("options")] = "shown_options"
        return self.complete_fieldsets(request, obj, [(None, {"fields": own})], VariantPageForm)

    @admin.display(description=_("options"))
    def shown_options(self, variant: Variant) -> str:
        return shown_options(variant)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Variant | None = None) -> bool:
        """Variants are deleted on the page of their product, which checks the rest of the product as well."""
        return False

    @admin.display(description=_("prices"))
    def shown_price(self, variant: Variant) -> str:
        return ", ".join(money(price.amount, price.currency) for price in variant.prices.all())

    def history_view(
        self, request: HttpRequest, object_id: str, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """The history of its product, which includes its variants."""
        variant = self._object_or_404(request, object_id)
        return HttpResponseRedirect(reverse("admin:products_product_history", args=[variant.product_id]))  # type: ignore[attr-defined]  # a Variant

    def write(self, form: VariantPageForm, formsets: FormSets) -> Variant:
        parts = by_model(formsets)
        edit = form.edit(parts.get(Price), parts.get(SalePrice))
        return variants.change_variant(form.instance.product.slug, edit, versions=form.versions)
