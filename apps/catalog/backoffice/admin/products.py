"""Products: the list, and the page of one with all its parts."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.contrib import admin, messages
from django.db import transaction
from django.db.models import Prefetch, QuerySet
from django.http import HttpRequest
from django.utils.html import format_html
from unfold.admin import ModelAdmin

from apps.catalog.backoffice.admin.bulk_actions import BulkAdmin
from apps.catalog.backoffice.admin.exports import ExportAdmin
from apps.catalog.backoffice.admin.forms import ProductForm, product_form
from apps.catalog.backoffice.admin.history import HistoryAdmin
from apps.catalog.backoffice.admin.product_filters import CategoryFilter, StateFilter, StockFilter
from apps.catalog.backoffice.admin.product_inlines import ImageInline, RelationInline, VariantInline
from apps.catalog.discovery.search import matching
from apps.catalog.products import publication, rendering
from apps.catalog.products.attribute_values import answer_attributes
from apps.catalog.products.models import Product, ProductImage, ProductType, Variant
from apps.catalog.products.pricing import set_prices
from apps.catalog.products.renditions import image_url
from apps.common.money import Money
from apps.common.problems import ValidationProblem
from apps.common.staff.paginator import BoundedPaginator


@admin.register(Product)
class ProductAdmin(BulkAdmin, HistoryAdmin, ExportAdmin, ModelAdmin):
    list_display = ["thumbnail", "title", "category", "shown_price", "stock", "status", "updated_at"]
    list_display_links = ["thumbnail", "title"]
    list_filter = [StateFilter, StockFilter, CategoryFilter, "kind", "product_type", "is_featured"]
    list_filter_submit = True
    list_per_page = 50
    list_select_related = ["category", "listing"]
    search_fields = ["title"]
    search_help_text = "Words of the title, brand, attributes or description; a SKU; a barcode."
    ordering = ["-updated_at", "-id"]
    sortable_by = ["title", "updated_at"]
    paginator = BoundedPaginator
    show_full_result_count = False
    warn_unsaved_form = True
    prepopulated_fields = {"slug": ["title"]}
    autocomplete_fields = ["brand"]
    readonly_fields = ["shown_price"]
    inlines = [VariantInline, ImageInline, RelationInline]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Product]:
        pictures = Prefetch("images", ProductImage.objects.order_by("position", "id"))
        return super().get_queryset(request).prefetch_related(pictures)

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Product], search_term: str
    ) -> tuple[QuerySet[Product], bool]:
        """By the shop's own full text, drafts too, or the start of a SKU; never a scan of all titles."""
        return (queryset.filter(pk__in=matching(search_term)) if search_term.strip() else queryset), False

    def get_form(
        self, request: HttpRequest, obj: Product | None = None, change: bool = False, **kwargs: Any
    ) -> type[ProductForm]:
        kwargs["form"] = product_form(self._type_of(request, obj))
        return super().get_form(request, obj, change, **kwargs)

    def get_fieldsets(self, request: HttpRequest, obj: Product | None = None) -> Any:
        tab = {"classes": ["tab"]}
        asked = self._type_of(request, obj)
        answers = [f"answer_{code}" for code in product_form(asked).asked]
        hint = "" if asked else "Choose a type of product and save: what it asks for stands here then."
        return [
            (
                None,
                {
                    "fields": [
                        *("title", "slug", ("kind", "status"), ("category", "brand"), ("product_type", "is_featured")),
                        *("summary", "description", ("published_at", "published_until"), ("year", "title_slug")),
                        *("shown_price", "seen_version"),
                    ]
                },
            ),
            ("Attributes", tab | {"fields": answers, "description": hint}),
            ("Search engines", tab | {"fields": ["seo_title", "seo_description"]}),
            ("Translations", tab | {"fields": ProductForm.translation_fields()}),
        ]

    def _type_of(self, request: HttpRequest, obj: Product | None) -> ProductType | None:
        """The type under which the form was made: the saved one, or the one chosen on a page that comes back."""
        return obj.product_type if obj else None

    @admin.display(description="")
    def thumbnail(self, product: Product) -> str:
        images = product.images.all()
        if not images:
            return "–"
        return format_html('<img src="{}" alt="" width="40" loading="lazy">', image_url(images[0], 320))

    @admin.display(description="price from")
    def shown_price(self, product: Product) -> str:
        listing = getattr(product, "listing", None)
        currency = settings.SHOP_CURRENCY
        price = listing.prices.get(currency) if listing else None
        return Money(price["amount"], currency).format() if price else "–"

    @admin.display(description="stock")
    def stock(self, product: Product) -> str:
        listing = getattr(product, "listing", None)
        return listing.get_availability_display() if listing else "–"

    def save_model(self, request: HttpRequest, obj: Product, form: Any, change: bool) -> None:
        if change:
            # Only what the form shows: sales and ratings may have been counted since it was loaded.
            shown = {*form.changed_data, "published_at", "translations"}
            obj.save(update_fields=shown & {field.name for field in obj._meta.concrete_fields})
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
                rendering.expect_rendering(uploaded)
                rendering.render_later(uploaded)

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:
        super().save_related(request, form, formsets, change)
        previous = form.initial.get("status") if change else None
        product = form.instance
        try:
            with transaction.atomic():
                answer_attributes(product, form.answers())
                publication.record_change(product, previous_status=previous)
        except publication.NotSellable as problem:
            Product.objects.filter(pk=product.pk).update(status=Product.Status.DRAFT)
            product.status = Product.Status.DRAFT
            answer_attributes(product, form.answers())
            publication.record_change(product, previous_status=previous)
            messages.warning(request, f"Saved as a draft: {_told(problem)}")

    def has_delete_permission(self, request: HttpRequest, obj: Product | None = None) -> bool:
        """What was ever on sale stands in orders and reviews: it is archived, not deleted."""
        return super().has_delete_permission(request, obj) and (obj is None or obj.published_at is None)


def _told(problem: ValidationProblem | publication.NotSellable) -> str:
    """The problem with what each field lacks."""
    return " ".join([str(problem), *(said for lines in (problem.errors or {}).values() for said in lines)])
