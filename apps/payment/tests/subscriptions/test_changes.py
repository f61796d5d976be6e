"""Changing plans: upgrades at once for the difference, others at the end of the period."""

from __future__ import annotations

from datetime import timedelta

import pytest

from apps.common.testing.concurrency import at_once
from apps.common.testing.iteration import some
from apps.payment.documents.facts import facts_from_json
from apps.payment.documents.models import Document
from apps.payment.documents.tests.reading import broken_rules, text_in, xml_in
from apps.payment.payments.providers.sandbox.charges import complete_challenge
from apps.payment.subscriptions.models import BillingPeriod, ChargeAttempt, Plan
from apps.payment.tests.subscriptions.helpers import (
    BASIC,
    MONTHLY,
    PATH,
    YEARLY,
    assert_adds_up,
    behave,
    days_pass,
    euros,
    event_names,
    post,
    run_beat,
    subscribed,
    taken,
    until_end_of_period,
)

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("plans")]


def preview(shopper, plan: str) -> dict:
    response = shopper.client.get(f"{PATH}/change?plan={plan}")
    assert response.status_code == 200, response.content
    return response.json()


def test_upgrade_is_charged_at_once_less_the_unused_days(ada):
    subscription = subscribed(ada)
    days_pass(10.5)
    length = (subscription.period_ends_at - subscription.period_starts_at).days
    shown = preview(ada, YEARLY)
    exact = 799 * (length - 11) / length
    assert abs(shown["credit"]["amount"] - exact) < 1
    assert shown["amount"]["amount"] + shown["credit"]["amount"] == 7990
    response = post(ada, "change", {"plan": YEARLY, "expected_amount": shown["amount"]})
    assert response.status_code == 200, response.content
    assert response.json()["plan"]["code"] == YEARLY
    assert taken(subscription) == [799, shown["amount"]["amount"]]
    subscription.refresh_from_db()
    assert 365 <= (subscription.period_ends_at - subscription.period_starts_at).days <= 366
    assert event_names(subscription) == ["started", "changed"]
    [line] = facts_from_json(Document.objects.latest("issued_at").facts).lines
    assert (line.full, line.discount) == (7990, shown["credit"]["amount"])
    assert_adds_up(subscription)


@pytest.mark.parametrize("country", ["DE", "HU", "US"])
def test_invoices_keep_the_rules_of_the_standard(ada, country):
    subscribed(ada, country=country, region="NY" if country == "US" else "")
    days_pass(5)
    post(ada, "change", {"plan": YEARLY})
    periods = ada.client.get(PATH).json()["periods"]
    assert len(periods) == 2
    for period in some(periods):
        content = ada.client.get(period["invoice_url"]).content
        assert broken_rules(xml_in(content)) == []
        assert "Service period" in text_in(content)
        assert period["invoice_number"] in text_in(content)


def test_upgrade_to_what_costs_another_amount_by_now_charges_nothing(ada):
    subscription = subscribed(ada)
    response = post(ada, "change", {"plan": YEARLY, "expected_amount": euros(1)})
    assert (response.status_code, response.json()["type"]) == (409, "/problems/subscription-changed")
    assert taken(subscription) == [799]


def test_downgrade_waits_for_the_end_of_the_period(ada):
    subscription = subscribed(ada)
    shown = preview(ada, BASIC)
    assert (shown["is_immediate"], shown["amount"]["amount"]) == (False, 0)
    body = post(ada, "change", {"plan": BASIC}).json()
    assert (body["plan"]["code"], body["next_plan"]["code"]) == (MONTHLY, BASIC)
    assert body["next_amount"] == euros(499)
    until_end_of_period(subscription)
    run_beat()
    subscription.refresh_from_db()
    assert (subscription.plan.code, subscription.next_plan) == (BASIC, None)
    assert taken(subscription) == [799, 499]
    assert_adds_up(subscription)


def test_changing_back_withdraws_a_planned_change(ada):
    subscribed(ada)
    post(ada, "change", {"plan": BASIC})
    assert post(ada, "change", {"plan": MONTHLY}).json()["next_plan"] is None


def test_change_in_the_trial_costs_nothing(ada):
    Plan.objects.update(trial_days=14)
    subscription = subscribed(ada)
    shown = preview(ada, YEARLY)
    assert (shown["amount"], shown["price"]) == (euros(0), euros(7990))
    body = post(ada, "change", {"plan": YEARLY, "expected_amount": euros(0)}).json()
    assert (body["state"], body["plan"]["code"]) == ("trialing", YEARLY)
    assert taken(subscription) == []
    days_pass(14.001)
    run_beat()
    assert taken(subscription) == [7990]


def test_declined_upgrade_leaves_the_plan_as_it_was(ada):
    subscription = subscribed(ada)
    behave(subscription, "card_declined")
    response = post(ada, "change", {"plan": YEARLY})
    assert response.status_code == 402
    subscription.refresh_from_db()
    assert (subscription.state, subscription.plan.code) == ("active", MONTHLY)
    behave(subscription, "ok")
    until_end_of_period(subscription)
    run_beat()
    assert taken(subscription) == [799, 799]
    assert_adds_up(subscription)


@pytest.mark.parametrize("decision", ["approved", "forgotten"])
def test_upgrade_that_the_bank_wants_confirmed(ada, decision):
    subscription = subscribed(ada)
    behave(subscription, "challenge")
    response = post(ada, "change", {"plan": YEARLY})
    assert response.status_code == 202
    assert response.json()["next_action"]
    assert post(ada, "change", {"plan": BASIC}).status_code == 409, "one thing after the other"
    if decision == "approved":
        complete_challenge(ChargeAttempt.objects.get(state="requires_action").reference, approved=True)
    else:
        days_pass(0.1)
    run_beat()
    subscription.refresh_from_db()
    assert subscription.plan.code == (YEARLY if decision == "approved" else MONTHLY)
    assert_adds_up(subscription)


def test_cancelling_withdraws_an_upgrade_that_was_not_confirmed(ada):
    subscription = subscribed(ada)
    behave(subscription, "challenge")
    post(ada, "change", {"plan": YEARLY})
    body = post(ada, "cancel").json()
    assert (body["state"], body["is_cancelled"], body["plan"]["code"]) == ("active", True, MONTHLY)
    assert body["next_action"] is None
    until_end_of_period(subscription)
    run_beat()
    subscription.refresh_from_db()
    assert subscription.state == "ended"
    assert taken(subscription) == [799]
    assert_adds_up(subscription)


def test_double_click_and_two_tabs_upgrade_once(ada):
    subscription = subscribed(ada)
    twin = ada.twin()
    responses = at_once(
        lambda: post(ada, "change", {"plan": YEARLY}),
        lambda: post(twin, "change", {"plan": YEARLY}),
    )
    assert {response.status_code for response in responses} <= {200, 202, 409}
    run_beat()
    assert len(taken(subscription)) == 2
    assert BillingPeriod.objects.filter(kind="upgrade").count() == 1
    assert_adds_up(subscription)


def test_overdue_and_cancelled_subscriptions_are_not_changed(ada):
    subscription = subscribed(ada)
    post(ada, "cancel")
    assert post(ada, "change", {"plan": YEARLY}).json()["type"] == "/problems/subscription-not-changeable"
    post(ada, "resume")
    behave(subscription, "card_declined")
    until_end_of_period(subscription)
    run_beat()
    response = post(ada, "change", {"plan": YEARLY})
    assert response.status_code == 409
    assert "overdue" in response.json()["detail"]
    assert ada.client.get(f"{PATH}/change?plan={YEARLY}").status_code == 409
    assert ada.client.get(f"{PATH}/change?plan=nothing").status_code == 400


def test_upgrade_keeps_the_history_of_periods_apart(ada):
    subscription = subscribed(ada)
    days_pass(3)
    post(ada, "change", {"plan": YEARLY})
    days_pass(30)
    run_beat()
    assert len(taken(subscription)) == 2
    subscription.refresh_from_db()
    assert subscription.period_ends_at - subscription.period_starts_at > timedelta(days=360)
