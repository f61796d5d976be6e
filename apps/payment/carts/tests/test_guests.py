"""What guests create takes room only for a while, and only so much of it."""

from __future__ import annotations

import uuid
from datetime import timedelta

import pytest
from django.core.cache import cache
from django.utils import timezone

from apps.payment.carts import services, tasks
from apps.payment.carts.models import Cart, CartLine
from apps.payment.payments.models import PaymentMethod
from apps.payment.payments.services import UNUSED_METHOD_DAYS
from apps.payment.payments.tasks import purge_unused_methods
from apps.payment.tests.personas import Shopper

pytestmark = pytest.mark.django_db(transaction=True)
CARD = {"number": "4242 4242 4242 4242", "exp_month": 12, "exp_year": 2099, "cvc": "123"}


def make_cart(*, days: int, user_id: uuid.UUID | None = None) -> Cart:
    cart = Cart.objects.create(user_id=user_id, secret_hash="x")
    CartLine.objects.create(cart=cart, sku="MUG", quantity=1)
    Cart.objects.filter(pk=cart.pk).update(updated_at=timezone.now() - timedelta(days=days))
    return cart


def test_carts_that_guests_left_behind_are_deleted_and_no_others():
    make_cart(days=services.GUEST_CART_DAYS + 1)
    kept = [make_cart(days=services.GUEST_CART_DAYS - 1), make_cart(days=400, user_id=uuid.uuid4())]
    assert tasks.purge_guest_carts() == 1
    assert set(Cart.objects.all()) == set(kept)
    assert CartLine.objects.count() == 2


def test_unsaved_cards_that_paid_nothing_are_deleted_and_no_others(guest, ada, catalog):
    def add(shopper: Shopper) -> str:
        return shopper.client.post("/v1/payment-methods", {"card": CARD}).json()["id"]

    add(guest), add(ada)
    saved = add(ada)
    PaymentMethod.objects.filter(pk=saved).update(saved_at=timezone.now())
    guest.put("MUG-BLUE")
    assert guest.order().status_code == 201
    PaymentMethod.objects.update(created_at=timezone.now() - timedelta(days=UNUSED_METHOD_DAYS, minutes=1))
    fresh = add(guest)
    assert purge_unused_methods() == 2
    left = set(PaymentMethod.objects.values_list("pk", flat=True))
    assert {saved, fresh} < left
    assert len(left) == 3, "the card that paid stays"


@pytest.mark.parametrize("path", ["/v1/carts", "/v1/payment-methods", "/v1/orders"])
def test_guest_creations_are_limited_by_address(settings, path):
    settings.GUEST_CREATION_RATE = "3/hour"
    cache.clear()

    def post(address: str, shopper: Shopper):
        return shopper.client.post(path, {"card": CARD}, headers={"X-Forwarded-For": address, "Idempotency-Key": "k"})

    assert 429 not in {post("203.0.113.7", Shopper()).status_code for _ in range(3)}
    refused = post("203.0.113.7", Shopper())
    assert refused.status_code == 429
    assert refused.json()["type"] == "/problems/too-many-requests"
    assert int(refused["Retry-After"]) > 0
    assert post("203.0.113.8", Shopper()).status_code != 429
    assert post("203.0.113.7", Shopper(uuid.uuid4())).status_code != 429, "accounts are not counted"
