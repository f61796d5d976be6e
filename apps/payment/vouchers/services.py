"""Changes to vouchers: redeeming and releasing them, and making codes."""

from __future__ import annotations

import uuid
from collections.abc import Collection

from django.db import IntegrityError, transaction
from django.db.models import F
from django.utils import timezone
from django.utils.translation import gettext

from apps.common.codes import is_code, normalise, random_codes
from apps.common.problems import ValidationProblem
from apps.payment.access import digest
from apps.payment.vouchers.evaluation import redemption_refusal, unknown_code
from apps.payment.vouchers.models import Redemption, Voucher, VoucherCode
from apps.payment.vouchers.problems import VoucherNotApplicable
from apps.payment.vouchers.selectors import Redeemer


def redeem(code_id: int, *, order_id: uuid.UUID, redeemer: Redeemer) -> None:
    """Count a use of the code for an order. Call it in the transaction that creates the order.

    Orders with codes of one voucher wait here for one another, so that neither limit is exceeded. Raises
    VoucherNotApplicable when the code has expired or was used up meanwhile.
    """
    with transaction.atomic():
        _lock_voucher(code_id)
        code = VoucherCode.objects.select_related("voucher").filter(pk=code_id).first()
        refusal = redemption_refusal(code, redeemer) if code else unknown_code()
        if refusal:
            raise VoucherNotApplicable(refusal)
        VoucherCode.objects.filter(pk=code_id).update(use_count=F("use_count") + 1)
        Redemption.objects.create(
            code_id=code_id,
            order_id=order_id,
            cart_id=redeemer.cart_id,
            user_id=redeemer.user_id,
            email_digest=digest(redeemer.email),
        )


def _lock_voucher(code_id: int) -> None:
    """The terms, and with them every other redemption of any of their codes, stand still until the end of the
    transaction. Locking the code would let a customer use two codes of a batch at once."""
    Voucher.objects.select_for_update(of=("self",), no_key=True).filter(codes=code_id).first()


def release(order_id: uuid.UUID) -> bool:
    """Give back the use that an order made of a code; False when it made none, or that was given back before.

    Call it in the transaction in which the order is given up, or refunded in full.
    """
    with transaction.atomic():
        standing = Redemption.objects.select_for_update().filter(order_id=order_id, released_at=None).first()
        if standing is None:
            return False
        standing.released_at = timezone.now()
        standing.save(update_fields=["released_at"])
        VoucherCode.objects.filter(pk=standing.code_id).update(use_count=F("use_count") - 1)
        return True


def forget_customers(order_ids: Collection[uuid.UUID]) -> None:
    """The orders' persons were erased: uses still count for the code, no longer for a customer."""
    Redemption.objects.filter(order_id__in=order_ids).update(user_id=None, email_digest="")


def new_code(text: str) -> str:
    """A code of the staff's choice, normalised. Raises ValidationProblem for one that is malformed or exists."""
    code = normalise(text)
    if not is_code(code):
        message = gettext("Use 3 to 40 letters from A to Z, digits and hyphens; begin with a letter or a digit.")
        raise ValidationProblem(message, errors={"code": [message]})
    if VoucherCode.objects.filter(code=code).exists():
        raise _taken(code)
    return code


def _taken(code: str) -> ValidationProblem:
    message = gettext("The code %(code)s exists already.") % {"code": code}
    return ValidationProblem(message, errors={"code": [message]})


def add_code(voucher: Voucher, text: str) -> VoucherCode:
    """Give the voucher a code of the staff's choice. Raises ValidationProblem as `new_code` does."""
    code = new_code(text)
    try:
        with transaction.atomic():
            return VoucherCode.objects.create(voucher=voucher, code=code)
    except IntegrityError as error:
        raise _taken(code) from error


def add_random_codes(voucher: Voucher, *, count: int, prefix: str = "") -> int:
    """Give the voucher a batch of codes that nobody can guess; returns how many. Raises ValidationProblem."""
    codes = random_codes(count, prefix=prefix)
    VoucherCode.objects.bulk_create((VoucherCode(voucher=voucher, code=code) for code in codes), batch_size=1000)
    return count


def set_codes_active(code_ids: Collection[int], *, is_active: bool) -> int:
    """Switch codes on or off; returns how many changed."""
    changed = VoucherCode.objects.filter(pk__in=code_ids).exclude(is_active=is_active)
    return changed.update(is_active=is_active)
