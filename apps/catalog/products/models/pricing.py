"""Prices and sale prices of variants."""

from __future__ import annotations

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateTimeRangeField, RangeBoundary, RangeOperators
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Func, Q
from django.utils.translation import gettext_lazy as _

MAX_AMOUNT = 10**11


class Price(models.Model):
    """What a variant costs in one currency, in minor units."""

    variant = models.ForeignKey(
        "products.Variant", verbose_name=_("variant"), on_delete=models.CASCADE, related_name="prices"
    )
    currency = models.CharField(_("currency"), max_length=3)
    amount = models.BigIntegerField(
        _("amount"),
        validators=[MinValueValidator(0), MaxValueValidator(MAX_AMOUNT)],
        help_text=_("Minor units (cents)."),
    )

    class Meta:
        verbose_name, verbose_name_plural = _("price"), _("prices")
        constraints = [
            models.UniqueConstraint(fields=["variant", "currency"], name="price_once_per_currency"),
            models.CheckConstraint(condition=Q(amount__gte=0, amount__lte=MAX_AMOUNT), name="price_is_sane"),
        ]

    def __str__(self) -> str:
        return f"{self.amount} {self.currency}"


class Period(Func):
    """The time from `starts_at` to before `ends_at`."""

    function = "TSTZRANGE"
    output_field = DateTimeRangeField()


class SalePrice(models.Model):
    """What a variant costs instead from `starts_at` until before `ends_at`. Two sales of one variant never overlap."""

    variant = models.ForeignKey(
        "products.Variant", verbose_name=_("variant"), on_delete=models.CASCADE, related_name="sale_prices"
    )
    currency = models.CharField(_("currency"), max_length=3)
    amount = models.BigIntegerField(
        _("amount"),
        validators=[MinValueValidator(0), MaxValueValidator(MAX_AMOUNT)],
        help_text=_("Minor units (cents)."),
    )
    starts_at = models.DateTimeField(_("starts at"))
    ends_at = models.DateTimeField(_("ends at"))

    class Meta:
        verbose_name, verbose_name_plural = _("sale price"), _("sale prices")
        constraints = [
            models.CheckConstraint(condition=Q(starts_at__lt=F("ends_at")), name="sale_ends_after_it_starts"),
            models.CheckConstraint(condition=Q(amount__gte=0, amount__lte=MAX_AMOUNT), name="sale_price_is_sane"),
            # Two editors who schedule at once: the database lets only one of them have the time.
            ExclusionConstraint(
                name="sales_do_not_overlap",
                expressions=[
                    ("variant", RangeOperators.EQUAL),
                    ("currency", RangeOperators.EQUAL),
                    (Period("starts_at", "ends_at", RangeBoundary()), RangeOperators.OVERLAPS),
                ],
            ),
        ]

    def __str__(self) -> str:
        return f"{self.amount} {self.currency} from {self.starts_at:%Y-%m-%d}"
