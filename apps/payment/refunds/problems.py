"""Why nothing is refunded or returned."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from apps.common.problems import Conflict


class NotRefundable(Conflict):
    slug, title = "not-refundable", _("This cannot be refunded")


class RefundInProgress(Conflict):
    slug, title = "refund-in-progress", _("Another refund is in progress")


class RefundExceedsPayment(Conflict):
    slug, title = "refund-exceeds-payment", _("This is more than is left of the payment")


class RefundChanged(Conflict):
    slug, title = "refund-changed", _("Something was refunded meanwhile")


class NotReturnable(Conflict):
    slug, title = "not-returnable", _("A return cannot be requested")


class ReturnDecided(Conflict):
    slug, title = "return-decided", _("This return request was decided already")
