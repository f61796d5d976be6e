"""Warehouses, stock, its history, and reservations."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q
from django.utils.formats import date_format
from django.utils.timezone import localtime
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from apps.catalog.products.models import Variant
from apps.common.countries import validate_country
from apps.common.ids import uuid7

# The shop displays how many units are left up to this many; beyond it a sale changes nothing that anybody sees.
MAX_DISPLAYED_STOCK = 20
# Far below what a column can hold, so that sums of such counts fit as well.
MAX_ON_HAND = 1_000_000_000
MAX_BACKORDERS = 1_000_000


class Warehouse(models.Model):
    """A place that units are sent from; the one with the smallest `priority` first."""

    code = models.SlugField(_("code"), max_length=40, unique=True)
    name = models.CharField(_("name"), max_length=80)
    country = models.CharField(
        _("country"), max_length=2, default="DE", validators=[validate_country], help_text=_("ISO 3166-1, two letters.")
    )
    priority = models.PositiveSmallIntegerField(_("priority"), default=0)
    is_active = models.BooleanField(_("active"), default=True, help_text=_("Whether its units are sold."))

    class Meta:
        verbose_name, verbose_name_plural = _("warehouse"), _("warehouses")

    def __str__(self) -> str:
        return self.name


class StockItem(models.Model):
    """A variant's stock over all active warehouses. Digital variants have no row.

    `on_hand` may fall below zero by as many units as may be sold before they arrive (`backorder_limit`).
    """

    class Policy(models.TextChoices):
        DENY = "deny", _("only what is in stock")
        BACKORDER = "backorder", _("also what is on its way")
        PREORDER = "preorder", _("before it comes out")

    variant = models.OneToOneField(
        Variant, verbose_name=_("variant"), on_delete=models.CASCADE, primary_key=True, related_name="stock"
    )
    on_hand = models.IntegerField(_("on hand"), default=0)
    reserved = models.PositiveIntegerField(_("reserved"), default=0)
    policy = models.CharField(_("policy"), max_length=9, choices=Policy, default=Policy.DENY)
    backorder_limit = models.PositiveIntegerField(
        _("backorder limit"), default=0, help_text=_("How many units may be sold before they arrive.")
    )
    available_on = models.DateField(
        _("available on"), null=True, blank=True, help_text=_("When a preorder or the next delivery is sent.")
    )
    low_stock_at = models.PositiveIntegerField(
        _("low stock at"), default=5, help_text=_("Stock is low at this many units or fewer.")
    )
    # A column of its own, so that no index holds the counts themselves: a sale then rewrites the row within its page
    # (a heap-only tuple) and touches no index at all.
    is_low = models.GeneratedField(
        verbose_name=_("low stock"),
        expression=Q(on_hand__lte=F("reserved") + F("low_stock_at")),  # type: ignore[arg-type]  # Django takes a Q as well
        output_field=models.BooleanField(),
        db_persist=True,
    )

    class Meta:
        verbose_name, verbose_name_plural = _("stock item"), _("stock")
        constraints = [
            # Two buyers of the last unit: whatever the code does, the database lets only one have it.
            models.CheckConstraint(
                condition=Q(reserved__lte=F("on_hand") + F("backorder_limit")), name="stock_never_oversold"
            ),
            models.CheckConstraint(
                condition=~Q(policy="deny") | Q(backorder_limit=0),
                name="stock_denied_has_no_backorders",
                violation_error_message=_("Only a backorder or preorder has a limit; make it 0."),
            ),
        ]
        indexes = [
            # The list of what runs low.
            models.Index(fields=["variant"], name="stock_low", condition=Q(is_low=True)),
            # The lists of what may be sold before it is here.
            models.Index(fields=["policy", "variant"], name="stock_beforehand", condition=~Q(policy="deny")),
        ]

    def __str__(self) -> str:
        counts = {"variant": self.variant, "on_hand": self.on_hand, "reserved": self.reserved}
        return gettext("%(variant)s: %(on_hand)s on hand, %(reserved)s reserved") % counts

    @property
    def in_stock(self) -> int:
        """Units on hand that are not reserved; negative when more were sold than are on hand."""
        return self.on_hand - self.reserved

    @property
    def available(self) -> int:
        """How many can be ordered now."""
        return self.on_hand - self.reserved + self.backorder_limit

    @property
    def owed(self) -> int:
        """Units that were reserved or sold and have yet to arrive."""
        return max(0, self.reserved - self.on_hand)

    @property
    def state(self) -> str:
        """in_stock, low_stock, backorder, preorder or out_of_stock: as browsing names it."""
        return stock_state(self.in_stock, self.policy, self.backorder_limit, self.low_stock_at)


def stock_state(in_stock: int, policy: str, backorder_limit: int, low_stock_at: int) -> str:
    """The state that shoppers see for these counts; `discovery.listings.AVAILABILITY` is the same rule in SQL."""
    if in_stock > low_stock_at:
        return "in_stock"
    if in_stock > 0:
        return "low_stock"
    return policy if in_stock + backorder_limit > 0 else "out_of_stock"


class StockLevel(models.Model):
    """A variant's units in one warehouse; over active warehouses they add up to the variant's StockItem."""

    variant = models.ForeignKey(
        Variant, verbose_name=_("variant"), on_delete=models.CASCADE, related_name="stock_levels"
    )
    warehouse = models.ForeignKey(
        Warehouse, verbose_name=_("warehouse"), on_delete=models.PROTECT, related_name="levels"
    )
    on_hand = models.IntegerField(_("on hand"), default=0)
    reserved = models.PositiveIntegerField(_("reserved"), default=0)

    class Meta:
        verbose_name, verbose_name_plural = _("stock in a warehouse"), _("stock in the warehouses")
        constraints = [models.UniqueConstraint(fields=["variant", "warehouse"], name="level_once_per_warehouse")]

    def __str__(self) -> str:
        return f"{self.on_hand} on hand, {self.reserved} reserved in {self.warehouse_id}"


class StockMovement(models.Model):
    """A change of `on_hand`, immutable: a trigger refuses updates and deletions."""

    class Reason(models.TextChoices):
        RECEIVED = "received", _("Received")
        SOLD = "sold", _("Sold")
        RETURNED = "returned", _("Returned")
        COUNTED = "counted", _("Counted")
        DAMAGED = "damaged", _("Damaged")
        MOVED = "moved", _("moved between warehouses")

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    variant = models.ForeignKey(Variant, verbose_name=_("variant"), on_delete=models.PROTECT, related_name="movements")
    # Movements from before there were warehouses name none.
    warehouse = models.ForeignKey(
        Warehouse, verbose_name=_("warehouse"), on_delete=models.PROTECT, related_name="movements", null=True
    )
    quantity = models.IntegerField(_("quantity"))
    reason = models.CharField(_("reason"), max_length=10, choices=Reason)
    reference = models.CharField(_("reference"), max_length=100, blank=True)
    moved_by = models.CharField(_("by"), max_length=254, blank=True)
    created_at = models.DateTimeField(_("created at"), auto_now_add=True)

    class Meta:
        verbose_name, verbose_name_plural = _("stock movement"), _("stock movements")
        indexes = [
            models.Index(fields=["variant", "-created_at"], name="movement_history"),
            # Which units went to this order, came with this delivery?
            models.Index(fields=["reference"], name="movement_reference", condition=~Q(reference="")),
        ]

    def __str__(self) -> str:
        return f"{self.quantity:+d} {self.reason}"


class Reservation(models.Model):
    """Units reserved for an order until `expires_at`."""

    class Status(models.TextChoices):
        ACTIVE = "active", _("Active")
        COMMITTED = "committed", _("Committed")
        RELEASED = "released", _("Released")
        EXPIRED = "expired", _("Expired")

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    # Unique: two deliveries of one request make one reservation.
    order_id = models.UUIDField(_("order"), unique=True)
    status = models.CharField(_("status"), max_length=10, choices=Status, default=Status.ACTIVE)
    expires_at = models.DateTimeField(_("expires at"))
    created_at = models.DateTimeField(_("created at"), auto_now_add=True)

    class Meta:
        verbose_name, verbose_name_plural = _("reservation"), _("reservations")
        indexes = [models.Index(fields=["expires_at"], name="reservation_due", condition=Q(status="active"))]

    def __str__(self) -> str:
        return gettext("Reservation of %(moment)s") % {
            "moment": date_format(localtime(self.created_at), "DATETIME_FORMAT")
        }


class ReservationLine(models.Model):
    """A line of the order; two lines of the same SKU stay two."""

    reservation = models.ForeignKey(
        Reservation, verbose_name=_("reservation"), on_delete=models.CASCADE, related_name="lines"
    )
    position = models.PositiveSmallIntegerField(_("position"))
    sku = models.CharField(_("SKU"), max_length=40)
    # Its units are found again by this, also when staff give the variant another SKU meanwhile.
    variant_id = models.UUIDField(null=True)
    quantity = models.PositiveIntegerField(_("quantity"))
    # Which warehouses send it, by id: {"1": 2}. Empty for what is digital.
    allocation = models.JSONField(default=dict)

    class Meta:
        verbose_name, verbose_name_plural = _("line of the reservation"), _("lines of the reservation")
        constraints = [
            models.UniqueConstraint(fields=["reservation", "position"], name="reservation_line_per_position")
        ]

    def __str__(self) -> str:
        return f"{self.quantity} × {self.sku}"
