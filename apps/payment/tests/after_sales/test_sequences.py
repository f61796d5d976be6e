"""Whatever staff do, in any order: refunds never exceed what was paid, and provider, books, lines and taxes agree."""

from __future__ import annotations

import uuid
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from apps.payment.orders.models import Order, OrderLine
from apps.payment.tests.after_sales.helpers import Staff, assert_adds_up, buy, euros
from apps.payment.tests.personas import Shopper
from apps.payment.vouchers.models import Redemption, Voucher, VoucherCode

pytestmark = pytest.mark.django_db(transaction=True)
units = st.dictionaries(st.integers(0, 1), st.integers(1, 3), max_size=2)
parcels = st.dictionaries(st.integers(0, 1), st.integers(1, 3), min_size=1, max_size=2)
refunds = st.fixed_dictionaries(
    {"lines": units, "restock": st.booleans()},
    optional={"shipping": st.integers(0, 500).map(euros), "goodwill": st.integers(0, 2_000).map(euros)},
)
operations = st.lists(
    st.one_of(
        st.tuples(st.just("refund"), refunds),
        st.tuples(st.just("ship"), parcels),
        st.tuples(st.just("everything"), st.booleans()),
    ),
    min_size=1,
    max_size=6,
)
# 201: done; 400 and 409: more than is left, or nothing.
EXPECTED = {201, 400, 409}


def perform(eve: Staff, number: str, name: str, detail: Any) -> int:
    if name == "refund":
        return eve.refund(number, **detail).status_code
    if name == "ship":
        return eve.ship(number, detail).status_code
    return eve.refund(number, everything=True, restock=detail).status_code


@pytest.fixture
def third(catalog) -> str:
    """A voucher over 33 %, whose shares are no whole cents."""
    voucher = Voucher.objects.create(name="A third", kind=Voucher.Kind.PERCENTAGE, percentage=33)
    VoucherCode.objects.create(voucher=voucher, code="THIRD")
    return "THIRD"


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=operations, mugs=st.integers(1, 3), is_discounted=st.booleans())
def test_any_sequence_of_operations_adds_up(catalog, third, steps, mugs, is_discounted):
    catalog.change("MUG-BLUE", stock=1_000)
    shopper, eve = Shopper(uuid.uuid4()), Staff()
    order = buy(shopper, mugs=mugs, voucher=third if is_discounted else "")
    assert (order.discount_amount > 0) == is_discounted
    done = [perform(eve, order.number, name, detail) for name, detail in steps]
    assert set(done) <= EXPECTED
    assert_adds_up(order)
    order.refresh_from_db()
    if order.state != Order.State.REFUNDED:
        assert perform(eve, order.number, "everything", False) == 201
    order.refresh_from_db()
    assert order.state == Order.State.REFUNDED
    assert_adds_up(order)
    for line in OrderLine.objects.filter(order=order):
        assert line.shipped_quantity + line.cancelled_quantity <= line.quantity
    assert catalog.available("MUG-BLUE") <= 1_000
    redemptions = Redemption.objects.filter(order_id=order.pk)
    assert [redemption.released_at is not None for redemption in redemptions] == [True] * is_discounted
