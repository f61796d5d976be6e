"""Attributes, product types, and the attribute values of products."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from apps.catalog.products.models.bases import Translated


class Attribute(Translated):
    """An attribute of products, such as `material` or `height`; it can be a facet."""

    class Kind(models.TextChoices):
        CHOICE = "choice"
        NUMBER = "number"
        BOOLEAN = "boolean", "yes or no"
        TEXT = "text"

    TRANSLATABLE = ("label",)

    code = models.SlugField(max_length=60, unique=True, help_text="The filter's name: attr.material.")
    label = models.CharField(max_length=60)
    kind = models.CharField(max_length=7, choices=Kind, default=Kind.CHOICE)
    unit = models.CharField(max_length=16, blank=True, help_text="For numbers: cm, ml.")
    is_facet = models.BooleanField("offered as a filter", default=True)
    position = models.PositiveSmallIntegerField(default=0)

    def __str__(self) -> str:
        return self.label


class AttributeChoice(Translated):
    """A value to choose from."""

    TRANSLATABLE = ("label",)

    attribute = models.ForeignKey(Attribute, on_delete=models.CASCADE, related_name="choices")
    slug = models.SlugField(max_length=80)
    label = models.CharField(max_length=120)
    position = models.PositiveSmallIntegerField(default=0)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["attribute", "slug"], name="choice_once_per_attribute")]

    def __str__(self) -> str:
        return self.label


class ProductType(models.Model):
    """Products that are described by the same attributes: mugs, films."""

    name = models.CharField(max_length=80, unique=True)
    slug = models.SlugField(max_length=80, unique=True)
    attributes: models.ManyToManyField = models.ManyToManyField(
        Attribute, through="ProductTypeAttribute", related_name="product_types"
    )

    def __str__(self) -> str:
        return self.name


class ProductTypeAttribute(models.Model):
    """An attribute of a product type: its position, and whether products need a value to be published."""

    product_type = models.ForeignKey(ProductType, on_delete=models.CASCADE, related_name="type_attributes")
    attribute = models.ForeignKey(Attribute, on_delete=models.CASCADE, related_name="type_attributes")
    is_required = models.BooleanField("required to publish", default=False)
    position = models.PositiveSmallIntegerField(default=0)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["product_type", "attribute"], name="attribute_once_per_type"),
        ]

    def __str__(self) -> str:
        return f"{self.product_type}: {self.attribute}"


class AttributeValue(models.Model):
    """A product's value of an attribute, in the column of its kind. A product can have several choices."""

    product = models.ForeignKey("products.Product", on_delete=models.CASCADE, related_name="attribute_values")
    attribute = models.ForeignKey(Attribute, on_delete=models.PROTECT, related_name="values")
    choice = models.ForeignKey(AttributeChoice, on_delete=models.PROTECT, related_name="values", null=True, blank=True)
    number = models.DecimalField(max_digits=14, decimal_places=4, null=True, blank=True)
    boolean = models.BooleanField(null=True, blank=True)
    text = models.CharField(max_length=300, blank=True)
    # What a filter compares with: the choice's slug, the text's slug, `true`; empty for numbers, which have ranges.
    key = models.SlugField(max_length=80, blank=True, editable=False, db_index=False)
    position = models.PositiveSmallIntegerField(default=0)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["product", "attribute", "choice"], name="value_once_per_product", nulls_distinct=False
            ),
            models.CheckConstraint(
                condition=(
                    Q(choice__isnull=False, number__isnull=True, boolean__isnull=True, text="")
                    | Q(choice__isnull=True, number__isnull=False, boolean__isnull=True, text="")
                    | Q(choice__isnull=True, number__isnull=True, boolean__isnull=False, text="")
                    | (Q(choice__isnull=True, number__isnull=True, boolean__isnull=True) & ~Q(text=""))
                ),
                name="value_is_one_of_its_kinds",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.attribute_id}: {self.key or self.number}"
