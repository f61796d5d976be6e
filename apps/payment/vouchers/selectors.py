"""Reads of vouchers."""

from __future__ import annotations

import uuid
from dataclasses import dataclass

from django.db.models import Q, QuerySet

from apps.common.codes import is_code, normalise
from apps.payment.access import digest
from apps.payment.vouchers.models import Redemption, Voucher, VoucherCode


@dataclass(frozen=True, slots=True)
class Redeemer:
    """Who redeems a code with which cart: an account, a guest by e-mail address (normalised), or nobody known yet."""

    cart_id: uuid.UUID
    user_id: uuid.UUID | None = None
    email: str = ""


def find_code(text: str) -> VoucherCode | None:
    """The code that a customer typed, with its voucher: 1 query, none for what cannot be a code."""
    code = normalise(text)
    return VoucherCode.objects.select_related("voucher").filter(code=code).first() if is_code(code) else None


def code_of(code_id: int | None) -> VoucherCode | None:
    """A code with its voucher: 1 query, none without an id."""
    return VoucherCode.objects.select_related("voucher").filter(pk=code_id).first() if code_id else None


def uses_by(redeemer: Redeemer, voucher: Voucher) -> int:
    """How often the customer has redeemed the voucher, by any of its codes and by account or address: at most 1 query.

    What this very cart redeemed does not count: its order is still being paid, or was given up.
    """
    who = Q()
    if redeemer.user_id:
        who |= Q(user_id=redeemer.user_id)
    if redeemer.email:
        who |= Q(email_digest=digest(redeemer.email))
    if not who:
        return 0
    return _standing(code__voucher=voucher).exclude(cart_id=redeemer.cart_id).filter(who).count()


def uses_of(code: VoucherCode, *, cart_id: uuid.UUID) -> int:
    """How often a code was redeemed by others than this cart: at most 1 query."""
    if not code.use_count:
        return 0
    return code.use_count - _standing(code=code, cart_id=cart_id).count()


def _standing(**conditions: object) -> QuerySet[Redemption]:
    """Redemptions that were not released."""
    return Redemption.objects.filter(released_at=None, **conditions)
