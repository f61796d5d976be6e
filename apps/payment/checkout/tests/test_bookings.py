"""What checkout writes into the books."""

from __future__ import annotations

import pytest

from apps.common.testing.concurrency import at_once
from apps.payment.ledger.models import JournalEntry, Posting
from apps.payment.tests.catalog_fake import FILM
from apps.payment.tests.invariants import assert_books_balance, assert_consistent
from apps.payment.tests.personas import Shopper

pytestmark = pytest.mark.django_db(transaction=True)


def test_an_order_explains_itself_in_the_books(ada, catalog):
    ada.put("MUG-BLUE", 2)
    ada.put(FILM.sku)
    body = ada.order().json()
    postings = Posting.objects.filter(entry__order_number=body["number"]).values_list("account", "amount")
    assert dict(postings) == {
        "provider_clearing": 4469,
        "sales_goods": -2504,
        "sales_video": -839,
        "shipping_income": -412,
        "tax_owed": -714,
    }


def test_the_sum_is_zero_after_many_orders_at_once(catalog):
    shoppers = [Shopper() for _ in range(8)]
    cards = ["ok", "declined", "challenge", "ok"] * 2
    for shopper in shoppers:
        shopper.put("MUG-BLUE")
    responses = at_once(
        *(
            lambda shopper=shopper, card=card: shopper.order(card=card)
            for shopper, card in zip(shoppers, cards, strict=True)
        )
    )
    assert sorted(response.status_code for response in responses) == [201, 201, 201, 201, 202, 202, 402, 402]
    assert_books_balance()
    assert JournalEntry.objects.count() == 4
    for response in responses:
        if response.status_code == 202:
            number, secret = response.json()["number"], response.json()["secret"]
            cancelled = Shopper().client.post(f"/v1/orders/{number}/cancel", headers={"X-Order-Secret": secret})
            assert cancelled.json()["state"] == "cancelled"
    assert_consistent(catalog)
