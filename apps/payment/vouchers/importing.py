"""Vouchers from a document, for a demo or to move them from another shop."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from django.db import transaction

from apps.common.codes import normalise
from apps.common.problems import ValidationProblem
from apps.payment.vouchers.models import TERMS, Voucher, VoucherCode
from apps.payment.vouchers.services import add_code


def import_vouchers(documents: Iterable[Mapping[str, Any]]) -> int:
    """Make or update vouchers, all or none; returns how many.

    Each has `codes`, the first of which says which voucher it is, and fields of the model, amounts in minor units.

    Raises ValidationProblem, or Django's ValidationError for values that the model refuses.
    """
    with transaction.atomic():
        return len([_import(document) for document in documents])


def _import(document: Mapping[str, Any]) -> Voucher:
    terms = {name: value for name, value in document.items() if name != "codes"}
    codes = [normalise(code) for code in document["codes"]]
    if unknown := sorted(terms.keys() - TERMS):
        raise ValidationProblem(f"A voucher has no {', '.join(unknown)}.")
    if not codes:
        raise ValidationProblem("A voucher needs at least one code.")
    present = VoucherCode.objects.select_related("voucher").filter(code=codes[0]).first()
    voucher = present.voucher if present else Voucher()
    for name, value in terms.items():
        setattr(voucher, name, value)
    voucher.full_clean()
    voucher.save()
    known = set(voucher.codes.values_list("code", flat=True))
    for code in codes:
        if code not in known:
            add_code(voucher, code)
    return voucher
