"""Uploads: films on their way in, and what became of them."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from apps.common.ids import uuid7
from apps.video.encoding.models import Encoding
from apps.video.media.reasons import sentence
from apps.video.titles.models import Title


class Upload(models.Model):
    """A film that somebody of the staff sends, or a part of one (tus: concatenation). How much of it has arrived is the
    length of its file (`files`) or what its blocks hold (`direct_storage`), which no row repeats."""

    class State(models.TextChoices):
        RECEIVING = "receiving", _("Receiving")
        CHECKING = "checking", _("Checking")
        ACCEPTED = "accepted", _("Accepted")
        REFUSED = "refused", _("Refused")
        # Ended by its owner, expired, or a part of a film that is complete.
        REMOVED = "removed", _("Removed")

    UNFINISHED = (State.RECEIVING, State.CHECKING)

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    # The account in `auth` that began it: nobody else sees, continues or ends it by the API.
    owner_id = models.UUIDField(editable=False)
    # Null for parts: the whole that is made of them says which film it is.
    title = models.ForeignKey(
        Title, on_delete=models.CASCADE, null=True, blank=True, related_name="uploads", verbose_name=_("film")
    )
    is_partial = models.BooleanField(default=False, editable=False)
    # Its bytes are sent to Blob Storage (`direct`), not to a file of this service.
    is_direct = models.BooleanField(default=False, db_default=False, editable=False)
    # The whole that this is a part of, and the how manieth.
    whole = models.ForeignKey("self", on_delete=models.SET_NULL, null=True, related_name="parts", editable=False)
    part_number = models.PositiveSmallIntegerField(default=0, editable=False)
    # As whoever sends it calls it: data for people, never a path.
    filename = models.CharField(_("name of the file"), max_length=255, blank=True)
    # The header Upload-Metadata, which clients get back as they sent it.
    metadata = models.TextField(max_length=4000, blank=True, editable=False)
    length = models.BigIntegerField(_("size"), help_text=_("Bytes."))
    priority = models.SmallIntegerField(_("priority"), default=0)
    state = models.CharField(_("state"), max_length=10, choices=State, default=State.RECEIVING)
    # Bytes from here on came with a checksum that is not verified yet: they do not count, and go if it never is.
    unverified_from = models.BigIntegerField(null=True, editable=False)
    # Who writes or checks holds the row until then; a dead process's row is free afterwards.
    lease_until = models.DateTimeField(default=timezone.now, editable=False)
    # Tries to check it.
    attempt = models.PositiveSmallIntegerField(default=0, editable=False)
    # Why it was refused: a code of media.reasons and what fills its sentence.
    reason_code = models.CharField(max_length=40, blank=True)
    reason_values = models.JSONField(default=dict, blank=True)
    encoding = models.ForeignKey(
        Encoding, on_delete=models.SET_NULL, null=True, blank=True, related_name="+", verbose_name=_("encoding")
    )
    created_at = models.DateTimeField(_("begun"), auto_now_add=True)
    # Removed then, unless more of it arrives before.
    expires_at = models.DateTimeField(_("expires"))
    finished_at = models.DateTimeField(_("finished"), null=True, blank=True)

    class Meta:
        verbose_name = _("upload")
        verbose_name_plural = _("uploads")
        constraints = [
            models.CheckConstraint(condition=Q(length__gte=0), name="upload_length_not_negative"),
            models.CheckConstraint(
                condition=Q(is_partial=True, title=None) | Q(is_partial=False, title__isnull=False),
                name="upload_whole_has_title",
            ),
            models.CheckConstraint(
                condition=~Q(state="refused") | ~Q(reason_code=""), name="upload_refused_has_reason"
            ),
            # Two that join the same parts at once: each part once.
            models.UniqueConstraint(
                fields=["whole", "part_number"], condition=Q(whole__isnull=False), name="upload_part_once"
            ),
        ]
        indexes = [
            # What an owner may still begin, and what the jobs look for.
            models.Index(
                fields=["owner_id"], name="upload_unfinished", condition=Q(state__in=["receiving", "checking"])
            ),
            models.Index(fields=["title", "-created_at"], name="upload_of_title"),
        ]

    def __str__(self) -> str:
        return self.filename or str(self.pk)

    @property
    def reason(self) -> str:
        """Why it was refused, in the reader's language; empty unless it was."""
        return sentence(self.reason_code, self.reason_values) if self.reason_code else ""
