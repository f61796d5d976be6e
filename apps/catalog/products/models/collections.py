"""Collections of products: manual, or by a rule."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from apps.catalog.products.models.bases import SearchEngineTexts, WithUploadedImage
from apps.common.translated import Translated


class Collection(Translated, SearchEngineTexts, WithUploadedImage):
    """Products that are shown together: `summer`, `under-twenty`. A rule is a stored filter of the product list."""

    class Kind(models.TextChoices):
        MANUAL = "manual", _("chosen by hand")
        RULE = "rule", _("by a rule")

    TRANSLATABLE = ("title", "description", "seo_title", "seo_description")

    slug = models.SlugField(_("slug"), max_length=120, unique=True)
    title = models.CharField(_("title"), max_length=120)
    description = models.CharField(_("description"), max_length=500, blank=True)
    kind = models.CharField(_("kind"), max_length=6, choices=Kind, default=Kind.MANUAL)
    # The query string of the product list as an object: {"brand": "norrund", "attr.material": "oak"}.
    rule = models.JSONField(_("rule"), default=dict, blank=True)
    is_published = models.BooleanField(_("published"), default=False)
    position = models.PositiveSmallIntegerField(_("position"), default=0)

    class Meta:
        verbose_name, verbose_name_plural = _("collection"), _("collections")
        constraints = [
            models.CheckConstraint(
                condition=Q(kind="rule") & ~Q(rule={}) | Q(kind="manual", rule={}), name="collection_rule_fits_kind"
            ),
        ]

    def __str__(self) -> str:
        return self.title


class CollectionItem(models.Model):
    """A product's position in a manual collection."""

    collection = models.ForeignKey(
        Collection, verbose_name=_("collection"), on_delete=models.CASCADE, related_name="items"
    )
    product = models.ForeignKey(
        "products.Product", verbose_name=_("product"), on_delete=models.CASCADE, related_name="collection_items"
    )
    position = models.PositiveSmallIntegerField(_("position"), default=0)

    class Meta:
        verbose_name, verbose_name_plural = _("product of the collection"), _("products of the collection")
        constraints = [models.UniqueConstraint(fields=["collection", "product"], name="product_once_per_collection")]

    def __str__(self) -> str:
        return f"{self.product_id} in {self.collection_id}"
