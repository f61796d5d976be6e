"""Forms of the admin: prices as people write them, pictures that can be rendered."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from itertools import pairwise
from typing import Any, ClassVar

from django import forms
from django.conf import settings
from django.utils import timezone
from unfold.widgets import (
    UnfoldAdminDecimalFieldWidget,
    UnfoldAdminSelect2MultipleWidget,
    UnfoldAdminSelectWidget,
    UnfoldAdminTextareaWidget,
    UnfoldAdminTextInputWidget,
)

from apps.catalog.products import renditions
from apps.catalog.products.attribute_values import values_for
from apps.catalog.products.models import (
    Attribute,
    AttributeValue,
    Price,
    Product,
    ProductImage,
    ProductType,
    SalePrice,
    Variant,
)
from apps.catalog.products.models.bases import Translated
from apps.catalog.products.selectors import price_in
from apps.catalog.products.translations import languages, merged_translations
from apps.common.money import EXPONENTS, Money
from apps.common.problems import ValidationProblem

MAX_MAJOR = 10**9
# Longer texts get a box of several lines.
LONG_TEXT = 200


def exponent(currency: str) -> int:
    """How many digits of an amount stand after the point: 2 for EUR, 0 for JPY."""
    return EXPONENTS.get(currency, 2)


def as_decimal(amount: int, currency: str) -> Decimal:
    return Decimal(amount).scaleb(-exponent(currency))


def as_minor_units(value: Decimal, currency: str) -> int:
    """Raises forms.ValidationError when `value` has more digits after the point than the currency."""
    scaled = value.scaleb(exponent(currency))
    if scaled != scaled.to_integral_value():
        raise forms.ValidationError(f"{currency} has {exponent(currency)} digits after the point.")
    return int(scaled)


class TranslatedForm(forms.ModelForm):
    """Has a field for each text in each further language: `de_title`. An empty one shows the first language's text."""

    texts: ClassVar[type[Translated]]

    @classmethod
    def translation_fields(cls) -> list[str]:
        return [f"{language}_{name}" for language in languages()[1:] for name in cls.texts.TRANSLATABLE]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for language in languages()[1:]:
            for name, said in self.instance.translations.get(language, {}).items():
                self.initial[f"{language}_{name}"] = said

    def save(self, commit: bool = True) -> Any:
        given = {
            language: {name: self.cleaned_data.get(f"{language}_{name}", "") for name in self.texts.TRANSLATABLE}
            for language in languages()[1:]
        }
        self.instance.translations = merged_translations(self.instance, given)
        return super().save(commit)


def translations_of(model: type[Translated]) -> type[TranslatedForm]:
    """The form to derive a form of `model` from."""
    fields: dict[str, Any] = {"texts": model, "__module__": __name__}
    for language in languages()[1:]:
        for name in model.TRANSLATABLE:
            own = model._meta.get_field(name)
            fields[f"{language}_{name}"] = forms.CharField(
                required=False,
                max_length=own.max_length,
                label=f"{own.verbose_name} ({language})".capitalize(),
                widget=UnfoldAdminTextareaWidget if own.max_length > LONG_TEXT else UnfoldAdminTextInputWidget,
            )
    make: Any = type(TranslatedForm)
    return make(f"Translated{model.__name__}Form", (TranslatedForm,), fields)


class ProductForm(translations_of(Product)):  # type: ignore[misc]  # a class made by a call
    """A product as its editor has read it: `seen_version` refuses to write over what somebody else saved meanwhile.

    A field `answer_<code>` for each attribute of the product's type is added by `product_form`.
    """

    seen_version = forms.IntegerField(widget=forms.HiddenInput, required=False)
    asked: ClassVar[Mapping[str, Attribute]] = {}

    class Meta:
        model = Product
        fields = "__all__"

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.initial["seen_version"] = self.instance.version
        given = self.instance.attribute_values.all() if self.asked and not self.instance._state.adding else []
        answers: dict[str, list[AttributeValue]] = {}
        for value in given:
            answers.setdefault(value.attribute.code, []).append(value)
        for code, attribute in self.asked.items():
            self.initial[f"answer_{code}"] = _shown_answer(attribute, answers.get(code, []))

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        if not self.instance._state.adding:
            # The admin saves in the same transaction: the lock holds until then.
            stored = Product.objects.select_for_update().filter(pk=self.instance.pk).values_list("version", flat=True)
            if data.get("seen_version") not in stored:
                raise forms.ValidationError(
                    "Somebody changed this product while you edited it. Open it again in another tab, compare, and "
                    "repeat your change there; nothing of yours was saved."
                )
        if data.get("status") == Product.Status.PUBLISHED and not data.get("published_at"):
            data["published_at"] = timezone.now()
        begins, ends = data.get("published_at"), data.get("published_until")
        if begins and ends and ends <= begins:
            self.add_error("published_until", "It ends before it begins.")
        for code, attribute in self.asked.items():
            try:
                values_for(self.instance, attribute, data.get(f"answer_{code}"))
            except ValidationProblem as problem:
                self.add_error(f"answer_{code}", str(problem))
        return data

    def answers(self) -> dict[str, Any]:
        """What to write, by the attributes' codes; None takes an answer away."""
        return {code: self.cleaned_data.get(f"answer_{code}") or None for code in self.asked}


def product_form(product_type: ProductType | None) -> type[ProductForm]:
    """The form of products of this type."""
    if product_type is None:
        return ProductForm
    asked = product_type.attributes.order_by("type_attributes__position", "code").prefetch_related("choices")
    attributes = {attribute.code: attribute for attribute in asked}
    fields = {f"answer_{code}": _answer_field(attribute) for code, attribute in attributes.items()}
    make: Any = type(ProductForm)
    return make("TypedProductForm", (ProductForm,), {**fields, "asked": attributes, "__module__": __name__})


def _answer_field(attribute: Attribute) -> forms.Field:
    label = f"{attribute.label} ({attribute.unit})" if attribute.unit else attribute.label
    common: dict[str, Any] = {"label": label, "required": False}
    match attribute.kind:
        case Attribute.Kind.CHOICE:
            choices = [(choice.slug, choice.label) for choice in attribute.choices.all()]
            return forms.MultipleChoiceField(choices=choices, widget=UnfoldAdminSelect2MultipleWidget, **common)
        case Attribute.Kind.BOOLEAN:
            return forms.ChoiceField(
                choices=[("", "–"), ("yes", "Yes"), ("no", "No")], widget=UnfoldAdminSelectWidget, **common
            )
        case Attribute.Kind.NUMBER:
            return forms.DecimalField(max_digits=14, decimal_places=4, widget=UnfoldAdminDecimalFieldWidget, **common)
    return forms.CharField(max_length=300, widget=UnfoldAdminTextInputWidget, **common)


def _shown_answer(attribute: Attribute, values: Sequence[AttributeValue]) -> Any:
    """As the field of `_answer_field` shows it."""
    if not values:
        return None
    match attribute.kind:
        case Attribute.Kind.CHOICE:
            return [value.key for value in values]
        case Attribute.Kind.BOOLEAN:
            return "yes" if values[0].boolean else "no"
        case Attribute.Kind.NUMBER:
            return values[0].number.normalize() if values[0].number is not None else None
    return values[0].text


class VariantForm(forms.ModelForm):
    """A variant with its price in the shop's currency; others stand on the variant's own page."""

    price = forms.DecimalField(min_value=0, max_value=MAX_MAJOR, widget=UnfoldAdminDecimalFieldWidget)

    class Meta:
        model = Variant
        fields = [
            *("sku", "name", "barcode", "offer", "rental_hours", "title_slug", "weight_grams", "position", "options"),
        ]
        widgets = {"options": UnfoldAdminTextareaWidget(attrs={"rows": 2})}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        currency = settings.SHOP_CURRENCY
        self.fields["price"].label = f"Price ({currency})"
        amount = price_in(self.instance, currency) if self.instance.pk and not self.instance._state.adding else None
        if amount is not None:
            self.initial["price"] = as_decimal(amount, currency)

    def clean_price(self) -> Money:
        currency = settings.SHOP_CURRENCY
        return Money(as_minor_units(self.cleaned_data["price"], currency), currency)

    def clean_options(self) -> dict[str, str]:
        options = self.cleaned_data["options"] or {}
        if not isinstance(options, dict) or not all(isinstance(value, str) for value in options.values()):
            raise forms.ValidationError('Write names and values, such as {"Colour": "Blue"}.')
        return options

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        if data.get("offer") == Variant.Offer.RENT and not data.get("rental_hours"):
            self.add_error("rental_hours", "A rental needs its hours.")
        return data


class VariantFormSet(forms.BaseInlineFormSet):
    """No SKU stands twice on a page; the database would say so too late for a sentence."""

    def clean(self) -> None:
        super().clean()
        kept = [f.cleaned_data for f in self.forms if f.is_valid() and f.cleaned_data and not f.cleaned_data["DELETE"]]
        spellings: dict[str, str] = {}
        for sku in (data["sku"] for data in kept):
            other = spellings.setdefault(sku.lower(), sku)
            if other is not sku:
                raise forms.ValidationError(f"{sku} and {other} are one SKU; capitals make no difference.")


class VariantPageForm(translations_of(Variant)):  # type: ignore[misc]  # a class made by a call
    """A variant on its own page, with its name in the shop's languages."""

    class Meta:
        model = Variant
        fields = "__all__"
        widgets = {"options": UnfoldAdminTextareaWidget(attrs={"rows": 2})}


class PriceForm(forms.ModelForm):
    """A price in any currency, written as people do: 19.99."""

    amount = forms.DecimalField(min_value=0, max_value=MAX_MAJOR, widget=UnfoldAdminDecimalFieldWidget)

    class Meta:
        model = Price
        fields = ["currency", "amount"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.instance.pk:
            self.initial["amount"] = as_decimal(self.instance.amount, self.instance.currency)

    def clean_currency(self) -> str:
        currency = self.cleaned_data["currency"].upper()
        if not (currency.isascii() and currency.isalpha() and len(currency) == 3):
            raise forms.ValidationError("Use a three-letter code such as EUR.")
        return currency

    def clean_amount(self) -> int:
        return as_minor_units(self.cleaned_data["amount"], self.cleaned_data.get("currency", settings.SHOP_CURRENCY))


class SaleForm(PriceForm):
    """A sale price and when it holds."""

    class Meta(PriceForm.Meta):
        model = SalePrice
        fields = ["currency", "amount", "starts_at", "ends_at"]

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        if data.get("starts_at") and data.get("ends_at") and data["ends_at"] <= data["starts_at"]:
            self.add_error("ends_at", "A sale ends after it starts.")
        return data

    def _get_validation_exclusions(self) -> set[str]:
        """Overlaps are told by the formset, which knows the rows that are changed with this one."""
        return super()._get_validation_exclusions() | {"variant"}


class SalesFormSet(forms.BaseInlineFormSet):
    """A variant has one sale price at a time."""

    def clean(self) -> None:
        super().clean()
        kept = [f.cleaned_data for f in self.forms if f.is_valid() and f.cleaned_data and not f.cleaned_data["DELETE"]]
        sales = sorted((sale["currency"], sale["starts_at"], sale["ends_at"]) for sale in kept)
        for (currency, _, ends), (other, starts, _) in pairwise(sales):
            if currency == other and starts < ends:
                raise forms.ValidationError(f"Two sales in {currency} overlap; a variant has one sale price at a time.")


class ImageForm(forms.ModelForm):
    """An upload that the renderer will be able to read."""

    class Meta:
        model = ProductImage
        fields = ["file", "alt", "position"]

    def clean_file(self) -> Any:
        upload = self.cleaned_data["file"]
        if "file" in self.changed_data:
            try:
                renditions.opened(upload.read())
            except ValidationProblem as problem:
                raise forms.ValidationError(str(problem)) from problem
            upload.seek(0)
        return upload
