"""Starting: trials, first charges, confirmations at the bank, double clicks and other people."""

from __future__ import annotations

import uuid
from datetime import timedelta

import pytest
from django.core import mail
from django.db import IntegrityError
from django.utils import timezone

from apps.common.outbox.models import OutboxEvent
from apps.common.testing.concurrency import at_once
from apps.common.testing.idempotency import repeated_posts_are_carried_out_once
from apps.payment.payments.providers.sandbox.charges import complete_challenge
from apps.payment.payments.providers.sandbox.models import SandboxCharge
from apps.payment.subscriptions.models import BillingPeriod, ChargeAttempt, Plan, Subscription
from apps.payment.tests.subscriptions.helpers import (
    MONTHLY,
    PATH,
    YEARLY,
    assert_adds_up,
    days_pass,
    euros,
    event_names,
    events,
    let_leases_end,
    mail_kinds,
    post,
    run_beat,
    subscribe,
    subscribed,
    taken,
)

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("plans")]


def test_plans_are_public_and_in_the_readers_language(api_client):
    Plan.objects.filter(code=MONTHLY).update(names={"en": "Plus", "de": "Plus auf Deutsch"})
    response = api_client.get("/v1/plans", headers={"Accept-Language": "de"})
    [monthly] = [plan for plan in response.json()["results"] if plan["code"] == MONTHLY]
    assert monthly["name"] == "Plus auf Deutsch"
    assert monthly["prices"] == [euros(799), {"amount": 899, "currency": "USD"}]
    assert "Accept-Language" in response["Vary"]


def test_first_period_is_charged_at_once(ada):
    subscription = subscribed(ada, expected_amount=euros(799))
    assert subscription.state == "active"
    assert taken(subscription) == [799]
    assert event_names(subscription) == ["started"]
    assert mail_kinds(subscription) == ["started"]
    assert_adds_up(subscription)
    [message] = mail.outbox
    [(name, _content, media_type)] = message.attachments
    assert (name[:4], media_type) == ("INV-", "application/pdf")
    assert subscription.number in message.body


def test_events_say_where_the_subscriber_lives(ada):
    subscription = subscribed(ada, country="AT")
    assert OutboxEvent.objects.get(subject=subscription.number).data["country"] == "AT"


def test_trial_charges_nothing_and_is_given_once(ada):
    Plan.objects.update(trial_days=14)
    subscription = subscribed(ada, expected_amount=euros(0))
    assert subscription.state == "trialing"
    assert taken(subscription) == []
    [(name, version, until)] = events(subscription)
    assert (name, version) == ("started", 1)
    assert until > timezone.now() + timedelta(days=14)
    post(ada, "cancel")
    days_pass(15)
    run_beat()
    subscription.refresh_from_db()
    assert (subscription.state, subscription.end_reason) == ("ended", "cancelled")
    again = subscribed(ada)
    assert again.state == "active"
    assert taken(again) == [799]


def test_end_of_trial_is_announced_once_and_then_charged(ada):
    Plan.objects.update(trial_days=14)
    subscription = subscribed(ada)
    from apps.payment.subscriptions import tasks

    assert tasks.remind_of_trial_ends() == 0
    days_pass(12)
    assert tasks.remind_of_trial_ends() == 1
    assert tasks.remind_of_trial_ends() == 0
    assert mail_kinds(subscription) == ["started", "trial_ending"]
    assert "€7.99" in mail.outbox[-1].body
    days_pass(2.001)
    run_beat()
    subscription.refresh_from_db()
    assert subscription.state == "active"
    assert subscription.period_starts_at == subscription.trial_ends_at
    assert_adds_up(subscription)


def test_bank_confirms_the_first_payment(ada):
    response = subscribe(ada, card="challenge", return_url="http://localhost:8000/account/subscription")
    assert response.status_code == 202, response.content
    assert "/sandbox/challenges/" in response.json()["next_action"]["url"]
    subscription = Subscription.objects.get()
    assert subscription.state == "incomplete"
    assert event_names(subscription) == []
    complete_challenge(ChargeAttempt.objects.get().reference, approved=True)
    body = ada.client.get(PATH).json()
    assert (body["state"], body["next_action"]) == ("active", None)
    assert_adds_up(subscription)


def test_beat_notices_what_the_customer_confirmed_without_coming_back(ada):
    subscribe(ada, card="challenge")
    complete_challenge(ChargeAttempt.objects.get().reference, approved=True)
    run_beat()
    assert Subscription.objects.get().state == "active"


@pytest.mark.parametrize("decision", ["declined", "forgotten"])
def test_confirmation_that_does_not_come_ends_it_uncharged(ada, decision):
    subscribe(ada, card="challenge")
    if decision == "declined":
        complete_challenge(ChargeAttempt.objects.get().reference, approved=False)
    else:
        run_beat()
        assert Subscription.objects.get().state == "incomplete", "the customer has a quarter of an hour"
        days_pass(1)
        let_leases_end()
    run_beat()
    subscription = Subscription.objects.get()
    assert (subscription.state, subscription.end_reason) == ("ended", "not_started")
    assert event_names(subscription) == []
    assert not SandboxCharge.objects.filter(state__in=["requires_action", "authorised", "captured"]).exists()
    assert BillingPeriod.objects.get().state == "void"
    assert subscribed(ada).state == "active"


def test_declined_card_starts_nothing(ada):
    response = subscribe(ada, card="insufficient")
    assert response.status_code == 402
    assert response.json()["decline_code"] == "insufficient_funds"
    assert Subscription.objects.get().state == "ended"
    assert subscribed(ada).state == "active"


def test_repeated_request_subscribes_once(ada):
    card = ada.card(keep=True)
    body = {"plan": MONTHLY, "currency": "EUR", "country": "DE", "payment_method": card}

    def send(key, body):
        return ada.client.post(PATH, body, headers={"Idempotency-Key": key})

    repeated_posts_are_carried_out_once(send, body, other=body | {"country": "AT"})
    assert taken(Subscription.objects.get()) == [799]


def test_two_tabs_subscribe_once(ada):
    card = ada.card(keep=True)
    twin = ada.twin()
    results = at_once(lambda: subscribe(ada, card=card), lambda: subscribe(twin, YEARLY, card=card))
    assert sorted(response.status_code for response in results) == [201, 409], [r.content for r in results]
    [subscription] = Subscription.objects.filter(state="active")
    assert len(taken(subscription)) == 1
    assert SandboxCharge.objects.filter(state="captured").count() == 1


def test_card_is_either_removed_or_pays_the_subscription(ada):
    card = ada.card(keep=True)
    twin = ada.twin()
    started, removed = at_once(
        lambda: subscribe(ada, payment_method=card), lambda: twin.client.delete(f"/v1/payment-methods/{card}")
    )
    outcome = started.status_code, removed.status_code
    assert outcome in {(201, 409), (400, 204)}, (started.content, removed.content)
    assert Subscription.objects.filter(method=card).exists() == (started.status_code == 201)


def test_database_refuses_a_second_live_subscription(ada):
    subscription = subscribed(ada)
    subscription.pk, subscription.number, subscription.key = uuid.uuid4(), "SUB-OTHER", "other"
    with pytest.raises(IntegrityError, match="subscription_one_live_per_account"):
        subscription.save(force_insert=True)


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"plan": "nothing"}, "plan"),
        ({"currency": "JPY"}, "currency"),
        ({"country": "XX"}, "country"),
        ({"payment_method": "pm_unknown"}, "payment_method"),
        ({"return_url": "https://evil.example/"}, "return_url"),
        ({"expected_amount": {"amount": 799, "currency": "USD"}}, "expected_amount"),
        ({"surprise": 1}, "surprise"),
    ],
)
def test_bad_input_is_refused_and_writes_nothing(ada, changes, field):
    response = subscribe(ada, **changes)
    assert response.status_code == 400, response.content
    assert field in response.json()["errors"]
    assert not Subscription.objects.exists()


def test_other_amount_than_shown_charges_nothing(ada):
    response = subscribe(ada, expected_amount=euros(699))
    assert (response.status_code, response.json()["type"]) == (409, "/problems/subscription-changed")
    assert response.json()["amount"] == euros(799)
    assert not SandboxCharge.objects.exists()


def test_cards_of_others_and_of_guests_pay_nothing(ada, grace, guest):
    for card in (grace.card(keep=True), guest.card()):
        response = subscribe(ada, payment_method=card)
        assert response.status_code == 400, response.content
    assert not Subscription.objects.exists()


def test_strangers_see_and_change_nothing(ada, grace, api_client):
    subscription = subscribed(ada)
    period = BillingPeriod.objects.get()
    for path in (PATH, f"{PATH}/invoices/{period.pk}.pdf"):
        assert grace.client.get(path).status_code == 404
        assert api_client.get(path).status_code == 401
    for action in ("cancel", "resume"):
        assert post(grace, action).status_code == 404
        assert api_client.post(f"{PATH}/{action}").status_code == 401
    assert grace.client.get(f"/v1/subscriptions/{subscription.number}").status_code == 403
    invoice = ada.client.get(f"{PATH}/invoices/{period.pk}.pdf")
    assert invoice.status_code == 200
    assert invoice.content.startswith(b"%PDF")


def test_tax_is_that_of_the_customers_country(ada, grace):
    subscribed(ada, country="HU")
    subscribed(grace, country="US", region="NY")
    hungarian, american = BillingPeriod.objects.order_by("created_at")
    assert (hungarian.tax_rate, hungarian.tax_amount) == (2700, 170)
    assert (american.tax_class, american.tax_amount) == ("export", 0)
    for subscription in Subscription.objects.all():
        assert_adds_up(subscription)


def test_reading_costs_the_same_for_few_and_many_periods(ada, django_assert_num_queries):
    subscription = subscribed(ada)
    period = BillingPeriod.objects.get()
    for number in range(1, 20):
        BillingPeriod.objects.create(
            subscription=subscription,
            plan=period.plan,
            kind="renewal",
            state="paid",
            starts_at=period.starts_at - timedelta(days=number + 1),
            ends_at=period.starts_at - timedelta(days=number),
            price_amount=799,
            currency="EUR",
            tax_country="DE",
            tax_class="digital",
            tax_rate=1900,
            tax_amount=128,
            paid_at=timezone.now(),
        )
        if number in (1, 19):
            # The live subscription with plan and card, the plan's prices, whether a period is open (to refresh);
            # the same row again with prices, then periods, invoices, and the open period.
            with django_assert_num_queries(9):
                assert len(ada.client.get(PATH).json()["periods"]) == number + 1
