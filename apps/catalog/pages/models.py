"""Pages of text that a shop has beside its products: imprint, privacy, terms, shipping."""

from __future__ import annotations

from django.db import models
from django.db.models.functions import Lower

from apps.catalog.products.models.bases import Translated

MAX_BODY = 50_000


class Page(Translated):
    """A page that staff write in Markdown. The storefront links published ones in its footer, by `position`."""

    TRANSLATABLE = ("title", "body")

    slug = models.SlugField(max_length=80, unique=True, help_text="The address of the page: imprint, privacy.")
    title = models.CharField(max_length=120)
    body = models.TextField("text", max_length=MAX_BODY, blank=True, help_text="Markdown; HTML is shown as text.")
    is_published = models.BooleanField("published", default=False)
    position = models.PositiveSmallIntegerField("position in the footer", default=0)
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                Lower("slug"),
                name="page_slug_once",
                violation_error_message="There is a page with this slug already; capitals make no difference.",
            ),
        ]

    def __str__(self) -> str:
        return self.title
