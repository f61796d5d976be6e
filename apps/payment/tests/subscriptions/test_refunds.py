"""Refunds of what periods cost: never more than was taken, each once, with books, credit note, mail and history."""

from __future__ import annotations

import uuid

import pytest
from django.core import mail
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import timezone

from apps.common.http import Unavailable
from apps.common.testing.concurrency import at_once
from apps.payment.checkout.tests.test_admin import staff
from apps.payment.documents.facts import facts_from_json
from apps.payment.documents.models import Document
from apps.payment.ledger.models import JournalEntry
from apps.payment.payments.providers.base import ChargeClosed
from apps.payment.payments.providers.sandbox.models import SandboxRefund
from apps.payment.payments.providers.sandbox.provider import SandboxProvider
from apps.payment.reconciliation.services import reconcile
from apps.payment.refunds.metrics import _read_gauges
from apps.payment.subscriptions import refund_booking, refunding, tasks
from apps.payment.subscriptions.models import BillingPeriod, PeriodRefund
from apps.payment.subscriptions.refunding import PeriodRefundRequest, refund_period
from apps.payment.tests.invariants import assert_books_balance, assert_numbers_have_no_gaps
from apps.payment.tests.killing import Killed
from apps.payment.tests.subscriptions.helpers import (
    YEARLY,
    behave,
    days_pass,
    euros,
    event_names,
    let_leases_end,
    mail_kinds,
    post,
    run_beat,
    subscribed,
    until_end_of_period,
)

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("plans")]


def refund(as_staff, subscription, *, key: str = "", **body):
    """POST /v1/subscriptions/{number}/refunds by support staff."""
    body = {"ends_subscription": False} | body
    path = f"/v1/subscriptions/{subscription.number}/refunds"
    return as_staff("support_staff").post(path, body, headers={"Idempotency-Key": key or uuid.uuid4().hex})


def assert_refunds_add_up(subscription) -> None:
    """Provider, periods, refunds, books and credit notes agree, and nothing above the charge went back."""
    for period in BillingPeriod.objects.filter(subscription=subscription):
        done = [row for row in period.refunds.all() if row.state != "failed"]
        assert period.refunded_amount == sum(row.amount for row in done) <= period.amount
        assert sum(row.tax_amount for row in done) <= period.tax_amount
        if period.amount == period.refunded_amount:
            assert sum(row.tax_amount for row in done) == period.tax_amount
        for row in period.refunds.filter(state="completed"):
            assert SandboxRefund.objects.get(key=str(row.pk)).amount == row.amount
            entry = JournalEntry.objects.get(key=f"refund:{row.pk}")
            postings = {posting.account: posting.amount for posting in entry.postings.all()}
            assert postings["provider_clearing"] == -row.amount
            assert postings["sales_subscriptions"] == row.amount - row.tax_amount
            note = facts_from_json(Document.objects.get(refund_id=row.pk).facts)
            assert (note.gross, note.tax) == (row.amount, row.tax_amount)
            assert note.corrects.number == Document.objects.get(charge_id=period.pk, series="invoice").number
    refunds = PeriodRefund.objects.filter(period__subscription=subscription, state="completed")
    assert SandboxRefund.objects.count() == refunds.count()
    assert_books_balance()
    assert_numbers_have_no_gaps()
    assert reconcile("sandbox", timezone.now().date()) == 0


def test_a_part_of_a_period_goes_back_and_the_subscription_runs_on(ada, as_staff):
    subscription = subscribed(ada)
    response = refund(as_staff, subscription, amount=euros(300), reason="Ten days without films")
    assert response.status_code == 201, response.content
    body = response.json()
    assert (body["state"], body["amount"], body["ends_subscription"]) == ("completed", euros(300), False)
    subscription.refresh_from_db()
    assert subscription.state == "active"
    assert_refunds_add_up(subscription)
    assert mail_kinds(subscription)[-1] == "refunded"
    message = mail.outbox[-1]
    assert "€3.00" in message.body
    assert message.attachments[0][0].startswith("CN-")
    period = ada.client.get("/v1/subscription").json()["periods"][0]
    assert period["refunded"] == euros(300)
    [note] = period["credit_notes"]
    assert ada.client.get(note["url"])["Content-Type"] == "application/pdf"
    until_end_of_period(subscription)
    run_beat()
    assert event_names(subscription) == ["started", "renewed"]


def test_all_of_it_goes_back_and_the_subscription_ends(ada, as_staff):
    subscription = subscribed(ada)
    assert refund(as_staff, subscription, ends_subscription=True).json()["amount"] == euros(799)
    subscription.refresh_from_db()
    assert (subscription.state, subscription.end_reason) == ("ended", "staff")
    assert event_names(subscription) == ["started", "ended"]
    assert_refunds_add_up(subscription)
    until_end_of_period(subscription)
    run_beat()
    assert BillingPeriod.objects.count() == 1


def test_parts_add_up_to_the_charge_with_its_tax_and_no_more(ada, as_staff):
    subscription = subscribed(ada)
    for amount in (333, 333, 133):
        assert refund(as_staff, subscription, amount=euros(amount)).status_code == 201
    assert_refunds_add_up(subscription)
    response = refund(as_staff, subscription, amount=euros(1))
    assert (response.status_code, response.json()["type"]) == (409, "/problems/not-refundable")


@pytest.mark.parametrize(
    ("body", "code", "slug"),
    [
        ({"amount": euros(800)}, 409, "refund-exceeds-payment"),
        ({"amount": euros(0)}, 400, "invalid"),
        ({"amount": {"amount": 100, "currency": "USD"}}, 400, "invalid"),
        ({"expected_refunded": euros(1)}, 409, "refund-changed"),
        ({"period": str(uuid.uuid4())}, 404, "not-found"),
        ({"ends_subscription": None}, 400, "invalid"),
    ],
)
def test_impossible_refund_writes_nothing(ada, as_staff, body, code, slug):
    subscription = subscribed(ada)
    response = refund(as_staff, subscription, **body)
    assert response.status_code == code, response.content
    assert slug in response.json()["type"]
    assert not PeriodRefund.objects.exists()
    subscription.refresh_from_db()
    assert subscription.state == "active"


def test_a_trial_has_nothing_to_refund(ada, as_staff, plans):
    plans["plus-monthly"].trial_days = 7
    plans["plus-monthly"].save()
    assert refund(as_staff, subscribed(ada)).status_code == 404


def test_customers_and_other_staff_refund_nothing(ada, as_staff):
    subscription = subscribed(ada)
    path, body = f"/v1/subscriptions/{subscription.number}/refunds", {"ends_subscription": False}
    for client in (ada.client, as_staff("catalog_staff")):
        assert client.post(path, body, headers={"Idempotency-Key": uuid.uuid4().hex}).status_code == 403
    assert not PeriodRefund.objects.exists()


def test_the_same_request_again_is_the_same_refund(ada, as_staff):
    subscription = subscribed(ada)
    first = refund(as_staff, subscription, key="mine", amount=euros(100)).json()
    assert refund(as_staff, subscription, key="mine", amount=euros(100)).json()["id"] == first["id"]
    period = BillingPeriod.objects.get()
    again = refund_period(period, PeriodRefundRequest(requested_by="x", key="mine", amount=500))
    assert str(again.pk) == first["id"]
    assert_refunds_add_up(subscription)


def test_refunds_at_once_are_one_at_a_time_and_never_more_than_was_paid(ada):
    subscription = subscribed(ada)
    period = BillingPeriod.objects.get()
    results = at_once(
        *[
            lambda key=key: refund_period(period, PeriodRefundRequest(requested_by="x", key=str(key), amount=500))
            for key in range(6)
        ]
    )
    made = [row for row in results if isinstance(row, PeriodRefund)]
    assert len(made) == 1
    assert_refunds_add_up(subscription)


def test_the_database_refuses_more_than_was_taken_and_two_in_flight(ada):
    subscribed(ada)
    period = BillingPeriod.objects.get()
    with pytest.raises(IntegrityError), transaction.atomic():
        BillingPeriod.objects.update(refunded_amount=800)
    values = {"period": period, "amount": 100, "tax_amount": 0, "currency": "EUR", "requested_by": "x"}
    PeriodRefund.objects.create(**values, key="a")
    with pytest.raises(IntegrityError), transaction.atomic():
        PeriodRefund.objects.create(**values, key="b")


BOUNDARIES = {
    "before the provider is asked": (SandboxProvider, "refund", False),
    "the money went back, unknown to us": (SandboxProvider, "refund", True),
    "before it is booked": (refunding, "complete", False),
    "in the middle of booking": (refund_booking, "book", True),
    "after the credit note, before the commit": (refund_booking, "issue_service_credit_note", True),
    "all is written, nobody was informed": (refunding, "complete", True),
}


@pytest.mark.parametrize("place", BOUNDARIES)
def test_the_periodic_job_finishes_what_a_killed_process_began(place, ada, as_staff, monkeypatch):
    subscription = subscribed(ada)
    owner, name, is_done = BOUNDARIES[place]
    original = getattr(owner, name)

    def deadly(*args, **kwargs):
        if is_done:
            original(*args, **kwargs)
        raise Killed

    with monkeypatch.context() as patch:
        patch.setattr(owner, name, deadly)
        with pytest.raises(Killed):
            refund(as_staff, subscription, amount=euros(300))
    past = timezone.now() - timezone.timedelta(minutes=1)
    PeriodRefund.objects.update(lease_until=past)
    tasks.resume_open_refunds()
    assert [(row.state, row.amount) for row in PeriodRefund.objects.all()] == [("completed", 300)]
    assert_refunds_add_up(subscription)
    assert mail_kinds(subscription).count("refunded") == 1


def test_a_refund_waits_for_a_provider_that_is_away_and_shows_in_the_metrics(ada, as_staff, monkeypatch):
    subscription = subscribed(ada)

    def away(*args, **kwargs):
        raise Unavailable("away")

    with monkeypatch.context() as patch:
        patch.setattr(SandboxProvider, "find_refund", away)
        assert refund(as_staff, subscription).status_code == 202
    again = refund(as_staff, subscription, amount=euros(100))
    assert again.json()["type"] in ("/problems/not-refundable", "/problems/refund-in-progress")
    PeriodRefund.objects.update(requested_at=timezone.now() - timezone.timedelta(hours=1))
    gauges = _read_gauges()
    assert gauges["streamcart_refunds_open"][2]["requested",] == 1
    assert gauges["streamcart_refunds_oldest_open_seconds"][2]["requested",] >= 3600
    PeriodRefund.objects.update(lease_until=timezone.now() - timezone.timedelta(minutes=1))
    tasks.resume_open_refunds()
    assert_refunds_add_up(subscription)


def test_refused_refund_can_be_made_again(ada, as_staff, monkeypatch):
    subscription = subscribed(ada)

    def refuse(*args, **kwargs):
        raise ChargeClosed("no")

    with monkeypatch.context() as patch:
        patch.setattr(SandboxProvider, "refund", refuse)
        body = refund(as_staff, subscription).json()
    assert body["state"] == "failed"
    assert body["failure"]
    assert BillingPeriod.objects.get().refunded_amount == 0
    assert "refunded" not in mail_kinds(subscription)
    assert refund(as_staff, subscription).json()["state"] == "completed"
    assert_refunds_add_up(subscription)


def test_refunded_money_is_not_credited_by_an_upgrade(ada, as_staff):
    subscription = subscribed(ada)
    refund(as_staff, subscription)
    preview = ada.client.get(f"/v1/subscription/change?plan={YEARLY}").json()
    assert (preview["credit"], preview["amount"]) == (euros(0), euros(7990))
    assert preview["is_immediate"]


def test_ending_stops_what_is_being_charged(ada, as_staff):
    subscription = subscribed(ada)
    behave(subscription, "challenge")
    post(ada, "change", {"plan": YEARLY})
    subscription.refresh_from_db()
    assert BillingPeriod.objects.filter(state="open").exists()
    assert refund(as_staff, subscription, ends_subscription=True).status_code == 201
    let_leases_end()
    run_beat()
    subscription.refresh_from_db()
    assert (subscription.state, subscription.end_reason) == ("ended", "staff")
    assert not BillingPeriod.objects.filter(state="open").exists()
    assert_refunds_add_up(subscription)


def test_an_older_period_is_refunded_by_its_id(ada, as_staff):
    subscription = subscribed(ada)
    until_end_of_period(subscription)
    run_beat()
    days_pass(1)
    first = BillingPeriod.objects.order_by("starts_at").first()
    assert refund(as_staff, subscription, period=str(first.pk)).json()["period"] == str(first.pk)
    assert_refunds_add_up(subscription)


def page_of(subscription) -> str:
    return reverse("admin:subscriptions_subscription_refund_subscription", args=[subscription.pk])


def form(period: BillingPeriod, **changes) -> dict:
    data = {"key": "k1", "seen": period.refunded_amount, "refund_amount": "", "then": "runs_on", "reason": ""}
    return data | changes


def test_staff_see_what_happens_before_it_does(ada):
    subscription = subscribed(ada)
    period, support = BillingPeriod.objects.get(), staff("support_staff")
    assert "€7.99 were paid" in support.get(page_of(subscription)).content.decode()
    page = support.post(page_of(subscription), form(period, refund_amount="3.00", then="ends")).content.decode()
    for sentence in (
        "€3.00 go back to Visa •••• 4242; €0.48 of it are VAT.",
        "€4.99 of €7.99 remain paid.",
        "The subscription ends now",
        "Refund €3.00",
    ):
        assert sentence in page
    assert not PeriodRefund.objects.exists()
    # Agreed to another amount than would go back: asked again.
    other = form(period, refund_amount="3.00", apply="1", agreed="299")
    assert support.post(page_of(subscription), other).status_code == 200
    assert not PeriodRefund.objects.exists()
    done = support.post(page_of(subscription), form(period, refund_amount="3.00", apply="1", agreed="300"), follow=True)
    assert "€3.00 were refunded." in done.content.decode()
    assert "refunded: €3.00" in done.content.decode()
    again = support.post(page_of(subscription), form(period, refund_amount="3.00", apply="1", agreed="300"))
    assert again.status_code == 302
    assert_refunds_add_up(subscription)
    assert PeriodRefund.objects.get().requested_by == "staff@example.com"
    listed = support.get("/admin/subscriptions/periodrefund/?open=no").content.decode()
    assert subscription.number in listed
    one = reverse("admin:subscriptions_periodrefund_change", args=[PeriodRefund.objects.get().pk])
    assert support.get(one).status_code == 200


@pytest.mark.parametrize("amount", ["-1", "9.00", "x", "0"])
def test_amounts_that_cannot_go_back_are_refused_on_the_page(ada, amount):
    subscription = subscribed(ada)
    response = staff("support_staff").post(
        page_of(subscription), form(BillingPeriod.objects.get(), refund_amount=amount, apply="1", agreed="900")
    )
    assert response.status_code == 422
    assert not PeriodRefund.objects.exists()


def test_staff_without_the_permission_refund_nothing(ada):
    subscription = subscribed(ada)
    response = staff("catalog_staff").post(page_of(subscription), form(BillingPeriod.objects.get()))
    assert response.status_code in (302, 403)
    assert not PeriodRefund.objects.exists()


def test_a_page_that_is_out_of_date_is_asked_again(ada, as_staff):
    subscription = subscribed(ada)
    data = form(BillingPeriod.objects.get(), refund_amount="1.00", apply="1", agreed="100")
    refund(as_staff, subscription, amount=euros(100))
    response = staff("support_staff").post(page_of(subscription), data)
    assert response.status_code == 422
    assert PeriodRefund.objects.count() == 1
