"""Stock, its history, and reservations."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q

from apps.catalog.products.models import Variant
from apps.common.ids import uuid7


class StockItem(models.Model):
    """How many pieces of a variant are on hand, and how many of them are promised. Digital variants have no row."""

    variant = models.OneToOneField(Variant, on_delete=models.CASCADE, primary_key=True, related_name="stock")
    on_hand = models.PositiveIntegerField(default=0)
    reserved = models.PositiveIntegerField(default=0)

    class Meta:
        constraints = [
            # Two buyers of the last piece: whatever the code does, the database lets only one have it.
            models.CheckConstraint(condition=Q(reserved__lte=F("on_hand")), name="stock_never_oversold"),
        ]

    def __str__(self) -> str:
        return f"{self.on_hand} on hand, {self.reserved} reserved"

    @property
    def available(self) -> int:
        return self.on_hand - self.reserved


class StockMovement(models.Model):
    """One change of `on_hand`, for ever: a trigger refuses updates and deletions."""

    class Reason(models.TextChoices):
        RECEIVED = "received"
        SOLD = "sold"
        RETURNED = "returned"
        COUNTED = "counted"
        DAMAGED = "damaged"

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    variant = models.ForeignKey(Variant, on_delete=models.PROTECT, related_name="movements")
    quantity = models.IntegerField()
    reason = models.CharField(max_length=10, choices=Reason)
    reference = models.CharField(max_length=100, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        indexes = [models.Index(fields=["variant", "-created_at"], name="movement_history")]

    def __str__(self) -> str:
        return f"{self.quantity:+d} {self.reason}"


class Reservation(models.Model):
    """Pieces promised to one order until `expires_at`."""

    class Status(models.TextChoices):
        ACTIVE = "active"
        COMMITTED = "committed"
        RELEASED = "released"
        EXPIRED = "expired"

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    # Unique: two deliveries of one request make one reservation.
    order_id = models.UUIDField(unique=True)
    status = models.CharField(max_length=10, choices=Status, default=Status.ACTIVE)
    expires_at = models.DateTimeField()
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        indexes = [models.Index(fields=["expires_at"], name="reservation_due", condition=Q(status="active"))]

    def __str__(self) -> str:
        return f"order {self.order_id}, {self.status}"


class ReservationLine(models.Model):
    reservation = models.ForeignKey(Reservation, on_delete=models.CASCADE, related_name="lines")
    sku = models.CharField(max_length=40)
    quantity = models.PositiveIntegerField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["reservation", "sku"], name="reservation_line_per_sku")]

    def __str__(self) -> str:
        return f"{self.quantity} × {self.sku}"
