"""Collections in the admin: a manual list of products, or a rule."""

from __future__ import annotations

from typing import Any

from django import forms
from django.conf import settings
from django.contrib import admin
from django.db.models import Count, QuerySet
from django.http import HttpRequest
from django.utils.html import format_html, format_html_join
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _
from unfold.admin import TabularInline

from apps.catalog.backoffice.admin.categories_and_brands import SEARCH_ENGINES
from apps.catalog.backoffice.admin.forms import UploadedImageForm
from apps.catalog.backoffice.admin.inline_forms import FixedReferenceForm, ordered_forms
from apps.catalog.backoffice.admin.rule_fields import initial_of_rule, rule_fields, rule_of_form, set_choices
from apps.catalog.backoffice.admin.service_forms import (
    TRANSLATIONS,
    CompleteFormSet,
    FormSets,
    ServiceAdmin,
    ServiceForm,
    by_model,
)
from apps.catalog.discovery.browsing import browse
from apps.catalog.discovery.filters import read_rule
from apps.catalog.products.models import Attribute, Collection, CollectionItem
from apps.catalog.products.services import collections
from apps.catalog.products.slugs import slug_of
from apps.common.admin_site.translated import TranslatedForm
from apps.common.languages import default_language
from apps.common.numbers import grouped
from apps.common.problems import Problem

Kind = Collection.Kind


class CollectionForm(ServiceForm, TranslatedForm, UploadedImageForm):
    vars().update(rule_fields())
    parts = ("items",)

    class Meta:
        model = Collection
        fields = ["title", "slug", "description", "kind", "is_published", "position", "seo_title", "seo_description"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        set_choices(self.fields, self.instance.rule)
        for name, value in initial_of_rule(self.instance.rule).items():
            self.initial.setdefault(name, value)

    def clean(self) -> dict[str, Any]:
        data = super().clean()
        if data.get("kind") == Kind.RULE and not self.errors:
            try:
                data["rule"] = rule_of_form(data)
            except forms.ValidationError as error:
                self.add_error(None, error)
        return data

    def columns(self) -> dict[str, Any]:
        columns = super().columns() | {"kind": self.cleaned_data["kind"]}
        return columns | {"rule": self.cleaned_data.get("rule", {})}

    def field_of(self, name: str) -> str:
        if name == "rule" or name.startswith("rule.attr."):
            return "rule_attributes"
        return super().field_of(name)


class ItemForm(FixedReferenceForm):
    reference = "product"

    class Meta:
        model = CollectionItem
        fields = ["product", "position"]


class ItemInline(TabularInline):
    """Products in the order that shoppers see. Rows can be dragged, or given a position."""

    model = CollectionItem
    form = ItemForm
    formset = CompleteFormSet
    extra = 0
    max_num = collections.MAX_ITEMS
    ordering = ["position", "pk"]
    fields = ["product", "position"]
    autocomplete_fields = ["product"]
    ordering_field = "position"
    show_title = False
    verbose_name = _("product")
    verbose_name_plural = _("products")

    def get_queryset(self, request: HttpRequest) -> QuerySet[CollectionItem]:
        return super().get_queryset(request).select_related("product")


@admin.register(Collection)
class CollectionAdmin(ServiceAdmin[Collection, CollectionForm]):
    form = CollectionForm
    list_display = ["title", "slug", "kind", "shown_items", "is_published", "position"]
    list_filter = ["kind", "is_published"]
    search_fields = ["title", "slug"]
    ordering = ["position", "title"]
    prepopulated_fields = {"slug": ["title"]}
    readonly_fields = ["shown_now"]
    inlines = [ItemInline]
    fieldsets = [
        (
            None,
            {
                "fields": [
                    ("title", "slug"),
                    "description",
                    ("kind", "position"),
                    "is_published",
                    *UploadedImageForm.IMAGE_FIELDS,
                ]
            },
        ),
        (
            _("Rule"),
            {
                "classes": ["tab"],
                "description": _("Used by collections of the kind “by a rule”: products match every filter."),
                "fields": [
                    ("rule_category", "rule_brand"),
                    ("rule_min_price", "rule_max_price"),
                    ("rule_kind", "rule_rating"),
                    ("rule_in_stock", "rule_featured"),
                    "rule_attributes",
                    "rule_q",
                    "shown_now",
                ],
            },
        ),
        TRANSLATIONS,
        SEARCH_ENGINES,
    ]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Collection]:
        return super().get_queryset(request).annotate(item_count=Count("items"))

    @admin.display(description=_("products"))
    def shown_items(self, collection: Any) -> str:
        return gettext("by rule") if collection.kind == Kind.RULE else str(collection.item_count)

    @admin.display(description=_("matching products"))
    def shown_now(self, collection: Collection) -> str:
        """How many products match the saved rule, and the first of them."""
        if collection.kind != Kind.RULE or not collection.rule:
            return "–"
        kinds = dict(Attribute.objects.values_list("code", "kind"))
        try:
            filters = read_rule(collection.rule, kinds=kinds, currency=settings.SHOP_CURRENCY)
            found = browse(filters, sort="", language=default_language(), limit=5)
        except Problem as problem:
            return str(problem)
        titles = format_html_join(", ", "{}", ((card["title"],) for card in found.cards))
        counted = ngettext("%(count)s product", "%(count)s products", found.total) % {"count": grouped(found.total)}
        return format_html("{}{}{}", counted, ": " if found.cards else ".", titles)

    def write(self, form: CollectionForm, formsets: FormSets) -> Collection:
        items = by_model(formsets).get(CollectionItem)
        slugs = [row.cleaned_data["product"].slug for row in (ordered_forms(items) if items else [])]
        is_manual = form.cleaned_data["kind"] == Kind.MANUAL
        columns = form.columns() | form.image_columns(slug_of(form.cleaned_data["title"], limit=60) or "collection")
        if form.is_new:
            return collections.create_collection(columns, slugs if is_manual else [])
        changed = slugs if is_manual and items and items.has_changed() else None
        return collections.save_collection(form.initial["slug"], columns, changed, guard=form.guard)

    def remove(self, row: Collection, *, seen: str) -> None:
        collections.delete_collection(row.slug, guard=self.form.guard_of(seen))
