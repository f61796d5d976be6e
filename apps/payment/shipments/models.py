"""Parcels of orders."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from apps.common.ids import uuid7
from apps.payment.orders.models import Order, OrderLine
from apps.payment.shipments.carriers import carrier_name


class Shipment(models.Model):
    """A parcel that left. Its units are counted in `OrderLine.shipped_quantity` as well, which the database bounds."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    order = models.ForeignKey(Order, on_delete=models.PROTECT, related_name="shipments", verbose_name=_("order"))
    carrier = models.CharField(_("carrier"), max_length=20)
    tracking_number = models.CharField(_("tracking number"), max_length=60, blank=True)
    # As it was when the parcel left: carriers change their addresses.
    tracking_url = models.CharField(_("tracking link"), max_length=500, blank=True)
    key = models.CharField(max_length=255, editable=False)
    shipped_by = models.CharField(_("by"), max_length=254)
    shipped_at = models.DateTimeField(_("shipped"), auto_now_add=True)
    mail_due_at = models.DateTimeField(null=True, blank=True, editable=False)

    class Meta:
        verbose_name = _("shipment")
        verbose_name_plural = _("shipments")
        constraints = [
            # A repeated request (a double click, a lost response) sends no second parcel.
            models.UniqueConstraint(fields=["order", "key"], name="shipment_once_per_key")
        ]
        indexes = [
            models.Index(fields=["mail_due_at"], name="shipment_mail_due", condition=Q(mail_due_at__isnull=False))
        ]

    def __str__(self) -> str:
        return " ".join(part for part in (self.carrier_name, self.tracking_number) if part)

    @property
    def carrier_name(self) -> str:
        return carrier_name(self.carrier)


class ShipmentLine(models.Model):
    """Units of a line in a parcel."""

    shipment = models.ForeignKey(Shipment, on_delete=models.CASCADE, related_name="lines")
    line = models.ForeignKey(OrderLine, on_delete=models.CASCADE, related_name="shipped_in")
    quantity = models.PositiveSmallIntegerField(_("quantity"))

    class Meta:
        verbose_name = _("line")
        verbose_name_plural = _("lines")
        constraints = [
            models.UniqueConstraint(fields=["shipment", "line"], name="shipment_line_once"),
            models.CheckConstraint(condition=Q(quantity__gte=1), name="shipment_line_of_something"),
        ]

    def __str__(self) -> str:
        return f"{self.quantity} of line {self.line_id}"
