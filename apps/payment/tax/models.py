"""Rates of tax: those of the release, and what staff add."""

from __future__ import annotations

from django.core.validators import MaxValueValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from apps.common.countries import validate_country
from apps.payment.tax.rates import TaxClass


class TaxRate(models.Model):
    """The rate of what is sold to a place from a day on, until the day of the next row."""

    class ProductClass(models.TextChoices):
        STANDARD = TaxClass.STANDARD, _("Standard rate")
        REDUCED = TaxClass.REDUCED, _("Reduced rate")
        ZERO = TaxClass.ZERO, _("Zero-rated")
        DIGITAL = TaxClass.DIGITAL, _("Films")

    country = models.CharField(_("country"), max_length=2, validators=[validate_country])
    region = models.CharField(
        _("state"), max_length=40, blank=True, help_text=_("Only where each state has rates of its own, such as CA.")
    )
    tax_class = models.CharField(_("tax class"), max_length=20, choices=ProductClass)
    # In basis points: 1900 is 19 %.
    rate = models.PositiveSmallIntegerField(_("rate"), validators=[MaxValueValidator(10_000)])
    valid_from = models.DateField(_("valid from"))
    source = models.CharField(
        _("source"), max_length=200, blank=True, help_text=_("Where an official page states the rate.")
    )
    # Rows of a release are replaced by the next release; staff add rows beside them.
    is_of_release = models.BooleanField(default=False, editable=False)

    class Meta:
        verbose_name = _("tax rate")
        verbose_name_plural = _("tax rates")
        constraints = [
            models.UniqueConstraint(
                fields=["country", "region", "tax_class", "valid_from", "is_of_release"],
                name="tax_rate_once_a_day",
                violation_error_message=_("There is a rate from this day already."),
            ),
            models.CheckConstraint(condition=Q(rate__lte=10_000), name="tax_rate_is_basis_points"),
        ]

    def __str__(self) -> str:
        return f"{self.country} {self.region} {self.tax_class}".replace("  ", " ")
