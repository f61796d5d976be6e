"""Where parcels go, how, and what that costs: staff edit all of it."""

from __future__ import annotations

from django.core.validators import MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from apps.common.countries import validate_country
from apps.common.text import one_line
from apps.common.translated import Translated


class ShippingZone(models.Model):
    """Countries with the same delivery methods. One zone may stand for all countries that no other zone has; where
    there is none, the shop delivers nowhere else."""

    name = models.CharField(_("name"), max_length=60, unique=True, validators=[one_line])
    is_rest_of_world = models.BooleanField(_("all other countries"), default=False)

    class Meta:
        verbose_name = _("shipping zone")
        verbose_name_plural = _("shipping zones")
        constraints = [
            models.UniqueConstraint(
                fields=["is_rest_of_world"], condition=Q(is_rest_of_world=True), name="shipping_one_rest_of_world"
            )
        ]

    def __str__(self) -> str:
        return self.name


class ZoneCountry(models.Model):
    """A country is in one zone at most."""

    zone = models.ForeignKey(ShippingZone, on_delete=models.CASCADE, related_name="countries")
    code = models.CharField(_("country"), max_length=2, unique=True, validators=[validate_country])

    def __str__(self) -> str:
        return self.code


class ShippingMethod(Translated):
    """How a parcel travels in a zone. Days are working days from payment to the door."""

    TRANSLATABLE = ("name", "description")

    zone = models.ForeignKey(ShippingZone, on_delete=models.CASCADE, related_name="methods")
    code = models.SlugField(_("code"), max_length=20)
    name = models.CharField(_("name"), max_length=60, validators=[one_line])
    description = models.CharField(_("description"), max_length=120, blank=True, validators=[one_line])
    min_days = models.PositiveSmallIntegerField(_("fastest, in working days"))
    max_days = models.PositiveSmallIntegerField(_("slowest, in working days"))
    requires_phone = models.BooleanField(
        _("needs a phone number"), default=False, help_text=_("For customs or the carrier.")
    )
    is_active = models.BooleanField(_("active"), default=True)

    class Meta:
        verbose_name = _("delivery method")
        verbose_name_plural = _("delivery methods")
        constraints = [
            models.UniqueConstraint(fields=["zone", "code"], name="shipping_method_code_once_a_zone"),
            models.CheckConstraint(
                condition=Q(min_days__gte=1, max_days__gte=F("min_days"), max_days__lte=90),
                name="shipping_method_days_in_order",
                violation_error_message=_("Enter 1 to 90 working days, the slowest no less than the fastest."),
            ),
        ]

    def __str__(self) -> str:
        return self.name


class ShippingPrice(models.Model):
    """What a method costs from an order value on and up to a weight; of several that hold, the lowest counts.

    A method without one that holds is not offered. Amounts are minor units of the currency.
    """

    method = models.ForeignKey(ShippingMethod, on_delete=models.CASCADE, related_name="prices")
    currency = models.CharField(_("currency"), max_length=3)
    amount = models.BigIntegerField(_("price"), validators=[MinValueValidator(0)])
    # Of the goods before the discount: no voucher makes an order dearer.
    from_value = models.BigIntegerField(_("from order value"), default=0, validators=[MinValueValidator(0)])
    max_weight_grams = models.PositiveIntegerField(
        _("up to weight in grams"), null=True, blank=True, validators=[MinValueValidator(1)]
    )

    class Meta:
        verbose_name = _("price")
        verbose_name_plural = _("prices")
        ordering = ["currency", "from_value", "max_weight_grams", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["method", "currency", "from_value", "max_weight_grams"],
                nulls_distinct=False,
                name="shipping_price_once",
                violation_error_message=_("There is a price with these conditions already."),
            ),
            models.CheckConstraint(condition=Q(amount__gte=0, from_value__gte=0), name="shipping_price_not_negative"),
        ]

    def __str__(self) -> str:
        return f"{self.amount} {self.currency}"
