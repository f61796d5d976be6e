"""Keys of encrypted films."""

from __future__ import annotations

from django.db import models

from apps.common.ids import uuid7


class ContentKey(models.Model):
    """The key of some minutes of one rendition, wrapped with KEY_ENCRYPTION_KEY.

    Each attempt at a rendition has keys of its own, so no key ever encrypts two things in the same place.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    asset_id = models.UUIDField()
    folder = models.CharField(max_length=60)
    # Counts from the beginning of the film.
    period = models.PositiveIntegerField()
    wrapped = models.BinaryField()
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["asset_id", "folder", "period"], name="content_key_once_per_period")
        ]

    def __str__(self) -> str:
        return f"{self.folder} {self.period}"
