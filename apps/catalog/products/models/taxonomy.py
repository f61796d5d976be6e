"""The tree of categories, and brands."""

from __future__ import annotations

from django.db import models
from django.db.models.functions import Lower
from django.utils.translation import gettext_lazy as _
from treebeard.mp_tree import MP_Node

from apps.catalog.products.models.bases import SearchEngineTexts, WithUploadedImage
from apps.common.translated import Translated


class Category(Translated, SearchEngineTexts, WithUploadedImage, MP_Node):  # type: ignore[django-manager-missing]  # treebeard's has no types
    """A node of the tree. `full_path` joins the slugs from the root: `home/kitchen`."""

    TRANSLATABLE = ("name", "description", "seo_title", "seo_description")

    name = models.CharField(_("name"), max_length=120)
    slug = models.SlugField(_("slug"), max_length=80)
    full_path = models.CharField(_("path"), max_length=400, unique=True, editable=False)
    description = models.CharField(_("description"), max_length=300, blank=True)

    class Meta:
        verbose_name, verbose_name_plural = _("category"), _("categories")
        indexes = [
            # "This category and everything below it" is a prefix match.
            models.Index(fields=["full_path"], name="category_full_path_prefix", opclasses=["varchar_pattern_ops"])
        ]

    def __str__(self) -> str:
        return self.full_path or self.name


class Brand(Translated):
    TRANSLATABLE = ("description",)

    name = models.CharField(_("name"), max_length=120, unique=True)
    slug = models.SlugField(_("slug"), max_length=120, unique=True)
    description = models.CharField(_("description"), max_length=300, blank=True)

    class Meta:
        verbose_name, verbose_name_plural = _("brand"), _("brands")
        constraints = [
            models.UniqueConstraint(
                Lower("name"),
                name="brand_name_once",
                violation_error_message=_("There is a brand with this name already; capitals make no difference."),
            ),
        ]

    def __str__(self) -> str:
        return self.name
