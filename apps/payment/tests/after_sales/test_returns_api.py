"""Return requests: customers ask, staff accept, which refunds, or decline with a sentence."""

from __future__ import annotations

import uuid
from datetime import timedelta
from typing import Any

import pytest
from django.core import mail
from django.utils import timezone

from apps.common.outbox.testing import deliver
from apps.common.testing.concurrency import at_once
from apps.common.testing.contracts import assert_matches_contract
from apps.payment.checkout.tests.test_admin import staff
from apps.payment.orders.models import Order
from apps.payment.refunds import tasks
from apps.payment.refunds.models import Refund, ReturnRequest
from apps.payment.tests.after_sales.helpers import MUG, Staff, assert_adds_up, buy, euros
from apps.payment.tests.personas import Shopper

pytestmark = pytest.mark.django_db(transaction=True)


def ask(shopper: Shopper, number: str, lines: Any = None, *, secret: str = "", **changes: Any):
    """POST a return request; `lines` may be `{position: quantity}`."""
    if lines is None or isinstance(lines, dict):
        lines = [{"position": position, "quantity": quantity} for position, quantity in (lines or {0: 1}).items()]
    body = {
        "lines": lines,
        "reason": "damaged",
        "comment": "The handle is broken.",
    } | changes
    headers = {"X-Order-Secret": secret} if secret else {}
    return shopper.client.post(f"/v1/orders/{number}/returns", body, headers=headers)


@pytest.fixture
def eve(catalog) -> Staff:
    return Staff("support_staff")


def test_a_request_is_confirmed_by_mail_and_shown_with_the_order(ada, catalog):
    order = buy(ada)
    mail.outbox.clear()
    response = ask(ada, order.number, {0: 2})
    assert response.status_code == 201, response.content
    body = response.json()
    assert (body["state"], body["reason"], body["lines"][0]["quantity"]) == ("open", "damaged", 2)
    [message] = mail.outbox
    assert message.subject == f"Your return request for order {order.number}"
    assert "Blue mug" in message.body
    assert ada.show_order(order.number).json()["return_requests"] == [body]
    request = {"lines": [{"position": 0, "quantity": 2}], "reason": "damaged"}
    path = f"/v1/orders/{order.number}/returns"
    assert_matches_contract("payment", "POST", path, request_json=request, response_json=body, status=201)


STAFF_ADDRESS = "returns@shop.example"


@pytest.mark.parametrize(
    ("languages", "subject"),
    [(["en", "de"], "Return request for order"), (["de", "en"], "Rückgabeanfrage zur Bestellung")],
)
def test_staff_get_a_mail_in_the_language_of_the_shop(ada, catalog, settings, languages, subject):
    settings.RETURN_REQUESTS_EMAIL, settings.SHOP_LANGUAGES = STAFF_ADDRESS, languages
    order = buy(ada)
    mail.outbox.clear()
    assert ask(ada, order.number, {0: 2}).status_code == 201
    [message] = [sent for sent in mail.outbox if sent.to == [STAFF_ADDRESS]]
    assert message.subject == f"{subject} {order.number}"
    link = f"/api/payment/admin/orders/order/{order.pk}/return/"
    for text in (message.body, message.alternatives[0][0]):
        assert "The handle is broken." in text
        assert "Blue mug" in text
        assert link in text
    assert len(mail.outbox) == 2


def test_link_of_the_mail_to_staff_leads_to_the_decision(ada, catalog):
    order = buy(ada)
    ask(ada, order.number)
    page = staff("support_staff").get(f"/admin/orders/order/{order.pk}/return/")
    assert page.status_code == 200
    assert "The handle is broken." in page.content.decode()


def test_mail_to_staff_that_could_not_be_sent_is_sent_by_the_job(ada, catalog, settings, monkeypatch):
    settings.RETURN_REQUESTS_EMAIL = STAFF_ADDRESS
    order = buy(ada)
    monkeypatch.setattr(tasks.send_staff_return_mail, "apply_async", lambda *args, **options: None)
    ask(ada, order.number)
    assert not [sent for sent in mail.outbox if sent.to == [STAFF_ADDRESS]]
    ReturnRequest.objects.update(staff_mail_due_at=timezone.now() - timedelta(minutes=5))
    tasks.send_due_refund_mails()
    tasks.send_due_refund_mails()
    assert len([sent for sent in mail.outbox if sent.to == [STAFF_ADDRESS]]) == 1


def test_no_mail_to_staff_where_none_is_wanted(ada, catalog):
    order = buy(ada)
    mail.outbox.clear()
    ask(ada, order.number)
    assert len(mail.outbox) == 1
    assert ReturnRequest.objects.get().staff_mail_due_at is None


def test_accepting_refunds_the_units_and_restocks_them_where_asked(ada, catalog, eve):
    order = buy(ada)
    request = ask(ada, order.number, {0: 2, 1: 1}).json()
    mail.outbox.clear()
    path = f"/v1/orders/{order.number}/returns/{request['id']}/accept"
    response = eve.post(path, {"restock": True})
    assert response.status_code == 201, response.content
    assert response.json()["amount"] == euros(2980 + 999)
    assert catalog.available(MUG) == 10
    shown = ada.show_order(order.number).json()["return_requests"][0]
    assert (shown["state"], shown["decided_at"] is not None) == ("accepted", True)
    assert [message.subject for message in mail.outbox] == [f"Your refund for order {order.number}"]
    again = eve.post(path, {"restock": True})
    assert (again.status_code, again.json()["type"]) == (409, "/problems/return-decided")
    assert Refund.objects.count() == 1
    assert_adds_up(order)


def test_declining_mails_the_customer_why(ada, catalog, eve):
    order = buy(ada, language="de")
    request = ask(ada, order.number).json()
    mail.outbox.clear()
    path = f"/v1/orders/{order.number}/returns/{request['id']}/decline"
    for response in ("", "   ", "x" * 1001):
        assert eve.post(path, {"response": response}).status_code == 400
    body = eve.post(path, {"response": "Der Schaden <b>ist</b> durch den Gebrauch entstanden."}).json()
    assert (body["state"], body["response"][:11]) == ("declined", "Der Schaden")
    [message] = mail.outbox
    assert message.subject == f"Ihre Rückgabeanfrage zur Bestellung {order.number}"
    assert "durch den Gebrauch entstanden" in message.body
    assert "<b>" not in message.alternatives[0][0]
    again = eve.post(path, {"response": "No."})
    assert (again.status_code, again.json()["type"]) == (409, "/problems/return-decided")
    order.refresh_from_db()
    assert (order.state, Refund.objects.count()) == ("paid", 0)
    assert ask(ada, order.number).status_code == 201, "the customer may ask again"


def test_requests_are_decided_one_at_a_time(ada, catalog):
    order = buy(ada)
    tabs = [ada.twin() for _ in range(5)]
    responses = at_once(*[lambda tab=tab: ask(tab, order.number) for tab in tabs])
    assert sorted(response.status_code for response in responses) == [201, 409, 409, 409, 409]
    assert {r.json()["type"] for r in responses if r.status_code == 409} == {"/problems/not-returnable"}
    assert ReturnRequest.objects.count() == 1


def test_two_staff_who_decide_at_once_decide_once(ada, catalog):
    order = buy(ada)
    request = ask(ada, order.number).json()
    path = f"/v1/orders/{order.number}/returns/{request['id']}"
    eve, bob = Staff("support_staff"), Staff("support_staff")
    responses = at_once(
        lambda: eve.post(f"{path}/accept", {}), lambda: bob.post(f"{path}/decline", {"response": "Sorry, no."})
    )
    assert sorted(response.status_code for response in responses) in ([200, 409], [201, 409])
    assert (ReturnRequest.objects.get().state == "accepted") == Refund.objects.exists()
    assert_adds_up(order)


@pytest.mark.parametrize(
    "body",
    [
        {"lines": []},
        {"lines": [{"position": 0, "quantity": 3}]},
        {"lines": [{"position": 0, "quantity": 0}]},
        {"lines": [{"position": 5, "quantity": 1}]},
        {"lines": [{"position": 0, "quantity": 1}] * 2},
        {"reason": "boredom"},
        {"reason": None},
        {"comment": "x" * 1001},
        {"comment": "a\x00b"},
    ],
)
def test_return_that_is_not_possible_is_refused(ada, catalog, body):
    order = buy(ada)
    response = ask(ada, order.number, **body)
    assert response.status_code == 400, response.content
    assert response.json()["errors"]
    assert not ReturnRequest.objects.exists()


def test_units_that_were_refunded_cannot_be_returned(ada, catalog, eve):
    order = buy(ada)
    eve.refund(order.number, lines={0: 1})
    assert ask(ada, order.number, {0: 2}).status_code == 400
    assert ask(ada, order.number, {0: 1}).status_code == 201


def test_an_order_that_is_not_paid_or_is_refunded_cannot_be_returned(ada, catalog, eve):
    refunded = buy(ada)
    eve.refund(refunded.number, everything=True)
    ada.open_cart()
    ada.put(MUG)
    ada.order(card="challenge")
    waiting = Order.objects.get(state="reserved")
    for order in (refunded, waiting):
        assert ask(ada, order.number).status_code == 409


def test_a_guest_asks_with_the_secret_of_the_order_alone(guest, grace, catalog):
    guest.put(MUG)
    placed = guest.order().json()
    other = buy(Shopper(), films=0)
    for stranger, secret in ((Shopper(), "x" * 64), (grace, ""), (Shopper(), "")):
        assert ask(stranger, placed["number"], secret=secret).status_code == 404
    assert ask(Shopper(), other.number, secret=placed["secret"]).status_code == 404
    assert ask(Shopper(), placed["number"], secret=placed["secret"]).status_code == 201


def test_only_support_decides(ada, grace, catalog, as_service):
    order = buy(ada)
    request = ask(ada, order.number).json()
    path = f"/v1/orders/{order.number}/returns/{request['id']}"
    headers = {"Idempotency-Key": "some-key-of-16-letters"}
    for action, body in (("accept", {}), ("decline", {"response": "No."})):
        assert Shopper().client.post(f"{path}/{action}", body, headers=headers).status_code == 401
        for client in (ada.client, grace.client, as_service("video"), Staff("catalog_staff").client):
            assert client.post(f"{path}/{action}", body, headers=headers).status_code == 403
    eve = Staff("support_staff")
    other = buy(grace)
    assert eve.post(f"/v1/orders/{other.number}/returns/{request['id']}/accept", {}).status_code == 404
    assert eve.post(f"/v1/orders/{order.number}/returns/{uuid.uuid4()}/decline", {"response": "No."}).status_code == 404


def test_texts_of_an_erased_customer_are_forgotten(ada, catalog):
    order = buy(ada, mugs=0)
    ask(ada, order.number)
    deliver("auth", "user.deleted", subject=str(ada.user_id), data={"user_id": str(ada.user_id)})
    request = ReturnRequest.objects.get()
    assert (request.comment, request.state) == ("", "open")
