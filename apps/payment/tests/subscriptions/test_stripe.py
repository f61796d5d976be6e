"""Subscriptions that are paid by Stripe, against localstripe: the first charge, renewals, and what webhooks report."""

from __future__ import annotations

import json
import uuid

import pytest
import stripe
from django.core import mail
from django.test import Client

from apps.payment.ledger.models import JournalEntry
from apps.payment.payments.models import WebhookEvent
from apps.payment.payments.providers.stripe.tests.conftest import api, stripe_browser, stripe_url  # noqa: F401  (fixtures)
from apps.payment.subscriptions.models import BillingPeriod, ChargeAttempt, Subscription
from apps.payment.tests.invariants import assert_books_balance
from apps.payment.tests.subscriptions.helpers import (
    PATH,
    event_names,
    let_leases_end,
    mail_kinds,
    post,
    run_beat,
    subscribe,
    until_end_of_period,
)

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("plans")]
GOOD, CHALLENGE, DECLINED = "4242424242424242", "4000000000003220", "4000000000000341"
RETURN = "http://localhost:8000/account/subscription"


@pytest.fixture
def save_card(api, stripe_browser):  # noqa: F811  (a fixture)
    """`save_card(shopper, number)` keeps a card for the account; returns the payment method's id."""

    def save(shopper, number: str = GOOD) -> str:
        sent = {"provider": "stripe", "token": stripe_browser.token(number), "keep": True}
        response = shopper.client.post("/v1/payment-methods", sent)
        assert response.status_code == 201, response.content
        return response.json()["id"]

    return save


@pytest.fixture
def start(save_card):
    """`start(shopper, number)` subscribes; the response."""
    return lambda shopper, number=GOOD: subscribe(shopper, card=save_card(shopper, number), return_url=RETURN)


def sent_to(api, path: str) -> dict[str, str]:  # noqa: F811  (a fixture)
    """What the last request to a path that ends so had in it."""
    return [sent for method, found, sent in api.calls if method == "post" and found.endswith(path)][-1]


def reference() -> str:
    return ChargeAttempt.objects.order_by("-created_at").first().reference


def deliver(charge: str, *, event_id: str = "", signed_with: str = "whsec_new", created: int | None = None):
    event = {
        "id": event_id or f"evt_{uuid.uuid4().hex}",
        "data": {"object": {"object": "payment_intent", "id": charge}},
    }
    body = json.dumps(event)
    signature = stripe.WebhookSignature.generate_signature_header(body, signed_with, timestamp=created)
    headers = {"Stripe-Signature": signature}
    return Client().post("/v1/webhooks/stripe", body, content_type="application/json", headers=headers)


def test_the_first_period_is_charged_and_the_card_kept_for_renewals(ada, start, api):  # noqa: F811  (a fixture)
    assert start(ada).json()["state"] == "active"
    made = sent_to(api, "/payment_intents")
    assert made["setup_future_usage"] == "off_session"
    assert made["customer"].startswith("cus_")
    assert sent_to(api, "/confirm")["return_url"] == RETURN
    assert any(path.endswith("/attach") for _method, path, _sent in api.calls)


def test_a_renewal_is_charged_with_the_customer_away(ada, start, api):  # noqa: F811  (a fixture)
    start(ada)
    subscription = Subscription.objects.get()
    until_end_of_period(subscription)
    api.calls.clear()
    run_beat()
    made, confirmed = sent_to(api, "/payment_intents"), sent_to(api, "/confirm")
    assert confirmed["off_session"].lower() == "true"
    assert "return_url" not in confirmed
    assert "setup_future_usage" not in made
    assert made["customer"].startswith("cus_")
    assert event_names(subscription) == ["started", "renewed"]
    assert JournalEntry.objects.count() == 2
    assert_books_balance()


@pytest.mark.parametrize("is_approved", [True, False])
def test_the_bank_asks_by_redirect_and_the_webhook_reports(ada, start, stripe_browser, is_approved):  # noqa: F811  (a fixture)
    response = start(ada, CHALLENGE)
    assert response.status_code == 202
    assert response.json()["next_action"]["url"].startswith("https://hooks.stripe.test/")
    charge = reference()
    stripe_browser.authenticate(charge, is_approved=is_approved)
    assert deliver(charge, event_id="evt_1").status_code == 204
    assert deliver(charge, event_id="evt_1").status_code == 204
    # Another event of the same charge, late: the provider says how it stands.
    assert deliver(charge, event_id="evt_0").status_code == 204
    subscription = Subscription.objects.get()
    assert subscription.state == ("active" if is_approved else "ended")
    assert JournalEntry.objects.count() == int(is_approved)
    assert WebhookEvent.objects.count() == 2


@pytest.mark.parametrize(
    "forged", [{"signed_with": "whsec_guess"}, {"created": 1_000_000_000}], ids=["another secret", "played back"]
)
def test_a_forged_webhook_changes_nothing(ada, start, stripe_browser, forged):  # noqa: F811  (a fixture)
    start(ada, CHALLENGE)
    charge = reference()
    stripe_browser.authenticate(charge, is_approved=True)
    assert deliver(charge, **forged).status_code == 400
    assert Subscription.objects.get().state == "incomplete"
    assert not WebhookEvent.objects.exists()


def test_a_webhook_before_the_customer_decided_changes_nothing(ada, start):
    start(ada, CHALLENGE)
    assert deliver(reference()).status_code == 204
    assert Subscription.objects.get().state == "incomplete"
    assert deliver("pi_of_another_shop").status_code == 204


def test_a_webhook_while_the_charge_is_being_settled_charges_once(ada, start, api):  # noqa: F811  (a fixture)
    api.loses.append("/capture")
    start(ada)
    charge = reference()
    let_leases_end()
    assert deliver(charge).status_code == 204
    run_beat()
    assert Subscription.objects.get().state == "active"
    assert JournalEntry.objects.count() == 1


def test_a_declined_card_starts_nothing(ada, start):
    response = start(ada, DECLINED)
    assert (response.status_code, response.json()["decline_code"]) == (402, "card_declined")
    assert Subscription.objects.get().state == "ended"
    assert not JournalEntry.objects.exists()


@pytest.fixture
def unconfirmed(ada, start, save_card):
    """A subscription whose renewal the bank wants the customer to confirm."""
    start(ada)
    subscription = Subscription.objects.get()
    Subscription.objects.update(method=save_card(ada, CHALLENGE))
    until_end_of_period(subscription)
    mail.outbox.clear()
    run_beat()
    subscription.refresh_from_db()
    return subscription


def test_a_renewal_that_the_bank_wants_confirmed_leads_the_customer_to_a_page(ada, unconfirmed):
    assert unconfirmed.state == "past_due"
    assert mail_kinds(unconfirmed)[-1] == "payment_failed"
    [message] = mail.outbox
    assert "/account/subscription/pay" in message.body
    assert "Confirm payment" in message.alternatives[0][0]
    due = ada.client.get(PATH).json()["due"]
    assert due["decline_code"] == "authentication_required"
    assert event_names(unconfirmed)[-1] == "changed"


def test_the_customer_confirms_the_overdue_payment_with_the_same_card(ada, unconfirmed, stripe_browser):  # noqa: F811  (a fixture)
    response = post(ada, "payment-method", {"payment_method": str(unconfirmed.method_id), "return_url": RETURN})
    assert response.status_code == 202, response.content
    assert response.json()["next_action"]["url"].startswith("https://hooks.stripe.test/")
    charge = reference()
    stripe_browser.authenticate(charge, is_approved=True)
    assert deliver(charge).status_code == 204
    unconfirmed.refresh_from_db()
    assert unconfirmed.state == "active"
    assert BillingPeriod.objects.filter(state="paid").count() == 2
    assert JournalEntry.objects.count() == 2
    assert_books_balance()


def test_money_of_a_period_goes_back_by_stripe(ada, start, as_staff):
    start(ada)
    path = f"/v1/subscriptions/{Subscription.objects.get().number}/refunds"
    body = {"amount": {"amount": 300, "currency": "EUR"}, "ends_subscription": True}
    response = as_staff("support_staff").post(path, body, headers={"Idempotency-Key": "r-1"})
    assert response.json()["state"] == "completed", response.content
    assert Subscription.objects.get().state == "ended"
    assert_books_balance()
