"""Disputes of the sandbox, from the webhook to the books, the event and the admin."""

from __future__ import annotations

import uuid
from datetime import timedelta

import pytest
from django.db import IntegrityError
from django.test import Client
from django.utils import timezone

from apps.common.http import Unavailable
from apps.common.money import Money
from apps.common.outbox.models import OutboxEvent
from apps.common.testing.concurrency import at_once
from apps.payment.checkout.tests.test_admin import staff
from apps.payment.checkout.timeline import timeline
from apps.payment.disputes import services
from apps.payment.disputes.models import Dispute, DisputeChange
from apps.payment.disputes.tasks import catch_up_on_disputes
from apps.payment.ledger.models import JournalEntry
from apps.payment.ledger.selectors import balances
from apps.payment.orders.models import Order
from apps.payment.payments.models import WebhookEvent
from apps.payment.payments.providers.sandbox import disputes, tasks, webhooks
from apps.payment.payments.providers.sandbox.models import SandboxDispute
from apps.payment.payments.providers.sandbox.provider import SandboxProvider
from apps.payment.tests.catalog_fake import FILM
from apps.payment.tests.invariants import assert_books_balance

pytestmark = pytest.mark.django_db(transaction=True)
FEE = disputes.DISPUTE_FEE


@pytest.fixture(autouse=True)
def _no_deliveries(monkeypatch) -> None:
    """The sandbox's own deliveries are made by the tests, when they want them."""
    for task in (tasks.send_webhook, tasks.send_dispute_webhook):
        monkeypatch.setattr(task, "apply_async", lambda *args, **options: None)


@pytest.fixture
def disputed(ada, catalog) -> Order:
    """A paid order whose card's owner goes to the bank."""
    ada.put(FILM.sku)
    response = ada.order(card="dispute")
    assert response.json()["state"] == "paid", response.content
    return Order.objects.get()


def deliver(body: bytes | None = None, headers: dict[str, str] | None = None):
    if body is None:
        body, headers = webhooks.webhook_for_dispute(SandboxDispute.objects.get())
    client = Client(raise_request_exception=False)
    return client.post("/v1/webhooks/sandbox", body, content_type="application/json", headers=headers)


def decide(*, is_won: bool) -> None:
    disputes.decide(SandboxDispute.objects.get().pk, is_won=is_won)
    assert deliver().status_code == 204


def events(kind: str) -> list[OutboxEvent]:
    return list(OutboxEvent.objects.filter(type=f"streamcart.{kind}.v1"))


def refund(as_staff, order: Order):
    path, body = f"/v1/orders/{order.number}/refunds", {"lines": [{"position": 0, "quantity": 1}]}
    return as_staff("support_staff").post(path, body, headers={"Idempotency-Key": uuid.uuid4().hex})


def test_a_dispute_takes_amount_and_fee_and_the_films(disputed):
    assert deliver().status_code == 204
    dispute = Dispute.objects.get()
    assert (dispute.order, dispute.state, dispute.amount) == (disputed, "needs_response", disputed.total_amount)
    assert dispute.due_at > timezone.now() + timedelta(days=6)
    total = disputed.total_amount
    books = balances()["EUR"]
    assert books["provider_clearing"] == -FEE
    assert books["disputes"] == total
    assert books["provider_fees"] == FEE
    assert_books_balance()
    [event] = events("order.disputed")
    assert event.subject == disputed.number
    [line] = event.data["lines"]
    assert (line["sku"], line["kind"], line["quantity"]) == (FILM.sku, "video", 1)
    assert line["title_slug"]


def test_deliveries_that_come_twice_or_late_change_nothing(disputed):
    opened = webhooks.webhook_for_dispute(SandboxDispute.objects.get())
    for _ in range(2):
        assert deliver(*opened).status_code == 204
    decide(is_won=True)
    for _ in range(2):
        assert deliver(*opened).status_code == 204
    assert Dispute.objects.get().state == "won"
    assert [change.state for change in DisputeChange.objects.order_by("pk")] == ["needs_response", "won"]
    assert len(events("order.disputed")) == len(events("order.dispute_won")) == 1
    assert JournalEntry.objects.filter(kind="dispute").count() == 1


def test_a_dispute_that_is_won_brings_the_money_back_but_for_the_fee(disputed):
    deliver()
    decide(is_won=True)
    books = balances()["EUR"]
    assert books["provider_clearing"] == disputed.total_amount - FEE
    assert books["disputes"] == 0
    assert_books_balance()


def test_a_dispute_that_is_lost_stays_lost(disputed):
    deliver()
    decide(is_won=False)
    decide(is_won=True)
    assert Dispute.objects.get().state == "lost"
    assert balances()["EUR"]["disputes"] == disputed.total_amount
    assert not events("order.dispute_won")


def test_a_dispute_whose_first_report_is_the_decision_is_booked_whole(disputed):
    disputes.decide(SandboxDispute.objects.get().pk, is_won=True)
    deliver()
    assert balances()["EUR"]["provider_clearing"] == disputed.total_amount - FEE
    assert_books_balance()


def test_an_older_state_does_not_replace_a_newer_one(disputed):
    reference = SandboxDispute.objects.get().pk
    early = SandboxProvider().dispute(reference)
    decide(is_won=False)
    assert services._record("sandbox", early).state == "lost"
    assert DisputeChange.objects.count() == 1


@pytest.mark.parametrize("is_lost", [False, True])
def test_refund_of_a_disputed_order_is_refused(disputed, as_staff, is_lost):
    deliver()
    if is_lost:
        decide(is_won=False)
    response = refund(as_staff, disputed)
    assert (response.status_code, response.json()["type"]) == (409, "/problems/order-disputed")
    assert disputed.number in response.json()["detail"]
    assert not disputed.refunds.exists()


def test_a_refund_is_possible_again_once_the_dispute_is_won(disputed, as_staff):
    deliver()
    decide(is_won=True)
    assert refund(as_staff, disputed).json()["state"] == "completed"


def test_the_provider_refuses_a_refund_that_was_asked_for_before_the_webhook(disputed, as_staff):
    assert refund(as_staff, disputed).json()["state"] == "failed"
    assert balances()["EUR"]["provider_clearing"] == disputed.total_amount


def test_a_delivery_that_cannot_be_looked_up_now_counts_when_it_comes_again(disputed, monkeypatch):
    def is_away(self, reference):
        raise Unavailable("sandbox", "away")

    with monkeypatch.context() as patch:
        patch.setattr(SandboxProvider, "dispute", is_away)
        assert deliver().status_code == 503
    assert not WebhookEvent.objects.filter(event_id__startswith="evt_dp_").exists()
    assert deliver().status_code == 204
    assert Dispute.objects.count() == 1


def test_disputes_that_no_webhook_reported_are_caught_up_on(disputed):
    assert catch_up_on_disputes() == 1
    assert Dispute.objects.get().state == "needs_response"
    SandboxDispute.objects.update(opened_at=timezone.now() - timedelta(days=30))
    disputes.decide(SandboxDispute.objects.get().pk, is_won=True)
    assert catch_up_on_disputes() == 1
    assert Dispute.objects.get().state == "won"
    assert catch_up_on_disputes() == 0


def test_a_forged_dispute_changes_nothing(disputed):
    body, headers = webhooks.webhook_for_dispute(SandboxDispute.objects.get())
    assert deliver(body.replace(b"dp_", b"dp-"), headers).status_code == 400
    assert deliver(body, {}).status_code == 400
    assert not Dispute.objects.exists()


def test_a_dispute_that_the_provider_does_not_know_is_refused(disputed):
    body, headers = webhooks._signed({"id": "evt_x", "charge": "ch_x", "dispute": "dp_guess"})
    assert deliver(body, headers).status_code == 404
    assert not Dispute.objects.exists()


def test_the_database_keeps_a_dispute_once(disputed):
    deliver()
    dispute = Dispute.objects.get()
    with pytest.raises(IntegrityError):
        Dispute.objects.create(
            order=disputed, provider="sandbox", reference=dispute.reference, state="lost", amount=1, currency="EUR"
        )


def test_staff_see_it_in_the_timeline_and_the_list(disputed):
    deliver()
    decide(is_won=False)
    titles = [entry.title for entry in timeline(disputed)]
    assert [title for title in titles if "Dispute" in title] == [
        f"Dispute over {disputed.total.format('en')}: Response needed",
        f"Dispute over {disputed.total.format('en')}: Lost",
    ]
    client = staff("support_staff")
    page = client.get("/admin/disputes/dispute/?open=no").content.decode()
    assert disputed.number in page
    assert f"/v1/sandbox/disputes/{SandboxDispute.objects.get().pk}" in page
    assert disputed.number not in client.get("/admin/disputes/dispute/?open=yes").content.decode()
    one = client.get(f"/admin/disputes/dispute/{Dispute.objects.get().pk}/change/")
    assert one.status_code == 200


def test_the_sandbox_has_a_page_that_decides(disputed):
    page = f"/v1/sandbox/disputes/{SandboxDispute.objects.get().pk}"
    shown = Client(enforce_csrf_checks=True).get(page)
    assert "Decide for the shop" in shown.content.decode()
    assert shown["Cache-Control"] == "no-store"
    assert Client().post(page, {"decision": "perhaps"}).status_code == 200
    assert SandboxDispute.objects.get().state == "needs_response"
    assert "went back to it" in Client(enforce_csrf_checks=True).post(page, {"decision": "won"}).content.decode()
    Client().post(page, {"decision": "lost"})
    assert SandboxDispute.objects.get().state == "won"
    for method in ("get", "post"):
        assert getattr(Client(), method)("/v1/sandbox/disputes/dp_guess", {"decision": "won"}).status_code == 404


def test_the_page_of_balances_shows_each_account_and_equal_sums(disputed):
    deliver()
    page = staff("support_staff").get("/admin/ledger/journalentry/balances/").content.decode()
    assert "Disputed payments" in page
    assert "Fees of payment providers" in page
    assert page.count('aria-current="page"') == 1
    sums = page[page.index("<tfoot>") : page.index("</tfoot>")]
    total = (disputed.total + Money(FEE, "EUR")).format("en")
    assert sums.count(f"<td>{total}</td>") == 2
    assert Client().get("/admin/ledger/journalentry/balances/").status_code == 302


def test_staff_find_the_orders_whose_disputes_need_a_response(disputed):
    client = staff("support_staff")
    assert disputed.number not in client.get("/admin/orders/order/?todo=dispute").content.decode()
    deliver()
    assert disputed.number in client.get("/admin/orders/order/?todo=dispute").content.decode()


def test_deliveries_at_once_record_a_dispute_once(disputed):
    reference = SandboxDispute.objects.get().pk
    results = at_once(*[lambda: services.record_dispute("sandbox", reference)] * 6)
    assert len({dispute.pk for dispute in results}) == 1
    assert DisputeChange.objects.count() == 1
    assert len(events("order.disputed")) == 1
    assert balances()["EUR"]["provider_clearing"] == -FEE


def test_a_refund_and_a_dispute_at_once_never_give_the_money_back_twice(disputed, as_staff):
    reference = SandboxDispute.objects.get().pk
    staff_client = as_staff("support_staff")
    at_once(
        lambda: services.record_dispute("sandbox", reference),
        lambda: refund(lambda _role: staff_client, disputed),
    )
    assert not disputed.refunds.filter(state="completed").exists()
    assert balances()["EUR"]["provider_clearing"] == -FEE
    assert_books_balance()
