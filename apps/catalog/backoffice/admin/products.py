"""Products: the list, and the page of one with all its parts."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from django.conf import settings
from django.contrib import admin
from django.db import transaction
from django.db.models import Prefetch, QuerySet
from django.http import HttpRequest
from django.utils.html import format_html
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from apps.catalog.backoffice.admin.bulk_actions import BulkAdmin
from apps.catalog.backoffice.admin.categories_and_brands import SEARCH_ENGINES
from apps.catalog.backoffice.admin.exports import ExportAdmin
from apps.catalog.backoffice.admin.product_filters import CategoryFilter, StateFilter, StockFilter
from apps.catalog.backoffice.admin.product_forms import ProductForm, product_form
from apps.catalog.backoffice.admin.product_inlines import ImageInline, RelationInline, VariantInline
from apps.catalog.backoffice.admin.service_forms import TRANSLATIONS, FormSets, ServiceAdmin, by_model, versions_of
from apps.catalog.discovery.search import matching
from apps.catalog.products.models import Product, ProductImage
from apps.catalog.products.publication import NotSellable
from apps.catalog.products.renditions import image_url
from apps.catalog.products.services import products
from apps.catalog.products.services.products import ProductEdit
from apps.catalog.products.transactions import InUse
from apps.common.admin_site.display import money
from apps.common.staff.paginator import BoundedPaginator


@admin.register(Product)
class ProductAdmin(BulkAdmin, ExportAdmin, ServiceAdmin[Product, ProductForm]):
    form = ProductForm
    list_display = ["thumbnail", "title", "category", "shown_price", "stock", "status", "updated_at"]
    list_display_links = ["title"]
    list_filter = [StateFilter, StockFilter, CategoryFilter, "kind", "product_type", "is_featured"]
    list_filter_submit = True
    list_per_page = 50
    list_select_related = ["category", "listing"]
    search_fields = ["title"]
    search_help_text = _("Search by title, brand, attributes, description, SKU or barcode.")
    ordering = ["-updated_at", "-id"]
    sortable_by = ["title", "updated_at"]
    paginator = BoundedPaginator
    show_full_result_count = False
    prepopulated_fields = {"slug": ["title"]}
    autocomplete_fields = ["brand"]
    readonly_fields = ["shown_price"]
    inlines = [VariantInline, ImageInline, RelationInline]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Product]:
        images = Prefetch("images", ProductImage.objects.order_by("position", "id"))
        return super().get_queryset(request).prefetch_related(images)

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Product], search_term: str
    ) -> tuple[QuerySet[Product], bool]:
        """By full-text search, which includes drafts, and the start of SKUs; scanning the titles would be slow."""
        return (queryset.filter(pk__in=matching(search_term)) if search_term.strip() else queryset), False

    def get_form(
        self, request: HttpRequest, obj: Product | None = None, change: bool = False, **kwargs: Any
    ) -> type[ProductForm]:
        kwargs["form"] = product_form(obj.product_type if obj else None)
        return super().get_form(request, obj, change, **kwargs)

    def get_fieldsets(self, request: HttpRequest, obj: Product | None = None) -> Any:
        tab = {"classes": ["tab"]}
        product_type = obj.product_type if obj else None
        form = product_form(product_type)
        attributes = [f"attribute_{code}" for code in form.attributes]
        hint = "" if product_type else gettext("Select a product type and save to see its attributes here.")
        fieldsets = [
            (
                None,
                {
                    "fields": [
                        *("title", "slug", ("kind", "status"), ("category", "brand"), ("product_type", "is_featured")),
                        *("summary", "description", ("published_at", "published_until"), ("year", "title_slug")),
                        "shown_price",
                    ]
                },
            ),
            (_("Attributes"), tab | {"fields": attributes, "description": hint}),
            SEARCH_ENGINES,
            TRANSLATIONS,
        ]
        return self.complete_fieldsets(request, obj, fieldsets, form)

    @admin.display(description=_("image"))
    def thumbnail(self, product: Product) -> str:
        images = product.images.all()
        if not images:
            return "–"
        return format_html('<img src="{}" alt="" width="40" loading="lazy">', image_url(images[0], 320))

    @admin.display(description=_("price from"))
    def shown_price(self, product: Product) -> str:
        listing = getattr(product, "listing", None)
        currency = settings.SHOP_CURRENCY
        price = listing.prices.get(currency) if listing else None
        return money(price["amount"], currency) if price else "–"

    @admin.display(description=_("stock"))
    def stock(self, product: Product) -> str:
        listing = getattr(product, "listing", None)
        return listing.get_availability_display() if listing else "–"

    def write(self, form: ProductForm, formsets: FormSets) -> Product:
        """A product that cannot be published yet is saved as a draft, and the notice says what it lacks.

        Of one that is on sale nothing is saved then: an edit must not take it out of the shop.
        """
        edit = form.edit(by_model(formsets))
        try:
            # Rolled back when refused, before it is saved as a draft.
            with transaction.atomic():
                return self._save(form, edit)
        except NotSellable as problem:
            if form.was_published:
                raise
            form.notice = gettext("Saved as a draft: %(reason)s") % {"reason": problem.explanation}
            return self._save(form, replace(edit, columns={**edit.columns, "status": Product.Status.DRAFT}))

    def _save(self, form: ProductForm, edit: ProductEdit) -> Product:
        if form.is_new:
            return products.create_product(edit)
        return products.change_product(form.initial["slug"], edit, versions=form.versions)

    def remove(self, row: Product, *, seen: str) -> None:
        if products.delete_product(row.slug, versions=versions_of(seen)) is not None:
            raise InUse(gettext("It appears in orders, reviews or the stock history. Archive it instead."))

    def has_delete_permission(self, request: HttpRequest, obj: Product | None = None) -> bool:
        """A product that was ever published may be named by orders and reviews: staff archive it instead."""
        return super().has_delete_permission(request, obj) and (obj is None or obj.published_at is None)
