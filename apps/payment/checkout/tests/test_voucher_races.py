"""The limits of vouchers under real threads on real PostgreSQL."""

from __future__ import annotations

import threading

import pytest

from apps.common.testing.concurrency import at_once
from apps.payment.orders.models import Order
from apps.payment.tests.catalog_fake import MUG
from apps.payment.tests.invariants import assert_consistent
from apps.payment.tests.personas import Shopper
from apps.payment.vouchers import services as vouchers
from apps.payment.vouchers.models import Redemption, VoucherCode
from apps.payment.vouchers.tests.factories import make_code

pytestmark = pytest.mark.django_db(transaction=True)


def guests_with(*codes: str) -> list[Shopper]:
    """A guest for each code, about to order."""
    guests = []
    for code in codes:
        guest = Shopper()
        guest.put(MUG.sku)
        assert guest.apply(code).status_code == 200
        guests.append(guest)
    return guests


def order_at_once(guests: list[Shopper], *, email: str = "") -> list[int]:
    """The statuses, sorted; each guest has an address of their own unless one is given."""
    cards = [guest.card() for guest in guests]
    orders = [
        lambda guest=guest, card=card, number=number: guest.order(
            card=card, email=email or f"guest{number}@example.com"
        )
        for number, (guest, card) in enumerate(zip(guests, cards, strict=True))
    ]
    responses = at_once(*orders)
    refused = [response.json() for response in responses if response.status_code == 409]
    assert all(body["type"] == "/problems/voucher-not-applicable" for body in refused)
    return sorted(response.status_code for response in responses)


def test_last_use_goes_to_one_of_twenty(catalog):
    catalog.change(MUG.sku, stock=100)
    make_code("LAST", max_uses_per_code=1)
    assert order_at_once(guests_with(*["LAST"] * 20)) == [201] + [409] * 19
    assert VoucherCode.objects.get().use_count == 1
    assert len(assert_consistent(catalog)) == 1


def test_customer_with_several_codes_of_a_batch_uses_one(catalog):
    first = make_code("BATCH-1", max_uses_per_customer=1)
    codes = ["BATCH-1"]
    for number in range(2, 7):
        VoucherCode.objects.create(voucher=first.voucher, code=f"BATCH-{number}")
        codes.append(f"BATCH-{number}")
    assert order_at_once(guests_with(*codes), email="ada@example.com") == [201] + [409] * 5
    assert len(assert_consistent(catalog)) == 1


@pytest.mark.parametrize("limit", ["max_uses_per_code", "max_uses_per_customer"])
def test_without_the_lock_both_would_use_the_last_one(catalog, monkeypatch, limit):
    """The race is real: what the tests above show is the lock's doing."""
    make_code("LAST", **{limit: 1})
    guests = guests_with("LAST", "LAST")
    meet = threading.Barrier(2)
    refusal = vouchers.redemption_refusal

    def together(*args):
        found = refusal(*args)
        meet.wait(timeout=30)
        return found

    monkeypatch.setattr(vouchers, "_lock_voucher", lambda code_id: None)
    monkeypatch.setattr(vouchers, "redemption_refusal", together)
    assert order_at_once(guests, email="ada@example.com") == [201, 201]
    assert Redemption.objects.filter(released_at=None).count() == 2


def test_uses_given_back_at_once_are_given_back_once(catalog):
    make_code("CODE")
    [guest] = guests_with("CODE")
    guest.order()
    order_id = Order.objects.get().pk
    assert sorted(at_once(*[lambda: vouchers.release(order_id)] * 6)) == [False] * 5 + [True]
    assert VoucherCode.objects.get().use_count == 0


def test_orders_that_fail_beside_others_leave_no_use_behind(catalog):
    """Uses are given back while others are taken: neither waits for the other for ever, and the count is right."""
    catalog.change(MUG.sku, stock=100)
    make_code("FEW", max_uses_per_code=12)
    guests = guests_with(*["FEW"] * 12)
    cards = [guest.card("declined" if number % 2 else "ok") for number, guest in enumerate(guests)]
    orders = [
        lambda guest=guest, card=card, number=number: guest.order(card=card, email=f"guest{number}@example.com")
        for number, (guest, card) in enumerate(zip(guests, cards, strict=True))
    ]
    assert sorted(response.status_code for response in at_once(*orders)) == [201] * 6 + [402] * 6
    assert VoucherCode.objects.get().use_count == 6
    assert_consistent(catalog)
