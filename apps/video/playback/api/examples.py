"""Examples of the OpenAPI document."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import OpenApiExample

ENTITLEMENT: dict[str, Any] = {
    "id": "01a2162c-5b0e-7f54-9a83-0f3a1f3b7f10",
    "user_id": "01a215e8-c317-7113-8438-5990e633858d",
    "email": "ada@example.com",
    "title_slug": "metropolis",
    "offer": "buy",
    "source": "staff",
    "order_number": "",
    "state": "active",
    "granted_at": "2026-11-30T09:00:00Z",
    "first_played_at": None,
    "expires_at": "2027-01-01T00:00:00Z",
    "revoked_at": None,
}
GRANTED = {
    "kind": "granted",
    "cause": "staff",
    "actor": "staff@example.com",
    "reason": "The disc arrived broken",
    "at": "2026-11-30T09:00:00Z",
}
REVOKED = GRANTED | {"kind": "revoked", "reason": "A new disc was sent", "at": "2026-12-02T10:30:00Z"}
REVOKED_ENTITLEMENT = ENTITLEMENT | {
    "state": "revoked",
    "revoked_at": "2026-12-02T10:30:00Z",
    "events": [REVOKED, GRANTED],
}

GRANT = OpenApiExample(
    "A film until the end of the year",
    value={
        "account": "ada@example.com",
        "title_slug": "metropolis",
        "reason": "The disc arrived broken",
        "expires_at": "2027-01-01T00:00:00Z",
    },
    request_only=True,
)
GRANTED_BY_STAFF = OpenApiExample(
    "Granted", value=ENTITLEMENT | {"events": [GRANTED]}, response_only=True, status_codes=["201"]
)
FOUND = OpenApiExample("One entitlement", value=ENTITLEMENT, response_only=True, status_codes=["200"])
WITH_HISTORY = OpenApiExample(
    "Granted, then revoked", value=REVOKED_ENTITLEMENT, response_only=True, status_codes=["200"]
)
REVOKE = OpenApiExample("Revoke", value={"reason": "A new disc was sent"}, request_only=True)
REINSTATE = OpenApiExample("Reinstate", value={"reason": "The new disc was lost"}, request_only=True)
REINSTATED = OpenApiExample(
    "Reinstated",
    value=ENTITLEMENT
    | {
        "events": [
            GRANTED | {"kind": "reinstated", "reason": "The new disc was lost", "at": "2026-12-04T08:15:00Z"},
            REVOKED,
            GRANTED,
        ]
    },
    response_only=True,
    status_codes=["200"],
)
