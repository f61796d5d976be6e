"""POST /v1/orders/claim: orders placed as a guest become those of the account that owns the address."""

from __future__ import annotations

import re
import uuid

import pytest
from django.core import mail

from apps.common.testing.concurrency import at_once
from apps.common.testing.tokens import access_token
from apps.payment.orders.models import Order
from apps.payment.tests.personas import Shopper

pytestmark = pytest.mark.django_db(transaction=True)


def account(email: str) -> Shopper:
    shopper = Shopper(uuid.uuid4())
    shopper.client.credentials(HTTP_AUTHORIZATION=f"Bearer {access_token(shopper.user_id, email=email)}")
    return shopper


def guest_order(email: str = "guest@example.com") -> dict:
    shopper = Shopper()
    shopper.put("MUG-BLUE")
    response = shopper.order(email=email)
    assert response.status_code == 201, response.content
    return response.json()


def test_orders_with_the_address_of_the_account_become_its_own_once(catalog):
    mine, other = [guest_order(), guest_order("Guest@Example.com")], guest_order("eve@example.com")
    owner = account("guest@example.com")
    assert owner.client.post("/v1/orders/claim").json() == {"claimed": 2}
    assert owner.client.post("/v1/orders/claim").json() == {"claimed": 0}
    listed = [order["number"] for order in owner.client.get("/v1/orders").json()["results"]]
    assert sorted(listed) == sorted(order["number"] for order in mine)
    assert Order.objects.get(number=other["number"]).user_id is None


def test_the_link_of_the_mail_opens_a_claimed_order_still(catalog):
    placed = guest_order()
    owner = account("guest@example.com")
    owner.client.post("/v1/orders/claim")
    secret = re.search(r"\?secret=(\S+)", mail.outbox[0].body)[1]
    assert Shopper().show_order(placed["number"], secret).status_code == 200
    assert Shopper().show_order(placed["number"], "x" * 64).status_code == 404
    assert account("eve@example.com").show_order(placed["number"]).status_code == 404


def test_orders_of_other_accounts_and_erased_ones_are_not_claimed(ada, catalog):
    ada.put("MUG-BLUE")
    ada.order(email="guest@example.com")
    placed = guest_order()
    Order.objects.filter(number=placed["number"]).update(secret_hash="")
    assert account("guest@example.com").client.post("/v1/orders/claim").json() == {"claimed": 0}
    assert account("deleted@streamcart.invalid").client.post("/v1/orders/claim").json() == {"claimed": 0}


def test_two_tabs_claim_an_order_once(catalog):
    guest_order()
    owner = account("guest@example.com")
    tabs = [account("guest@example.com") for _ in range(4)]
    claimed = at_once(*[lambda tab=tab: tab.client.post("/v1/orders/claim").json()["claimed"] for tab in tabs])
    assert sorted(claimed) == [0, 0, 0, 1]
    assert owner.client.get("/v1/orders").json()["results"] == []


def test_only_people_claim(catalog, as_service):
    assert Shopper().client.post("/v1/orders/claim").status_code == 401
    assert as_service("video", "events:read").post("/v1/orders/claim").status_code == 403
