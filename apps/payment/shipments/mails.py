"""The mail that a parcel is on its way."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.core.mail import EmailMultiAlternatives
from django.utils.translation import gettext_lazy as _

from apps.payment.orders.mail_queue import MailQueue
from apps.payment.orders.mails import OrderMail, compose_order_mail, line_context
from apps.payment.shipments.models import Shipment

TEXTS = OrderMail(
    template="shipments/shipped",
    subject=_("Your order %(number)s is on its way"),
    heading=_("Your parcel is on its way"),
    preheader=_("Here is what is in it and how to follow it."),
)


def _compose(shipment_id: UUID) -> EmailMultiAlternatives | None:
    shipment = (
        Shipment.objects.select_related("order").prefetch_related("lines__line", "order__lines").get(pk=shipment_id)
    )
    rows = sorted(shipment.lines.all(), key=lambda row: row.line.position)

    def context(language: str) -> dict[str, Any]:
        return {
            "shipment": shipment,
            "is_last": shipment.order.fulfilled_at is not None,
            "lines": [line_context(row.line, row.quantity, "") for row in rows],
            # The parcel's content, not what was paid.
            "shipping": "",
            "total": "",
            "taxes": [],
        }

    return compose_order_mail(shipment.order, TEXTS, context)


queue = MailQueue(Shipment, job="send-due-shipment-mails", compose=_compose)
