"""POST /v1/orders/{number}/shipments: parcels with tracking, each unit once, none that was refunded before."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.core import mail
from django.utils import timezone

from apps.common.outbox.testing import deliver
from apps.common.testing.concurrency import at_once
from apps.common.testing.contracts import assert_matches_contract
from apps.payment.orders.models import Order, OrderLine
from apps.payment.shipments import tasks
from apps.payment.shipments.carriers import CARRIERS
from apps.payment.shipments.models import Shipment
from apps.payment.tests.after_sales.helpers import MUG, Staff, assert_adds_up, buy
from apps.payment.tests.personas import Shopper

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def eve(catalog) -> Staff:
    return Staff("support_staff")


def test_a_parcel_with_all_goods_fulfils_the_order_and_mails_the_customer(ada, catalog, eve):
    order = buy(ada)
    mail.outbox.clear()
    response = eve.ship(order.number)
    assert response.status_code == 201, response.content
    body = response.json()
    assert [(line["position"], line["sku"], line["quantity"]) for line in body["lines"]] == [(0, MUG, 2)]
    assert body["tracking_url"].endswith("tracking-id=00340434161094042557")
    order.refresh_from_db()
    assert (order.state, order.fulfilled_at is not None) == ("fulfilled", True)
    assert order.transitions.filter(state="fulfilled").count() == 1
    [message] = mail.outbox
    assert message.subject == f"Your order {order.number} is on its way"
    for part in (message.body, message.alternatives[0][0]):
        for text in ("DHL", "00340434161094042557", "Blue mug", body["tracking_url"].split("?")[0]):
            assert text in part
        assert "Metropolis" not in part
        assert "€" not in part
    request = {"carrier": "dhl", "tracking_number": "1"}
    headers = {"Idempotency-Key": "k"}
    path = f"/v1/orders/{order.number}/shipments"
    assert_matches_contract(
        "payment", "POST", path, request_json=request, response_json=body, status=201, headers=headers
    )
    shown = ada.show_order(order.number).json()
    assert (shown["shipments"], shown["lines"][0]["shipped_quantity"]) == ([body], 2)
    assert shown["fulfilled_at"]


def test_parcels_add_up_to_the_order_and_the_last_fulfils_it(ada, catalog, eve):
    order = buy(ada, mugs=3)
    mail.outbox.clear()
    assert eve.ship(order.number, {0: 1}).status_code == 201
    order.refresh_from_db()
    assert order.state == "paid"
    assert "The rest follows." in mail.outbox[0].body
    assert eve.ship(order.number, {0: 3}).status_code == 400
    assert eve.ship(order.number, {0: 2}, carrier="other", tracking_number="").json()["tracking_url"] is None
    order.refresh_from_db()
    assert order.state == "fulfilled"
    response = eve.ship(order.number)
    assert (response.status_code, response.json()["type"]) == (409, "/problems/nothing-to-ship")


def test_units_that_were_refunded_before_they_left_are_not_sent(ada, catalog, eve):
    order = buy(ada, mugs=3)
    eve.refund(order.number, lines={0: 1}, restock=True)
    assert eve.ship(order.number, {0: 3}).status_code == 400
    assert eve.ship(order.number).json()["lines"][0]["quantity"] == 2
    order.refresh_from_db()
    assert (order.state, order.fulfilled_at is not None) == ("partially_refunded", True)
    assert_adds_up(order)


def test_a_refund_of_what_was_left_to_send_fulfils_the_order(ada, catalog, eve):
    order = buy(ada, mugs=2)
    eve.ship(order.number, {0: 1})
    eve.refund(order.number, lines={0: 1}, restock=True)
    order.refresh_from_db()
    assert (order.state, order.fulfilled_at is not None) == ("partially_refunded", True)


def test_a_unit_that_comes_back_from_the_customer_was_sent_all_the_same(ada, catalog, eve):
    order = buy(ada, mugs=2)
    eve.ship(order.number)
    eve.refund(order.number, lines={0: 2}, restock=True)
    line = OrderLine.objects.get(order=order, position=0)
    assert (line.shipped_quantity, line.refunded_quantity, line.cancelled_quantity) == (2, 2, 0)
    assert catalog.available(MUG) == 10
    assert_adds_up(order)


def test_films_are_not_sent_and_an_order_of_films_stays_paid(ada, catalog, eve):
    order = buy(ada, mugs=0)
    response = eve.ship(order.number)
    assert (response.status_code, response.json()["type"]) == (409, "/problems/nothing-to-ship")
    mixed = buy(ada)
    assert eve.ship(mixed.number, {1: 1}).status_code == 400
    order.refresh_from_db()
    assert (order.state, order.fulfilled_at) == ("paid", None)


@pytest.mark.parametrize(
    "body",
    [
        {"carrier": "pigeon"},
        {"tracking_url": "http://example.com/1"},
        {"tracking_url": "javascript:alert(1)"},
        {"tracking_number": "1\n2"},
        {"tracking_number": "x" * 61},
        {"lines": []},
        {"lines": [{"position": 9, "quantity": 1}]},
        {"lines": [{"position": 0, "quantity": 0}]},
        {"lines": [{"position": 0, "quantity": 1}] * 2},
        {"lines": [{"position": 0, "quantity": 10**9}]},
        {"lines": [{"quantity": 1}]},
        {"tracking": "1"},
    ],
)
def test_parcel_that_is_not_possible_is_refused_and_nothing_is_written(ada, catalog, eve, body):
    order = buy(ada)
    response = eve.ship(order.number, **body)
    assert response.status_code == 400, response.content
    assert response.json()["errors"]
    assert not Shipment.objects.exists()
    assert OrderLine.objects.filter(shipped_quantity=0).count() == 2


def test_a_link_of_ones_own_goes_before_the_carrier_s(ada, catalog, eve):
    order = buy(ada)
    body = eve.ship(order.number, tracking_url="https://track.example.com/a?b=1").json()
    assert body["tracking_url"] == "https://track.example.com/a?b=1"


def test_a_number_cannot_lead_the_carrier_s_link_elsewhere(ada, catalog, eve):
    order = buy(ada)
    body = eve.ship(order.number, tracking_number="../../x?y=1#z&a").json()
    assert body["tracking_url"].endswith("tracking-id=..%2F..%2Fx%3Fy%3D1%23z%26a")


@pytest.mark.parametrize("carrier", CARRIERS.values(), ids=lambda carrier: carrier.code)
def test_every_carrier_leads_to_a_page_of_the_web_or_to_none(carrier):
    link = carrier.link("1Z999AA1")
    assert link.startswith("https://") and link.count("1Z999AA1") == 1 if carrier.tracking_url else not link
    assert not carrier.link("")


def test_an_unpaid_order_is_not_sent(ada, catalog, eve):
    ada.put(MUG)
    ada.order(card="challenge")
    assert eve.ship(Order.objects.get().number).status_code == 409


def test_a_repeated_request_sends_one_parcel(ada, catalog, eve):
    from apps.common.idempotency.models import IdempotencyRecord

    order = buy(ada)
    first = eve.ship(order.number, {0: 1}, key="click").json()
    IdempotencyRecord.objects.all().delete()
    assert eve.ship(order.number, {0: 1}, key="click").json() == first
    assert Shipment.objects.count() == 1


def test_two_staff_who_send_the_same_units_at_once_send_them_once(ada, catalog):
    order = buy(ada)
    staff = [Staff("support_staff") for _ in range(4)]
    responses = at_once(*[lambda person=person: person.ship(order.number) for person in staff])
    assert sorted(response.status_code for response in responses) == [201, 409, 409, 409]
    assert OrderLine.objects.get(position=0).shipped_quantity == 2


def test_a_parcel_and_a_refund_at_once_never_share_a_unit(ada, catalog):
    for _ in range(4):
        order = buy(ada, mugs=2)
        sender, refunder = Staff("support_staff"), Staff("support_staff")
        responses = at_once(
            lambda sender=sender, order=order: sender.ship(order.number, {0: 2}),
            lambda refunder=refunder, order=order: refunder.refund(order.number, lines={0: 1}),
        )
        assert sorted(response.status_code for response in responses) in ([201, 201], [201, 400], [201, 409])
        line = OrderLine.objects.get(order=order, position=0)
        assert line.shipped_quantity + line.cancelled_quantity <= 2
        assert_adds_up(order)


def test_a_mail_that_could_not_be_sent_is_sent_again(ada, catalog, eve, monkeypatch):
    from django.core.mail import EmailMultiAlternatives

    order = buy(ada, language="de")
    mail.outbox.clear()

    def fail(*args, **kwargs):
        raise ConnectionError("the mail server is away")

    with monkeypatch.context() as patch:
        patch.setattr(EmailMultiAlternatives, "send", fail)
        assert eve.ship(order.number).status_code == 201
    Shipment.objects.update(mail_due_at=timezone.now() - timedelta(minutes=2))
    assert tasks.send_due_shipment_mails() == 1
    assert mail.outbox[0].subject == f"Ihre Bestellung {order.number} ist unterwegs"
    assert tasks.send_due_shipment_mails() == 0


def test_where_the_parcels_of_an_erased_customer_went_is_forgotten(ada, grace, catalog, eve):
    for shopper in (ada, grace):
        eve.ship(buy(shopper).number)
    Order.objects.update(paid_at=timezone.now() - timedelta(days=31))
    deliver("auth", "user.deleted", subject=str(ada.user_id), data={"user_id": str(ada.user_id)})
    tracked = Shipment.objects.exclude(tracking_number="", tracking_url="")
    assert [shipment.order.user_id for shipment in tracked] == [grace.user_id]
    assert tasks.erase_tracking() == 0


def test_only_support_and_admins_ship(ada, grace, catalog, as_service):
    order = buy(ada)
    path, headers = f"/v1/orders/{order.number}/shipments", {"Idempotency-Key": "some-key-of-16-letters"}
    body = {"carrier": "dhl"}
    assert Shopper().client.post(path, body, headers=headers).status_code == 401
    for client in (ada.client, grace.client, as_service("video", "events:read"), Staff("catalog_staff").client):
        assert client.post(path, body, headers=headers).status_code == 403
    assert Staff("admin").ship(order.number).status_code == 201
    assert Staff("support_staff").ship("SC-NOTHING").status_code == 404
