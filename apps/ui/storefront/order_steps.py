"""The steps of an order as its page shows them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from django.utils.translation import gettext

from apps.ui.storefront.clients.payment_schemas import Order
from apps.ui.storefront.formats import format_days

type State = Literal["done", "current", "coming"]


@dataclass(frozen=True, slots=True)
class Step:
    """A step with the time when it was done, or a sentence about it."""

    label: str
    state: State
    moment: datetime | None = None
    detail: str = ""


def order_steps(order: Order) -> tuple[Step, ...]:
    """What has happened and what comes next; empty for an order that was called off or refunded."""
    if not (order.is_paid or order.is_unfinished):
        return ()
    steps = [
        Step(gettext("Ordered"), "done", order.placed_at),
        Step(gettext("Paid"), "done" if order.is_paid else "current", order.paid_at),
    ]
    if order.has_films_to_watch:
        state: State = "done" if order.is_paid else "coming"
        steps.append(Step(gettext("In your library"), state, detail=gettext("Ready to watch") if order.is_paid else ""))
    if order.shipping and order.has_parcel:
        steps += _parcel_steps(order)
    return tuple(steps)


def _parcel_steps(order: Order) -> list[Step]:
    arrival: State = "current" if order.is_shipped else "coming"
    return [_shipped_step(order), Step(gettext("Arrives"), arrival, detail=arrival_days(order))]


def _shipped_step(order: Order) -> Step:
    label = gettext("Shipped")
    if order.is_shipped:
        return Step(label, "done", order.fulfilled_at)
    if order.shipments:
        return Step(label, "current", detail=gettext("The first parcel is on its way"))
    if order.is_paid:
        return Step(label, "current", detail=gettext("We’re packing your parcel"))
    return Step(label, "coming")


def arrival_days(order: Order) -> str:
    """`Tue 1 Dec – Thu 3 Dec`; empty when it was not said."""
    delivery = order.delivery
    return format_days(delivery.earliest_date, delivery.latest_date) if delivery else ""
