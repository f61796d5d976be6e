"""Images of titles beside the poster."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from apps.video.titles.models.titles import Title


class Artwork(models.Model):
    """A backdrop (behind a page's head), a logo (the title as it is drawn), or a still, in several sizes.

    `sizes` are the files, narrowest first: `[{"name": "posters/artwork/…", "width": 640}]`; a name comes from its
    content, so that caches may keep it for ever.
    """

    class Kind(models.TextChoices):
        BACKDROP = "backdrop", _("Backdrop")
        LOGO = "logo", _("Logo")
        STILL = "still", _("Still")

    title = models.ForeignKey(Title, on_delete=models.CASCADE, related_name="artwork")
    kind = models.CharField(_("kind"), max_length=8, choices=Kind)
    checksum = models.CharField(max_length=64)
    width = models.PositiveIntegerField(_("width"))
    height = models.PositiveIntegerField(_("height"))
    sizes = models.JSONField(default=list)
    position = models.PositiveSmallIntegerField(_("position"), default=0)

    class Meta:
        verbose_name = _("image")
        verbose_name_plural = _("artwork")
        constraints = [
            models.UniqueConstraint(fields=["title", "kind", "checksum"], name="artwork_once_per_title"),
            # Two who set a backdrop at once: one replaces the other.
            models.UniqueConstraint(
                fields=["title", "kind"], condition=~Q(kind="still"), name="artwork_one_backdrop_one_logo"
            ),
        ]

    def __str__(self) -> str:
        return str(self.get_kind_display())
