"""payment's subscriptions in memory: two plans, and one account that subscribes."""

from __future__ import annotations

from typing import Any

import httpx

from apps.ui.storefront.tests.fakes.routing import body_of, money, ok, problem, route

START, END = "2026-11-01T10:00:00Z", "2026-12-01T10:00:00Z"
PERIOD_ID = "01a215e8-c317-7113-8438-5990e633858d"
MONTHLY: dict[str, Any] = {
    "code": "plus-monthly",
    "name": "StreamCart Plus",
    "description": "Classics, as often as you like.",
    "package": "plus",
    "interval": "month",
    "trial_days": 14,
    "prices": [money(799), {"amount": 899, "currency": "USD"}],
}
YEARLY = MONTHLY | {"code": "plus-yearly", "interval": "year", "prices": [money(7990)]}
PLANS = {plan["code"]: plan for plan in (MONTHLY, YEARLY)}
NOTE = "credit-notes/CN-2026-000001.pdf"
NOTHING = "There is no subscription."


class FakeSubscriptions:
    """Mixed into the fake payment service, whose test cards decide the outcome."""

    cards: dict[str, str]

    def __init__(self) -> None:
        self.subscription: dict[str, Any] | None = None
        self.plans = list(PLANS.values())
        self.credit = 300
        self.cancelled_by_number: list[dict[str, Any]] = []
        self.subscribed: dict[str, httpx.Response] = {}

    def make(self, **changes: Any) -> dict[str, Any]:
        """Give the account a subscription."""
        period = {
            "id": PERIOD_ID,
            "starts_at": START,
            "ends_at": END,
            "amount": money(799),
            "credit": money(0),
            "paid_at": START,
            "invoice_number": "INV-2026-000001",
            "invoice_url": f"/v1/subscription/invoices/{PERIOD_ID}.pdf",
            "refunded": money(300),
            "credit_notes": [{"number": "CN-2026-000001", "url": f"/v1/subscription/invoices/{PERIOD_ID}/{NOTE}"}],
        }
        self.subscription = {
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
            "started_at": START,
            "period_starts_at": START,
            "period_ends_at": END,
            "trial_ends_at": None,
            "is_cancelled": False,
            "ended_at": None,
            "end_reason": "",
            "payment_method": {"id": "pm_1", "brand": "Visa", "last4": "4242"},
            "next_amount": money(799),
            "due": None,
            "next_action": None,
            "periods": [period],
        } | changes
        return self.subscription

    @route("GET", "/v1/plans")
    def list_plans(self, request: httpx.Request) -> httpx.Response:
        return ok({"results": self.plans})

    @route("GET", "/v1/plans/(?P<code>[^/]+)/quote")
    def quote(self, request: httpx.Request, code: str) -> httpx.Response:
        params = request.url.params
        if params["country"] == "US" and not params.get("region"):
            return problem(400, "invalid-input", "Choose your state.", errors={"region": ["Choose your state."]})
        if params.get("vat_id"):
            return ok({"price": money(666), "tax": money(0), "tax_class": "reverse_charge", "tax_rate": 0})
        price = next(price for price in PLANS[code]["prices"] if price["currency"] == params["currency"])
        return ok({"price": price, "tax": money(133), "tax_class": "digital", "tax_rate": 2000})

    @route("GET", "/v1/subscription")
    def show_subscription(self, request: httpx.Request) -> httpx.Response:
        return ok(self.subscription) if self.subscription else problem(404, "not-found", NOTHING)

    @route("POST", "/v1/subscription")
    def subscribe(self, request: httpx.Request) -> httpx.Response:
        key = request.headers["Idempotency-Key"]
        if key not in self.subscribed:
            self.subscribed[key] = self._subscribe(body_of(request))
        return self.subscribed[key]

    def _subscribe(self, sent: dict[str, Any]) -> httpx.Response:
        number = self.cards[sent["payment_method"]]
        if number.endswith("0002"):
            return problem(402, "card-declined", "Your bank declined the card.", decline_code="card_declined")
        made = self.make(plan=PLANS[sent["plan"]], country=sent["country"], state="trialing", periods=[])
        if number.endswith("3220"):
            url = "http://localhost:8000/api/payment/v1/sandbox/challenges/x"
            made |= {"state": "incomplete", "next_action": {"type": "redirect", "url": url}}
        return ok(made, 202 if made["next_action"] else 201)

    @route("POST", "/v1/subscription/(?P<action>cancel|resume)")
    def switch(self, request: httpx.Request, action: str) -> httpx.Response:
        if self.subscription is None:
            return problem(404, "not-found", NOTHING)
        self.subscription["is_cancelled"] = action == "cancel"
        return ok(self.subscription)

    @route("GET", "/v1/subscription/change")
    def preview(self, request: httpx.Request) -> httpx.Response:
        plan = PLANS[request.url.params["plan"]]
        is_immediate = plan["interval"] == "year"
        price, credit = plan["prices"][0]["amount"], self.credit if is_immediate else 0
        return ok(
            {
                "plan": plan,
                "is_immediate": is_immediate,
                "amount": money(price - credit if is_immediate else 0),
                "credit": money(credit),
                "price": money(price),
                "effective_at": END,
            }
        )

    @route("POST", "/v1/subscription/change")
    def change(self, request: httpx.Request) -> httpx.Response:
        assert self.subscription is not None
        self.subscription["plan"] = PLANS[body_of(request)["plan"]]
        return ok(self.subscription)

    @route("POST", "/v1/subscription/payment-method")
    def use_card(self, request: httpx.Request) -> httpx.Response:
        assert self.subscription is not None
        card = body_of(request)["payment_method"]
        if self.cards[card].endswith("0002"):
            return problem(402, "card-declined", "Your bank declined the card.", decline_code="card_declined")
        method = {"id": card, "brand": "Visa", "last4": self.cards[card][-4:]}
        self.subscription |= {"payment_method": method, "state": "active", "due": None}
        return ok(self.subscription)

    @route("POST", "/v1/subscription/cancellations")
    def cancel_by_number(self, request: httpx.Request) -> httpx.Response:
        self.cancelled_by_number.append(body_of(request))
        return ok({"detail": "If they match, it is cancelled."}, 202)

    @route("GET", f"/v1/subscription/invoices/{PERIOD_ID}.pdf")
    def invoice(self, request: httpx.Request) -> httpx.Response:
        return httpx.Response(200, content=b"%PDF-1.7", headers={"Content-Type": "application/pdf"})

    @route("GET", f"/v1/subscription/invoices/{PERIOD_ID}/{NOTE}")
    def credit_note(self, request: httpx.Request) -> httpx.Response:
        return httpx.Response(200, content=b"%PDF-1.7", headers={"Content-Type": "application/pdf"})


def overdue() -> dict[str, Any]:
    """Changes of a subscription whose card was declined."""
    return {
        "state": "past_due",
        "due": {"amount": money(799), "retry_at": END, "decline_code": "authentication_required"},
    }
