"""Renewals, dunning, downtime, cancelling and resuming."""

from __future__ import annotations

import uuid
from datetime import timedelta

import pytest
from django.core import mail
from django.core.mail import EmailMultiAlternatives
from django.utils import timezone

from apps.common.http import Unavailable
from apps.common.outbox.testing import deliver
from apps.common.testing.concurrency import at_once
from apps.payment.payments.models import PaymentMethod
from apps.payment.payments.providers.sandbox.charges import complete_challenge
from apps.payment.payments.providers.sandbox.models import SandboxCharge
from apps.payment.payments.providers.sandbox.provider import SandboxProvider
from apps.payment.subscriptions import tasks
from apps.payment.subscriptions.models import BillingPeriod, ChargeAttempt, PlanPrice, Subscription, access_until
from apps.payment.subscriptions.selectors import pays_with
from apps.payment.tests.after_sales.helpers import Staff
from apps.payment.tests.subscriptions.helpers import (
    MONTHLY,
    PATH,
    assert_adds_up,
    behave,
    days_pass,
    event_names,
    events,
    let_leases_end,
    mail_kinds,
    post,
    run_beat,
    subscribed,
    taken,
    until_end_of_period,
)

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("plans")]


def test_beat_renews_at_the_end_of_the_period_and_not_before(ada):
    subscription = subscribed(ada)
    run_beat()
    assert taken(subscription) == [799]
    until_end_of_period(subscription)
    run_beat()
    run_beat()
    assert taken(subscription) == [799, 799]
    first, second = BillingPeriod.objects.order_by("starts_at")
    assert second.starts_at == first.ends_at
    assert event_names(subscription) == ["started", "renewed"]
    assert mail_kinds(subscription) == ["started", "receipt"]
    assert_adds_up(subscription)


def test_a_new_price_is_charged_from_the_next_renewal_on(ada):
    subscription = subscribed(ada)
    PlanPrice.objects.filter(plan__code=MONTHLY, currency="EUR").update(amount=899)
    until_end_of_period(subscription)
    run_beat()
    assert taken(subscription) == [799, 899]


def test_two_beats_renew_once(ada):
    subscription = subscribed(ada)
    until_end_of_period(subscription)
    at_once(run_beat, run_beat, run_beat)
    assert taken(subscription) == [799, 799]
    assert_adds_up(subscription)


def test_two_beats_without_the_lease_are_stopped_by_the_database(ada, monkeypatch):
    """The lease keeps workers apart; should it ever fail, the constraints hold."""
    from apps.payment.subscriptions import state_machine

    monkeypatch.setattr(state_machine, "claim", lambda rows, pk, **_: _NoLease())
    subscription = subscribed(ada)
    until_end_of_period(subscription)
    results = at_once(run_beat, run_beat)
    assert all(result is None or isinstance(result, Exception) for result in results)
    assert taken(subscription) == [799, 799]
    assert BillingPeriod.objects.count() == 2
    assert_adds_up(subscription)


class _NoLease:
    def release(self) -> None:
        pass


@pytest.mark.parametrize("days", [31, 62, 400])
def test_downtime_charges_one_period_that_begins_now(ada, days):
    subscription = subscribed(ada)
    until_end_of_period(subscription)
    days_pass(days)
    let_leases_end()
    before = timezone.now()
    for _ in range(3):
        run_beat()
    subscription.refresh_from_db()
    assert taken(subscription) == [799, 799]
    assert subscription.period_starts_at >= before
    assert subscription.anchor_at == subscription.period_starts_at
    assert 28 <= (subscription.period_ends_at - subscription.period_starts_at).days <= 31
    assert_adds_up(subscription)


def test_a_renewal_that_is_late_by_less_than_the_grace_keeps_the_day(ada):
    subscription = subscribed(ada)
    until_end_of_period(subscription)
    end = Subscription.objects.get().period_ends_at
    days_pass(1.9)
    run_beat()
    subscription.refresh_from_db()
    assert subscription.period_starts_at == end - timedelta(days=1.9)


def test_downtime_of_the_provider_waits_and_charges_once(ada, monkeypatch):
    subscription = subscribed(ada)
    until_end_of_period(subscription)
    with monkeypatch.context() as patch:
        patch.setattr(SandboxProvider, "authorise", _away)
        run_beat()
    subscription.refresh_from_db()
    assert subscription.state == "active"
    assert mail_kinds(subscription) == ["started"]
    run_beat()
    assert taken(subscription) == [799, 799]
    assert ChargeAttempt.objects.count() == 2


def _away(*_args, **_kwargs):
    raise Unavailable("sandbox", "it is away")


def test_dunning_tries_three_times_with_mails_and_then_ends(ada):
    subscription = subscribed(ada)
    behave(subscription, "card_declined")
    until_end_of_period(subscription)
    seen = []
    for pause in (0, 3, 4):
        days_pass(pause + 0.001)
        run_beat()
        run_beat()
        subscription.refresh_from_db()
        seen.append((subscription.state, ChargeAttempt.objects.filter(state="declined").count()))
    assert seen == [("past_due", 1), ("past_due", 2), ("ended", 3)]
    assert subscription.end_reason == "unpaid"
    assert mail_kinds(subscription) == ["started", "payment_failed", "payment_failed", "ended"]
    assert event_names(subscription) == ["started", "changed", "changed", "ended"]
    # Films stay open until the last try, and close with it.
    assert [until > timezone.now() for _name, _version, until in events(subscription)][-1] is False
    assert taken(subscription) == [799]
    assert "declined" in mail.outbox[1].body
    days_pass(40)
    run_beat()
    assert ChargeAttempt.objects.count() == 4
    assert_adds_up(subscription)


def test_access_goes_on_during_dunning(ada):
    subscription = subscribed(ada)
    behave(subscription, "card_declined")
    until_end_of_period(subscription)
    run_beat()
    subscription.refresh_from_db()
    [*_others, (_name, _version, until)] = events(subscription)
    assert until == access_until(subscription) > timezone.now() + timedelta(days=4)


def test_a_try_that_succeeds_pays_the_period_that_is_overdue(ada):
    subscription = subscribed(ada)
    end = subscription.period_ends_at
    behave(subscription, "card_declined")
    until_end_of_period(subscription)
    run_beat()
    behave(subscription, "ok")
    days_pass(3.001)
    run_beat()
    subscription.refresh_from_db()
    assert subscription.state == "active"
    assert taken(subscription) == [799, 799]
    assert subscription.anchor_at < subscription.period_starts_at < end
    assert event_names(subscription) == ["started", "changed", "renewed"]
    assert_adds_up(subscription)


def test_dunning_that_lasted_through_a_downtime_charges_a_period_that_begins_now(ada):
    subscription = subscribed(ada)
    behave(subscription, "card_declined")
    until_end_of_period(subscription)
    run_beat()
    behave(subscription, "ok")
    days_pass(45)
    before = timezone.now()
    run_beat()
    subscription.refresh_from_db()
    assert subscription.period_starts_at >= before
    assert taken(subscription) == [799, 799]
    assert_adds_up(subscription)


def test_a_bank_that_wants_a_confirmation_is_a_failed_try_with_its_own_sentence(ada):
    subscription = subscribed(ada)
    behave(subscription, "challenge")
    until_end_of_period(subscription)
    run_beat()
    assert ChargeAttempt.objects.filter(state="declined").get().decline_code == "authentication_required"
    assert "confirm" in mail.outbox[-1].body
    assert SandboxCharge.objects.filter(state="requires_action").count() == 0


def test_another_card_brings_it_back_at_once(ada):
    subscription = subscribed(ada)
    behave(subscription, "card_declined")
    until_end_of_period(subscription)
    run_beat()
    assert ada.client.get(PATH).json()["due"]["amount"]["amount"] == 799
    card = ada.card(keep=True)
    response = post(ada, "payment-method", {"payment_method": card})
    assert response.status_code == 200, response.content
    assert (response.json()["state"], response.json()["payment_method"]["id"]) == ("active", card)
    assert pays_with(card)
    assert_adds_up(subscription)


def test_another_card_that_is_declined_uses_up_no_try(ada):
    subscription = subscribed(ada)
    behave(subscription, "card_declined")
    until_end_of_period(subscription)
    run_beat()
    for _ in range(4):
        assert post(ada, "payment-method", {"payment_method": ada.card("declined", keep=True)}).status_code == 402
        run_beat()
    subscription.refresh_from_db()
    assert subscription.state == "past_due"
    assert BillingPeriod.objects.get(state="open").failed_count == 1


def test_another_card_may_be_confirmed_at_the_bank(ada):
    subscription = subscribed(ada)
    behave(subscription, "card_declined")
    until_end_of_period(subscription)
    run_beat()
    response = post(ada, "payment-method", {"payment_method": ada.card("challenge", keep=True)})
    assert response.status_code == 202
    assert response.json()["next_action"]
    complete_challenge(ChargeAttempt.objects.get(state="requires_action").reference, approved=True)
    assert ada.client.get(PATH).json()["state"] == "active"
    assert_adds_up(subscription)


def test_cancelled_subscription_ends_with_its_period(ada):
    subscription = subscribed(ada)
    first = post(ada, "cancel").json()
    assert (first["state"], first["is_cancelled"], first["next_amount"]) == ("active", True, None)
    assert post(ada, "cancel").status_code == 200
    assert mail_kinds(subscription) == ["started", "cancelled"]
    [_started, (_name, _version, until)] = events(subscription)
    assert until == subscription.period_ends_at
    until_end_of_period(subscription)
    run_beat()
    subscription.refresh_from_db()
    assert (subscription.state, subscription.ended_at) == ("ended", subscription.period_ends_at)
    assert taken(subscription) == [799]
    assert post(ada, "resume").status_code == 404
    assert event_names(subscription) == ["started", "changed", "ended"]


def test_resumed_subscription_is_renewed(ada):
    subscription = subscribed(ada)
    post(ada, "cancel")
    assert post(ada, "resume").json()["is_cancelled"] is False
    assert post(ada, "resume").status_code == 200
    until_end_of_period(subscription)
    run_beat()
    assert taken(subscription) == [799, 799]


def test_cancelling_what_is_overdue_ends_it_without_a_charge(ada):
    subscription = subscribed(ada)
    behave(subscription, "card_declined")
    until_end_of_period(subscription)
    run_beat()
    assert post(ada, "cancel").json()["state"] == "ended"
    behave(subscription, "ok")
    days_pass(10)
    run_beat()
    assert taken(subscription) == [799]


def test_cancelling_while_it_is_renewed_is_refused_or_counts_for_the_next_period(ada):
    subscription = subscribed(ada)
    until_end_of_period(subscription)
    responses = at_once(run_beat, lambda: post(ada, "cancel"))
    if responses[1].status_code == 409:
        assert responses[1].json()["type"] == "/problems/subscription-busy"
        assert post(ada, "cancel").status_code == 200
    run_beat()
    subscription.refresh_from_db()
    outcome = subscription.state, subscription.is_cancelled, len(taken(subscription))
    assert outcome in {("ended", True, 1), ("ended", False, 1), ("active", True, 2)}
    assert_adds_up(subscription)


def test_cancelling_before_a_late_renewal_was_charged_stops_it(ada, monkeypatch):
    subscription = subscribed(ada)
    until_end_of_period(subscription)
    with monkeypatch.context() as patch:
        patch.setattr(SandboxProvider, "authorise", _away)
        run_beat()
    assert BillingPeriod.objects.filter(state="open").exists()
    assert post(ada, "cancel").json()["state"] == "ended"
    run_beat()
    assert taken(subscription) == [799]
    assert BillingPeriod.objects.filter(state="void").count() == 1
    assert_adds_up(subscription)


def test_cancelling_when_the_renewal_was_taken_ends_with_the_new_period(ada, monkeypatch):
    subscription = subscribed(ada)
    until_end_of_period(subscription)
    with monkeypatch.context() as patch:
        patch.setattr("apps.payment.subscriptions.state_machine.settle", _away)
        run_beat()
    body = post(ada, "cancel").json()
    assert (body["state"], body["is_cancelled"]) == ("active", True)
    assert taken(subscription) == [799, 799]
    assert_adds_up(subscription)


def test_cancelling_by_number_needs_the_address_and_reveals_nothing(ada, api_client):
    subscription = subscribed(ada)
    path = f"{PATH}/cancellations"
    wrong = api_client.post(path, {"number": subscription.number, "email": "eve@example.com"})
    unknown = api_client.post(path, {"number": "SUB-00000000", "email": "ada@example.com"})
    assert not Subscription.objects.get().is_cancelled
    right = api_client.post(path, {"number": subscription.number.lower(), "email": "Ada@Example.com"})
    assert wrong.json() == unknown.json() == right.json()
    assert (wrong.status_code, right.status_code) == (202, 202)
    assert Subscription.objects.get().is_cancelled
    assert mail.outbox[-1].to == ["ada@example.com"]
    assert "confirmed" in mail.outbox[-1].subject


def test_deleted_account_is_charged_no_more_and_named_nowhere(ada):
    subscription = subscribed(ada)
    deliver("auth", "user.deleted", subject=str(ada.user_id), data={"user_id": str(ada.user_id)})
    subscription.refresh_from_db()
    assert (subscription.state, subscription.user_id, subscription.method) == ("ended", None, None)
    assert "ada" not in subscription.email
    assert not PaymentMethod.objects.filter(user_id=ada.user_id).exists()
    assert event_names(subscription) == ["started", "ended"]
    days_pass(40)
    run_beat()
    assert taken(subscription) == [799]


def test_account_deleted_during_a_dunning_is_forgotten(ada):
    subscription = subscribed(ada)
    behave(subscription, "card_declined")
    until_end_of_period(subscription)
    run_beat()
    deliver("auth", "user.deleted", subject=str(ada.user_id), data={"user_id": str(ada.user_id)})
    subscription.refresh_from_db()
    assert (subscription.state, subscription.user_id) == ("ended", None)


def test_failing_mail_server_keeps_no_renewal_and_the_mail_is_sent_later(ada, monkeypatch):
    subscription = subscribed(ada)
    until_end_of_period(subscription)
    with monkeypatch.context() as patch:
        patch.setattr(EmailMultiAlternatives, "send", _refuse)
        run_beat()
    assert taken(subscription) == [799, 799]
    assert tasks.send_due_subscription_mails() == 0, "another try is made some minutes later"
    subscription.mails.filter(kind="receipt").update(mail_due_at=timezone.now() - timedelta(minutes=10))
    assert tasks.send_due_subscription_mails() == 1
    assert "Receipt" in mail.outbox[-1].subject


def _refuse(_message: EmailMultiAlternatives) -> None:
    raise OSError("the mail server is away")


def test_staff_end_extend_and_cancel(ada):
    subscription, eve = subscribed(ada), Staff()
    path = f"/v1/subscriptions/{subscription.number}"
    assert eve.client.get("/v1/subscriptions").json()["results"][0]["number"] == subscription.number
    end = subscription.period_ends_at
    assert eve.post(f"{path}/extend", {"days": 10}).status_code == 200
    subscription.refresh_from_db()
    assert subscription.period_ends_at == end + timedelta(days=10)
    assert eve.post(f"{path}/extend", {"days": 0}).status_code == 400
    until_end_of_period(subscription)
    run_beat()
    assert taken(subscription) == [799, 799]
    assert eve.post(f"{path}/cancel", {}).json()["is_cancelled"] is True
    assert eve.post(f"{path}/end", {}).json()["state"] == "ended"
    assert Staff("catalog_staff").client.get(path).status_code == 403
    assert eve.client.get("/v1/subscriptions/SUB-NOTHING").status_code == 404
    assert eve.post(f"{path}/extend", {"days": 5}).status_code == 409


def test_a_plan_without_a_price_keeps_no_other_from_being_renewed(ada, grace):
    mine, others = subscribed(ada), subscribed(grace, "plus-yearly")
    PlanPrice.objects.filter(plan__code=MONTHLY).delete()
    until_end_of_period(others)
    run_beat()
    assert len(taken(others)) == 2
    assert taken(mine) == [799]


def test_pays_with_names_cards_of_live_subscriptions(ada):
    subscription = subscribed(ada)
    assert pays_with(subscription.method_id)
    assert not pays_with(f"pm_{uuid.uuid4().hex[:20]}")
    Staff().post(f"/v1/subscriptions/{subscription.number}/end", {})
    assert not pays_with(subscription.method_id)
