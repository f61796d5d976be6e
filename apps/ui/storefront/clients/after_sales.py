"""What happens to an order after it was paid: parcels, refunds, return requests; and orders found by an account.

`secret` gives access to a guest's order.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from urllib.parse import quote

from apps.common.http import ServiceClient
from apps.common.money import Money
from apps.ui.storefront.clients.decoding import decode

client = ServiceClient("payment", timeout=6.0)
# Signing in does not wait longer for orders of the same address.
CLAIM_TIMEOUT_SECONDS = 2.0


@dataclass(frozen=True, slots=True)
class Units:
    """Units of a line of an order; `position` names the line."""

    position: int
    title: str
    quantity: int


@dataclass(frozen=True, slots=True)
class RefundedUnits(Units):
    """Units whose price goes back."""

    amount: Money


@dataclass(frozen=True, slots=True)
class Shipment:
    """A parcel; `tracking_url` is the carrier's page about it."""

    carrier_name: str
    tracking_number: str
    tracking_url: str | None
    shipped_at: datetime
    lines: tuple[Units, ...]


@dataclass(frozen=True, slots=True)
class Refund:
    """Money that goes back; `state` is requested, sent, completed or failed."""

    state: str
    amount: Money
    lines: tuple[RefundedUnits, ...]
    shipping: Money
    goodwill: Money
    requested_at: datetime
    completed_at: datetime | None

    @property
    def is_failed(self) -> bool:
        return self.state == "failed"


@dataclass(frozen=True, slots=True)
class ReturnRequest:
    """What the customer asked to return; `state` is open, accepted or declined, `response` says why it was declined."""

    state: str
    response: str
    requested_at: datetime
    decided_at: datetime | None
    lines: tuple[Units, ...]


@dataclass(frozen=True, slots=True)
class ClaimedOrders:
    """How many orders became those of the account."""

    claimed: int


def request_return(
    number: str, quantities: dict[int, int], *, reason: str, comment: str, secret: str | None, token: str | None
) -> None:
    """Ask to return units (by the positions of their lines). Raises RemoteProblem when that is not possible."""
    body = {
        "lines": [{"position": position, "quantity": quantity} for position, quantity in quantities.items()],
        "reason": reason,
        "comment": comment,
    }
    headers = {"X-Order-Secret": secret} if secret else {}
    path = f"/v1/orders/{quote(number, safe='')}/returns"
    client.post(path, body, headers=headers, token=token).json_or_raise()


def claim_orders(token: str) -> int:
    """Make the orders that were placed with the account's address before it existed the account's; returns how many."""
    response = client.post("/v1/orders/claim", token=token, deadline=CLAIM_TIMEOUT_SECONDS)
    return decode(ClaimedOrders, response.json_or_raise(), service="payment").claimed
