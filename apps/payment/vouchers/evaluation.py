"""Whether a code applies to a cart, what it takes off, and if it does not, why."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from django.conf import settings
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext, ngettext

from apps.common.languages import current_language
from apps.common.money import Money
from apps.payment.vouchers.discounts import Item, free_units, is_eligible, line_discounts
from apps.payment.vouchers.models import Voucher, VoucherCode
from apps.payment.vouchers.selectors import Redeemer, uses_by, uses_of

Kind = Voucher.Kind
# Stable: clients may distinguish them.
UNKNOWN = "unknown"
EXPIRED = "expired"
NOT_YET_VALID = "not_yet_valid"
USED_UP = "used_up"
USED_BY_CUSTOMER = "used_by_customer"
OTHER_CURRENCY = "other_currency"
NOTHING_ELIGIBLE = "nothing_eligible"
MINIMUM_NOT_REACHED = "minimum_not_reached"
TOO_FEW_UNITS = "too_few_units"
REASONS = (
    UNKNOWN,
    EXPIRED,
    NOT_YET_VALID,
    USED_UP,
    USED_BY_CUSTOMER,
    OTHER_CURRENCY,
    NOTHING_ELIGIBLE,
    MINIMUM_NOT_REACHED,
    TOO_FEW_UNITS,
)


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why a code does not apply: one of REASONS, and a sentence for the customer in the active language."""

    reason: str
    message: str


@dataclass(frozen=True, slots=True)
class Evaluation:
    """A code on a cart: what it takes off each line, in their order, in minor units; nothing when it is refused."""

    code_id: int
    code: str
    kind: str
    line_discounts: tuple[int, ...]
    refusal: Refusal | None = None

    @property
    def discount(self) -> int:
        return sum(self.line_discounts)

    @property
    def has_free_shipping(self) -> bool:
        return self.kind == Kind.FREE_SHIPPING and self.refusal is None


def evaluate(code: VoucherCode, items: Sequence[Item], *, currency: str, redeemer: Redeemer) -> Evaluation:
    """What a code (with its voucher) does for a cart: at most 2 queries, none for a voucher without limits."""
    voucher = code.voucher
    refusal = redemption_refusal(code, redeemer) or _cart_refusal(voucher, items, currency)
    discounts = [0] * len(items) if refusal else line_discounts(voucher, items)
    return Evaluation(code.pk, code.code, voucher.kind, tuple(discounts), refusal)


def unknown_code() -> Refusal:
    """For what is no code of this shop."""
    return Refusal(UNKNOWN, gettext("We don’t know this code. Check the spelling."))


def redemption_refusal(code: VoucherCode, redeemer: Redeemer) -> Refusal | None:
    """Why a code cannot be redeemed now, whatever is in the cart: dates and limits. At most 2 queries."""
    voucher, now = code.voucher, timezone.now()
    if not (code.is_active and voucher.is_active):
        return Refusal(EXPIRED, gettext("The code %(code)s is no longer valid.") % {"code": code.code})
    if voucher.ends_at and voucher.ends_at <= now:
        message = gettext("The code %(code)s expired on %(date)s.")
        return Refusal(EXPIRED, message % {"code": code.code, "date": _day(voucher.ends_at)})
    if voucher.starts_at > now:
        message = gettext("The code %(code)s is valid from %(date)s.")
        return Refusal(NOT_YET_VALID, message % {"code": code.code, "date": _day(voucher.starts_at)})
    limit = voucher.max_uses_per_code
    if limit and uses_of(code, cart_id=redeemer.cart_id) >= limit:
        return Refusal(USED_UP, gettext("The code %(code)s has been used up.") % {"code": code.code})
    limit = voucher.max_uses_per_customer
    if limit and uses_by(redeemer, voucher) >= limit:
        message = gettext("You have already used the code %(code)s, or another one of the same offer.")
        return Refusal(USED_BY_CUSTOMER, message % {"code": code.code})
    return None


def _cart_refusal(voucher: Voucher, items: Sequence[Item], currency: str) -> Refusal | None:
    """Why the voucher does nothing for what is in the cart."""
    if voucher.currency and voucher.currency != currency:
        message = gettext("This code is for orders in %(currency)s.")
        return Refusal(OTHER_CURRENCY, message % {"currency": voucher.currency})
    eligible = [item for item in items if is_eligible(voucher, item)]
    value = sum(item.amount for item in eligible)
    if not eligible or (not value and voucher.kind != Kind.FREE_SHIPPING):
        return Refusal(NOTHING_ELIGIBLE, _nothing_eligible(voucher))
    if value < voucher.minimum_amount:
        message = gettext("This code needs a value of %(minimum)s. Add items for %(missing)s more.")
        missing = voucher.minimum_amount - value
        amounts = {"minimum": _money(voucher.minimum_amount, currency), "missing": _money(missing, currency)}
        return Refusal(MINIMUM_NOT_REACHED, message % amounts)
    if voucher.kind == Kind.BUY_X_GET_Y and not free_units(voucher, eligible):
        missing = (voucher.buy_quantity or 0) + (voucher.free_quantity or 0) - sum(item.quantity for item in eligible)
        message = ngettext(
            "Add %(count)s more item that the code applies to.",
            "Add %(count)s more items that the code applies to.",
            missing,
        )
        return Refusal(TOO_FEW_UNITS, message % {"count": missing})
    return None


def _nothing_eligible(voucher: Voucher) -> str:
    if voucher.kind == Kind.FREE_SHIPPING:
        return gettext("This code is for shipping. Nothing in your cart that it applies to is shipped.")
    if voucher.excludes_sale_items:
        return gettext("Nothing in your cart is eligible for this code. Products on sale are excluded.")
    return gettext("Nothing in your cart is eligible for this code.")


def _money(amount: int, currency: str) -> str:
    return Money(amount, currency).format(current_language())


def _day(moment: datetime) -> str:
    """In the shop's time zone."""
    return date_format(moment.astimezone(ZoneInfo(settings.SHOP_TIME_ZONE)), "DATE_FORMAT")
