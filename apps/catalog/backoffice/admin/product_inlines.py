"""The inlines of a product's page: variants, images, related products."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from unfold.admin import StackedInline, TabularInline

from apps.catalog.backoffice.admin.fields import shown_options
from apps.catalog.backoffice.admin.product_forms import (
    ImageForm,
    ImageFormSet,
    RelationForm,
    RelationFormSet,
    VariantForm,
    VariantFormSet,
)
from apps.catalog.products.models import Product, ProductImage, ProductRelation, Variant
from apps.catalog.products.renditions import image_url
from apps.common.admin_site.display import link


class VariantInline(StackedInline):
    model = Variant
    form = VariantForm
    formset = VariantFormSet
    extra = 0
    tab = True
    show_change_link = True
    ordering_field = "position"
    ordering = ["position", "sku"]
    fields = [
        ("sku", "name", "price"),
        ("barcode", "weight_grams", "options"),
        ("offer", "rental_hours", "title_slug"),
        ("stock_link", "sales_link", "position"),
    ]
    readonly_fields = ["stock_link", "sales_link", "shown_options"]

    def get_fields(self, request: HttpRequest, obj: Product | None = None) -> list[Any]:
        options = "options" if self.has_change_permission(request, obj) else "shown_options"
        return [tuple(options if name == "options" else name for name in row) for row in self.fields]

    @admin.display(description=_("options"))
    def shown_options(self, variant: Variant) -> str:
        return shown_options(variant)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Variant]:
        return super().get_queryset(request).select_related("stock").prefetch_related("prices", "sale_prices")

    @admin.display(description=_("stock"))
    def stock_link(self, variant: Variant) -> str:
        stock = getattr(variant, "stock", None)
        if stock is None:
            return "–"
        address = reverse("admin:inventory_stockitem_change", args=[variant.pk])
        return link(address, gettext("%(count)s available, edit") % {"count": stock.available})

    @admin.display(description=_("sales and other currencies"))
    def sales_link(self, variant: Variant) -> str:
        if variant._state.adding:
            return gettext("Save the product first")
        address = reverse("admin:products_variant_change", args=[variant.pk])
        return link(address, gettext("%(count)s scheduled, edit") % {"count": len(variant.sale_prices.all())})


class ImageInline(TabularInline):
    """Images. Rows can be dragged into their order, or given a position with the keyboard."""

    model = ProductImage
    form = ImageForm
    formset = ImageFormSet
    extra = 0
    tab = True
    ordering_field = "position"
    ordering = ["position", "id"]
    fields = ["preview", "file", "alt", "state", "position"]
    readonly_fields = ["preview", "state"]

    @admin.display(description=_("image"))
    def preview(self, image: ProductImage) -> str:
        if not image.file:
            return ""
        return format_html('<img src="{}" alt="" width="80" loading="lazy">', image_url(image, 320))

    @admin.display(description=_("state"))
    def state(self, image: ProductImage) -> str:
        if image.failure:
            return image.failure
        return gettext("ready") if image.renditions else gettext("processing") if image.file else "–"


class RelationInline(TabularInline):
    """Recommended products. The shop fills the remaining places with best sellers."""

    model = ProductRelation
    form = RelationForm
    formset = RelationFormSet
    fk_name = "product"
    extra = 0
    tab = True
    verbose_name_plural = _("related products")
    ordering_field = "position"
    ordering = ["position", "id"]
    autocomplete_fields = ["related"]
    fields = ["related", "kind", "position"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[ProductRelation]:
        return super().get_queryset(request).select_related("related")
