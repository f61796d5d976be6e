"""Orders, as a persisted state machine."""

from __future__ import annotations

import secrets

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from apps.common.ids import uuid7
from apps.common.languages import default_language
from apps.common.money import Money
from apps.payment.tax.rates import TaxClass
from apps.payment.tax.services import TaxedAmount

# Without letters that are mistaken for others (Crockford's base 32, less U).
ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
# Stands for the address of a customer who was erased; nobody can own it (RFC 2606).
ERASED_EMAIL = "deleted@streamcart.invalid"


def order_number() -> str:
    """`SC-7K2M9QXR`: 40 random bits, so that numbers reveal nothing about how much is sold."""
    return "SC-" + "".join(secrets.choice(ALPHABET) for _ in range(8))


class Order(models.Model):
    class State(models.TextChoices):
        PENDING = "pending", _("Pending")
        RESERVED = "reserved", _("Reserved")
        AUTHORISED = "authorised", _("Authorised")
        PAID = "paid", _("Paid")
        FULFILLED = "fulfilled", _("Fulfilled")
        CANCELLED = "cancelled", _("Cancelled")
        FAILED = "failed", _("Failed")
        PARTIALLY_REFUNDED = "partially_refunded", _("Partially refunded")
        REFUNDED = "refunded", _("Refunded")

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    number = models.CharField(_("number"), max_length=16, unique=True, default=order_number, editable=False)
    state = models.CharField(_("state"), max_length=20, choices=State, default=State.PENDING)
    cart_id = models.UUIDField(db_index=True)
    user_id = models.UUIDField(null=True, blank=True)
    secret_hash = models.CharField(max_length=64, blank=True, editable=False)
    email = models.EmailField(_("email address"), max_length=254)
    language = models.CharField(_("language"), max_length=10, default=default_language, db_default="")
    currency = models.CharField(max_length=3)
    # At the prices of the lines, before the discount.
    subtotal_amount = models.BigIntegerField()
    # What a voucher takes off the lines: the sum of theirs.
    discount_amount = models.BigIntegerField(default=0, db_default=0)
    # What tax changes in the amounts of the lines: added where prices do not include it, taken off (below zero) where a
    # business in another country of the EU accounts for it.
    added_tax_amount = models.BigIntegerField(default=0, db_default=0)
    # What is paid for shipping; a voucher for free shipping makes it 0 and leaves the discount alone.
    shipping_amount = models.BigIntegerField(default=0)
    total_amount = models.BigIntegerField()
    refunded_amount = models.BigIntegerField(default=0)
    # The code that was redeemed, as the customer knows it; empty where the order was no cheaper for one.
    voucher_code = models.CharField(_("voucher"), max_length=40, blank=True, db_default="")
    gift_message = models.CharField(_("gift message"), max_length=300, blank=True, db_default="")
    shipping_code = models.CharField(max_length=20, blank=True)
    # In the language of the order, as the titles of its lines.
    shipping_name = models.CharField(max_length=60, blank=True)
    shipping_address = models.JSONField(null=True, blank=True)
    # Of the invoice, where it is not the delivery address; of films alone the only one.
    billing_address = models.JSONField(null=True, blank=True)
    # The country whose rates apply, kept when the address is erased; empty for orders placed before tax was recorded.
    tax_country = models.CharField(max_length=2, blank=True, db_default="")
    # Of a business that buys: its name on the invoice, and its checked VAT ID.
    company_name = models.CharField(_("company"), max_length=150, blank=True, db_default="")
    vat_id = models.CharField(_("VAT ID"), max_length=20, blank=True, db_default="")
    # The parts of `shipping_amount` with their taxes: one for each rate of the goods, none when it is free; null for
    # orders placed before tax was recorded.
    shipping_tax = models.JSONField(null=True, blank=True, editable=False)
    # Between these days, both included, the parcel arrives as the shop said at checkout; null for films alone.
    earliest_delivery_date = models.DateField(_("earliest delivery"), null=True, blank=True)
    latest_delivery_date = models.DateField(_("latest delivery"), null=True, blank=True)
    return_url = models.CharField(max_length=500, blank=True)
    reservation_id = models.UUIDField(null=True, blank=True)
    failure_code = models.CharField(_("error code"), max_length=40, blank=True)
    failure_message = models.CharField(max_length=300, blank=True)
    idempotency_key = models.CharField(max_length=255, blank=True, editable=False)
    # When the confirmation mail is to be sent (again); null when nothing is owed.
    confirmation_due_at = models.DateTimeField(null=True, blank=True, editable=False)
    # When somebody asked last for the order's link by number and address, and when that mail is to be sent (again).
    link_requested_at = models.DateTimeField(null=True, blank=True, editable=False)
    link_mail_due_at = models.DateTimeField(null=True, blank=True, editable=False)
    erasure_asked_at = models.DateTimeField(null=True, blank=True, editable=False)
    # When catalog is to be asked (again) to release the stock of this order; null when it knows.
    stock_release_due_at = models.DateTimeField(null=True, blank=True, editable=False)
    # The worker that advances the order holds it until then; a dead worker's order is picked up afterwards.
    lease_until = models.DateTimeField(default=timezone.now)
    placed_at = models.DateTimeField(_("placed"), auto_now_add=True)
    paid_at = models.DateTimeField(_("paid"), null=True, blank=True)
    # When the last of its goods were sent; null for films alone, which nobody sends.
    fulfilled_at = models.DateTimeField(_("fulfilled"), null=True, blank=True)

    OPEN = (State.PENDING, State.RESERVED, State.AUTHORISED)
    # Once authorised, stock may be sold and money taken at any moment: such an order is completed or refunded.
    CANCELLABLE = (State.PENDING, State.RESERVED)
    # The money was taken and not all of it has gone back: such an order can be shipped, refunded and returned.
    ACTIVE = (State.PAID, State.FULFILLED, State.PARTIALLY_REFUNDED)
    # Their carts may be ordered again. (That of an order which was paid, then refunded, is closed.)
    GIVEN_UP = (State.CANCELLED, State.FAILED, State.REFUNDED)

    class Meta:
        verbose_name = _("order")
        verbose_name_plural = _("orders")
        constraints = [
            # A double click with two keys, two tabs, a tab left open since yesterday: a cart is paid once, ever.
            models.UniqueConstraint(
                fields=["cart_id"],
                condition=~Q(state__in=["cancelled", "failed", "refunded"]),
                name="order_one_live_per_cart",
            ),
            models.CheckConstraint(
                condition=Q(
                    total_amount=models.F("subtotal_amount")
                    - models.F("discount_amount")
                    + models.F("added_tax_amount")
                    + models.F("shipping_amount")
                ),
                name="order_total_adds_up",
            ),
            models.CheckConstraint(
                # With the one above, no total is below zero.
                condition=Q(
                    discount_amount__gte=0,
                    discount_amount__lte=models.F("subtotal_amount"),
                    added_tax_amount__gte=models.F("discount_amount") - models.F("subtotal_amount"),
                    shipping_amount__gte=0,
                ),
                name="order_discount_within_subtotal",
            ),
            models.CheckConstraint(
                # Both or none: a comparison with null would pass.
                condition=Q(earliest_delivery_date=None, latest_delivery_date=None)
                | Q(
                    earliest_delivery_date__isnull=False,
                    latest_delivery_date__isnull=False,
                    latest_delivery_date__gte=models.F("earliest_delivery_date"),
                ),
                name="order_delivery_dates_in_order",
            ),
            models.CheckConstraint(
                condition=Q(refunded_amount__gte=0, refunded_amount__lte=models.F("total_amount")),
                name="order_refund_within_total",
            ),
        ]
        indexes = [
            models.Index(fields=["user_id", "-placed_at", "-id"], name="order_list"),
            models.Index(
                fields=["lease_until"],
                name="order_unfinished",
                condition=Q(state__in=["pending", "reserved", "authorised"]),
            ),
            models.Index(
                fields=["confirmation_due_at"],
                name="order_mail_due",
                condition=Q(confirmation_due_at__isnull=False),
            ),
            models.Index(
                fields=["link_mail_due_at"], name="order_link_due", condition=Q(link_mail_due_at__isnull=False)
            ),
            models.Index(
                fields=["stock_release_due_at"],
                name="order_stock_to_release",
                condition=Q(stock_release_due_at__isnull=False),
            ),
            models.Index(
                fields=["erasure_asked_at"], name="order_to_erase", condition=Q(erasure_asked_at__isnull=False)
            ),
            # For an account that claims the orders placed with its address before it existed.
            models.Index(fields=["email"], name="order_guests", condition=Q(user_id__isnull=True)),
        ]

    def __str__(self) -> str:
        return self.number

    @property
    def is_open(self) -> bool:
        """Whether checkout is still working on it."""
        return self.state in self.OPEN

    @property
    def is_active(self) -> bool:
        """Whether it is paid and not given back in full."""
        return self.state in self.ACTIVE

    @property
    def left_amount(self) -> int:
        """What has not been refunded, in minor units."""
        return self.total_amount - self.refunded_amount

    @property
    def failure_sentence(self) -> str:
        """Why the order failed, in the active language; empty for one that did not."""
        return gettext(self.failure_message) if self.failure_message else ""

    @property
    def has_voucher_shipping(self) -> bool:
        """Whether a voucher made the delivery method free: one that takes nothing off the lines does that."""
        return bool(self.voucher_code) and not self.discount_amount

    @property
    def total(self) -> Money:
        return Money(self.total_amount, self.currency)


# OrderLine.paid_amount for the database.
PAID = models.F("unit_amount") * models.F("quantity") - models.F("discount_amount") + models.F("added_tax_amount")


class OrderLine(models.Model):
    """What was bought, as it was when it was bought."""

    order = models.ForeignKey(Order, on_delete=models.CASCADE, related_name="lines")
    position = models.PositiveSmallIntegerField()
    sku = models.CharField(_("SKU"), max_length=40)
    quantity = models.PositiveSmallIntegerField(_("quantity"))
    unit_amount = models.BigIntegerField()
    # The line's share of the order's discount.
    discount_amount = models.BigIntegerField(default=0, db_default=0)
    # The line's share of the order's added tax.
    added_tax_amount = models.BigIntegerField(default=0, db_default=0)
    title = models.CharField(_("product"), max_length=200)
    variant_name = models.CharField(_("variant"), max_length=120, blank=True)
    slug = models.CharField(max_length=120)
    kind = models.CharField(max_length=8)
    image_url = models.CharField(max_length=500, blank=True)
    title_slug = models.CharField(max_length=120, blank=True)
    offer = models.CharField(max_length=4, blank=True)
    rental_hours = models.PositiveIntegerField(null=True, blank=True)
    # As on the day of the order; empty and null for orders placed before tax was recorded. The rate is in basis points.
    tax_class = models.CharField(max_length=20, blank=True, db_default="")
    tax_rate = models.PositiveSmallIntegerField(null=True, blank=True)
    tax_amount = models.BigIntegerField(null=True, blank=True)
    # Units that were sent; that were or are being refunded; and those of the latter that had not been sent, and are not
    # to be. The amount includes shares of free amounts, which refund no unit.
    shipped_quantity = models.PositiveSmallIntegerField(_("shipped"), default=0, db_default=0)
    refunded_quantity = models.PositiveSmallIntegerField(_("refunded"), default=0, db_default=0)
    cancelled_quantity = models.PositiveSmallIntegerField(default=0, db_default=0)
    refunded_amount = models.BigIntegerField(default=0, db_default=0)

    class Meta:
        verbose_name = _("line")
        verbose_name_plural = _("lines")
        constraints = [
            models.UniqueConstraint(fields=["order", "position"], name="order_line_position"),
            models.CheckConstraint(
                # All three or none: a comparison with null would pass.
                condition=Q(tax_class="", tax_rate=None, tax_amount=None)
                | Q(
                    ~Q(tax_class=""),
                    tax_rate__isnull=False,
                    tax_amount__isnull=False,
                    tax_amount__gte=0,
                    tax_amount__lte=PAID,
                ),
                name="order_line_tax_within_total",
            ),
            models.CheckConstraint(
                condition=Q(
                    discount_amount__gte=0, discount_amount__lte=models.F("unit_amount") * models.F("quantity")
                ),
                name="order_line_discount_within_total",
            ),
            models.CheckConstraint(
                # Two parcels, two refunds, or a parcel and a refund at once: no unit is sent or paid back twice.
                condition=Q(
                    refunded_quantity__lte=models.F("quantity"),
                    cancelled_quantity__lte=models.F("refunded_quantity"),
                    shipped_quantity__lte=models.F("quantity") - models.F("cancelled_quantity"),
                ),
                name="order_line_units_within_quantity",
            ),
            models.CheckConstraint(
                condition=Q(
                    refunded_amount__gte=0,
                    refunded_amount__lte=PAID,
                ),
                name="order_line_refund_within_paid",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.quantity} × {self.title}"

    @property
    def full_amount(self) -> int:
        """At the unit price, before the discount."""
        return self.unit_amount * self.quantity

    @property
    def paid_amount(self) -> int:
        """What is paid for the line: its total less its discount, with tax that is added, in minor units of the order's
        currency."""
        return self.full_amount - self.discount_amount + self.added_tax_amount

    @property
    def is_film(self) -> bool:
        return self.kind == "video"

    @property
    def refundable_quantity(self) -> int:
        """Units that are neither refunded nor being refunded."""
        return self.quantity - self.refunded_quantity

    @property
    def shippable_quantity(self) -> int:
        """Units that have yet to be sent."""
        return 0 if self.is_film else self.quantity - self.shipped_quantity - self.cancelled_quantity

    @property
    def refundable_amount(self) -> int:
        """What is left of the amount that was paid, in minor units."""
        return self.paid_amount - self.refunded_amount

    @property
    def taxed_amount(self) -> TaxedAmount | None:
        """What is paid for the line with its tax; None where tax was not recorded."""
        if self.tax_rate is None or self.tax_amount is None:
            return None
        return TaxedAmount(TaxClass(self.tax_class), self.tax_rate, gross=self.paid_amount, tax=self.tax_amount)


class OrderTransition(models.Model):
    """When an order changed its state, and why."""

    order = models.ForeignKey(Order, on_delete=models.CASCADE, related_name="transitions")
    state = models.CharField(_("state"), max_length=20, choices=Order.State)
    note = models.CharField(_("note"), max_length=300, blank=True)
    at = models.DateTimeField(_("time"), auto_now_add=True)

    class Meta:
        verbose_name = _("change of state")
        verbose_name_plural = _("history")

    def __str__(self) -> str:
        return f"{self.state} at {self.at:%Y-%m-%d %H:%M}"


class OrderNote(models.Model):
    """What staff write down about an order for each other; customers never see it."""

    order = models.ForeignKey(Order, on_delete=models.CASCADE, related_name="notes")
    text = models.TextField(_("note"), max_length=2000)
    written_by = models.CharField(_("by"), max_length=254)
    written_at = models.DateTimeField(_("time"), auto_now_add=True)

    class Meta:
        verbose_name = _("note")
        verbose_name_plural = _("notes")

    def __str__(self) -> str:
        return f"{self.written_by} at {self.written_at:%Y-%m-%d %H:%M}"
