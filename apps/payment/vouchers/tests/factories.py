"""Vouchers of the tests."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django.utils import timezone

from apps.payment.vouchers.models import Voucher, VoucherCode
from apps.payment.vouchers.services import add_code

Kind = Voucher.Kind


def terms(kind: str = Kind.PERCENTAGE, **fields: Any) -> Voucher:
    """A voucher that is not saved: 10% off everything by default."""
    defaults: dict[str, Any] = {
        Kind.PERCENTAGE: {"percentage": 10},
        Kind.FIXED_AMOUNT: {"amount": 500, "currency": "EUR"},
        Kind.FREE_SHIPPING: {},
        Kind.BUY_X_GET_Y: {"buy_quantity": 2, "free_quantity": 1},
    }[Kind(kind)]
    return Voucher(**{"name": "Test", "kind": kind, "starts_at": days(-1)} | defaults | fields)


def make_code(code: str = "WELCOME10", kind: str = Kind.PERCENTAGE, **fields: Any) -> VoucherCode:
    """A code of a voucher of its own."""
    voucher = terms(kind, **fields)
    voucher.save()
    return add_code(voucher, code)


def days(number: int) -> datetime:
    """That many days from now."""
    return timezone.now() + timedelta(days=number)
