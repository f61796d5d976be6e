"""Client of payment's subscriptions."""

from __future__ import annotations

import time
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import quote as quote_path

from apps.common.http import RemoteProblem
from apps.common.money import Money
from apps.ui.storefront.clients.cards import Card
from apps.ui.storefront.clients.decoding import decode
from apps.ui.storefront.clients.payment import (
    MAX_IN_PROGRESS_RETRIES,
    MAX_RETRY_PAUSE_SECONDS,
    ORDER_TIMEOUT_SECONDS,
    client,
    responses,
)
from apps.ui.storefront.clients.payment_schemas import NextAction

# How long plans are used without asking again.
PLAN_SECONDS = 60.0
# A page that can do without them does not wait longer.
OPTIONAL_TIMEOUT_SECONDS = 1.0
PATH = "/v1/subscription"


@dataclass(frozen=True, slots=True)
class Plan:
    """What can be subscribed to; `package` names the films that it opens."""

    code: str
    name: str
    description: str
    package: str
    interval: str
    trial_days: int
    prices: tuple[Money, ...]

    def price_in(self, currency: str) -> Money | None:
        return next((price for price in self.prices if price.currency == currency), None)


@dataclass(frozen=True, slots=True)
class Plans:
    """All plans that are offered, in their order."""

    results: tuple[Plan, ...]


@dataclass(frozen=True, slots=True)
class PlanQuote:
    """What a period costs somebody, and the tax in it."""

    price: Money
    tax: Money
    tax_class: str
    tax_rate: int


@dataclass(frozen=True, slots=True)
class CreditNote:
    """About a period of which something was refunded."""

    number: str


@dataclass(frozen=True, slots=True)
class BillingPeriod:
    """A period that was paid."""

    id: str
    starts_at: datetime
    ends_at: datetime
    amount: Money
    credit: Money
    paid_at: datetime
    invoice_number: str
    refunded: Money
    credit_notes: tuple[CreditNote, ...]


@dataclass(frozen=True, slots=True)
class AmountDue:
    """What is overdue, when the card is tried again, and why the last try failed."""

    amount: Money
    retry_at: datetime | None
    decline_code: str


@dataclass(frozen=True, slots=True)
class Subscription:
    """The account's contract. `state` is incomplete, trialing, active, past_due or ended."""

    number: str
    state: str
    plan: Plan
    next_plan: Plan | None
    currency: str
    country: str
    started_at: datetime
    period_starts_at: datetime
    period_ends_at: datetime
    trial_ends_at: datetime | None
    is_cancelled: bool
    ended_at: datetime | None
    end_reason: str
    payment_method: Card | None
    next_amount: Money | None
    due: AmountDue | None
    next_action: NextAction | None
    periods: tuple[BillingPeriod, ...]

    @property
    def is_live(self) -> bool:
        return self.state != "ended"

    @property
    def is_changeable(self) -> bool:
        """Whether another plan can be chosen."""
        return self.state in ("trialing", "active") and not self.is_cancelled


@dataclass(frozen=True, slots=True)
class ChangePreview:
    """What a change of plan costs now, and when it is in effect."""

    plan: Plan
    is_immediate: bool
    amount: Money
    credit: Money
    price: Money
    effective_at: datetime


def plans(*, deadline: float | None = None) -> tuple[Plan, ...]:
    """What is offered, in the language of the page; `deadline` in seconds."""
    return responses.fetch("/v1/plans", Plans, fresh_seconds=PLAN_SECONDS, deadline=deadline).results


def quote(plan: str, *, currency: str, country: str, region: str = "", vat_id: str = "") -> PlanQuote:
    """What a period costs there. Raises RemoteProblem (400) for an unusable VAT ID or a missing state."""
    place = {"country": country, "region": region, "vat_id": vat_id}
    params = {"currency": currency} | {name: value for name, value in place.items() if value}
    body = client.get(f"/v1/plans/{quote_path(plan, safe='')}/quote", params=params).json_or_raise()
    return decode(PlanQuote, body, service="payment")


def subscription(token: str) -> Subscription | None:
    """The account's subscription, else the one that ended last; None for an account that never had one."""
    try:
        return _decoded(client.get(PATH, token=token, deadline=ORDER_TIMEOUT_SECONDS).json_or_raise())
    except RemoteProblem as problem:
        if problem.status != 404:
            raise
        return None


def subscribe(token: str, body: dict[str, Any], *, key: str) -> Subscription:
    """Start a trial or pay the first period. Repeating the key returns the same subscription.

    Raises RemoteProblem when it is refused, Unavailable when it is unknown whether it was started.
    """
    return _post(token, "", body, key=key)


def change_preview(token: str, plan: str) -> ChangePreview:
    """Raises RemoteProblem (409) for a subscription that cannot be changed now."""
    body = client.get(f"{PATH}/change", params={"plan": plan}, token=token).json_or_raise()
    return decode(ChangePreview, body, service="payment")


def change_plan(token: str, body: dict[str, Any], *, key: str) -> Subscription:
    """Raises as `subscribe`."""
    return _post(token, "/change", body, key=key)


def use_card(token: str, body: dict[str, Any], *, key: str) -> Subscription:
    """Pay with another card, and what is overdue at once. Raises as `subscribe`."""
    return _post(token, "/payment-method", body, key=key)


def cancel(token: str) -> Subscription:
    """At the end of the period. Raises RemoteProblem (404) without a live subscription."""
    return _decoded(client.post(f"{PATH}/cancel", token=token, deadline=ORDER_TIMEOUT_SECONDS).json_or_raise())


def resume(token: str) -> Subscription:
    """Withdraw a cancellation. Raises RemoteProblem (404 or 409) when it has ended."""
    return _decoded(client.post(f"{PATH}/resume", token=token).json_or_raise())


def cancel_by_number(number: str, email: str) -> None:
    """Cancel without signing in; the response is the same whether or not number and address match."""
    client.post(f"{PATH}/cancellations", {"number": number, "email": email}).json_or_raise()


def invoice(token: str, period_id: str) -> bytes:
    """The PDF. Raises RemoteProblem (404) for that of somebody else."""
    return client.get(f"{PATH}/invoices/{quote_path(period_id, safe='')}.pdf", token=token).content_or_raise()


def credit_note(token: str, period_id: str, number: str) -> bytes:
    """The PDF. Raises RemoteProblem (404) for that of somebody else."""
    path = f"{PATH}/invoices/{quote_path(period_id, safe='')}/credit-notes/{quote_path(number, safe='')}.pdf"
    return client.get(path, token=token).content_or_raise()


def _post(token: str, path: str, body: dict[str, Any], *, key: str) -> Subscription:
    """Waits while another request with the key is at it."""
    for _ in range(MAX_IN_PROGRESS_RETRIES):
        try:
            return _send(token, path, body, key)
        except RemoteProblem as problem:
            if problem.slug != "request-in-progress":
                raise
            time.sleep(min(problem.retry_after or 1, MAX_RETRY_PAUSE_SECONDS))
    return _send(token, path, body, key)


def _send(token: str, path: str, body: dict[str, Any], key: str) -> Subscription:
    response = client.post(PATH + path, body, idempotency_key=key, token=token, deadline=ORDER_TIMEOUT_SECONDS)
    return _decoded(response.json_or_raise())


def _decoded(body: Any) -> Subscription:
    return decode(Subscription, body, service="payment")
