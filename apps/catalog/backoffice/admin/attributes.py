"""Attributes, their choices and product types in the admin."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.db.models import Count, QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from unfold.admin import TabularInline

from apps.catalog.backoffice.admin.categories_and_brands import product_count, products_link
from apps.catalog.backoffice.admin.inline_forms import FixedReferenceForm, ordered_forms, place_last
from apps.catalog.backoffice.admin.service_forms import (
    TRANSLATIONS,
    CompleteFormSet,
    FormSets,
    LabelledFormSet,
    ServiceAdmin,
    ServiceForm,
    by_model,
)
from apps.catalog.products.models import Attribute, AttributeChoice, ProductType, ProductTypeAttribute
from apps.catalog.products.services import attributes
from apps.common.admin_site.translated import TranslatedForm, with_translations


class ChoiceForm(TranslatedForm):
    class Meta:
        model = AttributeChoice
        fields = ["label", "slug", "position"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["slug"].required = not self.instance._state.adding
        place_last(self)

    def columns(self, position: int) -> dict[str, Any]:
        """The values to save of the choice at this position: all of a new one, else those that were changed."""
        is_new = self.instance._state.adding
        columns: dict[str, Any] = {}
        # The page sends no values of a row that the user may only view.
        if self.has_changed():
            names = ("label", "slug") if is_new else tuple({"label", "slug"} & set(self.changed_data))
            columns = {name: self.cleaned_data[name] for name in names if self.cleaned_data[name]}
            if translations := self.translation_changes():
                columns["translations"] = translations
        if is_new or self.instance.position != position:
            columns["position"] = position
        return columns


class ChoiceInline(TabularInline):
    """Choices in the order that shoppers see. Rows can be dragged, or given a position."""

    model = AttributeChoice
    form = ChoiceForm
    formset = LabelledFormSet
    extra = 0
    ordering = ["position", "label"]
    ordering_field = "position"
    show_title = False
    verbose_name_plural = _("choices")

    def get_fields(self, request: HttpRequest, obj: Attribute | None = None) -> list[Any]:
        return ["label", *ChoiceForm.translation_fields(), "slug", "position"]

    def get_formset(self, request: HttpRequest, obj: Attribute | None = None, **kwargs: Any) -> Any:
        return super().get_formset(request, obj, form=with_translations(ChoiceForm), **kwargs)


class AttributeForm(ServiceForm, TranslatedForm):
    parts = ("choices",)

    class Meta:
        model = Attribute
        fields = ["code", "label", "kind", "unit", "is_facet", "position"]


@admin.register(Attribute)
class AttributeAdmin(ServiceAdmin[Attribute, AttributeForm]):
    form = AttributeForm
    list_display = ["label", "code", "kind", "unit", "is_facet", "shown_choices", "position"]
    list_filter = ["kind", "is_facet"]
    search_fields = ["code", "label"]
    ordering = ["position", "code"]
    prepopulated_fields = {"code": ["label"]}
    inlines = [ChoiceInline]
    fieldsets = [
        (None, {"fields": [("label", "code"), ("kind", "unit"), ("is_facet", "position")]}),
        TRANSLATIONS,
    ]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Attribute]:
        return super().get_queryset(request).annotate(choice_count=Count("choices"))

    @admin.display(description=_("choices"))
    def shown_choices(self, attribute: Any) -> str:
        return str(attribute.choice_count) if attribute.kind == Attribute.Kind.CHOICE else "–"

    def write(self, form: AttributeForm, formsets: FormSets) -> Attribute:
        choices = by_model(formsets).get(AttributeChoice)
        rows = list(enumerate(ordered_forms(choices) if choices else []))
        added = [row.columns(place) for place, row in rows if row.instance._state.adding]
        if form.is_new:
            return attributes.create_attribute(form.columns(), added)
        changed = {
            row.initial["slug"]: columns
            for place, row in rows
            if not row.instance._state.adding and (columns := row.columns(place))
        }
        deleted = choices.deleted_forms if choices else []
        removed = [row.initial["slug"] for row in deleted if not row.instance._state.adding]
        edits = attributes.ChoiceEdits(added=added, changed=changed, removed=removed)
        return attributes.save_attribute(form.initial["code"], form.columns(), edits, guard=form.guard)

    def remove(self, row: Attribute, *, seen: str) -> None:
        attributes.delete_attribute(row.code, guard=self.form.guard_of(seen))


class TypeAttributeForm(FixedReferenceForm):
    reference = "attribute"

    class Meta:
        model = ProductTypeAttribute
        fields = ["attribute", "is_required", "position"]


class TypeAttributeInline(TabularInline):
    """The attributes of the product type, in the order of the form."""

    model = ProductTypeAttribute
    form = TypeAttributeForm
    formset = CompleteFormSet
    extra = 0
    ordering = ["position", "pk"]
    fields = ["attribute", "is_required", "position"]
    autocomplete_fields = ["attribute"]
    ordering_field = "position"
    show_title = False
    verbose_name = _("attribute")
    verbose_name_plural = _("attributes")

    def get_queryset(self, request: HttpRequest) -> QuerySet[ProductTypeAttribute]:
        return super().get_queryset(request).select_related("attribute", "product_type")


class ProductTypeForm(ServiceForm):
    parts = ("type_attributes",)

    class Meta:
        model = ProductType
        fields = ["name", "slug", "tax_class"]


@admin.register(ProductType)
class ProductTypeAdmin(ServiceAdmin[ProductType, ProductTypeForm]):
    form = ProductTypeForm
    list_display = ["name", "slug", "tax_class", "shown_attributes", "shown_products"]
    search_fields = ["name", "slug"]
    ordering = ["name"]
    prepopulated_fields = {"slug": ["name"]}
    inlines = [TypeAttributeInline]
    fieldsets = [(None, {"fields": [("name", "slug"), "tax_class"]})]

    def get_queryset(self, request: HttpRequest) -> QuerySet[ProductType]:
        counted = super().get_queryset(request).annotate(product_count=product_count("product_type"))
        return counted.prefetch_related("type_attributes__attribute")

    @admin.display(description=_("attributes"))
    def shown_attributes(self, product_type: ProductType) -> str:
        type_attributes = sorted(product_type.type_attributes.all(), key=lambda item: item.position)
        return ", ".join(item.attribute.label + ("*" if item.is_required else "") for item in type_attributes) or "–"

    @admin.display(description=_("products"))
    def shown_products(self, product_type: Any) -> str:
        return products_link(product_type.product_count, "product_type", product_type.pk)

    def write(self, form: ProductTypeForm, formsets: FormSets) -> ProductType:
        rows = by_model(formsets).get(ProductTypeAttribute)
        type_attributes = [
            attributes.TypeAttribute(row.cleaned_data["attribute"].code, row.cleaned_data["is_required"])
            for row in (ordered_forms(rows) if rows else [])
        ]
        if form.is_new:
            return attributes.create_product_type(form.columns(), type_attributes)
        changed = type_attributes if rows and rows.has_changed() else None
        return attributes.change_product_type(form.initial["slug"], form.columns(), changed, guard=form.guard)

    def remove(self, row: ProductType, *, seen: str) -> None:
        attributes.delete_product_type(row.slug, guard=self.form.guard_of(seen))
