"""Orders with vouchers: what they cost, what the books say, and when a use counts."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.core import mail
from django.db import IntegrityError
from django.utils import timezone

from apps.common.money import Money
from apps.payment.checkout import services, state_machine
from apps.payment.ledger.models import Posting
from apps.payment.orders.models import Order, OrderLine
from apps.payment.orders.selectors import tax_of
from apps.payment.orders.services import erase_personal_data
from apps.payment.payments.models import Payment
from apps.payment.payments.providers.sandbox.models import SandboxCharge
from apps.payment.tests.catalog_fake import FILM, LAMP, MUG
from apps.payment.tests.invariants import assert_consistent
from apps.payment.tests.personas import Shopper, address_in
from apps.payment.tests.test_document import assert_documented
from apps.payment.vouchers.models import Redemption, Voucher, VoucherCode
from apps.payment.vouchers.services import release
from apps.payment.vouchers.tests.factories import make_code

pytestmark = pytest.mark.django_db(transaction=True)
Kind = Voucher.Kind


def euros(amount: int) -> dict[str, object]:
    return Money(amount, "EUR").as_dict()


def postings_of(number: str) -> dict[str, int]:
    return dict(Posting.objects.filter(entry__order_number=number).values_list("account", "amount"))


def uses(code: str) -> int:
    return VoucherCode.objects.get(code=code).use_count


def refused(response) -> dict[str, object]:
    assert response.status_code == 409, response.content
    assert response.json()["type"] == "/problems/voucher-not-applicable"
    return response.json()


def test_order_costs_what_the_cart_said_and_its_tax_is_of_what_is_paid(ada, catalog):
    make_code()
    ada.put(MUG.sku, 2)
    ada.put(FILM.sku)
    ada.apply("WELCOME10")
    response = ada.order(expected_total=euros(4071))
    assert response.status_code == 201, response.content
    body = response.json()
    # 39.79 less 3.98 (10% is 3.979), plus 4.90 for shipping.
    assert (body["subtotal"], body["discount"], body["total"]) == (euros(3979), euros(398), euros(4071))
    assert body["voucher"] == {"code": "WELCOME10", "has_free_shipping": False}
    assert [line["discount"] for line in body["lines"]] == [euros(298), euros(100)]
    assert sum(row["gross"]["amount"] for row in body["tax"]) == 4071
    # 40.71 × 19 ÷ 119
    assert sum(row["tax"]["amount"] for row in body["tax"]) == 650
    assert postings_of(body["number"]) == {
        "provider_clearing": 4071,
        "sales_goods": -2552,
        "sales_video": -855,
        "discounts": 398,
        "shipping_income": -412,
        "tax_owed": -650,
    }
    assert uses("WELCOME10") == 1
    assert_documented("POST", "/v1/orders", response)
    assert_documented("GET", "/v1/orders", ada.client.get("/v1/orders"))
    assert_consistent(catalog)


def test_free_shipping_pays_the_cheapest_method_and_leaves_the_discount_alone(guest, catalog):
    make_code("SHIPPING", Kind.FREE_SHIPPING)
    guest.put(MUG.sku)
    guest.apply("SHIPPING")
    query = {"cart": guest.cart, "country": "DE"}
    methods = guest.client.get("/v1/shipping-methods", query, headers=guest.headers).json()["results"]
    prices = {method["code"]: method["price"] for method in methods}
    assert prices == {"standard": euros(0), "express": euros(1290)}
    body = guest.order().json()
    assert (body["discount"], body["shipping"]["price"], body["total"]) == (euros(0), euros(0), euros(1490))
    assert body["voucher"] == {"code": "SHIPPING", "has_free_shipping": True}
    assert postings_of(body["number"]) == {"provider_clearing": 1490, "sales_goods": -1252, "tax_owed": -238}
    assert_consistent(catalog)


@pytest.mark.parametrize(("quantity", "method"), [(1, "express"), (5, "standard")])
def test_code_that_made_the_order_no_cheaper_is_not_used(guest, catalog, quantity, method):
    """A dearer method costs what it costs anyway; standard is free from 60 euros on."""
    make_code("SHIPPING", Kind.FREE_SHIPPING)
    guest.put(MUG.sku, quantity)
    guest.apply("SHIPPING")
    body = guest.order(shipping_method=method).json()
    assert body["voucher"] is None
    assert uses("SHIPPING") == 0
    assert_consistent(catalog)


def test_value_for_free_standard_shipping_is_before_the_discount(guest, catalog):
    make_code("HALF", percentage=50)
    guest.put(MUG.sku, 5)
    guest.apply("HALF")
    body = guest.order().json()
    assert (body["shipping"]["price"], body["total"]) == (euros(0), euros(3725))


def test_order_of_nothing_needs_no_card_and_is_paid(ada, catalog):
    make_code("GIFT", percentage=100)
    ada.put(FILM.sku)
    ada.apply("GIFT")
    response = ada.order(payment_method=None, shipping_address=None)
    assert response.status_code == 201, response.content
    body = response.json()
    assert (body["state"], body["total"], body["payment"]) == ("paid", euros(0), None)
    assert postings_of(body["number"]) == {"sales_video": -999, "discounts": 999}
    assert not Payment.objects.exists()
    assert not SandboxCharge.objects.exists()
    assert_documented("GET", f"/v1/orders/{body['number']}", ada.show_order(body["number"]))
    assert_consistent(catalog)


def test_order_of_nothing_whose_stock_is_gone_fails_and_gives_the_use_back(guest, catalog):
    make_code("GIFT", percentage=100)
    # Of five mugs standard shipping is free.
    guest.put(MUG.sku, 5)
    guest.apply("GIFT")

    def expired(method, path):
        if path.endswith("/commit"):
            catalog.expire()
            catalog.change(MUG.sku, stock=0)

    catalog.before = expired
    response = guest.order(payment_method=None)
    assert response.status_code == 409, response.content
    [order] = assert_consistent(catalog)
    assert order.state == Order.State.FAILED
    assert uses("GIFT") == 0


def test_order_of_nothing_can_be_cancelled_while_catalog_is_away(ada, catalog):
    make_code("GIFT", percentage=100)
    ada.put(FILM.sku)
    ada.apply("GIFT")

    def away(method, path):
        if path == "/v1/reservations":
            catalog.is_down = True

    catalog.after = away
    order = ada.order(payment_method=None, shipping_address=None)
    assert order.status_code in (202, 503)
    catalog.is_down, catalog.after = False, lambda method, path: None
    services.resume_stuck_orders(10)
    row = Order.objects.get()
    if row.is_open:
        state_machine.advance(row.pk)
    assert_consistent(catalog)


def test_card_is_needed_as_soon_as_there_is_something_to_pay(guest, catalog):
    make_code("GIFT", percentage=100)
    guest.put(MUG.sku)
    guest.apply("GIFT")
    response = guest.order(payment_method=None)
    assert response.status_code == 400
    assert list(response.json()["errors"]) == ["payment_method"]
    assert not Order.objects.exists()
    assert uses("GIFT") == 0


@pytest.mark.parametrize("card", ["declined", "insufficient"])
def test_declined_order_gives_the_use_back(ada, catalog, card):
    make_code("ONCE", max_uses_per_code=1, max_uses_per_customer=1)
    ada.put(MUG.sku)
    ada.apply("ONCE")
    assert ada.order(card=card).status_code == 402
    assert uses("ONCE") == 0
    assert ada.order().status_code == 201
    assert uses("ONCE") == 1
    assert_consistent(catalog)


def test_cancelled_order_gives_the_use_back(ada, grace, catalog):
    make_code("ONCE", max_uses_per_code=1)
    for shopper in (ada, grace):
        shopper.put(MUG.sku)
        shopper.apply("ONCE")
    number = ada.order(card="challenge").json()["number"]
    assert refused(grace.order())["reason"] == "used_up"
    assert ada.show_cart().json()["voucher"]["refusal"] is None, "her own order holds it"
    assert ada.client.post(f"/v1/orders/{number}/cancel").status_code == 200
    assert grace.order().status_code == 201
    assert_consistent(catalog)


def test_order_refunded_in_full_after_its_payment_gives_the_use_back(ada, catalog, monkeypatch):
    """Captured by the provider, and then the stock was gone."""
    make_code("ONCE", max_uses_per_code=1)
    ada.put(LAMP.sku)
    ada.apply("ONCE")
    number = ada.order(card="challenge").json()["number"]
    catalog.expire()
    catalog.change(LAMP.sku, stock=0)
    SandboxCharge.objects.update(state="captured")
    state_machine.advance(Order.objects.get(number=number).pk)
    [order] = assert_consistent(catalog)
    assert order.state == Order.State.REFUNDED
    assert uses("ONCE") == 0


def test_use_is_given_back_once(ada, catalog):
    make_code()
    ada.put(MUG.sku)
    ada.apply("WELCOME10")
    ada.order()
    order = Order.objects.get()
    assert [release(order.pk), release(order.pk)] == [True, False]
    assert uses("WELCOME10") == 0
    assert Redemption.objects.get().released_at is not None


def test_account_uses_a_code_as_often_as_it_may(ada, grace, catalog):
    make_code("ONCE", max_uses_per_customer=1)
    for shopper, email in ((ada, "ada@example.com"), (grace, "grace@example.com")):
        shopper.put(MUG.sku)
        shopper.apply("ONCE")
        assert shopper.order(email=email).status_code == 201
    ada.open_cart()
    ada.put(MUG.sku)
    assert refused(ada.apply("ONCE"))["reason"] == "used_by_customer"


@pytest.mark.parametrize(
    ("email", "status"), [("ada@example.com", 409), (" Ada@EXAMPLE.com", 409), ("other@example.com", 201)]
)
def test_guest_is_known_by_the_normalised_address(catalog, email, status):
    make_code("ONCE", max_uses_per_customer=1)
    responses = []
    for address in ("ada@example.com", email):
        shopper = Shopper()
        shopper.put(MUG.sku)
        assert shopper.apply("ONCE").status_code == 200, "nobody knows the guest's address yet"
        responses.append(shopper.order(email=address))
    assert [response.status_code for response in responses] == [201, status]
    if status == 409:
        assert refused(responses[1])["reason"] == "used_by_customer"


def test_customer_limit_counts_all_codes_of_a_batch(catalog):
    first = make_code("BATCH-1", max_uses_per_customer=1, max_uses_per_code=1)
    VoucherCode.objects.create(voucher=first.voucher, code="BATCH-2")
    responses = []
    for code in ("BATCH-1", "BATCH-2"):
        shopper = Shopper()
        shopper.put(MUG.sku)
        shopper.apply(code)
        responses.append(shopper.order())
    assert responses[0].status_code == 201
    assert refused(responses[1])["reason"] == "used_by_customer"
    assert uses("BATCH-2") == 0


def test_code_that_stopped_applying_is_refused_unless_the_customer_saw_the_full_price(guest, catalog):
    code = make_code()
    guest.put(MUG.sku)
    guest.apply("WELCOME10")
    Voucher.objects.filter(pk=code.voucher_id).update(is_active=False)
    for expected in (None, euros(1831)):
        body = refused(guest.order(expected_total=expected))
        assert (body["reason"], body["total"]) == ("expired", euros(1980))
    assert not Order.objects.exists()
    response = guest.order(expected_total=euros(1980))
    assert response.status_code == 201
    assert (response.json()["voucher"], response.json()["discount"]) == (None, euros(0))
    assert_consistent(catalog)


def test_code_changed_in_another_tab_while_ordering_is_noticed(guest, catalog, monkeypatch):
    make_code("FIRST")
    make_code("SECOND", Kind.FIXED_AMOUNT, amount=1)
    guest.put(MUG.sku)
    guest.apply("FIRST")
    create_order = services.create_order

    def after_another_tab(*args, **kwargs):
        guest.twin().apply("SECOND")
        return create_order(*args, **kwargs)

    monkeypatch.setattr(services, "create_order", after_another_tab)
    response = guest.order()
    assert (response.status_code, response.json()["type"]) == (409, "/problems/cart-changed")
    assert not Order.objects.exists()


def test_code_switched_off_while_ordering_leaves_nothing_behind(guest, catalog, monkeypatch):
    code = make_code()
    guest.put(MUG.sku)
    guest.apply("WELCOME10")
    create_order = services.create_order

    def after_staff(*args, **kwargs):
        VoucherCode.objects.filter(pk=code.pk).update(is_active=False)
        return create_order(*args, **kwargs)

    monkeypatch.setattr(services, "create_order", after_staff)
    refused(guest.order())
    assert not Order.objects.exists()
    assert not Payment.objects.exists()
    assert uses("WELCOME10") == 0


def test_code_stays_behind_on_the_cart_that_was_ordered(ada, catalog):
    make_code()
    ada.put(MUG.sku)
    ada.put(LAMP.sku)
    ada.put(LAMP.sku, None, saved=True)
    ada.apply("WELCOME10")
    ada.change_cart(gift_message="For you")
    ada.order()
    body = ada.open_cart()
    assert len(body["saved_lines"]) == 1
    assert (body["voucher"], body["gift_message"]) == (None, "")


def test_gift_message_goes_with_the_parcel(ada, guest, catalog):
    guest.put(MUG.sku)
    guest.change_cart(gift_message="Alles Gute!\nDeine Ada 🎂")
    assert guest.order().json()["gift_message"] == "Alles Gute!\nDeine Ada 🎂"
    ada.put(FILM.sku)
    ada.change_cart(gift_message="For nobody")
    assert ada.order(shipping_address=None).json()["gift_message"] == ""


def test_gift_message_written_while_prices_were_asked_for_is_not_lost(guest, catalog, monkeypatch):
    guest.put(MUG.sku)
    create_order = services.create_order

    def after_another_tab(*args, **kwargs):
        guest.twin().change_cart(gift_message="At the last moment")
        return create_order(*args, **kwargs)

    monkeypatch.setattr(services, "create_order", after_another_tab)
    assert guest.order().json()["gift_message"] == "At the last moment"


def test_person_is_erased_from_message_and_redemption_and_the_use_still_counts(ada, catalog):
    make_code()
    ada.put(MUG.sku)
    ada.apply("WELCOME10")
    ada.change_cart(gift_message="Dear Grace")
    ada.order()
    Order.objects.update(erasure_asked_at=timezone.now(), paid_at=timezone.now() - timedelta(days=60))
    assert erase_personal_data() == 1
    assert Order.objects.get().gift_message == ""
    redemption = Redemption.objects.get()
    assert (redemption.user_id, redemption.email_digest, redemption.released_at) == (None, "", None)
    assert uses("WELCOME10") == 1


def test_mails_show_discount_code_and_message(guest, catalog):
    make_code()
    guest.put(MUG.sku)
    guest.apply("WELCOME10")
    guest.change_cart(gift_message="Happy <b>birthday</b>\nAda")
    guest.order()
    [message] = mail.outbox
    html = message.alternatives[0][0]
    for part in (message.body, html):
        assert "Discount (WELCOME10)" in part
        assert "-€1.49" in part
        assert "€18.31" in part
    assert "Happy <b>birthday</b>\nAda" in message.body
    assert "Happy &lt;b&gt;birthday&lt;/b&gt;<br>Ada" in html


def test_mails_say_which_code_paid_the_shipping(guest, catalog):
    make_code("SHIPPING", Kind.FREE_SHIPPING)
    guest.put(MUG.sku)
    guest.apply("SHIPPING")
    guest.order(language="de")
    [message] = mail.outbox
    for part in (message.body, message.alternatives[0][0]):
        assert "Kostenlos (SHIPPING)" in part
        assert "Rabatt" not in part


@pytest.mark.parametrize(
    ("model", "change", "constraint"),
    [
        (OrderLine, {"discount_amount": -1}, "order_line_discount_within_total"),
        (OrderLine, {"discount_amount": 1491}, "order_line_discount_within_total|order_line_tax_within_total"),
        (Order, {"discount_amount": -1, "total_amount": 1981}, "order_discount_within_subtotal"),
        (Order, {"discount_amount": 1, "total_amount": 1980}, "order_total_adds_up"),
        (Order, {"discount_amount": 1491, "total_amount": 489}, "order_discount_within_subtotal"),
        (Order, {"shipping_amount": -1, "total_amount": 1489}, "order_discount_within_subtotal"),
    ],
)
def test_database_refuses_discounts_that_do_not_add_up(guest, catalog, model, change, constraint):
    guest.put(MUG.sku)
    guest.order()
    with pytest.raises(IntegrityError, match=constraint):
        model.objects.update(**change)


def test_tax_is_of_what_was_paid_for_each_line(guest, catalog):
    make_code("KITCHEN", percentage=50, categories=["home/kitchen"])
    catalog.change(LAMP.sku, category="home/light")
    guest.put(MUG.sku)
    guest.put(LAMP.sku)
    guest.apply("KITCHEN")
    guest.order(shipping_address=address_in("FI"))
    order = Order.objects.get()
    assert [line.paid_amount for line in order.lines.order_by("position")] == [745, 8900]
    assert sum(amount.gross for amount in tax_of(order)) == order.total_amount == 9645
