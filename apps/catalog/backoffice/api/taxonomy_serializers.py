"""Serializers of what products are ordered and described by, as staff read and write them."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from apps.catalog.backoffice.api.fields import (
    AttributeValueField,
    KeyedField,
    PositionField,
    TranslationsField,
)
from apps.catalog.products.models import Attribute, Category, Collection, ProductType
from apps.catalog.products.services.attributes import MAX_CHOICES, TypeAttribute
from apps.catalog.products.services.collections import MAX_ITEMS
from apps.common.api.serializers import StrictSerializer

MAX_ATTRIBUTES = 100
SEO_TITLE: dict[str, Any] = {"max_length": 70, "allow_blank": True, "required": False}
SEO_DESCRIPTION: dict[str, Any] = {"max_length": 160, "allow_blank": True, "required": False}


class BrandChangeSerializer(StrictSerializer):
    name = serializers.CharField(max_length=120, required=False)
    slug = serializers.SlugField(max_length=120, required=False)
    description = serializers.CharField(max_length=300, allow_blank=True, required=False)
    translations = TranslationsField(required=False)


class NewBrandSerializer(BrandChangeSerializer):
    name = serializers.CharField(max_length=120)
    slug = serializers.SlugField(max_length=120, required=False, help_text="Generated from the name if omitted.")


class StaffBrandSerializer(serializers.Serializer):
    slug = serializers.CharField()
    name = serializers.CharField()
    description = serializers.CharField(allow_blank=True)
    translations = serializers.DictField()


class CategoryChangeSerializer(StrictSerializer):
    name = serializers.CharField(max_length=120, required=False)
    slug = serializers.SlugField(max_length=80, required=False)
    parent = serializers.CharField(  # type: ignore[assignment]  # the field's name in the API
        max_length=400,
        allow_null=True,
        required=False,
        help_text="The path of the new parent; null moves it to the top.",
    )
    description = serializers.CharField(max_length=300, allow_blank=True, required=False)
    seo_title = serializers.CharField(**SEO_TITLE)
    seo_description = serializers.CharField(**SEO_DESCRIPTION)
    translations = TranslationsField(required=False)


class NewCategorySerializer(CategoryChangeSerializer):
    name = serializers.CharField(max_length=120)
    slug = serializers.SlugField(max_length=80, required=False, help_text="Generated from the name if omitted.")


class StaffCategorySerializer(serializers.Serializer):
    path = serializers.CharField(source="full_path")
    slug = serializers.CharField()
    parent = serializers.SerializerMethodField()  # type: ignore[assignment]  # the field's name in the API
    name = serializers.CharField()
    description = serializers.CharField(allow_blank=True)
    seo_title = serializers.CharField(allow_blank=True)
    seo_description = serializers.CharField(allow_blank=True)
    translations = serializers.DictField()

    def get_parent(self, category: Category) -> str | None:
        return category.full_path.rpartition("/")[0] or None


class ChoiceChangeSerializer(StrictSerializer):
    label = serializers.CharField(max_length=120, required=False)  # type: ignore[assignment]  # the field's name in the API
    slug = serializers.SlugField(max_length=80, required=False)
    position = PositionField(required=False)
    translations = TranslationsField(required=False)


class NewChoiceSerializer(ChoiceChangeSerializer):
    label = serializers.CharField(max_length=120)
    slug = serializers.SlugField(max_length=80, required=False, help_text="Generated from the label if omitted.")


class AttributeChangeSerializer(StrictSerializer):
    label = serializers.CharField(max_length=60, required=False)  # type: ignore[assignment]  # the field's name in the API
    kind = serializers.ChoiceField(Attribute.Kind.choices, required=False)
    unit = serializers.CharField(max_length=16, allow_blank=True, required=False, help_text="For numbers: cm, ml.")
    is_facet = serializers.BooleanField(required=False, help_text="Whether shoppers may filter by it.")
    position = PositionField(required=False)
    translations = TranslationsField(required=False)


class NewAttributeSerializer(AttributeChangeSerializer):
    code = serializers.SlugField(max_length=60, help_text="The filter's name: attr.<code>. It never changes.")
    label = serializers.CharField(max_length=60)
    choices = NewChoiceSerializer(many=True, max_length=MAX_CHOICES, required=False)  # type: ignore[call-arg]  # DRF hands it to the list


class StaffChoiceSerializer(serializers.Serializer):
    slug = serializers.CharField()
    label = serializers.CharField()  # type: ignore[assignment]  # the field's name in the API
    position = serializers.IntegerField()
    translations = serializers.DictField()


class StaffListedAttributeSerializer(serializers.Serializer):
    code = serializers.CharField()
    label = serializers.CharField()  # type: ignore[assignment]  # the field's name in the API
    kind = serializers.ChoiceField(Attribute.Kind.choices)
    unit = serializers.CharField(allow_blank=True)
    is_facet = serializers.BooleanField()
    position = serializers.IntegerField()
    translations = serializers.DictField()


class StaffAttributeSerializer(StaffListedAttributeSerializer):
    choices = serializers.SerializerMethodField()

    @extend_schema_field(StaffChoiceSerializer(many=True))
    def get_choices(self, attribute: Attribute) -> Any:
        return StaffChoiceSerializer(attribute.choices.order_by("position", "id"), many=True).data


class AskedSerializer(StrictSerializer):
    """An attribute of a product type."""

    code = serializers.CharField(max_length=60)
    is_required = serializers.BooleanField(default=False, help_text="Whether products need a value to be published.")


class ProductTypeChangeSerializer(StrictSerializer):
    name = serializers.CharField(max_length=80, required=False)
    slug = serializers.SlugField(max_length=80, required=False)
    tax_class = serializers.ChoiceField(
        ProductType.TaxClass.choices, required=False, help_text="Of its products: `standard` if left out."
    )
    attributes = AskedSerializer(  # type: ignore[call-arg]  # DRF hands it to the list
        many=True, max_length=MAX_ATTRIBUTES, required=False, help_text="In order; replaces the whole list."
    )

    def validate_attributes(self, attributes: list[dict[str, Any]]) -> list[TypeAttribute]:
        if len({item["code"] for item in attributes}) < len(attributes):
            raise serializers.ValidationError(gettext("Name each attribute once."))
        return [TypeAttribute(**item) for item in attributes]


class NewProductTypeSerializer(ProductTypeChangeSerializer):
    name = serializers.CharField(max_length=80)
    slug = serializers.SlugField(max_length=80, required=False, help_text="Generated from the name if omitted.")


class StaffAskedSerializer(serializers.Serializer):
    code = serializers.CharField(source="attribute.code")
    is_required = serializers.BooleanField()


class StaffProductTypeSerializer(serializers.Serializer):
    """A product type with its attributes."""

    slug = serializers.CharField()
    name = serializers.CharField()
    tax_class = serializers.ChoiceField(ProductType.TaxClass.choices)
    attributes = StaffAskedSerializer(source="type_attributes", many=True)


class FilterValueField(AttributeValueField):
    """The value of a filter of the product list."""

    def to_internal_value(self, data: Any) -> Any:
        if isinstance(data, list):
            raise serializers.ValidationError(gettext("Use one text, separated by commas: oak,ash."))
        return super().to_internal_value(data)


class RuleField(KeyedField):
    """Filters of the product list: `{"brand": "norrund", "attr.material": "oak"}`."""

    key_length, most = 80, 20
    child = FilterValueField()


class CollectionChangeSerializer(StrictSerializer):
    title = serializers.CharField(max_length=120, required=False)
    slug = serializers.SlugField(max_length=120, required=False)
    description = serializers.CharField(max_length=500, allow_blank=True, required=False)
    kind = serializers.ChoiceField(Collection.Kind.choices, required=False)
    rule = RuleField(required=False, help_text="Filters of the product list, for collections of kind `rule`.")
    is_published = serializers.BooleanField(required=False)
    position = PositionField(required=False)
    seo_title = serializers.CharField(**SEO_TITLE)
    seo_description = serializers.CharField(**SEO_DESCRIPTION)
    translations = TranslationsField(required=False)


class ItemsSerializer(StrictSerializer):
    items = serializers.ListField(
        child=serializers.CharField(max_length=120),
        max_length=MAX_ITEMS,
        help_text="Slugs of products in order; replaces the whole list.",
    )

    def validate_items(self, items: list[str]) -> list[str]:
        if len(set(items)) < len(items):
            raise serializers.ValidationError(gettext("Name each product once."))
        return items


class NewCollectionSerializer(ItemsSerializer, CollectionChangeSerializer):
    title = serializers.CharField(max_length=120)
    slug = serializers.SlugField(max_length=120, required=False, help_text="Generated from the title if omitted.")
    items = serializers.ListField(
        child=serializers.CharField(max_length=120),
        max_length=MAX_ITEMS,
        required=False,
        help_text="Slugs of products.",
    )


class StaffListedCollectionSerializer(serializers.Serializer):
    slug = serializers.CharField()
    title = serializers.CharField()
    description = serializers.CharField(allow_blank=True)
    kind = serializers.ChoiceField(Collection.Kind.choices)
    rule = serializers.DictField(child=serializers.CharField())
    is_published = serializers.BooleanField()
    position = serializers.IntegerField()
    seo_title = serializers.CharField(allow_blank=True)
    seo_description = serializers.CharField(allow_blank=True)
    translations = serializers.DictField()


class StaffCollectionSerializer(StaffListedCollectionSerializer):
    items = serializers.SerializerMethodField(help_text="Slugs of products of a manual collection.")

    def get_items(self, collection: Collection) -> list[str]:
        return list(collection.items.order_by("position", "id").values_list("product__slug", flat=True))
