"""Base classes of the catalogue's models."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _


class WithUploadedImage(models.Model):
    """An image that staff uploaded: `{"width": 1600, "height": 900, "renditions": […]}`, empty for none.

    Shoppers else see that of the best-selling product. See `products.rendering` and, for renditions, `ProductImage`.
    """

    uploaded_image = models.JSONField(default=dict, blank=True, editable=False)

    class Meta:
        abstract = True


class SearchEngineTexts(models.Model):
    """What search engines show in place of the title and the summary; empty means these."""

    seo_title = models.CharField(_("title for search engines"), max_length=70, blank=True)
    seo_description = models.CharField(_("description for search engines"), max_length=160, blank=True)

    class Meta:
        abstract = True
