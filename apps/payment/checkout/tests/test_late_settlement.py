"""Money that arrives when its reservation is long over: it buys what is still there, or goes back by itself."""

from __future__ import annotations

import uuid
from datetime import timedelta

import pytest
from django.core import mail
from django.utils import timezone

from apps.common.money import Money
from apps.common.testing.concurrency import at_once
from apps.payment import catalog as catalog_client
from apps.payment.carts.models import Cart
from apps.payment.checkout import compensation, settlement, state_machine
from apps.payment.checkout.tests.test_challenges_and_webhooks import deliver
from apps.payment.orders.models import Order, OrderLine
from apps.payment.payments.models import Payment
from apps.payment.payments.providers.base import ChargeClosed
from apps.payment.payments.providers.sandbox import tasks, webhooks
from apps.payment.payments.providers.sandbox.models import SandboxCharge
from apps.payment.payments.providers.sandbox.provider import SandboxProvider
from apps.payment.tests.invariants import assert_consistent, assert_given_up, assert_paid_once, assert_refunded
from apps.payment.tests.killing import BOUNDARIES, killed_when, resume
from apps.payment.tests.personas import Shopper

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def _no_deliveries(monkeypatch) -> None:
    """The sandbox's own deliveries are made by the tests, when they want them."""
    monkeypatch.setattr(tasks.send_webhook, "apply_async", lambda *args, **options: None)


@pytest.fixture
def late(ada, catalog) -> dict:
    """An order for the only lamp whose bank takes long: its reservation is over, somebody else may have the lamp."""
    ada.put("LAMP-BRASS")
    ada.put("MUG-BLUE", 2)
    response = ada.order(card="challenge")
    assert response.status_code == 202, response.content
    catalog.expire()
    return response.json()


def settle() -> tuple[bytes, dict[str, str]]:
    """The provider takes the money by itself, as with a bank transfer; returns its notification."""
    SandboxCharge.objects.update(state="captured")
    return webhooks.webhook_for(SandboxCharge.objects.get())


def sell_the_lamp_to_another(catalog) -> None:
    catalog.change("LAMP-BRASS", stock=0)


def test_late_payment_buys_what_is_still_in_stock(late, catalog):
    assert deliver(*settle()).status_code == 204
    assert_paid_once(Order.objects.get(), catalog)
    assert (catalog.available("LAMP-BRASS"), catalog.available("MUG-BLUE")) == (0, 8)
    assert len(mail.outbox) == 1


def test_late_payment_is_refunded_in_full_when_one_item_is_sold_out(late, ada, catalog):
    sell_the_lamp_to_another(catalog)
    assert deliver(*settle()).status_code == 204
    assert_refunded(Order.objects.get(), catalog)
    assert catalog.available("MUG-BLUE") == 10

    body = ada.show_order(late["number"]).json()
    assert body["state"] == "refunded"
    assert body["refunded"] == body["total"]
    assert body["payment"]["state"] == "refunded"
    assert body["failure"]["code"] == "insufficient-stock"
    assert "on its way back" in body["failure"]["message"]
    assert ada.show_cart().json()["item_count"] == 3, "the cart is as it was"


def test_a_mail_says_that_the_money_goes_back(late, catalog):
    sell_the_lamp_to_another(catalog)
    deliver(*settle())
    [message] = mail.outbox
    assert message.to == ["ada@example.com"]
    assert message.subject == f"Your refund for order {late['number']}"
    total = Order.objects.get().total.format()
    for part in (message.body, message.alternatives[0][0]):
        assert "sold out" in part
        assert total in part
        assert "Thank you" not in part


def test_the_rest_of_the_cart_is_ordered_anew(late, ada, catalog):
    sell_the_lamp_to_another(catalog)
    deliver(*settle())
    ada.client.delete(f"/v1/carts/{ada.cart}/lines/LAMP-BRASS")
    assert ada.order().status_code == 201
    states = [order.state for order in Order.objects.order_by("placed_at")]
    assert states == ["refunded", "paid"]
    assert not Cart.objects.get().is_open


def test_duplicates_in_any_order_refund_once(late, catalog):
    waiting = webhooks.webhook_for(SandboxCharge.objects.get())
    sell_the_lamp_to_another(catalog)
    settled = settle()
    for notice in (settled, settled, waiting, settled):
        assert deliver(*notice).status_code == 204
    assert deliver(*webhooks.webhook_for(SandboxCharge.objects.get())).status_code == 204
    resume()
    assert_consistent(catalog)
    assert len(mail.outbox) == 1


def test_many_deliveries_at_once_refund_once(late, catalog):
    sell_the_lamp_to_another(catalog)
    body, headers = settle()
    order_id = Order.objects.get().pk
    deliveries = [lambda: deliver(body, headers)] * 3 + [lambda: state_machine.advance(order_id)] * 3
    assert not [response for response in at_once(*deliveries) if isinstance(response, Exception)]
    resume()
    assert_refunded(Order.objects.get(), catalog)
    assert len(mail.outbox) == 1


REFUNDING = {
    "before the refund": (SandboxProvider, "refund", lambda *a, **k: False),
    "the money went back, unknown to us": (SandboxProvider, "refund", lambda *a, **k: True),
    "the stock was released": (catalog_client, "release", lambda *a, **k: True),
    "in the middle of the books": (settlement, "book", lambda *a, **k: True),
    "all is written, nobody was informed": (compensation, "refund_unfulfilled", lambda *a, **k: True),
}


@pytest.mark.parametrize("boundary", REFUNDING)
def test_a_process_that_dies_while_it_refunds_is_continued(boundary, late, catalog, monkeypatch):
    sell_the_lamp_to_another(catalog)
    settle()
    monkeypatch.setitem(BOUNDARIES, boundary, REFUNDING[boundary])
    with killed_when(boundary, monkeypatch):
        resume()
    # The lamp comes back meanwhile: money that was given back must not buy it.
    if SandboxCharge.objects.get().state == "refunded":
        catalog.change("LAMP-BRASS", stock=1)
    resume()
    assert_refunded(Order.objects.get(), catalog)
    assert len(mail.outbox) == 1


@pytest.mark.parametrize("boundary", ["the order is authorised", "the stock was committed, unknown to us"])
def test_a_process_that_dies_between_settling_and_selling_sells_once(boundary, late, catalog, monkeypatch):
    settle()
    with killed_when(boundary, monkeypatch):
        resume()
    resume()
    assert_paid_once(Order.objects.get(), catalog)
    assert catalog.available("MUG-BLUE") == 8


def test_money_that_comes_after_the_job_would_have_given_up_is_not_forgotten(late, catalog):
    Order.objects.update(placed_at=timezone.now() - timedelta(days=2))
    sell_the_lamp_to_another(catalog)
    settle()
    resume()
    assert_refunded(Order.objects.get(), catalog)


def test_while_catalog_is_down_the_money_waits_and_is_not_given_back(late, catalog):
    settle()
    catalog.is_down = True
    resume()
    assert Order.objects.get().state == "authorised"
    assert SandboxCharge.objects.get().state == "captured"
    catalog.is_down = False
    from apps.common.http import client as http_client

    http_client.forget_targets()
    resume()
    assert_paid_once(Order.objects.get(), catalog)


@pytest.mark.parametrize("state", ["authorised", "captured"])
def test_a_reservation_that_catalog_does_not_know_any_more_sells_nothing(state, late, catalog):
    catalog.reservations.clear()
    SandboxCharge.objects.update(state=state)
    resume()
    order = Order.objects.get()
    (assert_refunded if state == "captured" else assert_given_up)(order, catalog)
    assert order.failure_code == "reservation-closed"


def test_money_that_the_provider_gave_back_by_itself_sells_nothing(late, catalog):
    SandboxCharge.objects.update(state="refunded")
    resume()
    order = Order.objects.get()
    assert_refunded(order, catalog)
    assert order.failure_code == "payment-returned"


def test_a_refund_without_a_broker_is_mailed_later(late, catalog, monkeypatch):
    from apps.payment.orders import tasks as mails

    def no_broker(*_args, **_kwargs):
        raise ConnectionError("Redis is away")

    sell_the_lamp_to_another(catalog)
    with monkeypatch.context() as patch:
        patch.setattr(mails.send_new_confirmations, "apply_async", no_broker)
        deliver(*settle())
    assert mail.outbox == []
    Order.objects.update(confirmation_due_at=timezone.now() - timedelta(minutes=2))
    mails.send_due_confirmations()
    mails.send_due_confirmations()
    assert len(mail.outbox) == 1


def test_the_sandbox_gives_back_once_and_only_what_was_taken(late):
    reference = SandboxCharge.objects.get().pk
    amount, provider = Order.objects.get().total, SandboxProvider()
    with pytest.raises(ChargeClosed):
        provider.refund(reference, key="first", amount=amount)
    settle()
    with pytest.raises(ChargeClosed):
        provider.refund(reference, key="too much", amount=amount * 2)
    assert provider.find_refund(reference, key="first") is None
    refund = provider.refund(reference, key="first", amount=amount)
    assert (
        refund == provider.refund(reference, key="first", amount=amount) == provider.find_refund(reference, key="first")
    )
    with pytest.raises(ChargeClosed):
        provider.refund(reference, key="second", amount=Money(1, amount.currency))
    assert provider.status(reference).state == "refunded"


@pytest.fixture
def twice(ada, catalog) -> Order:
    """An order with two lines of one SKU, as a shop that lets people engrave each would have."""
    ada.put("MUG-BLUE", 5)
    ada.order(card="challenge")
    order = Order.objects.get()
    OrderLine.objects.filter(order=order).update(quantity=2)
    line = OrderLine.objects.get(order=order)
    line.pk, line.position, line.quantity = None, 1, 3
    line.save()
    catalog.reservations.clear()
    Order.objects.update(state="pending", reservation_id=None)
    return order


def test_two_lines_of_one_sku_are_reserved_and_sold_apart(twice, catalog):
    state_machine.advance(twice.pk)
    [reservation] = catalog.reservations.values()
    assert [(line["sku"], line["quantity"]) for line in reservation.lines] == [("MUG-BLUE", 2), ("MUG-BLUE", 3)]
    deliver(*settle())
    assert_paid_once(Order.objects.get(), catalog)
    assert catalog.available("MUG-BLUE") == 5


def test_a_cart_of_two_lines_of_one_sku_is_closed_with_nothing_left(twice, ada, catalog):
    state_machine.advance(twice.pk)
    deliver(*settle())
    assert Cart.objects.filter(is_open=True).count() == 0


def test_two_lines_of_one_sku_are_refunded_together_when_the_stock_reaches_for_one(twice, catalog):
    state_machine.advance(twice.pk)
    catalog.expire()
    catalog.change("MUG-BLUE", stock=4)
    deliver(*settle())
    assert_refunded(Order.objects.get(), catalog)
    assert catalog.available("MUG-BLUE") == 4


def test_refunded_order_is_visible_to_its_owner_alone(late, catalog):
    sell_the_lamp_to_another(catalog)
    deliver(*settle())
    assert Shopper(uuid.uuid4()).show_order(late["number"]).status_code == 404
    assert Payment.objects.get().state == "refunded"
