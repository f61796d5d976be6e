"""Balance transactions and disputes of Stripe, from fixtures in the form of its API documents."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
import stripe

from apps.common.money import Money
from apps.common.problems import NotFound
from apps.payment.payments.providers.stripe import disputes
from apps.payment.payments.providers.stripe.balance import movement_of
from apps.payment.payments.providers.stripe.charges import charge_of, decline_code
from apps.payment.payments.providers.stripe.disputes import dispute_of
from apps.payment.payments.providers.stripe.provider import StripeProvider

AT = datetime(2026, 3, 14, 12, tzinfo=UTC)


def made(values: dict[str, Any]) -> Any:
    return stripe.StripeObject.construct_from(values, "sk_test_12345")


def transaction(kind: str, amount: int, *, fee: int = 0, source: Any = None, currency: str = "eur") -> Any:
    values = {"id": "txn_1", "object": "balance_transaction", "type": kind, "amount": amount, "fee": fee}
    values |= {"net": amount - fee, "currency": currency, "created": int(AT.timestamp()), "source": source}
    return made(values)


CHARGE = {"id": "ch_1", "object": "charge", "amount": 1990, "currency": "eur", "metadata": {"key": "order-1"}}
REFUND = {"id": "re_1", "object": "refund", "amount": 500, "currency": "eur", "metadata": {"key": "refund-1"}}
DISPUTED = {"id": "dp_1", "object": "dispute", "amount": 1990, "currency": "eur"}


@pytest.mark.parametrize(
    ("item", "kind", "key", "amount", "fee"),
    [
        (transaction("charge", 1990, fee=55, source=CHARGE), "capture", "order-1", 1990, 55),
        (transaction("refund", -500, source=REFUND), "refund", "refund-1", -500, None),
        (transaction("adjustment", -1990, fee=2000, source=DISPUTED), "dispute", "dp_1", -3990, None),
        (transaction("adjustment", 1990, source=DISPUTED), "reversal", "dp_1", 1990, None),
        (transaction("stripe_fee", -120), "fee", "txn_1", -120, None),
        (transaction("payout", -9000, source={"id": "po_1", "object": "payout"}), "payout", "txn_1", -9000, None),
        (transaction("payout_failure", 9000, source={"id": "po_1", "object": "payout"}), "payout", "txn_1", 9000, None),
        (transaction("reserve_transaction", -10), "other", "txn_1", -10, None),
    ],
)
def test_balance_transactions_become_movements(item, kind, key, amount, fee):
    movement = movement_of(item)
    assert (movement.kind, movement.key, movement.amount) == (kind, key, Money(amount, "EUR"))
    assert movement.fee == (Money(fee, "EUR") if fee else None)
    assert movement.at == AT


def test_a_payment_in_another_currency_is_compared_in_that():
    dollars = CHARGE | {"currency": "usd", "amount": 2200}
    movement = movement_of(transaction("charge", 1990, fee=55, source=dollars))
    assert movement.amount == Money(2200, "USD")
    assert movement.fee == Money(55, "EUR")


def dispute(status: str, *moved: tuple[int, int], **changes: Any) -> Any:
    entries = [{"amount": amount, "fee": fee, "net": amount - fee} for amount, fee in moved]
    values = DISPUTED | {"status": status, "reason": "fraudulent", "payment_intent": "pi_1", "livemode": False}
    values |= {"balance_transactions": entries, "evidence_details": {"due_by": int(AT.timestamp())}}
    return dispute_of(made(values | changes))


@pytest.mark.parametrize(
    ("status", "moved", "state", "sums"),
    [
        ("warning_needs_response", [], "inquiry", (0, 0, 0)),
        ("warning_closed", [], "closed", (0, 0, 0)),
        ("needs_response", [(-1990, 2000)], "needs_response", (1990, 2000, 0)),
        ("under_review", [(-1990, 2000)], "under_review", (1990, 2000, 0)),
        ("lost", [(-1990, 2000)], "lost", (1990, 2000, 0)),
        ("won", [(-1990, 2000), (1990, 0)], "won", (1990, 2000, 1990)),
        ("won", [(-1990, 2000), (1990, -2000)], "won", (1990, 2000, 3990)),
        ("a_new_status", [(-1990, 2000)], "needs_response", (1990, 2000, 0)),
    ],
)
def test_states_and_sums_of_a_dispute(status, moved, state, sums):
    found = dispute(status, *moved)
    assert (found.state, found.charge, found.due_at) == (state, "pi_1", AT)
    assert (found.withdrawn.amount, found.fee.amount, found.reinstated.amount) == sums
    assert found.url == "https://dashboard.stripe.com/test/disputes/dp_1"
    assert dispute(status, *moved, livemode=True).url == "https://dashboard.stripe.com/disputes/dp_1"


def test_a_dispute_without_a_deadline_or_an_intent_is_read_all_the_same():
    found = dispute("lost", evidence_details=None, payment_intent=None)
    assert (found.due_at, found.charge) == (None, "")


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (None, "card_declined"),
        ({"code": "card_declined", "decline_code": "insufficient_funds"}, "insufficient_funds"),
        ({"code": "card_declined", "decline_code": "lost_card"}, "card_declined"),
        ({"code": "authentication_required", "decline_code": "authentication_required"}, "authentication_required"),
        ({"code": "expired_card"}, "expired_card"),
        ({"code": "incorrect_cvc"}, "incorrect_cvc"),
        ({"code": "payment_intent_authentication_failure"}, "challenge_failed"),
        ({"code": "processing_error"}, "processing_error"),
    ],
)
def test_declines_have_the_shops_codes(error, code):
    assert decline_code(made(error) if error else None) == code


@pytest.mark.parametrize(
    ("status", "charge", "state"),
    [
        ("processing", None, "requires_action"),
        ("requires_capture", {"refunded": False}, "authorised"),
        ("succeeded", {"refunded": False}, "captured"),
        ("succeeded", {"refunded": True}, "refunded"),
        ("canceled", None, "voided"),
        ("something_new", None, "requires_action"),
    ],
)
def test_states_of_an_intent(status, charge, state):
    found = charge_of(made({"id": "pi_1", "status": status, "latest_charge": charge}))
    assert (found.state, found.action_url) == (state, "")


def test_an_unknown_dispute_is_not_found(api):
    with pytest.raises(NotFound):
        StripeProvider().dispute("dp_unknown")
    assert disputes.STATES["won"] == "won"
