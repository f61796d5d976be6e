"""The steps of an order as its page shows them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from django.utils.translation import gettext

from apps.ui.storefront.clients.payment import Order
from apps.ui.storefront.formats import format_days


@dataclass(frozen=True, slots=True)
class Step:
    """A step with the time when it was done, or a sentence about it."""

    label: str
    state: Literal["done", "current", "coming"]
    moment: datetime | None = None
    detail: str = ""


def order_steps(order: Order) -> tuple[Step, ...]:
    """What has happened and what comes next; empty for an order that was called off or refunded."""
    if not (order.is_paid or order.is_unfinished) or order.state == "partially_refunded":
        return ()
    is_shipped = order.state == "fulfilled"
    steps = [
        Step(gettext("Ordered"), "done", order.placed_at),
        Step(gettext("Paid"), "done" if order.is_paid else "current", order.paid_at),
    ]
    if order.has_films:
        state: Literal["done", "coming"] = "done" if order.is_paid else "coming"
        steps.append(Step(gettext("In your library"), state, detail=gettext("Ready to watch") if order.is_paid else ""))
    if order.shipping:
        detail = gettext("We’re packing your parcel") if order.is_paid and not is_shipped else ""
        steps.append(
            Step(
                gettext("Shipped"),
                "done" if is_shipped else "current" if order.is_paid else "coming",
                detail=detail,
            )
        )
        steps.append(Step(gettext("Arrives"), "current" if is_shipped else "coming", detail=arrival_days(order)))
    return tuple(steps)


def arrival_days(order: Order) -> str:
    """`Tue 1 Dec – Thu 3 Dec`; empty when it was not said."""
    delivery = order.delivery
    return format_days(delivery.earliest_date, delivery.latest_date) if delivery else ""
