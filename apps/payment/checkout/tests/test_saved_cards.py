from __future__ import annotations

import uuid
from datetime import timedelta

import pytest
from django.db import IntegrityError
from django.utils import timezone

from apps.common.http import Unavailable
from apps.common.money import Money
from apps.payment import catalog as catalog_client
from apps.payment.checkout import services as checkout
from apps.payment.orders.models import Order
from apps.payment.payments import holds, services
from apps.payment.payments.models import CardToForget, Payment, PaymentMethod
from apps.payment.payments.providers.sandbox.models import SandboxCharge
from apps.payment.payments.providers.sandbox.provider import SandboxProvider
from apps.payment.payments.tasks import forget_removed_cards, purge_unused_methods
from apps.payment.tests.invariants import assert_consistent
from apps.payment.tests.personas import Shopper

pytestmark = pytest.mark.django_db(transaction=True)


def cards_of(shopper: Shopper) -> list[dict]:
    response = shopper.client.get("/v1/payment-methods")
    assert response.status_code == 200, response.content
    assert response["Cache-Control"] == "no-store"
    return response.json()["results"]


def buy(shopper: Shopper, sku: str = "MUG-BLUE", **changes):
    shopper.put(sku)
    response = shopper.order(**changes)
    shopper.cart = ""
    return response


def saved(shopper: Shopper, card: str = "ok") -> str:
    """The id of a card that the shopper saved by paying with it."""
    assert buy(shopper, card=card, save_payment_method=True).status_code in (201, 202)
    return cards_of(shopper)[0]["id"]


def test_a_card_is_saved_only_on_request_and_once_the_order_is_paid(ada, catalog):
    assert buy(ada).status_code == 201
    assert cards_of(ada) == []
    assert buy(ada, card="declined", save_payment_method=True).status_code == 402
    assert cards_of(ada) == []
    assert buy(ada, save_payment_method=True).status_code == 201
    [card] = cards_of(ada)
    assert (card["brand"], card["last4"], card["exp_month"], card["exp_year"]) == ("Visa", "4242", 12, 2099)
    assert card["is_expired"] is False
    assert card["saved_at"]
    assert "reference" not in card
    assert_consistent(catalog)


def test_a_saved_card_pays_the_next_orders(ada, catalog):
    card = saved(ada)
    for _ in range(2):
        assert buy(ada, card=card).json()["state"] == "paid"
    assert [row["id"] for row in cards_of(ada)] == [card]
    assert SandboxCharge.objects.filter(state="captured").count() == 3


def test_a_card_that_is_entered_and_saved_again_is_listed_once(ada, catalog):
    first = saved(ada)
    assert saved(ada) == first
    assert CardToForget.objects.count() == 1, "the provider keeps one of the two"
    buy(ada, card="challenge", save_payment_method=True)
    assert len(cards_of(ada)) == 1


def test_cards_are_listed_latest_first_and_in_pages(ada, catalog):
    for number in range(3):
        buy(ada, card="ok", save_payment_method=True)
        PaymentMethod.objects.filter(saved_at__isnull=False, last4="4242").update(last4=f"000{number}")
    assert [card["last4"] for card in cards_of(ada)] == ["0002", "0001", "0000"]
    page = ada.client.get("/v1/payment-methods?limit=2").json()
    assert [card["last4"] for card in page["results"]] == ["0002", "0001"]
    assert page["next"]


def test_guests_save_no_cards(catalog):
    guest = Shopper()
    guest.put("MUG-BLUE")
    response = guest.order(save_payment_method=True)
    assert response.status_code == 400
    assert response.json()["errors"] == {"save_payment_method": ["Sign in to save a card."]}
    assert not Order.objects.exists()
    assert guest.client.get("/v1/payment-methods").status_code == 401
    assert guest.client.delete("/v1/payment-methods/pm_x").status_code == 401


def test_cards_of_others_are_neither_listed_used_nor_removed(ada, grace, catalog):
    card = saved(ada)
    assert cards_of(grace) == []
    assert buy(grace, card=card).status_code == 400
    response = grace.client.delete(f"/v1/payment-methods/{card}")
    assert response.status_code == 404
    assert response.json() | {"instance": ""} == (
        grace.client.delete("/v1/payment-methods/pm_unknown").json()
        | {"instance": "", "request_id": response.json()["request_id"]}
    )
    assert [row["id"] for row in cards_of(ada)] == [card]


def test_a_removed_card_pays_nothing_and_stays_in_the_books(ada, catalog):
    card = saved(ada)
    assert ada.client.delete(f"/v1/payment-methods/{card}").status_code == 204
    assert cards_of(ada) == []
    assert buy(ada, card=card).status_code == 400
    kept = PaymentMethod.objects.get(pk=card)
    assert (kept.brand, kept.last4, kept.reference, kept.user_id, kept.exp_year) == ("Visa", "4242", "", None, None)
    # A double click.
    assert ada.client.delete(f"/v1/payment-methods/{card}").status_code == 404


def test_a_card_whose_order_failed_before_the_bank_was_asked_can_be_removed(ada, catalog, monkeypatch):
    card = saved(ada)
    ada.put("LAMP-BRASS")
    reserve = catalog_client.reserve

    def sold_out_meanwhile(*args, **options):
        catalog.change("LAMP-BRASS", stock=0)
        return reserve(*args, **options)

    monkeypatch.setattr(catalog_client, "reserve", sold_out_meanwhile)
    assert ada.order(card=card).status_code == 409
    assert Payment.objects.filter(state="voided", reference="").count() == 1
    assert ada.client.delete(f"/v1/payment-methods/{card}").status_code == 204


@pytest.mark.parametrize("odd", ["%00", "%F0%9F%92%B3", "x" * 500, "..%2F..", "pm_%0A"])
def test_odd_ids_are_not_found(ada, odd):
    assert ada.client.delete(f"/v1/payment-methods/{odd}").status_code in (400, 404)


def test_an_unsaved_card_of_ones_own_is_not_there_to_be_removed(ada, catalog):
    assert ada.client.delete(f"/v1/payment-methods/{ada.card()}").status_code == 404


def test_a_card_that_is_paying_an_order_stays(ada, catalog):
    card = saved(ada)
    buy(ada, card="challenge")
    Payment.objects.filter(state="requires_action").update(method=card)
    response = ada.client.delete(f"/v1/payment-methods/{card}")
    assert response.status_code == 409
    assert response.json()["type"] == "/problems/payment-method-in-use"
    assert len(cards_of(ada)) == 1


def test_a_card_that_something_else_needs_stays_and_says_why(ada, catalog, monkeypatch):
    card = saved(ada)
    monkeypatch.setattr(holds, "_holds", [])
    holds.keeps_method(lambda method_id: "It pays a subscription." if method_id == card else "")
    response = ada.client.delete(f"/v1/payment-methods/{card}")
    assert (response.status_code, response.json()["detail"]) == (409, "It pays a subscription.")
    assert len(cards_of(ada)) == 1


def test_an_expired_card_is_shown_as_such_and_refused(ada, catalog):
    card = saved(ada)
    today = timezone.now().date()
    PaymentMethod.objects.filter(pk=card).update(exp_month=today.month, exp_year=today.year)
    assert cards_of(ada)[0]["is_expired"] is False
    PaymentMethod.objects.filter(pk=card).update(exp_year=today.year - 1)
    assert cards_of(ada)[0]["is_expired"] is True
    response = buy(ada, card=card)
    assert response.status_code == 400
    assert response.json()["errors"] == {"payment_method": ["The card has expired."]}


def test_a_card_that_is_removed_while_the_order_is_placed_pays_nothing(ada, catalog, monkeypatch):
    card = saved(ada)
    paid = Order.objects.count()
    usable = checkout.usable_method

    def removed_right_after(method_id, *, user_id):
        method = usable(method_id, user_id=user_id)
        services.remove_method(method_id, user_id=user_id)
        return method

    monkeypatch.setattr(checkout, "usable_method", removed_right_after)
    assert buy(ada, card=card).status_code == 400
    assert Order.objects.count() == paid


def test_the_database_saves_no_card_without_an_owner_or_a_token(ada, catalog):
    card = saved(ada)
    for lost in ({"user_id": None}, {"reference": ""}):
        with pytest.raises(IntegrityError):
            PaymentMethod.objects.filter(pk=card).update(**lost)


def test_saved_cards_are_not_purged_and_unsaved_ones_are(ada, catalog):
    card = saved(ada)
    unused = ada.card()
    Payment.objects.update(method=unused)
    other = ada.card()
    PaymentMethod.objects.update(created_at=timezone.now() - timedelta(days=3))
    assert purge_unused_methods() == 1
    assert set(PaymentMethod.objects.values_list("pk", flat=True)) == {card, unused}
    assert not PaymentMethod.objects.filter(pk=other).exists()


def test_the_provider_forgets_removed_cards_also_after_it_was_away(ada, catalog, monkeypatch):
    card = saved(ada)

    def is_away(self, reference):
        raise Unavailable("sandbox", "away")

    with monkeypatch.context() as patch:
        patch.setattr(SandboxProvider, "forget_card", is_away)
        assert ada.client.delete(f"/v1/payment-methods/{card}").status_code == 204
        assert forget_removed_cards() == 0
    [waiting] = CardToForget.objects.all()
    assert (waiting.provider, waiting.reference) == ("sandbox", "sandbox_ok")
    forgotten = []
    monkeypatch.setattr(SandboxProvider, "forget_card", lambda self, reference: forgotten.append(reference))
    assert forget_removed_cards() == 1
    assert forgotten == ["sandbox_ok"]
    assert forget_removed_cards() == 0


def test_a_deleted_account_has_no_saved_cards(ada, catalog):
    saved(ada)
    services.forget_user(ada.user_id)
    [card] = PaymentMethod.objects.all()
    assert (card.saved_at, card.user_id, card.reference) == (None, None, "")


@pytest.mark.parametrize(
    ("card", "state", "code"),
    [
        ("sandbox_ok", "authorised", ""),
        ("sandbox_challenge", "declined", "authentication_required"),
        ("sandbox_insufficient_funds", "declined", "insufficient_funds"),
    ],
)
def test_without_the_customer_a_challenge_is_a_decline(card, state, code):
    charge = SandboxProvider().authorise(
        key=uuid.uuid4().hex,
        amount=Money(990, "EUR"),
        method_reference=card,
        return_url="http://localhost:8000/",
        off_session=True,
    )
    assert (charge.state, charge.decline_code, charge.action_url) == (state, code, "")


def test_cards_at_a_provider_that_takes_no_payments_any_more_are_not_offered(ada, catalog, settings):
    saved(ada)
    settings.PAYMENT_PROVIDER = "stripe"
    assert cards_of(ada) == []
