"""Attributes, product types, and the attribute values of products."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from apps.common.translated import Translated


class Attribute(Translated):
    """An attribute of products, such as `material` or `height`; it can be a facet."""

    class Kind(models.TextChoices):
        CHOICE = "choice", _("Choice")
        NUMBER = "number", _("Number")
        BOOLEAN = "boolean", _("yes or no")
        TEXT = "text", _("Text")

    TRANSLATABLE = ("label",)

    code = models.SlugField(_("code"), max_length=60, unique=True, help_text=_("The filter's name: attr.material."))
    label = models.CharField(_("label"), max_length=60)
    kind = models.CharField(_("kind"), max_length=7, choices=Kind, default=Kind.CHOICE)
    unit = models.CharField(_("unit"), max_length=16, blank=True, help_text=_("For numbers: cm, ml."))
    is_facet = models.BooleanField(_("offered as a filter"), default=True)
    position = models.PositiveSmallIntegerField(_("position"), default=0)

    class Meta:
        verbose_name, verbose_name_plural = _("attribute"), _("attributes")

    def __str__(self) -> str:
        return self.label


class AttributeChoice(Translated):
    """A value to choose from."""

    TRANSLATABLE = ("label",)

    attribute = models.ForeignKey(
        Attribute, verbose_name=_("attribute"), on_delete=models.CASCADE, related_name="choices"
    )
    slug = models.SlugField(_("slug"), max_length=80)
    label = models.CharField(_("label"), max_length=120)
    position = models.PositiveSmallIntegerField(_("position"), default=0)

    class Meta:
        verbose_name, verbose_name_plural = _("choice"), _("choices")
        constraints = [models.UniqueConstraint(fields=["attribute", "slug"], name="choice_once_per_attribute")]

    def __str__(self) -> str:
        return self.label


class ProductType(models.Model):
    """Products that are described by the same attributes and taxed alike: mugs, books. Films are taxed as films."""

    class TaxClass(models.TextChoices):
        STANDARD = "standard", _("Standard rate")
        REDUCED = "reduced", _("Reduced rate")
        ZERO = "zero", _("Zero-rated")

    name = models.CharField(_("name"), max_length=80, unique=True)
    slug = models.SlugField(_("slug"), max_length=80, unique=True)
    # What the rate means in a country, the payment service knows.
    tax_class = models.CharField(
        _("tax class"), max_length=8, choices=TaxClass, default=TaxClass.STANDARD, db_default=TaxClass.STANDARD
    )
    attributes: models.ManyToManyField = models.ManyToManyField(
        Attribute, verbose_name=_("attributes"), through="ProductTypeAttribute", related_name="product_types"
    )

    class Meta:
        verbose_name, verbose_name_plural = _("product type"), _("product types")

    def __str__(self) -> str:
        return self.name


class ProductTypeAttribute(models.Model):
    """An attribute of a product type: its position, and whether products need a value to be published."""

    product_type = models.ForeignKey(
        ProductType, verbose_name=_("product type"), on_delete=models.CASCADE, related_name="type_attributes"
    )
    attribute = models.ForeignKey(
        Attribute, verbose_name=_("attribute"), on_delete=models.CASCADE, related_name="type_attributes"
    )
    is_required = models.BooleanField(_("required to publish"), default=False)
    position = models.PositiveSmallIntegerField(_("position"), default=0)

    class Meta:
        verbose_name, verbose_name_plural = _("attribute of the product type"), _("attributes of the product type")
        constraints = [
            models.UniqueConstraint(fields=["product_type", "attribute"], name="attribute_once_per_type"),
        ]

    def __str__(self) -> str:
        return f"{self.product_type}: {self.attribute}"


class AttributeValue(models.Model):
    """A product's value of an attribute, in the column of its kind. A product can have several choices."""

    product = models.ForeignKey(
        "products.Product", verbose_name=_("product"), on_delete=models.CASCADE, related_name="attribute_values"
    )
    attribute = models.ForeignKey(
        Attribute, verbose_name=_("attribute"), on_delete=models.PROTECT, related_name="values"
    )
    choice = models.ForeignKey(
        AttributeChoice,
        verbose_name=_("choice"),
        on_delete=models.PROTECT,
        related_name="values",
        null=True,
        blank=True,
    )
    number = models.DecimalField(_("number"), max_digits=14, decimal_places=4, null=True, blank=True)
    boolean = models.BooleanField(_("yes or no"), null=True, blank=True)
    text = models.CharField(_("text"), max_length=300, blank=True)
    # What a filter compares with: the choice's slug, the text's slug, `true`; empty for numbers, which have ranges.
    key = models.SlugField(max_length=80, blank=True, editable=False, db_index=False)
    position = models.PositiveSmallIntegerField(_("position"), default=0)

    class Meta:
        verbose_name, verbose_name_plural = _("attribute value"), _("attribute values")
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
