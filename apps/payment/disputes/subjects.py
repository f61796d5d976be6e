"""What a disputed charge paid: an order, or something of another app that charges cards and registers how its charges
are found, since disputes know none of them.

    @finds_charge
    def find_subscription_charge(provider: str, reference: str) -> Subject | None: ...
"""

from __future__ import annotations

import uuid
from collections.abc import Callable
from typing import Any, Protocol

from apps.common import outbox
from apps.payment.disputes.models import Dispute
from apps.payment.orders.events import all_units, event_payload
from apps.payment.orders.models import Order
from apps.payment.payments.models import Payment


class Subject(Protocol):
    """What a disputed charge paid."""

    @property
    def number(self) -> str:
        """That customers and the books know it by."""

    @property
    def fields(self) -> dict[str, Any]:
        """How a dispute names it: `order` or `charge_id`."""

    def lock(self) -> None:
        """Refunds of it take the same lock and look for disputes then."""

    def react(self, before: str | None, dispute: Dispute) -> None:
        """What follows for the customer when the dispute has changed its state; in the transaction that writes it."""


type Finder = Callable[[str, str], Subject | None]

_finders: list[Finder] = []


def finds_charge(finder: Finder) -> Finder:
    """Register a function that gets a provider and its reference of a charge, and returns what it paid, or None."""
    _finders.append(finder)
    return finder


def find_subject(provider: str, reference: str) -> Subject | None:
    """What a charge paid; None when it is none of ours."""
    return next((found for finder in _finders if (found := finder(provider, reference))), None)


def is_withdrawn_now(before: str | None, dispute: Dispute) -> bool:
    """Whether the bank has taken the money with this change of state."""
    return dispute.state in Dispute.WITHDRAWN and before not in Dispute.WITHDRAWN


def is_reinstated_now(before: str | None, dispute: Dispute) -> bool:
    """Whether money that the bank had taken came back with this change of state."""
    return dispute.state == Dispute.State.WON and before in Dispute.WITHDRAWN


class DisputedOrder:
    """Films of a disputed order are taken back, and given again when the shop wins."""

    def __init__(self, order_id: uuid.UUID) -> None:
        self._order_id = order_id
        self._order: Order | None = None

    @property
    def order(self) -> Order:
        if self._order is None:
            self._order = Order.objects.get(pk=self._order_id)
        return self._order

    @property
    def number(self) -> str:
        return self.order.number

    @property
    def fields(self) -> dict[str, Any]:
        return {"order": self.order}

    def lock(self) -> None:
        self._order = Order.objects.select_for_update().get(pk=self._order_id)

    def react(self, before: str | None, dispute: Dispute) -> None:
        if is_withdrawn_now(before, dispute):
            kind = "order.disputed"
        elif is_reinstated_now(before, dispute):
            kind = "order.dispute_won"
        else:
            return
        data = event_payload(self.order, all_units(self.order.lines.order_by("position")))
        outbox.publish(type=kind, subject=self.number, data=data | {"dispute_id": str(dispute.pk)})


@finds_charge
def find_disputed_order(provider: str, reference: str) -> Subject | None:
    """The order that a charge paid."""
    order_id = Payment.objects.filter(reference=reference).values_list("order_id", flat=True).first()
    return DisputedOrder(order_id) if order_id else None
