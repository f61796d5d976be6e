"""The mails of an order that staff can send again."""

from __future__ import annotations

from django.utils.translation import gettext

from apps.common.admin_site.display import money
from apps.common.problems import NotFound
from apps.payment.orders.models import Order
from apps.payment.orders.services import resend_confirmation
from apps.payment.refunds import services as refunds
from apps.payment.refunds.models import Refund
from apps.payment.refunds.selectors import refunds_of
from apps.payment.shipments import services as shipments
from apps.payment.shipments.selectors import shipments_of

CONFIRMATION = "confirmation"


def mail_choices(order: Order) -> list[tuple[str, str]]:
    """Codes with what each mail is about."""
    return [
        (CONFIRMATION, gettext("Confirmation of the order")),
        *(
            (f"shipment-{shipment.pk}", gettext("Parcel sent: %(parcel)s") % {"parcel": shipment})
            for shipment in shipments_of([order])[order.pk]
        ),
        *(
            (f"refund-{refund.pk}", _refund_label(refund))
            for refund in refunds_of([order])[order.pk]
            if refund.state == Refund.State.COMPLETED
        ),
    ]


def _refund_label(refund: Refund) -> str:
    return gettext("Refund of %(amount)s completed") % {"amount": money(refund.amount, refund.currency)}


def resend(order: Order, choice: str) -> None:
    """Send one of the mails again. Raises NotFound for another order's, Conflict for an order that was never paid."""
    if choice == CONFIRMATION:
        resend_confirmation(order)
        return
    kind, _, pk = choice.partition("-")
    if kind == "shipment":
        for shipment in shipments_of([order])[order.pk]:
            if str(shipment.pk) == pk:
                shipments.resend_mail(shipment)
                return
    for refund in refunds_of([order])[order.pk]:
        if str(refund.pk) == pk:
            refunds.resend_mail(refund)
            return
    raise NotFound(gettext("This order has no such mail."))
