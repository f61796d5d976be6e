"""The forms of a product's page: the product, its attribute values, variants, images and related products."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any, ClassVar

from django import forms
from django.conf import settings
from django.db import models
from django.utils.text import format_lazy
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from unfold.widgets import UnfoldAdminSelect2MultipleWidget, UnfoldAdminSelectWidget, UnfoldAdminTextInputWidget

from apps.catalog.backoffice.admin.fields import OptionsField
from apps.catalog.backoffice.admin.inline_forms import ordered_forms
from apps.catalog.backoffice.admin.service_forms import ServiceFormSet, VersionedForm
from apps.catalog.products.attribute_values import plain_number, values_for
from apps.catalog.products.models import (
    Attribute,
    AttributeValue,
    Product,
    ProductImage,
    ProductRelation,
    ProductType,
    Variant,
)
from apps.catalog.products.selectors import price_in
from apps.catalog.products.services.images import ImageEdits
from apps.catalog.products.services.products import ProductEdit, RelatedProduct
from apps.catalog.products.services.variants import VariantEdit
from apps.common.admin_site.fields import LocalDecimalField, MoneyField, as_minor_units
from apps.common.admin_site.translated import TranslatedForm
from apps.common.images import decode_image
from apps.common.money import Money
from apps.common.problems import ValidationProblem

# Excluded from the model's constraints, as the service checks them with the rules of the catalogue.
SERVICE_CHECKED = frozenset({"published_at", "published_until", "status"})
SERVICE_CHECKED_OF_VARIANTS = frozenset({"offer", "rental_hours", "title_slug"})


class ProductForm(VersionedForm, TranslatedForm):
    """A product. `product_form` adds a field `attribute_<code>` for each attribute of the product's type."""

    attributes: ClassVar[Mapping[str, Attribute]] = {}

    class Meta:
        model = Product
        fields = "__all__"

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        given = self.instance.attribute_values.all() if self.attributes and not self.instance._state.adding else []
        values: dict[str, list[AttributeValue]] = {}
        for value in given:
            values.setdefault(value.attribute.code, []).append(value)
        for code, attribute in self.attributes.items():
            self.initial[f"attribute_{code}"] = _shown_value(attribute, values.get(code, []))

    @classmethod
    def fingerprint_of(cls, row: Product) -> str:
        return str(row.version)

    @property
    def was_published(self) -> bool:
        """Whether the product was published when the page was loaded."""
        return self.initial.get("status") == Product.Status.PUBLISHED

    def field_of(self, name: str) -> str:
        return (
            f"attribute_{name.removeprefix('attributes.')}"
            if name.startswith("attributes.")
            else super().field_of(name)
        )

    def clean(self) -> dict[str, Any]:
        data = super().clean()
        for code, attribute in self.attributes.items():
            try:
                values_for(self.instance, attribute, data.get(f"attribute_{code}"))
            except ValidationProblem as problem:
                self.add_error(f"attribute_{code}", str(problem))
        return data

    def _get_validation_exclusions(self) -> set[str]:
        return super()._get_validation_exclusions() | SERVICE_CHECKED  # type: ignore[misc]  # missing in the stubs

    def edit(self, formsets: Mapping[type[models.Model], Any]) -> ProductEdit:
        """The changes on the page."""
        variants, images, relations = (formsets.get(model) for model in (Variant, ProductImage, ProductRelation))
        columns = self.columns()
        fields = {code: f"attribute_{code}" for code in self.attributes}
        return ProductEdit(
            columns={name: value for name, value in columns.items() if name != "translations"},
            translations=columns.get("translations"),
            attributes={code: self.cleaned_data[name] for code, name in fields.items() if name in self.changed_data},
            variants=[form.edit() for form in variants.changed_forms] if variants else (),
            new_variants=[form.edit() for form in variants.new_forms] if variants else (),
            removed_variants=[form.initial["sku"] for form in variants.removed_forms] if variants else (),
            images=images.edits() if images and images.has_changed() else None,
            related=relations.related() if relations and relations.has_changed() else None,
        )


def product_form(product_type: ProductType | None) -> type[ProductForm]:
    """The form for products of this type, with a field for each of its attributes."""
    if product_type is None:
        return ProductForm
    rows = product_type.attributes.order_by("type_attributes__position", "code").prefetch_related("choices")
    attributes = {attribute.code: attribute for attribute in rows}
    fields = {f"attribute_{code}": _attribute_field(attribute) for code, attribute in attributes.items()}
    make: Any = type(ProductForm)
    return make("TypedProductForm", (ProductForm,), {**fields, "attributes": attributes, "__module__": __name__})


def _attribute_field(attribute: Attribute) -> forms.Field:
    label = f"{attribute.label} ({attribute.unit})" if attribute.unit else attribute.label
    common: dict[str, Any] = {"label": label, "required": False}
    match attribute.kind:
        case Attribute.Kind.CHOICE:
            choices = [(choice.slug, choice.label) for choice in attribute.choices.all()]
            return forms.MultipleChoiceField(choices=choices, widget=UnfoldAdminSelect2MultipleWidget, **common)
        case Attribute.Kind.BOOLEAN:
            return forms.ChoiceField(
                choices=[("", "–"), ("yes", _("Yes")), ("no", _("No"))], widget=UnfoldAdminSelectWidget, **common
            )
        case Attribute.Kind.NUMBER:
            return LocalDecimalField(max_digits=14, decimal_places=4, **common)
    return forms.CharField(max_length=300, widget=UnfoldAdminTextInputWidget, **common)


def _shown_value(attribute: Attribute, values: Sequence[AttributeValue]) -> Any:
    """The initial value of the field that `_attribute_field` makes."""
    if not values:
        return None
    match attribute.kind:
        case Attribute.Kind.CHOICE:
            return [value.key for value in values]
        case Attribute.Kind.BOOLEAN:
            return "yes" if values[0].boolean else "no"
        case Attribute.Kind.NUMBER:
            # A Decimal, which the field compares with what is sent.
            return Decimal(plain_number(values[0].number)) if values[0].number is not None else None
    return values[0].text


VARIANT_COLUMNS = (
    *("sku", "name", "barcode", "offer", "rental_hours", "title_slug", "weight_grams", "position", "options"),
)
IMAGE_COLUMNS = ("file", "alt", "position")


class VariantForm(forms.ModelForm):
    """A variant with its price in the shop's currency. Its own page has those in other currencies."""

    price = MoneyField()

    class Meta:
        model = Variant
        fields = VARIANT_COLUMNS
        field_classes = {"options": OptionsField}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        currency = settings.SHOP_CURRENCY
        self.fields["price"].label = format_lazy("{} ({})", _("Price"), currency)
        amount = price_in(self.instance, currency) if self.instance.pk and not self.instance._state.adding else None
        if amount is not None:
            self.initial["price"] = Money(amount, currency).major_units

    def clean_price(self) -> Money:
        currency = settings.SHOP_CURRENCY
        return Money(as_minor_units(self.cleaned_data["price"], currency), currency)

    def _get_validation_exclusions(self) -> set[str]:
        return super()._get_validation_exclusions() | SERVICE_CHECKED_OF_VARIANTS  # type: ignore[misc]  # missing in the stubs

    def edit(self) -> VariantEdit:
        """The values to save: all of a new variant, else those that were changed."""
        is_new = self.instance._state.adding
        names = [name for name in VARIANT_COLUMNS if is_new or name in self.changed_data]
        columns = {name: self.cleaned_data[name] for name in names if not (is_new and name == "sku")}
        price = self.cleaned_data["price"] if is_new or "price" in self.changed_data else None
        return VariantEdit(
            sku=self.cleaned_data["sku"] if is_new else self.initial["sku"], columns=columns, price=price
        )


class VariantFormSet(ServiceFormSet[VariantForm]):
    """Refuses the same SKU twice on one page; the database would raise an error without a field."""

    error_names = ("variants", "new_variants")

    def rows(self) -> dict[str, list[VariantForm]]:
        return {"variants": self.changed_forms, "new_variants": self.new_forms}

    def clean(self) -> None:
        super().clean()
        spellings: dict[str, str] = {}
        for sku in (form.cleaned_data["sku"] for form in self.remaining_forms if form.is_valid()):
            other = spellings.setdefault(sku.lower(), sku)
            if other is not sku:
                sentence = gettext("%(sku)s and %(other)s are the same SKU; case is ignored.")
                raise forms.ValidationError(sentence % {"sku": sku, "other": other})


class ImageForm(forms.ModelForm):
    """An image. The upload is decoded once, so that a file that cannot be rendered is refused here."""

    class Meta:
        model = ProductImage
        fields = IMAGE_COLUMNS

    def clean_file(self) -> Any:
        upload = self.cleaned_data["file"]
        if "file" in self.changed_data:
            try:
                decode_image(upload.read())
            except ValidationProblem as problem:
                raise forms.ValidationError(str(problem)) from problem
            upload.seek(0)
        return upload

    def columns(self) -> dict[str, Any]:
        """The values to save: all of a new image, else those that were changed."""
        names = [name for name in IMAGE_COLUMNS if self.instance._state.adding or name in self.changed_data]
        return {name: self.cleaned_data[name] for name in names if self.cleaned_data[name] is not None}


class ImageFormSet(ServiceFormSet[ImageForm]):
    error_names = ("images",)

    def rows(self) -> dict[str, list[ImageForm]]:
        return {"images": []}

    def edits(self) -> ImageEdits:
        return ImageEdits(
            added=[form.columns() for form in self.new_forms if form.cleaned_data.get("file")],
            changed={form.instance.pk: form.columns() for form in self.changed_forms},
            removed=[form.instance.pk for form in self.removed_forms],
        )


class RelationForm(forms.ModelForm):
    class Meta:
        model = ProductRelation
        fields = ["related", "kind", "position"]

    @property
    def related_product(self) -> Product:
        """The selected product, or the saved one when the user may only view the row."""
        return self.cleaned_data["related"] if self.has_changed() else self.instance.related


class RelationFormSet(ServiceFormSet[RelationForm]):
    error_names = ("related",)

    def rows(self) -> dict[str, list[RelationForm]]:
        return {"related": ordered_forms(self)}

    def related(self) -> list[RelatedProduct]:
        """The related products in the order of their positions."""
        return [RelatedProduct(form.related_product.slug, form.cleaned_data["kind"]) for form in ordered_forms(self)]
