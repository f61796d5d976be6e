"""Examples of the OpenAPI document."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import OpenApiExample

ID = "01a215e8-c317-7113-8438-5990e633858d"
MUG = {"position": 0, "sku": "MUG-BLUE", "title": "Blue mug", "quantity": 1}


def euros(amount: int) -> dict[str, Any]:
    return {"amount": amount, "currency": "EUR"}


REFUND_OF_UNITS = OpenApiExample(
    "A unit that goes back into the stock, shipping and a free amount",
    value={
        "lines": [{"position": 0, "quantity": 1, "restock": True}],
        "shipping": euros(490),
        "goodwill": euros(200),
        "reason": "Damaged on its way",
        "expected_refunded": euros(0),
    },
    request_only=True,
)
REFUND_OF_EVERYTHING = OpenApiExample(
    "Everything that is left", value={"everything": True, "restock": True}, request_only=True
)
REFUND = OpenApiExample(
    "Refund",
    value={
        "id": ID,
        "state": "completed",
        "amount": euros(2180),
        "lines": [MUG | {"amount": euros(1490)}],
        "shipping": euros(490),
        "goodwill": euros(200),
        "requested_at": "2026-11-30T09:00:00Z",
        "completed_at": "2026-11-30T09:00:01Z",
        "failure": "",
    },
    response_only=True,
    status_codes=["201"],
)
RETURN = OpenApiExample(
    "Return",
    value={"lines": [{"position": 0, "quantity": 1}], "reason": "damaged", "comment": "The handle is broken."},
    request_only=True,
)
RETURN_REQUEST = OpenApiExample(
    "Return request",
    value={
        "id": ID,
        "state": "open",
        "reason": "damaged",
        "comment": "The handle is broken.",
        "response": "",
        "requested_at": "2026-11-30T09:00:00Z",
        "decided_at": None,
        "lines": [MUG],
    },
    response_only=True,
    status_codes=["201"],
)
ACCEPT = OpenApiExample("Accept", value={"restock": True}, request_only=True)
DECLINE = OpenApiExample("Decline", value={"response": "The damage comes from use."}, request_only=True)
