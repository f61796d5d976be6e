"""Categories and brands in the admin."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import Count, F, IntegerField, OuterRef, QuerySet, Subquery, Value, Window
from django.db.models.functions import Coalesce, Lag, Lead, Length, Substr
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed, HttpResponseRedirect
from django.urls import URLPattern, path, reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _
from unfold.widgets import UnfoldAdminSelect2Widget

from apps.catalog.backoffice.admin.forms import UploadedImageForm
from apps.catalog.backoffice.admin.service_forms import TRANSLATIONS, FormSets, ServiceAdmin, ServiceForm
from apps.catalog.products.models import Brand, Category, Product
from apps.catalog.products.services import brands, categories
from apps.catalog.products.slugs import slug_of
from apps.common.admin_site.display import link
from apps.common.admin_site.translated import TranslatedForm
from apps.common.problems import Problem

SEARCH_ENGINES = (_("Search engines"), {"classes": ["tab"], "fields": ["seo_title", "seo_description"]})


def product_count(column: str) -> Coalesce:
    """The number of products that reference a row by `column`, as a subquery: only the rows of a page are counted."""
    counts = Product.objects.filter(**{column: OuterRef("pk")}).order_by().values(column).annotate(n=Count("pk"))
    return Coalesce(Subquery(counts.values("n"), output_field=IntegerField()), Value(0))


def products_link(count: int, column: str, pk: Any) -> str | SafeString:
    """The number of products, linked to the list of these products."""
    address = reverse("admin:products_product_changelist", query={f"{column}__id__exact": pk})
    return link(address, count) if count else "–"


class CategoryField(forms.ModelChoiceField):
    """A select of categories, labelled by their paths."""

    def label_from_instance(self, obj: Any) -> str:
        return obj.full_path


class CategoryForm(ServiceForm, TranslatedForm, UploadedImageForm):
    """A category and its parent."""

    parent = CategoryField(
        queryset=Category.objects.order_by("path"),
        required=False,
        empty_label=_("None (top level)"),
        widget=UnfoldAdminSelect2Widget,
        label=_("Parent category"),
    )

    class Meta:
        model = Category
        fields = ["name", "slug", "description", "seo_title", "seo_description"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not self.is_new:
            self.initial["parent"] = Category.objects.get_parent(self.instance)

    def columns(self) -> dict[str, Any]:
        columns = super().columns()
        if self.is_new or "parent" in self.changed_data:
            parent = self.cleaned_data["parent"]
            columns["parent"] = parent.full_path if parent else None
        return columns


@admin.register(Category)
class CategoryAdmin(ServiceAdmin[Category, CategoryForm]):
    """The categories in the order of the tree. Only leaves without products can be deleted."""

    form = CategoryForm
    list_display = ["shown_name", "full_path", "shown_products", "moves"]
    search_fields = ["name", "full_path"]
    ordering = ["path"]
    sortable_by: list[str] = []
    list_per_page = 200
    prepopulated_fields = {"slug": ["name"]}
    fieldsets = [
        (None, {"fields": [("name", "slug"), "parent", "description", *UploadedImageForm.IMAGE_FIELDS]}),
        TRANSLATIONS,
        SEARCH_ENGINES,
    ]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Category]:
        siblings: dict[str, Any] = {
            "partition_by": [Substr("path", 1, Length("path") - Category.steplen)],
            "order_by": F("path").asc(),
        }
        return (
            super()
            .get_queryset(request)
            .annotate(
                product_count=product_count("category"),
                above=Window(Lag("pk"), **siblings),
                below=Window(Lead("pk"), **siblings),
            )
        )

    def get_list_display(self, request: HttpRequest) -> list[str]:
        shown = list(super().get_list_display(request))
        return shown if self.has_change_permission(request) else [name for name in shown if name != "moves"]

    @admin.display(description=_("name"))
    def shown_name(self, category: Category) -> str:
        return format_html(
            '<span class="whitespace-nowrap">{}{}</span>', "\u2003" * (category.depth - 1), category.name
        )

    @admin.display(description=_("products"))
    def shown_products(self, category: Any) -> str:
        return products_link(category.product_count, "category", category.pk)

    @admin.display(description=pgettext_lazy("of a list", "order"))
    def moves(self, category: Any) -> str:
        """Buttons that move a category up or down. They name the neighbour to pass, so a double click moves it once."""
        return format_html(
            '<span id="category-{}" class="whitespace-nowrap">{}{}</span>',
            category.pk,
            _button(category, "before", category.above, "arrow_upward"),
            _button(category, "behind", category.below, "arrow_downward"),
        )

    def get_urls(self) -> list[URLPattern]:
        own = path(
            "<int:pk>/place/<str:side>/<int:neighbour>/",
            self.admin_site.admin_view(self.place_view),
            name="products_category_place",
        )
        return [own, *super().get_urls()]

    def place_view(self, request: HttpRequest, pk: int, side: str, neighbour: int) -> HttpResponse:
        """Move a category before or behind a sibling."""
        if request.method != "POST":
            return HttpResponseNotAllowed(["POST"])
        if not self.has_change_permission(request):
            raise PermissionDenied
        try:
            categories.place_category(pk, neighbour=neighbour, side=categories.Side(side))
        except (Problem, ValueError) as problem:
            messages.error(request, str(problem))
        return HttpResponseRedirect(f"{reverse('admin:products_category_changelist')}#category-{pk}")

    def write(self, form: CategoryForm, formsets: FormSets) -> Category:
        columns = form.columns() | form.image_columns(slug_of(form.cleaned_data["name"], limit=60) or "category")
        if form.is_new:
            return categories.create_category(columns)
        former = Category.objects.values_list("full_path", flat=True).get(pk=form.instance.pk)
        return categories.change_category(former, columns, guard=form.guard)

    def remove(self, row: Category, *, seen: str) -> None:
        categories.delete_category(row.full_path, guard=self.form.guard_of(seen))

    def has_delete_permission(self, request: HttpRequest, obj: Category | None = None) -> bool:
        return super().has_delete_permission(request, obj) and (obj is None or obj.is_leaf())


def _button(category: Category, side: str, neighbour: int | None, icon: str) -> str:
    sentence = gettext("Move %(category)s up") if side == "before" else gettext("Move %(category)s down")
    words = sentence % {"category": category.name}
    classes = "border border-base-200 dark:border-base-700 rounded-default leading-none p-1 mr-1 align-middle"
    if neighbour is None:
        return format_html(
            '<button type="button" disabled aria-label="{}" class="{} opacity-50"><span aria-hidden="true" '
            'class="material-symbols-outlined">{}</span></button>',
            words,
            classes,
            icon,
        )
    address = reverse("admin:products_category_place", args=[category.pk, side, neighbour])
    return format_html(
        '<button type="submit" formaction="{}" aria-label="{}" title="{}" class="{} '
        'cursor-pointer hover:text-primary-600"><span aria-hidden="true" class="material-symbols-outlined">{}</span>'
        "</button>",
        address,
        words,
        words,
        classes,
        icon,
    )


class BrandForm(ServiceForm, TranslatedForm):
    class Meta:
        model = Brand
        fields = ["name", "slug", "description"]


@admin.register(Brand)
class BrandAdmin(ServiceAdmin[Brand, BrandForm]):
    form = BrandForm
    list_display = ["name", "slug", "shown_products"]
    search_fields = ["name", "slug"]
    ordering = ["name"]
    prepopulated_fields = {"slug": ["name"]}
    fieldsets = [
        (None, {"fields": [("name", "slug"), "description"]}),
        TRANSLATIONS,
    ]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Brand]:
        return super().get_queryset(request).annotate(product_count=product_count("brand"))

    @admin.display(description=_("products"), ordering="product_count")
    def shown_products(self, brand: Any) -> str:
        return products_link(brand.product_count, "brand", brand.pk)

    def write(self, form: BrandForm, formsets: FormSets) -> Brand:
        if form.is_new:
            return brands.create_brand(form.columns())
        return brands.change_brand(form.initial["slug"], form.columns(), guard=form.guard)

    def remove(self, row: Brand, *, seen: str) -> None:
        brands.delete_brand(row.slug, guard=self.form.guard_of(seen))
