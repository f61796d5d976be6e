"""Vouchers, their codes, and who redeemed them (docs/vouchers.md)."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from apps.common.codes import MAX_CODE_LENGTH
from apps.common.ids import uuid7

# Paths of categories as catalog has them.
MAX_CATEGORY_LENGTH = 400


# What staff decide about a voucher, in a form or a file.
TERMS = (
    "name",
    "kind",
    "percentage",
    "amount",
    "buy_quantity",
    "free_quantity",
    "currency",
    "minimum_amount",
    "product_kind",
    "categories",
    "excludes_sale_items",
    "starts_at",
    "ends_at",
    "max_uses_per_code",
    "max_uses_per_customer",
    "is_active",
)


class Voucher(models.Model):
    """What a code takes off, for what, and how often. Amounts are minor units of `currency`."""

    class Kind(models.TextChoices):
        PERCENTAGE = "percentage", _("Percentage")
        FIXED_AMOUNT = "fixed_amount", _("Fixed amount")
        FREE_SHIPPING = "free_shipping", _("Free shipping")
        BUY_X_GET_Y = "buy_x_get_y", _("Buy X, get Y free")

    class ProductKind(models.TextChoices):
        ANY = "", _("Goods and films")
        GOODS = "goods", _("Goods")
        VIDEO = "video", _("Films")

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    name = models.CharField(_("name"), max_length=120, help_text=_("For staff; customers see the code."))
    kind = models.CharField(_("kind"), max_length=16, choices=Kind)
    percentage = models.DecimalField(
        _("percentage"),
        max_digits=5,
        decimal_places=2,
        null=True,
        blank=True,
        validators=[MinValueValidator(0), MaxValueValidator(100)],
    )
    amount = models.BigIntegerField(_("amount"), null=True, blank=True)
    buy_quantity = models.PositiveSmallIntegerField(_("units to buy"), null=True, blank=True)
    free_quantity = models.PositiveSmallIntegerField(_("free units"), null=True, blank=True)
    currency = models.CharField(_("currency"), max_length=3, blank=True)
    minimum_amount = models.BigIntegerField(_("minimum order value"), default=0)
    product_kind = models.CharField(_("products"), max_length=8, choices=ProductKind, blank=True)
    categories = ArrayField(
        models.CharField(max_length=MAX_CATEGORY_LENGTH), verbose_name=_("categories"), default=list, blank=True
    )
    excludes_sale_items = models.BooleanField(_("exclude products on sale"), default=False)
    starts_at = models.DateTimeField(_("valid from"), default=timezone.now)
    ends_at = models.DateTimeField(_("valid until"), null=True, blank=True)
    max_uses_per_code = models.PositiveIntegerField(
        _("uses per code"), null=True, blank=True, help_text=_("Leave empty for no limit.")
    )
    max_uses_per_customer = models.PositiveIntegerField(
        _("uses per customer"),
        null=True,
        blank=True,
        help_text=_("Over all codes of this voucher; empty for no limit."),
    )
    is_active = models.BooleanField(_("active"), default=True)
    created_at = models.DateTimeField(_("created"), auto_now_add=True)

    class Meta:
        verbose_name = _("voucher")
        verbose_name_plural = _("vouchers")
        constraints = [
            models.CheckConstraint(
                # Each kind has its own numbers and none of another: a comparison with null would pass.
                condition=Q(kind="percentage", percentage__isnull=False, percentage__gt=0, percentage__lte=100)
                & Q(amount=None, buy_quantity=None, free_quantity=None)
                | Q(kind="fixed_amount", amount__isnull=False, amount__gt=0)
                & Q(~Q(currency=""), percentage=None, buy_quantity=None, free_quantity=None)
                | Q(kind="free_shipping", percentage=None, amount=None, buy_quantity=None, free_quantity=None)
                | Q(kind="buy_x_get_y", buy_quantity__isnull=False, free_quantity__isnull=False)
                & Q(buy_quantity__gt=0, free_quantity__gt=0, percentage=None, amount=None),
                name="voucher_has_the_numbers_of_its_kind",
            ),
            models.CheckConstraint(
                condition=Q(minimum_amount=0) | Q(~Q(currency=""), minimum_amount__gt=0),
                name="voucher_minimum_has_a_currency",
            ),
            models.CheckConstraint(
                condition=Q(ends_at=None) | Q(ends_at__gt=models.F("starts_at")), name="voucher_ends_after_it_starts"
            ),
            models.CheckConstraint(
                condition=(Q(max_uses_per_code=None) | Q(max_uses_per_code__gt=0))
                & (Q(max_uses_per_customer=None) | Q(max_uses_per_customer__gt=0)),
                name="voucher_limits_allow_a_use",
            ),
        ]

    def __str__(self) -> str:
        return self.name


class VoucherCode(models.Model):
    """What a customer types, in capitals. `use_count` counts the redemptions that were not released."""

    voucher = models.ForeignKey(Voucher, on_delete=models.CASCADE, related_name="codes", verbose_name=_("voucher"))
    code = models.CharField(_("code"), max_length=MAX_CODE_LENGTH, unique=True)
    use_count = models.PositiveIntegerField(_("uses"), default=0, editable=False)
    is_active = models.BooleanField(_("active"), default=True)
    created_at = models.DateTimeField(_("created"), auto_now_add=True)

    class Meta:
        verbose_name = _("voucher code")
        verbose_name_plural = _("voucher codes")

    def __str__(self) -> str:
        return self.code


class Redemption(models.Model):
    """A code on an order; released when the order was given up or refunded in full.

    Customers are known by account and by the digest of the order's e-mail address, each as long as the order has them.
    """

    code = models.ForeignKey(
        VoucherCode, on_delete=models.PROTECT, related_name="redemptions", verbose_name=_("voucher code")
    )
    # An order has one code, and one that is placed is never placed again.
    order_id = models.UUIDField(unique=True)
    cart_id = models.UUIDField(db_index=True)
    user_id = models.UUIDField(null=True, blank=True)
    email_digest = models.CharField(max_length=64, blank=True)
    redeemed_at = models.DateTimeField(_("redeemed"), auto_now_add=True)
    released_at = models.DateTimeField(_("released"), null=True, blank=True)

    class Meta:
        verbose_name = _("redemption")
        verbose_name_plural = _("redemptions")
        indexes = [
            # For the limit per customer.
            models.Index(
                fields=["user_id"], name="redemption_by_user", condition=Q(released_at=None, user_id__isnull=False)
            ),
            models.Index(
                fields=["email_digest"], name="redemption_by_email", condition=Q(released_at=None) & ~Q(email_digest="")
            ),
        ]

    def __str__(self) -> str:
        return f"{self.code_id} on {self.order_id}"
