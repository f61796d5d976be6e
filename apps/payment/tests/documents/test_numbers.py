"""Numbers have no gaps and no twins, whatever happens to the transactions that want one."""

from __future__ import annotations

import uuid
from datetime import UTC, datetime

import pytest
from django.db import DatabaseError, transaction

from apps.common.ids import uuid7
from apps.common.testing.concurrency import at_once
from apps.payment.documents.models import Document, DocumentCounter, Series
from apps.payment.documents.services import issue_invoice
from apps.payment.orders.models import Order
from apps.payment.tests.personas import Shopper

pytestmark = pytest.mark.django_db(transaction=True)
NOON = datetime(2026, 6, 1, 12, tzinfo=UTC)


class Crash(Exception):
    """The transaction ends here."""


def make_order() -> Order:
    return Order.objects.create(
        cart_id=uuid7(),
        email="ada@example.com",
        language="en",
        currency="EUR",
        subtotal_amount=0,
        total_amount=0,
        tax_country="DE",
        shipping_tax=[],
    )


def issue(order: Order, *, at: datetime = NOON, crashes: bool = False) -> str:
    with transaction.atomic():
        document = issue_invoice(order, [], paid_at=at)
        assert document is not None
        if crashes:
            raise Crash
    return document.number


def sequences(**filters: object) -> list[int]:
    return list(Document.objects.filter(**filters).order_by("sequence").values_list("sequence", flat=True))


def test_twenty_at_once_of_which_some_roll_back_leave_no_gap():
    orders = [make_order() for _ in range(20)]
    crashing = set(range(0, 20, 3))
    results = at_once(
        *(
            lambda order=order, index=index: issue(order, crashes=index in crashing)
            for index, order in enumerate(orders)
        )
    )
    assert [index for index, result in enumerate(results) if isinstance(result, Crash)] == sorted(crashing)
    numbers = [result for result in results if isinstance(result, str)]
    assert sorted(numbers) == [f"INV-2026-{number:06}" for number in range(1, 14)]
    assert sequences() == list(range(1, 14))
    assert DocumentCounter.objects.get().last_sequence == 13


def test_twenty_customers_who_pay_at_once_get_numbers_in_a_row(catalog):
    shoppers = [Shopper(uuid.uuid4()) for _ in range(20)]
    for shopper in shoppers:
        shopper.put("FILM-METROPOLIS-BUY")
    cards = [shopper.card("declined" if index % 5 == 0 else "ok") for index, shopper in enumerate(shoppers)]
    at_once(
        *(
            lambda shopper=shopper, card=card: shopper.order(card=card, shipping_address=None, shipping_method="")
            for shopper, card in zip(shoppers, cards, strict=True)
        )
    )
    paid = Order.objects.filter(state=Order.State.PAID).count()
    assert paid == 16
    assert sequences(series=Series.INVOICE) == list(range(1, paid + 1))


def test_order_that_is_settled_again_keeps_its_invoice():
    order, other = make_order(), make_order()
    assert issue(order) == issue(order) == "INV-2026-000001"
    assert issue(other) == "INV-2026-000002"


def test_two_who_settle_one_order_at_once_make_one_invoice_without_a_gap():
    for order in [make_order() for _ in range(5)]:
        at_once(lambda order=order: issue(order), lambda order=order: issue(order))
        assert Document.objects.filter(order=order).count() == 1
    assert sequences() == [1, 2, 3, 4, 5]


def test_each_year_of_the_shop_begins_anew(settings):
    settings.SHOP_TIME_ZONE = "Europe/Berlin"
    before, after = datetime(2026, 12, 31, 22, 59, tzinfo=UTC), datetime(2026, 12, 31, 23, 1, tzinfo=UTC)
    assert issue(make_order(), at=before) == "INV-2026-000001"
    assert issue(make_order(), at=after) == "INV-2027-000001"
    assert issue(make_order(), at=before) == "INV-2026-000002"


def test_counters_only_go_up_by_one():
    issue(make_order())
    counters = DocumentCounter.objects.all()
    for change in (
        lambda: counters.update(last_sequence=0),
        lambda: counters.update(last_sequence=7),
        lambda: counters.update(year=2000),
        lambda: counters.delete(),
    ):
        with pytest.raises(DatabaseError, match="one after the other"), transaction.atomic():
            change()
    assert counters.get().last_sequence == 1
