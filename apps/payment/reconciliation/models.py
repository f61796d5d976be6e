"""Days that were compared with a payment provider, and what differed."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _


class ReconciledDay(models.Model):
    """A day (UTC) whose movements at the provider were compared with the ledger."""

    provider = models.CharField(_("payment provider"), max_length=16)
    day = models.DateField(_("day"))
    movement_count = models.PositiveIntegerField(_("movements"), default=0)
    checked_at = models.DateTimeField(_("checked"))

    class Meta:
        verbose_name = _("reconciled day")
        verbose_name_plural = _("reconciled days")
        constraints = [models.UniqueConstraint(fields=["provider", "day"], name="reconciled_day_once")]

    def __str__(self) -> str:
        return f"{self.day:%Y-%m-%d} ({self.provider})"


class Difference(models.Model):
    """Money that the provider and the ledger do not agree about. Amounts are null where there is none."""

    class Kind(models.TextChoices):
        NOT_BOOKED = "not_booked", _("Not in the ledger")
        NOT_AT_PROVIDER = "not_at_provider", _("Not at the provider")
        AMOUNT = "amount", _("Another amount")

    reconciled_day = models.ForeignKey(
        ReconciledDay, on_delete=models.CASCADE, related_name="differences", verbose_name=_("day")
    )
    kind = models.CharField(_("difference"), max_length=16, choices=Kind)
    # That of the journal entry: `capture:` or `refund:`, and the key that the provider was asked with.
    key = models.CharField(_("key"), max_length=80)
    order_number = models.CharField(_("order"), max_length=32, blank=True)
    reference = models.CharField(_("reference"), max_length=64, blank=True)
    provider_amount = models.BigIntegerField(null=True, blank=True)
    provider_currency = models.CharField(max_length=3, blank=True)
    booked_amount = models.BigIntegerField(null=True, blank=True)
    booked_currency = models.CharField(max_length=3, blank=True)
    found_at = models.DateTimeField(_("found"), auto_now_add=True)
    # Null while nobody has explained it.
    settled_at = models.DateTimeField(_("settled"), null=True, blank=True)
    settled_by = models.CharField(_("settled by"), max_length=254, blank=True)

    class Meta:
        verbose_name = _("difference")
        verbose_name_plural = _("differences")
        constraints = [models.UniqueConstraint(fields=["reconciled_day", "key"], name="difference_once_per_day")]
        indexes = [models.Index(fields=["found_at"], condition=Q(settled_at=None), name="difference_open")]

    def __str__(self) -> str:
        return f"{self.get_kind_display()}: {self.key}"
