"""Pages of text that a shop has beside its products: imprint, privacy, terms, shipping."""

from __future__ import annotations

from django.db import models
from django.db.models.functions import Lower
from django.utils.translation import gettext_lazy as _

from apps.common.translated import Translated

MAX_BODY = 50_000


class Page(Translated):
    """A page that staff write in Markdown. The storefront links published ones in its footer, by `position`."""

    TRANSLATABLE = ("title", "body")

    slug = models.SlugField(
        _("slug"), max_length=80, unique=True, help_text=_("The address of the page: imprint, privacy.")
    )
    title = models.CharField(_("title"), max_length=120)
    body = models.TextField(_("text"), max_length=MAX_BODY, blank=True, help_text=_("Markdown; HTML is shown as text."))
    is_published = models.BooleanField(_("published"), default=False)
    position = models.PositiveSmallIntegerField(_("position in the footer"), default=0)
    updated_at = models.DateTimeField(_("updated at"), auto_now=True)

    class Meta:
        verbose_name, verbose_name_plural = _("page"), _("pages")
        constraints = [
            models.UniqueConstraint(
                Lower("slug"),
                name="page_slug_once",
                violation_error_message=_("There is a page with this slug already; capitals make no difference."),
            ),
        ]

    def __str__(self) -> str:
        return self.title
