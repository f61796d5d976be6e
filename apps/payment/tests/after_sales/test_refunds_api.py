"""POST /v1/orders/{number}/refunds: by line, shipping or amount, at most what was paid, once."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.core import mail
from django.db import IntegrityError, transaction
from django.utils import timezone

from apps.common.http import Unavailable
from apps.common.jobs.models import JobFailure
from apps.common.testing.concurrency import at_once
from apps.common.testing.contracts import assert_matches_contract
from apps.payment.ledger.models import Posting
from apps.payment.orders.models import Order, OrderLine
from apps.payment.payments.models import Payment
from apps.payment.payments.providers.base import ChargeClosed
from apps.payment.payments.providers.sandbox.models import SandboxCharge, SandboxRefund
from apps.payment.payments.providers.sandbox.provider import SandboxProvider
from apps.payment.refunds import state_machine, tasks
from apps.payment.refunds.models import Refund
from apps.payment.tests.after_sales.helpers import MUG, Staff, assert_adds_up, buy, euros, events
from apps.payment.tests.personas import Shopper

pytestmark = pytest.mark.django_db(transaction=True)
# Two mugs at 14.90, the film at 9.99, shipping at 4.90.
TOTAL = 4469


@pytest.fixture
def eve(catalog) -> Staff:
    return Staff("support_staff")


def test_full_refund_goes_back_to_the_card_the_books_and_the_stock(ada, catalog, eve):
    order = buy(ada)
    mail.outbox.clear()
    response = eve.refund(order.number, everything=True, restock=True, reason="Broken in the warehouse")
    assert response.status_code == 201, response.content
    body = response.json()
    assert (body["state"], body["amount"], body["shipping"]) == ("completed", euros(TOTAL), euros(490))
    assert [(line["position"], line["quantity"], line["amount"]["amount"]) for line in body["lines"]] == [
        (0, 2, 2980),
        (1, 1, 999),
    ]
    order.refresh_from_db()
    assert (order.state, order.refunded_amount) == ("refunded", TOTAL)
    assert SandboxCharge.objects.get().state == "refunded"
    assert Payment.objects.get().state == "refunded"
    assert catalog.available(MUG) == 10
    assert_adds_up(order)
    [event] = events(order.number)
    assert [(line["sku"], line["quantity"]) for line in event["lines"]] == [(MUG, 2), ("FILM-METROPOLIS-BUY", 1)]
    assert (event["is_full"], event["user_id"]) == (True, str(ada.user_id))
    [message] = mail.outbox
    assert message.subject == f"Your refund for order {order.number}"
    for part in (message.body, message.alternatives[0][0]):
        assert "€44.69" in part
        assert "Blue mug" in part
    assert_matches_contract(
        "payment",
        "POST",
        f"/v1/orders/{order.number}/refunds",
        request_json={"everything": True},
        response_json=body,
        status=201,
        headers={"Idempotency-Key": "k"},
    )


def test_a_line_is_refunded_unit_by_unit_and_the_rest_at_last(ada, catalog, eve):
    order = buy(ada)
    one = eve.refund(order.number, lines={0: 1}, restock=True).json()
    assert one["amount"] == euros(1490)
    assert catalog.available(MUG) == 9
    order.refresh_from_db()
    assert (order.state, order.refunded_amount) == ("partially_refunded", 1490)
    assert_adds_up(order)
    film = eve.refund(order.number, lines={1: 1}).json()
    assert film["amount"] == euros(999)
    assert [line["sku"] for line in events(order.number)[-1]["lines"]] == ["FILM-METROPOLIS-BUY"]
    assert eve.refund(order.number, everything=True).json()["amount"] == euros(1490 + 490)
    order.refresh_from_db()
    assert order.state == "refunded"
    assert_adds_up(order)
    assert [t.state for t in order.transitions.order_by("pk")][-2:] == ["partially_refunded", "refunded"]


def test_shipping_alone_and_a_free_amount_take_no_unit(ada, catalog, eve):
    order = buy(ada)
    assert eve.refund(order.number, shipping=euros(200)).json()["amount"] == euros(200)
    body = eve.refund(order.number, goodwill=euros(500)).json()
    assert (body["amount"], body["goodwill"], body["lines"]) == (euros(500), euros(500), [])
    assert [event["lines"] for event in events(order.number)] == [[], []]
    assert not OrderLine.objects.exclude(refunded_quantity=0).exists()
    assert_adds_up(order)
    rest = eve.refund(order.number, everything=True).json()
    assert rest["amount"] == euros(TOTAL - 700)
    assert_adds_up(order)


def test_lines_shipping_and_a_free_amount_are_one_refund(ada, catalog, eve):
    order = buy(ada)
    body = eve.refund(order.number, lines={0: 1}, shipping=euros(490), goodwill=euros(300)).json()
    assert body["amount"] == euros(1490 + 490 + 300)
    postings = dict(Posting.objects.filter(entry__kind="refund").values_list("account", "amount"))
    assert postings["provider_clearing"] == -2280
    assert_adds_up(order)


@pytest.mark.parametrize(
    ("body", "status", "slug"),
    [
        ({"goodwill": euros(TOTAL + 1)}, 409, "refund-exceeds-payment"),
        ({"shipping": euros(491)}, 409, "refund-exceeds-payment"),
        ({"lines": {0: 2, 1: 1}, "goodwill": euros(491)}, 409, "refund-exceeds-payment"),
        ({"goodwill": euros(2**70)}, 400, "invalid-input"),
        ({"goodwill": euros(-1)}, 400, "invalid-input"),
        ({"goodwill": euros(0)}, 400, "invalid-input"),
        ({"goodwill": {"amount": 100, "currency": "USD"}}, 400, "invalid-input"),
        ({"goodwill": {"amount": 1.5, "currency": "EUR"}}, 400, "invalid-input"),
        ({"lines": {0: 3}}, 400, "invalid-input"),
        ({"lines": {7: 1}}, 400, "invalid-input"),
        ({"lines": {-1: 1}}, 400, "invalid-input"),
        ({"lines": {0: 0}}, 400, "invalid-input"),
        ({"lines": [{"position": 0, "quantity": 1}] * 2}, 400, "invalid-input"),
        ({"lines": "all"}, 400, "invalid-input"),
        ({"everything": True, "goodwill": euros(1)}, 400, "invalid-input"),
        ({"goodwill": euros(1), "reason": "x" * 301}, 400, "invalid-input"),
        ({"goodwill": euros(1), "shiping": euros(1)}, 400, "invalid-input"),
        ({"lines": [{"position": 0, "quantity": 1, "restok": True}]}, 400, "invalid-input"),
        ({}, 400, "invalid-input"),
    ],
)
def test_refund_that_is_not_possible_is_refused_and_nothing_is_written(ada, catalog, eve, body, status, slug):
    order = buy(ada)
    response = eve.refund(order.number, **body)
    assert (response.status_code, response.json()["type"]) == (status, f"/problems/{slug}"), response.content
    assert not Refund.objects.exists()
    assert not SandboxRefund.objects.exists()
    assert not OrderLine.objects.exclude(refunded_quantity=0, refunded_amount=0).exists()


@pytest.mark.parametrize("card", ["challenge", "declined"])
def test_an_order_that_is_not_paid_is_not_refunded(ada, catalog, eve, card):
    ada.put(MUG)
    ada.order(card=card)
    response = eve.refund(Order.objects.get().number, everything=True)
    assert (response.status_code, response.json()["type"]) == (409, "/problems/not-refundable")


def test_a_repeated_request_refunds_once_also_when_the_record_of_the_key_is_gone(ada, catalog, eve):
    from apps.common.idempotency.models import IdempotencyRecord

    order = buy(ada)
    first = eve.refund(order.number, lines={0: 1}, key="click").json()
    assert eve.refund(order.number, lines={0: 1}, key="click").json() == first
    IdempotencyRecord.objects.all().delete()
    assert eve.refund(order.number, lines={0: 1}, key="click").json() == first
    assert eve.refund(order.number, lines={0: 2}, key="other").status_code == 400
    assert Refund.objects.count() == 1
    assert_adds_up(order)


def test_a_decision_about_another_state_of_the_order_is_refused(ada, catalog, eve):
    order = buy(ada)
    assert eve.refund(order.number, lines={0: 1}, expected_refunded=euros(0)).status_code == 201
    response = eve.refund(order.number, lines={0: 1}, expected_refunded=euros(0))
    assert (response.status_code, response.json()["type"]) == (409, "/problems/refund-changed")
    assert eve.refund(order.number, lines={0: 1}, expected_refunded=euros(1490)).status_code == 201


def test_two_staff_who_refund_the_same_order_at_once_refund_it_once(ada, catalog):
    order = buy(ada)
    staff = [Staff("support_staff", email=f"{name}@example.com") for name in ("eve", "bob", "kim")]
    calls = [lambda person=person: person.refund(order.number, everything=True) for person in staff]
    statuses = sorted(response.status_code for response in at_once(*calls))
    assert statuses == [201, 409, 409]
    assert Refund.objects.count() == 1
    assert_adds_up(order)


def test_two_staff_with_the_same_partial_refund_and_what_they_saw_refund_it_once(ada, catalog):
    order = buy(ada)
    staff = [Staff("support_staff", email=f"{name}@example.com") for name in ("eve", "bob")]
    calls = [
        lambda person=person: person.refund(order.number, lines={0: 1}, expected_refunded=euros(0)) for person in staff
    ]
    assert sorted(response.status_code for response in at_once(*calls)) == [201, 409]
    assert_adds_up(order)


def test_the_database_lets_no_second_refund_begin_while_one_is_in_flight(ada, catalog, eve, monkeypatch):
    order = buy(ada)
    monkeypatch.setattr(state_machine, "STEPS", dict.fromkeys(Refund.OPEN, lambda kind, refund: False))
    assert eve.refund(order.number, lines={0: 1}).status_code == 202
    response = eve.refund(order.number, lines={1: 1})
    assert (response.status_code, response.json()["type"]) == (409, "/problems/refund-in-progress")
    with pytest.raises(IntegrityError, match="refund_one_in_flight_per_order"), transaction.atomic():
        Refund.objects.create(order=order, amount=1, goodwill_amount=1, currency="EUR", requested_by="eve", key="x")
    monkeypatch.undo()
    Refund.objects.update(lease_until=timezone.now() - timedelta(minutes=1))
    assert tasks.resume_open_refunds() == 1
    assert Refund.objects.get().state == "completed"
    assert_adds_up(order)


def test_the_database_bounds_the_units_and_the_amount_of_a_line(ada, catalog):
    buy(ada)
    line = OrderLine.objects.get(position=0)
    for changes in (
        {"refunded_quantity": 3},
        {"shipped_quantity": 3},
        {"shipped_quantity": 1, "cancelled_quantity": 2, "refunded_quantity": 2},
        {"cancelled_quantity": 1},
        {"refunded_amount": 2981},
        {"refunded_amount": -1},
    ):
        with pytest.raises(IntegrityError, match="order_line_"), transaction.atomic():
            OrderLine.objects.filter(pk=line.pk).update(**changes)


def test_a_refund_that_the_provider_refuses_fails_and_can_be_made_again(ada, catalog, eve, monkeypatch):
    order = buy(ada)

    def refuse(*args, **kwargs):
        raise ChargeClosed("The charge is disputed.")

    with monkeypatch.context() as patch:
        patch.setattr(SandboxProvider, "refund", refuse)
        body = eve.refund(order.number, lines={0: 2}).json()
    assert (body["state"], body["failure"][:21]) == ("failed", "The payment provider ")
    order.refresh_from_db()
    assert (order.state, order.refunded_amount) == ("paid", 0)
    assert not events(order.number)
    assert eve.refund(order.number, everything=True).status_code == 201
    assert_adds_up(order)


def test_a_refund_whose_provider_is_away_is_made_once_it_is_back(ada, catalog, eve, monkeypatch):
    order = buy(ada)
    refund = SandboxProvider.refund

    def lose_response(*args, **kwargs):
        refund(*args, **kwargs)
        raise Unavailable("sandbox", "its response was lost on the way")

    def be_away(*args, **kwargs):
        raise Unavailable("sandbox", "it does not respond")

    with monkeypatch.context() as patch:
        patch.setattr(SandboxProvider, "refund", lose_response)
        response = eve.refund(order.number, lines={0: 1})
        assert (response.status_code, response.json()["state"]) == (202, "requested")
        patch.setattr(SandboxProvider, "find_refund", be_away)
        Refund.objects.update(lease_until=timezone.now() - timedelta(minutes=1))
        tasks.resume_open_refunds()
    assert not JobFailure.objects.exists()
    Refund.objects.update(lease_until=timezone.now() - timedelta(minutes=1))
    tasks.resume_open_refunds()
    assert Refund.objects.get().state == "completed"
    assert SandboxRefund.objects.count() == 1
    assert_adds_up(order)


def test_units_that_catalog_cannot_take_back_now_come_back_later(ada, catalog, eve):
    order = buy(ada)
    catalog.is_down = True
    assert eve.refund(order.number, lines={0: 2}, restock=True).status_code == 201
    assert catalog.available(MUG) == 8
    assert tasks.restock_due() == 0
    catalog.is_down = False
    Refund.objects.update(restock_due_at=timezone.now() - timedelta(seconds=1))
    from apps.common.http import client as http_client

    http_client.forget_targets()
    assert tasks.restock_due() == 1
    assert catalog.available(MUG) == 10
    assert Refund.objects.get().restock_due_at is None
    assert tasks.restock_due() == 0


def test_units_whose_return_got_lost_on_its_way_come_back_once(ada, catalog, eve):
    import httpx

    order = buy(ada)

    def lose(method, path):
        if path.endswith("/returns"):
            raise httpx.ReadTimeout("lost")

    catalog.after = lose
    eve.refund(order.number, lines={0: 2}, restock=True)
    catalog.after = lambda method, path: None
    Refund.objects.update(restock_due_at=timezone.now() - timedelta(seconds=1))
    tasks.restock_due()
    assert catalog.available(MUG) == 10


def test_a_mail_that_could_not_be_sent_is_sent_again(ada, catalog, eve, monkeypatch):
    from django.core.mail import EmailMultiAlternatives

    order = buy(ada, language="de")
    mail.outbox.clear()

    def fail(*args, **kwargs):
        raise ConnectionError("the mail server is away")

    with monkeypatch.context() as patch:
        patch.setattr(EmailMultiAlternatives, "send", fail)
        assert eve.refund(order.number, goodwill=euros(500)).status_code == 201
    assert tasks.send_due_refund_mails() == 0
    Refund.objects.update(mail_due_at=timezone.now() - timedelta(minutes=2))
    assert tasks.send_due_refund_mails() == 1
    [message] = mail.outbox
    assert message.subject == f"Ihre Erstattung für die Bestellung {order.number}"
    assert "5,00\xa0€" in message.body
    assert tasks.send_due_refund_mails() == 0


def test_the_customer_sees_refunds_in_the_order(ada, catalog, eve):
    order = buy(ada)
    eve.refund(order.number, lines={0: 1})
    body = ada.show_order(order.number).json()
    assert [refund["amount"] for refund in body["refunds"]] == [euros(1490)]
    assert body["lines"][0]["refunded_quantity"] == 1
    assert body["refunded"] == euros(1490)
    assert_matches_contract("payment", "GET", f"/v1/orders/{order.number}", response_json=body)


def test_only_support_and_admins_refund(ada, grace, catalog, as_service):
    order = buy(ada)
    path = f"/v1/orders/{order.number}/refunds"
    body, headers = {"everything": True}, {"Idempotency-Key": "some-key-of-16-letters"}
    assert Shopper().client.post(path, body, headers=headers).status_code == 401
    for client in (ada.client, grace.client, as_service("video", "events:read"), Staff("catalog_staff").client):
        assert client.post(path, body, headers=headers).status_code == 403
    assert Staff("support_staff").client.post(path, body).status_code == 400
    assert Staff("admin").refund(order.number, everything=True).status_code == 201
    assert Staff("support_staff").refund("SC-NOTHING", everything=True).status_code == 404
