"""Why a voucher could not be applied or redeemed."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _

from apps.common.problems import Conflict
from apps.payment.vouchers.evaluation import Refusal


class VoucherNotApplicable(Conflict):
    """`reason` says why in a word that stays the same, the detail in a sentence."""

    slug, title = "voucher-not-applicable", _("The voucher cannot be used for this cart")

    def __init__(self, refusal: Refusal, **extensions: Any) -> None:
        errors = {"code": [refusal.message]}
        super().__init__(refusal.message, errors=errors, reason=refusal.reason, **extensions)
