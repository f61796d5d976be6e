from __future__ import annotations

import re
import uuid
from datetime import timedelta

import pytest
from django.core import mail
from django.core.mail import EmailMultiAlternatives
from django.utils import timezone

from apps.common.erasure.models import DeletedAccount
from apps.common.erasure.tasks import repeat_erasures
from apps.common.outbox.testing import deliver
from apps.common.testing.concurrency import at_once
from apps.payment.carts import services as carts
from apps.payment.carts.models import Cart
from apps.payment.checkout import services
from apps.payment.checkout.requests import Customer, Delivery, OrderRequest
from apps.payment.orders import tasks
from apps.payment.orders.models import Order
from apps.payment.payments import services as payments
from apps.payment.payments.models import Payment, PaymentMethod
from apps.payment.tests.catalog_fake import FILM
from apps.payment.tests.personas import CARDS, Shopper

pytestmark = pytest.mark.django_db(transaction=True)


def test_a_paid_order_is_confirmed_once_in_text_and_html(ada, catalog):
    ada.put("MUG-BLUE", 2)
    ada.put(FILM.sku)
    number = ada.order().json()["number"]
    [message] = mail.outbox
    assert message.subject == f"Your order {number} is confirmed"
    assert message.to == ["ada@example.com"]
    html = message.alternatives[0][0]
    for part in (message.body, html):
        assert number in part
        assert "Blue mug" in part
        assert "€44.69" in part
        assert "/library" in part
    assert Order.objects.get().confirmation_due_at is None


def test_a_title_with_markup_is_text_in_the_mail(ada, catalog):
    catalog.change("MUG-BLUE", title="Mug <img src=x onerror=alert(1)> & Co")
    ada.put("MUG-BLUE")
    ada.order()
    [message] = mail.outbox
    assert "Mug <img" in message.body
    assert "<img" not in message.alternatives[0][0]


def test_a_guest_opens_the_order_from_the_mail(guest, catalog):
    guest.put("MUG-BLUE")
    number = guest.order().json()["number"]
    secret = re.search(rf"/orders/{number}\?secret=(\S+)", mail.outbox[0].body)[1]
    assert Shopper().show_order(number, secret).status_code == 200


def test_an_account_needs_no_secret_in_its_mail(ada, catalog):
    ada.put("MUG-BLUE")
    ada.order()
    assert "secret" not in mail.outbox[0].body


@pytest.mark.parametrize("card", ["declined", "challenge"])
def test_an_order_that_is_not_paid_is_not_confirmed(card, ada, catalog):
    ada.put("MUG-BLUE")
    ada.order(card=card)
    assert mail.outbox == []


def no_broker(*_args, **_kwargs):
    raise ConnectionError("Redis is away")


def test_with_redis_away_the_order_is_paid_and_the_mail_comes_later(ada, catalog, monkeypatch):
    monkeypatch.setattr(tasks.send_new_confirmations, "apply_async", no_broker)
    ada.put("MUG-BLUE")
    assert ada.order().status_code == 201
    assert mail.outbox == []
    assert tasks.send_due_confirmations() == 0, "too early: the task may be on its way"
    Order.objects.update(confirmation_due_at=timezone.now() - timedelta(minutes=2))
    tasks.send_due_confirmations()
    tasks.send_due_confirmations()
    assert len(mail.outbox) == 1


def test_mail_that_could_not_be_sent_is_sent_again(ada, catalog, monkeypatch):
    with monkeypatch.context() as patch:
        patch.setattr(EmailMultiAlternatives, "send", no_broker)
        ada.put("MUG-BLUE")
        assert ada.order().status_code == 201
    assert Order.objects.get().confirmation_due_at > timezone.now()
    Order.objects.update(confirmation_due_at=timezone.now() - timedelta(minutes=2))
    tasks.send_due_confirmations()
    assert len(mail.outbox) == 1


def test_two_workers_send_one_mail(ada, catalog, monkeypatch):
    with monkeypatch.context() as patch:
        patch.setattr(tasks.send_new_confirmations, "apply_async", no_broker)
        ada.put("MUG-BLUE")
        ada.order()
    order_id = str(Order.objects.get().pk)
    at_once(*[lambda: tasks.send_confirmation(order_id)] * 6)
    assert len(mail.outbox) == 1


def forget(user_id: uuid.UUID) -> None:
    deliver("auth", "user.deleted", subject=str(user_id), data={"user_id": str(user_id)})


def test_a_deleted_account_leaves_orders_for_the_books_without_the_person(ada, grace, catalog):
    for shopper in (ada, grace):
        shopper.put(FILM.sku)
        shopper.order()
        shopper.open_cart()
        shopper.put(FILM.sku)
    forget(ada.user_id)
    forget(ada.user_id)

    erased = Order.objects.get(user_id=None)
    assert (erased.email, erased.shipping_address) == ("deleted@streamcart.invalid", None)
    assert (erased.state, erased.total_amount) == ("paid", 999)
    assert Payment.objects.filter(order_id=erased.pk).exists()
    assert not Cart.objects.filter(user_id=ada.user_id).exists()
    assert Order.objects.get(user_id=grace.user_id).email == "ada@example.com"
    assert Cart.objects.filter(user_id=grace.user_id).count() == 2


def test_a_deleted_account_orders_no_more_with_the_token_it_still_has(ada, grace, catalog):
    for shopper in (ada, grace):
        shopper.put(FILM.sku)
    method = ada.card()
    forget(ada.user_id)
    assert ada.order(card=method).status_code == 401
    assert ada.client.get("/v1/orders").status_code == 401
    assert not Order.objects.exists()
    assert grace.order().status_code == 201


def test_data_written_by_a_request_in_flight_during_the_erasure_is_erased_too(ada, catalog):
    forget(ada.user_id)
    # These requests had passed authentication before the event was handled: nothing below asks again.
    card = {"number": CARDS["ok"], "exp_month": 12, "exp_year": 2099, "cvc": "123"}
    method = payments.add_method(user_id=ada.user_id, provider="sandbox", source={"card": card})
    cart = carts.open_cart(user_id=ada.user_id, currency="EUR").cart
    carts.set_line(cart, sku=FILM.sku, quantity=1)
    customer = Customer(ada.user_id, "ada@example.com", "en")
    services.place_order(cart, OrderRequest(customer, Delivery(None, ""), method.pk, "key"))
    carts.open_cart(user_id=ada.user_id, currency="EUR")
    assert Order.objects.get().email == "ada@example.com"

    DeletedAccount.objects.update(next_pass_at=timezone.now())
    assert repeat_erasures() == 1
    order = Order.objects.get()
    assert (order.user_id, order.email) == (None, "deleted@streamcart.invalid")
    assert not Cart.objects.filter(user_id=ada.user_id).exists()
    assert not PaymentMethod.objects.filter(user_id=ada.user_id).exists()


def test_the_cards_of_a_deleted_account_pay_nothing_any_more(ada, grace, catalog):
    ada.put(FILM.sku)
    used, unused = ada.card(), ada.card()
    ada.order(card=used)
    forget(ada.user_id)
    assert [method.pk for method in PaymentMethod.objects.all()] == [used]
    kept = PaymentMethod.objects.get()
    assert (kept.user_id, kept.reference, kept.exp_year, kept.last4) == (None, "", None, "4242")
    grace.put(FILM.sku)
    for method in (used, unused):
        assert grace.order(card=method).status_code == 400


def test_a_parcel_still_finds_its_way_before_the_address_is_forgotten(ada, catalog):
    ada.put("MUG-BLUE")
    ada.order()
    forget(ada.user_id)
    assert Order.objects.get().shipping_address["city"] == "Berlin"

    Order.objects.update(paid_at=timezone.now() - timedelta(days=31))
    tasks.erase_personal_data()
    order = Order.objects.get()
    assert (order.user_id, order.shipping_address, order.email) == (None, None, "deleted@streamcart.invalid")


def test_an_order_that_is_being_paid_is_forgotten_when_it_is_over(ada, catalog):
    ada.put("MUG-BLUE")
    number = ada.order(card="challenge").json()["number"]
    forget(ada.user_id)
    assert Order.objects.get().user_id == ada.user_id
    services.cancel_order(Order.objects.get(number=number), by="the customer")
    tasks.erase_personal_data()
    assert Order.objects.get().user_id is None


def test_a_guests_address_is_stored_in_the_one_form_and_gets_the_mail(guest, catalog):
    guest.put("MUG-BLUE")
    assert guest.order(email=" ｇｕｅſｔ@Müller.de").status_code == 201
    assert Order.objects.get().email == "guest@xn--mller-kva.de"
    assert [message.to for message in mail.outbox] == [["guest@xn--mller-kva.de"]]


@pytest.mark.parametrize(
    "email", ["guest@example.com\u200b", "gu\u0435st@example.com", "a@example.com\r\nBcc: b@example.com"]
)
def test_an_address_that_hides_something_is_refused_before_anything_is_charged(guest, catalog, email):
    guest.put("MUG-BLUE")
    refused = guest.order(email=email)
    assert refused.status_code == 400
    [sentence] = refused.json()["errors"]["email"]
    assert sentence.endswith(".")
    assert not Order.objects.exists()


def test_a_forgotten_guest_secret_opens_nothing(guest, catalog):
    guest.put("MUG-BLUE")
    body = guest.order().json()
    Order.objects.update(secret_hash="")
    assert guest.show_order(body["number"], body["secret"]).status_code == 404
