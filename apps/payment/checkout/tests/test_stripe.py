"""Orders that are paid by Stripe, against localstripe: from the browser's token to the books."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest
import stripe
from django.test import Client

from apps.common.money import Money
from apps.common.testing.concurrency import at_once
from apps.payment.checkout.tasks import resume_stuck_orders
from apps.payment.disputes.models import Dispute
from apps.payment.disputes.tasks import catch_up_on_disputes
from apps.payment.ledger.models import JournalEntry
from apps.payment.ledger.selectors import balances
from apps.payment.orders.models import Order
from apps.payment.payments.models import Payment, PaymentMethod
from apps.payment.payments.providers.stripe.models import StripeIntent
from apps.payment.payments.providers.stripe.provider import StripeProvider
from apps.payment.payments.providers.stripe.tests.conftest import api, stripe_browser, stripe_url  # noqa: F401  (fixtures)
from apps.payment.tests.personas import CARDS, Shopper

pytestmark = pytest.mark.django_db(transaction=True)
CHALLENGE, DECLINED = "4000000000003220", "4000000000000341"


@pytest.fixture
def buy(api, stripe_browser, catalog):  # noqa: F811  (a fixture)
    """`buy(shopper, card=…)` orders a mug with a token that the browser got for the card."""

    def order(shopper: Shopper, *, card: str = "4242424242424242", **changes):
        shopper.cart = ""
        shopper.put("MUG-BLUE")
        sent = {"provider": "stripe", "token": stripe_browser.token(card)}
        method = shopper.client.post("/v1/payment-methods", sent)
        assert method.status_code == 201, method.content
        return shopper.order(card=method.json()["id"], **changes)

    return order


def deliver(reference: str, kind: str = "payment_intent", **item: str) -> None:
    event = {"id": f"evt_{reference}", "data": {"object": {"object": kind, "id": reference} | item}}
    body = json.dumps(event)
    signature = stripe.WebhookSignature.generate_signature_header(body, "whsec_new")
    headers = {"Stripe-Signature": signature}
    response = Client().post("/v1/webhooks/stripe", body, content_type="application/json", headers=headers)
    assert response.status_code == 204


def test_an_order_is_paid(ada, buy):
    order = buy(ada).json()
    assert order["state"] == "paid"
    assert order["payment"] == {"provider": "stripe", "brand": "Visa", "last4": "4242", "state": "captured"}
    assert JournalEntry.objects.count() == 1


def test_a_declined_card_says_so_and_charges_nothing(ada, buy):
    response = buy(ada, card=DECLINED)
    assert (response.status_code, response.json()["decline_code"]) == (402, "card_declined")
    assert not JournalEntry.objects.exists()


@pytest.mark.parametrize("is_approved", [True, False])
def test_the_bank_decides_and_the_webhook_reports(ada, buy, stripe_browser, is_approved):  # noqa: F811  (a fixture)
    order = buy(ada, card=CHALLENGE).json()
    assert order["next_action"]["url"].startswith("https://hooks.stripe.test/")
    reference = Payment.objects.get().reference
    stripe_browser.authenticate(reference, is_approved=is_approved)
    deliver(reference)
    deliver(reference)
    assert Order.objects.get().state == ("paid" if is_approved else "failed")
    assert JournalEntry.objects.count() == int(is_approved)


def test_a_response_that_was_lost_is_made_good_by_the_job(ada, buy, api):  # noqa: F811  (a fixture)
    api.loses.append("/capture")
    response = buy(ada)
    assert (response.status_code, response.json()["state"]) == (202, "authorised")
    Order.objects.update(lease_until=Order.objects.get().placed_at - timedelta(minutes=1))
    resume_stuck_orders()
    assert Order.objects.get().state == "paid"
    assert JournalEntry.objects.count() == 1


def test_card_numbers_are_refused_and_kept_nowhere(ada, api, caplog):  # noqa: F811  (a fixture)
    card = {"number": CARDS["ok"], "exp_month": 12, "exp_year": 2090, "cvc": "123"}
    for provider in ("stripe", "sandbox"):
        response = ada.client.post("/v1/payment-methods", {"provider": provider, "card": card})
        assert response.status_code in (400, 409)
    assert not PaymentMethod.objects.exists()
    assert api.calls == []
    assert CARDS["ok"] not in caplog.text


def test_a_saved_card_pays_again_and_is_detached_when_it_is_removed(ada, buy, api, stripe_browser):  # noqa: F811  (a fixture)
    secret = ada.client.post("/v1/payment-methods/setup").json()["client_secret"]
    token = stripe_browser.save(secret)
    customer = next(sent for _, path, sent in api.calls if path == "/v1/setup_intents")["customer"]
    stripe_browser.post(f"/v1/payment_methods/{token}/attach", {"customer": customer})
    sent = {"provider": "stripe", "token": token, "keep": True}
    saved = ada.client.post("/v1/payment-methods", sent).json()
    assert saved["saved_at"]
    ada.put("MUG-BLUE")
    assert ada.order(card=saved["id"]).json()["state"] == "paid"
    assert ada.client.delete(f"/v1/payment-methods/{saved['id']}").status_code == 204
    assert ("post", f"/v1/payment_methods/{token}/detach") in [(method, path) for method, path, _ in api.calls]


def test_the_card_of_somebody_else_is_neither_taken_nor_saved(ada, grace, buy, api, stripe_browser):  # noqa: F811  (a fixture)
    ada.client.post("/v1/payment-methods/setup")
    customer = next(sent for _, path, sent in api.calls if path == "/v1/setup_intents")["customer"]
    token = stripe_browser.token()
    stripe_browser.post(f"/v1/payment_methods/{token}/attach", {"customer": customer})
    for shopper in (grace, Shopper()):
        response = shopper.client.post("/v1/payment-methods", {"provider": "stripe", "token": token})
        assert response.status_code == 400
    assert not PaymentMethod.objects.exists()


def test_money_goes_back_by_stripe(ada, buy, as_staff):
    number = buy(ada).json()["number"]
    body = {"lines": [{"position": 0, "quantity": 1}]}
    response = as_staff("support_staff").post(f"/v1/orders/{number}/refunds", body, headers={"Idempotency-Key": "r-1"})
    assert response.status_code == 201, response.content
    assert response.json()["state"] == "completed"


def test_guests_and_the_sandbox_begin_no_setup(ada, settings):
    assert Shopper().client.post("/v1/payment-methods/setup").status_code == 401
    settings.PAYMENT_PROVIDER = "sandbox"
    assert ada.client.post("/v1/payment-methods/setup").json()["type"] == "/problems/setup-not-offered"
    settings.PAYMENT_PROVIDER = "none"
    assert ada.client.post("/v1/payment-methods/setup").status_code == 409


def test_the_storefront_learns_the_publishable_key_alone(api):  # noqa: F811  (a fixture)
    body = Shopper().client.get("/v1/payment-options").json()
    assert body == {"provider": "stripe", "test_cards": [], "publishable_key": "pk_test_12345"}


def disputed(intent: str, status: str, *moved: tuple[int, int]) -> dict:
    entries = [{"amount": amount, "fee": fee, "net": amount - fee} for amount, fee in moved]
    return {
        "id": "dp_1",
        "object": "dispute",
        "amount": -moved[0][0],
        "currency": "eur",
        "status": status,
        "reason": "fraudulent",
        "payment_intent": intent,
        "livemode": False,
        "balance_transactions": entries,
        "evidence_details": {"due_by": 1_900_000_000},
    }


@pytest.mark.parametrize("is_reported", [True, False])
def test_a_dispute_is_booked_by_webhook_or_by_the_nightly_job(ada, buy, api, is_reported):  # noqa: F811  (a fixture)
    order = Order.objects.get(number=buy(ada).json()["number"])
    intent, total = Payment.objects.get().reference, order.total_amount
    api.disputes["dp_1"] = disputed(intent, "needs_response", (-total, 1500))
    if is_reported:
        deliver("dp_1", "dispute", payment_intent=intent)
    else:
        assert catch_up_on_disputes() == 1
    assert Dispute.objects.get().order == order
    assert balances()["EUR"]["provider_clearing"] == -1500
    api.disputes["dp_1"] = disputed(intent, "won", (-total, 1500), (total, 0))
    catch_up_on_disputes()
    assert Dispute.objects.get().state == "won"
    assert balances()["EUR"]["provider_clearing"] == total - 1500


def test_workers_that_ask_at_once_hold_the_money_once(api, stripe_browser):  # noqa: F811  (a fixture)
    token, provider = stripe_browser.token(), StripeProvider()

    def ask():
        return provider.authorise(
            key="race", amount=Money(1990, "EUR"), method_reference=token, return_url="http://localhost:8000/"
        )

    charges = at_once(*[ask] * 4)
    assert {charge.reference for charge in charges} == {StripeIntent.objects.get().reference}
    assert {charge.state for charge in charges} == {"authorised"}
    confirmed = {path for _, path, _ in api.calls if path.endswith("/confirm")}
    assert len(confirmed) == 1
