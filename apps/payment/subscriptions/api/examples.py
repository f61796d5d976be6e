"""Examples of the OpenAPI document."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import OpenApiExample


def euros(amount: int) -> dict[str, Any]:
    return {"amount": amount, "currency": "EUR"}


MONTHLY = {
    "code": "plus-monthly",
    "name": "StreamCart Plus",
    "description": "Classic films, as many as you like.",
    "package": "plus",
    "interval": "month",
    "trial_days": 14,
    "prices": [euros(799), {"amount": 899, "currency": "USD"}],
}
YEARLY = MONTHLY | {"code": "plus-yearly", "interval": "year", "prices": [euros(7990)]}
PLANS = OpenApiExample("Plans", value={"results": [MONTHLY, YEARLY]}, response_only=True)
SUBSCRIBE = OpenApiExample(
    "Subscribe",
    value={
        "plan": "plus-monthly",
        "currency": "EUR",
        "country": "DE",
        "payment_method": "pm_Xk2vV0lqS5uE1rT8yW3aZg",
        "expected_amount": euros(0),
    },
    request_only=True,
)
PERIOD = {
    "id": "01a215e8-c317-7113-8438-5990e633858d",
    "starts_at": "2026-12-01T09:00:00Z",
    "ends_at": "2027-01-01T09:00:00Z",
    "amount": euros(799),
    "credit": euros(0),
    "paid_at": "2026-12-01T09:00:02Z",
    "invoice_number": "INV-2026-000123",
    "invoice_url": "/v1/subscription/invoices/01a215e8-c317-7113-8438-5990e633858d.pdf",
    "refunded": euros(0),
    "credit_notes": [],
}
SUBSCRIPTION = OpenApiExample(
    "Subscription",
    value={
        "number": "SUB-7K2M9QXR",
        "state": "active",
        "plan": MONTHLY,
        "next_plan": None,
        "currency": "EUR",
        "country": "DE",
        "region": "",
        "company": "",
        "vat_id": "",
        "billing_address": None,
        "started_at": "2026-11-17T09:00:00Z",
        "period_starts_at": "2026-12-01T09:00:00Z",
        "period_ends_at": "2027-01-01T09:00:00Z",
        "trial_ends_at": "2026-12-01T09:00:00Z",
        "is_cancelled": False,
        "ended_at": None,
        "end_reason": "",
        "payment_method": {"id": "pm_Xk2vV0lqS5uE1rT8yW3aZg", "brand": "Visa", "last4": "4242"},
        "next_amount": euros(799),
        "due": None,
        "next_action": None,
        "periods": [PERIOD],
    },
    response_only=True,
    status_codes=["200", "201"],
)
PREVIEW = OpenApiExample(
    "An upgrade after ten of 31 days",
    value={
        "plan": YEARLY,
        "is_immediate": True,
        "amount": euros(7449),
        "credit": euros(541),
        "price": euros(7990),
        "effective_at": "2026-12-11T08:00:00Z",
    },
    response_only=True,
)
CHANGE = OpenApiExample("Change", value={"plan": "plus-yearly", "expected_amount": euros(7449)}, request_only=True)
USE_CARD = OpenApiExample("Another card", value={"payment_method": "pm_Xk2vV0lqS5uE1rT8yW3aZg"}, request_only=True)
CANCELLATION = OpenApiExample(
    "Cancellation", value={"number": "SUB-7K2M9QXR", "email": "ada@example.com"}, request_only=True
)
EXTEND = OpenApiExample("Extension", value={"days": 14}, request_only=True)
REFUND_PERIOD = OpenApiExample(
    "A part of the last period; the subscription runs on",
    value={"amount": euros(300), "ends_subscription": False, "reason": "Streaming was down for ten days"},
    request_only=True,
)
PERIOD_REFUND = OpenApiExample(
    "Refund of a period",
    value={
        "id": "01a2162c-5b0e-7f54-9a83-0f3a1f3b7f10",
        "period": "01a215e8-c317-7113-8438-5990e633858d",
        "state": "completed",
        "amount": euros(300),
        "tax": euros(48),
        "ends_subscription": False,
        "requested_at": "2026-12-11T08:00:00Z",
        "completed_at": "2026-12-11T08:00:01Z",
        "failure": "",
    },
    response_only=True,
    status_codes=["201"],
)
QUOTE = OpenApiExample(
    "A consumer in Austria",
    value={"price": euros(799), "tax": euros(133), "tax_class": "digital", "tax_rate": 2000},
    response_only=True,
)
