"""Sending parcels: each unit once, none that was refunded before it left."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from urllib.parse import urlsplit

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from apps.common.problems import Conflict, ValidationProblem
from apps.common.task_queue import send_on_commit
from apps.payment.orders.fulfilment import fulfil_if_complete
from apps.payment.orders.models import ERASED_EMAIL, Order, OrderLine
from apps.payment.orders.units import choose_units
from apps.payment.shipments.carriers import CARRIERS
from apps.payment.shipments.models import Shipment, ShipmentLine

SEND_MAIL_TASK = "apps.payment.shipments.tasks.send_shipment_mail"


class NothingToShip(Conflict):
    slug, title = "nothing-to-ship", _("There is nothing to ship")


@dataclass(frozen=True, slots=True)
class ShipmentRequest:
    """A parcel: units by the positions of the order's lines (None: all that has yet to be sent), and who carries it.

    A repeated request has the same `key`. Without a link the carrier's own page is used.
    """

    carrier: str
    shipped_by: str
    key: str
    quantities: Mapping[int, int] | None = None
    tracking_number: str = ""
    tracking_url: str = ""


def ship(order: Order, request: ShipmentRequest) -> Shipment:
    """Record a parcel, send the customer a mail, and fulfil the order when it was the last one.

    The same key again returns the same shipment. Raises NothingToShip for an order that is not paid or has been sent,
    ValidationProblem for units that cannot be sent or a carrier that is not known.
    """
    tracking_url = _tracking_url(request)
    with transaction.atomic(durable=True):
        locked = Order.objects.select_for_update().get(pk=order.pk)
        if existing := Shipment.objects.filter(order=locked, key=request.key).first():
            return existing
        lines = list(OrderLine.objects.filter(order=locked).order_by("position"))
        chosen = _chosen(locked, lines, request.quantities)
        shipment = Shipment.objects.create(
            order=locked,
            carrier=request.carrier,
            tracking_number=request.tracking_number.strip(),
            tracking_url=tracking_url,
            key=request.key,
            shipped_by=request.shipped_by,
            mail_due_at=timezone.now(),
        )
        for line, quantity in chosen:
            line.shipped_quantity += quantity
            line.save(update_fields=["shipped_quantity"])
        ShipmentLine.objects.bulk_create(
            ShipmentLine(shipment=shipment, line=line, quantity=quantity) for line, quantity in chosen
        )
        fulfil_if_complete(locked, lines)
        send_on_commit(SEND_MAIL_TASK, str(shipment.pk))
    return shipment


def resend_mail(shipment: Shipment) -> None:
    """Send the mail about a parcel again."""
    with transaction.atomic(durable=True):
        Shipment.objects.filter(pk=shipment.pk).update(mail_due_at=timezone.now())
        send_on_commit(SEND_MAIL_TASK, str(shipment.pk))


def erase_tracking() -> int:
    """Take the tracking of parcels away from orders whose customer was erased: it leads to an address; returns of how
    many."""
    tracked = Shipment.objects.filter(order__email=ERASED_EMAIL).exclude(tracking_number="", tracking_url="")
    return tracked.update(tracking_number="", tracking_url="")


def _tracking_url(request: ShipmentRequest) -> str:
    carrier = CARRIERS.get(request.carrier)
    if carrier is None:
        message = gettext("Choose one of: %(choices)s.") % {"choices": ", ".join(CARRIERS)}
        raise ValidationProblem(gettext("Choose a carrier."), errors={"carrier": [message]})
    if not request.tracking_url:
        return carrier.link(request.tracking_number.strip())
    parts = urlsplit(request.tracking_url)
    # The customer clicks on it: only pages of the web.
    if parts.scheme != "https" or not parts.hostname:
        message = gettext("Enter a link that begins with https://.")
        raise ValidationProblem(message, errors={"tracking_url": [message]})
    return request.tracking_url


def _chosen(
    order: Order, lines: Sequence[OrderLine], quantities: Mapping[int, int] | None
) -> list[tuple[OrderLine, int]]:
    """The lines to send with their units; raises NothingToShip or ValidationProblem."""
    if not order.is_active or not any(line.shippable_quantity for line in lines):
        detail = gettext("Order %(number)s is %(state)s and has no goods that have yet to be sent.")
        raise NothingToShip(detail % {"number": order.number, "state": order.get_state_display().lower()})
    if quantities is None:
        return [(line, line.shippable_quantity) for line in lines if line.shippable_quantity]
    return choose_units(
        lines,
        quantities,
        limit=lambda line: line.shippable_quantity,
        too_many=gettext("Of “%(title)s”, at most %(count)s can be sent."),
        refusal=gettext("Choose what is in the parcel, and no more than has yet to be sent."),
    )
