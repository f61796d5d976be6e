"""The catalogue in the admin. Every write ends in services.record_change, in the admin's own transaction."""

from __future__ import annotations

from typing import Any

from django.contrib import admin, messages
from django.contrib.auth.models import Group
from django.db import transaction
from django.db.models import Prefetch, QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html
from unfold.admin import ModelAdmin, StackedInline, TabularInline

from apps.catalog.history.admin import HistoryAdmin
from apps.catalog.products import pictures, services, tasks
from apps.catalog.products.forms import ImageForm, PriceForm, VariantForm
from apps.catalog.products.images import image_url
from apps.catalog.products.models import AttributeValue, Price, Product, ProductImage, Variant
from apps.catalog.products.pricing import set_prices
from apps.common.money import Money
from apps.common.problems import Problem

# Permissions come with the roles of one's account.
admin.site.unregister(Group)


class PriceInline(TabularInline):
    model = Price
    form = PriceForm
    extra = 0


class VariantInline(StackedInline):
    model = Variant
    form = VariantForm
    extra = 0
    show_change_link = True
    ordering = ["position", "sku"]
    fields = [
        ("sku", "name", "price"),
        ("stock_link", "weight_grams", "position"),
        ("offer", "rental_hours", "options"),
    ]
    readonly_fields = ["stock_link"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Variant]:
        return super().get_queryset(request).select_related("stock").prefetch_related("prices")

    @admin.display(description="stock")
    def stock_link(self, variant: Variant) -> str:
        stock = getattr(variant, "stock", None)
        if stock is None:
            return "–"
        address = reverse("admin:inventory_stockitem_change", args=[variant.pk])
        return format_html('<a href="{}">{} available, change…</a>', address, stock.available)


class AttributeInline(TabularInline):
    model = AttributeValue
    extra = 0
    fields = ["attribute", "choice", "number", "boolean", "text"]
    ordering = ["position"]


class ImageInline(TabularInline):
    model = ProductImage
    form = ImageForm
    extra = 0
    ordering = ["position", "id"]
    fields = ["preview", "file", "alt", "position"]
    readonly_fields = ["preview"]

    @admin.display(description="picture")
    def preview(self, image: ProductImage) -> str:
        return (
            format_html('<img src="{}" alt="" width="80" loading="lazy">', image_url(image, 320)) if image.file else ""
        )


@admin.register(Product)
class ProductAdmin(HistoryAdmin, ModelAdmin):
    list_display = ["thumbnail", "title", "kind", "category", "shown_price", "status", "is_featured"]
    list_display_links = ["thumbnail", "title"]
    list_filter = ["status", "kind", "category", "is_featured"]
    list_filter_submit = True
    list_select_related = ["category", "listing"]
    search_fields = ["title", "slug", "variants__sku"]
    ordering = ["-updated_at"]
    show_full_result_count = False
    prepopulated_fields = {"slug": ["title"]}
    autocomplete_fields = ["brand"]
    fieldsets = [
        (None, {"fields": ["title", "slug", ("kind", "status"), ("category", "brand"), "summary", "description"]}),
        ("More", {"fields": [("year", "title_slug"), ("is_featured", "published_at"), "shown_price"]}),
    ]
    readonly_fields = ["shown_price", "published_at"]
    inlines = [VariantInline, ImageInline, AttributeInline]
    actions = ["publish", "archive"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Product]:
        pictures = Prefetch("images", ProductImage.objects.order_by("position", "id"))
        return super().get_queryset(request).prefetch_related(pictures)

    @admin.display(description="")
    def thumbnail(self, product: Product) -> str:
        images = product.images.all()
        if not images:
            return "–"
        return format_html('<img src="{}" alt="" width="40" loading="lazy">', image_url(images[0], 320))

    @admin.display(description="price from")
    def shown_price(self, product: Product) -> str:
        listing = getattr(product, "listing", None)
        currency = services.settings.SHOP_CURRENCY
        price = listing.prices.get(currency) if listing else None
        return Money(price["amount"], currency).format() if price else "–"

    def save_model(self, request: HttpRequest, obj: Product, form: Any, change: bool) -> None:
        # The row may hold a published product without a date only for the length of this transaction's statements.
        if obj.status == Product.Status.PUBLISHED and obj.published_at is None:
            obj.published_at = services.timezone.now()
        if change:
            # Only what the form shows: sales and ratings may have been counted since it was loaded.
            shown = {*form.changed_data, "published_at"} & {field.name for field in obj._meta.concrete_fields}
            obj.save(update_fields=shown)
        else:
            super().save_model(request, obj, form, change)

    def save_formset(self, request: HttpRequest, form: Any, formset: Any, change: bool) -> None:
        super().save_formset(request, form, formset, change)
        kept = [f for f in formset.forms if f.has_changed() and not f.cleaned_data.get("DELETE")]
        if formset.model is Variant:
            prices = {f.instance.sku: f.cleaned_data["price"] for f in kept if "price" in f.changed_data}
            set_prices(form.instance, prices)
        if formset.model is ProductImage:
            for uploaded in (f.instance for f in kept if "file" in f.changed_data):
                pictures.expect_rendering(uploaded)
                _render_later(uploaded)

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:
        super().save_related(request, form, formsets, change)
        previous = form.initial.get("status") if change else None
        product = form.instance
        try:
            services.record_change(product, previous_status=previous)
        except services.NotSellable as problem:
            Product.objects.filter(pk=product.pk).update(status=Product.Status.DRAFT)
            product.status = Product.Status.DRAFT
            services.record_change(product, previous_status=previous)
            messages.warning(request, f"Saved as a draft: {problem}")

    def has_delete_permission(self, request: HttpRequest, obj: Product | None = None) -> bool:
        """What was ever on sale stands in orders and reviews: it is archived, not deleted."""
        return super().has_delete_permission(request, obj) and (obj is None or obj.published_at is None)

    def get_actions(self, request: HttpRequest) -> dict[str, Any]:
        actions = super().get_actions(request)
        actions.pop("delete_selected", None)
        return actions

    @admin.action(description="Publish")
    def publish(self, request: HttpRequest, queryset: QuerySet[Product]) -> None:
        self._set_status(request, queryset, Product.Status.PUBLISHED)

    @admin.action(description="Archive")
    def archive(self, request: HttpRequest, queryset: QuerySet[Product]) -> None:
        self._set_status(request, queryset, Product.Status.ARCHIVED)

    def _set_status(self, request: HttpRequest, queryset: QuerySet[Product], status: str) -> None:
        for product in queryset.order_by("pk"):
            try:
                services.set_status(product, status)
            except Problem as problem:
                messages.error(request, str(problem))


def _render_later(image: ProductImage) -> None:
    image_id = str(image.pk)
    transaction.on_commit(lambda: tasks.render_image.delay(image_id), robust=True)


@admin.register(Variant)
class VariantAdmin(ModelAdmin):
    """Prices of one variant; stock stands in the inventory."""

    list_display = ["sku", "product", "name", "shown_price"]
    list_select_related = ["product"]
    search_fields = ["sku", "product__title"]
    ordering = ["sku"]
    show_full_result_count = False
    readonly_fields = ["product"]
    fields = ["product", ("sku", "name"), ("offer", "rental_hours"), ("weight_grams", "position"), "options"]
    inlines = [PriceInline]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Variant]:
        return super().get_queryset(request).prefetch_related("prices")

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    @admin.display(description="prices")
    def shown_price(self, variant: Variant) -> str:
        return ", ".join(Money(price.amount, price.currency).format() for price in variant.prices.all())

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:
        super().save_related(request, form, formsets, change)
        product = form.instance.product
        services.record_change(product, previous_status=product.status)
