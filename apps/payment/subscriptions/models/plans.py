"""Plans and their prices."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from apps.common.ids import uuid7
from apps.common.languages import current_language, default_language
from apps.common.money import Money


class Plan(models.Model):
    """What customers subscribe to: an interval, prices, a trial, and a package of films that it opens.

    Films name their packages in `video`, so several plans open the same films, and a new film needs no change here.
    """

    class Interval(models.TextChoices):
        MONTH = "month", _("Monthly")
        YEAR = "year", _("Yearly")

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    code = models.SlugField(_("code"), max_length=40, unique=True)
    package = models.SlugField(
        _("film package"), max_length=40, help_text=_("Films in the video admin that name this package are included.")
    )
    # By language; the shop's first language is always there.
    names = models.JSONField(_("names"), default=dict)
    descriptions = models.JSONField(_("descriptions"), default=dict, blank=True)
    interval = models.CharField(_("billing interval"), max_length=5, choices=Interval)
    trial_days = models.PositiveSmallIntegerField(_("free trial in days"), default=0)
    position = models.PositiveSmallIntegerField(_("position"), default=0)
    is_active = models.BooleanField(_("offered"), default=True)

    class Meta:
        verbose_name = _("plan")
        verbose_name_plural = _("plans")
        constraints = [models.CheckConstraint(condition=Q(trial_days__lte=366), name="plan_trial_of_at_most_a_year")]

    def __str__(self) -> str:
        return f"{self.name_in(current_language())} ({self.get_interval_display()})"

    def name_in(self, language: str) -> str:
        """The name in a language, else in the shop's first one."""
        return str(self.names.get(language) or self.names.get(default_language()) or self.code)

    def description_in(self, language: str) -> str:
        return str(self.descriptions.get(language) or self.descriptions.get(default_language()) or "")


class PlanPrice(models.Model):
    """What a period costs, gross, in minor units. A new price is charged from the next renewal on."""

    plan = models.ForeignKey(Plan, on_delete=models.CASCADE, related_name="prices")
    currency = models.CharField(_("currency"), max_length=3)
    amount = models.BigIntegerField(_("amount"))

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["plan", "currency"], name="plan_one_price_per_currency"),
            models.CheckConstraint(condition=Q(amount__gt=0), name="plan_price_is_positive"),
        ]

    def __str__(self) -> str:
        return Money(self.amount, self.currency).format(current_language())
