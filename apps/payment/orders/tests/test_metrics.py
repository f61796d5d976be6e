"""What /metrics says of orders that should move on."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from apps.common.ids import uuid7
from apps.common.metrics import collectors
from apps.payment.orders.models import Order

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def fresh(monkeypatch):
    monkeypatch.setattr(collectors, "CACHE_SECONDS", -1)


def make_order(state: str, *, minutes: int) -> None:
    order = Order.objects.create(
        state=state,
        cart_id=uuid7(),
        email="a@example.com",
        currency="EUR",
        subtotal_amount=100,
        total_amount=100,
    )
    Order.objects.filter(pk=order.pk).update(placed_at=timezone.now() - timedelta(minutes=minutes))


def test_open_orders_are_counted_with_the_age_of_the_oldest(django_assert_max_num_queries):
    make_order(Order.State.AUTHORISED, minutes=5)
    make_order(Order.State.AUTHORISED, minutes=20)
    make_order(Order.State.PAID, minutes=90)
    # One for the orders, two for the refunds, one for the subscriptions, two for the reconciliation; the queue's length
    # is Redis' matter.
    with django_assert_max_num_queries(6):
        text = Client().get("/metrics").content.decode()
    assert 'streamcart_orders_open{state="authorised"} 2.0' in text
    assert 'streamcart_orders_open{state="pending"} 0.0' in text
    assert 'state="paid"' not in text.split("streamcart_orders_open", 1)[1].split("# HELP", 1)[0]
    [line] = [
        row for row in text.splitlines() if row.startswith('streamcart_orders_oldest_open_seconds{state="authorised"')
    ]
    assert 1190 < float(line.split()[1]) < 1300
