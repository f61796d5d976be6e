"""Invoices and credit notes as they were issued, and the counters of their numbers."""

from __future__ import annotations

from datetime import date

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from apps.common.ids import uuid7
from apps.payment.orders.models import Order
from apps.payment.tax.services import tax_date


class Series(models.TextChoices):
    """Documents that share one sequence of numbers a year."""

    INVOICE = "invoice", _("Invoice")
    CREDIT_NOTE = "credit_note", _("Credit note")


class DocumentCounter(models.Model):
    """The last number that was given to a document of a series in a year."""

    series = models.CharField(max_length=12, choices=Series)
    year = models.PositiveSmallIntegerField()
    last_sequence = models.PositiveIntegerField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["series", "year"], name="document_counter_once")]

    def __str__(self) -> str:
        return f"{self.series} {self.year}: {self.last_sequence}"


class Document(models.Model):
    """An invoice or a credit note. A trigger refuses every change: what is wrong is corrected by another document."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    series = models.CharField(_("kind"), max_length=12, choices=Series)
    # Of the shop's calendar (SHOP_TIME_ZONE).
    year = models.PositiveSmallIntegerField()
    sequence = models.PositiveIntegerField()
    number = models.CharField(_("number"), max_length=24, unique=True)
    order = models.ForeignKey(
        Order, on_delete=models.PROTECT, null=True, blank=True, related_name="documents", verbose_name=_("order")
    )
    # Of a subscription's period; subscriptions know documents and not the other way round.
    charge_id = models.UUIDField(null=True, blank=True, editable=False)
    # Of a credit note; refunds know documents and not the other way round.
    refund_id = models.UUIDField(null=True, blank=True, unique=True, editable=False)
    language = models.CharField(_("language"), max_length=10)
    issued_at = models.DateTimeField(_("issued"))
    # What the document says (`facts.Facts`): kept as it was, whatever becomes of the order, the customer or the seller.
    facts = models.JSONField(editable=False)

    class Meta:
        verbose_name = _("document")
        verbose_name_plural = _("documents")
        constraints = [
            models.UniqueConstraint(fields=["series", "year", "sequence"], name="document_sequence_once"),
            # Two workers that settle one order: it has one invoice.
            models.UniqueConstraint(fields=["order"], condition=Q(series="invoice"), name="document_one_invoice"),
            models.UniqueConstraint(
                fields=["charge_id"], condition=Q(series="invoice"), name="document_one_invoice_per_charge"
            ),
            models.CheckConstraint(
                condition=Q(series="invoice", refund_id=None) | Q(series="credit_note", refund_id__isnull=False),
                name="document_refund_of_credit_note",
            ),
            models.CheckConstraint(
                condition=Q(order__isnull=False, charge_id=None) | Q(order=None, charge_id__isnull=False),
                name="document_of_order_or_subscription",
            ),
        ]
        indexes = [
            models.Index(fields=["charge_id"], condition=Q(charge_id__isnull=False), name="document_charge"),
        ]

    def __str__(self) -> str:
        return self.number

    @property
    def issued_on(self) -> date:
        """The day in the shop's time zone."""
        return tax_date(self.issued_at)

    @property
    def file_name(self) -> str:
        return f"{self.number}.pdf"
