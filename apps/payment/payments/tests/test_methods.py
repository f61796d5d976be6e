from __future__ import annotations

import logging

import pytest
from django.apps import apps
from django.db import connection

from apps.common.idempotency.models import IdempotencyRecord
from apps.common.testing.idempotency import repeated_posts_are_carried_out_once
from apps.payment.payments.models import PaymentMethod
from apps.payment.tests.personas import CARDS, Shopper

pytestmark = pytest.mark.django_db(transaction=True)
CARD = {"number": "4242 4242 4242 4242", "exp_month": 12, "exp_year": 2099, "cvc": "123"}


def add(**changes):
    return Shopper().client.post("/v1/payment-methods", {"provider": "sandbox", "card": CARD | changes})


def test_a_card_becomes_a_token_that_reveals_brand_and_last_digits_alone():
    response = add()
    assert response.status_code == 201
    assert response.json() == {
        "id": PaymentMethod.objects.get().pk,
        "brand": "Visa",
        "last4": "4242",
        "exp_month": 12,
        "exp_year": 2099,
        "is_expired": False,
        "saved_at": None,
    }
    assert response.json()["id"].startswith("pm_")
    assert response["Cache-Control"] == "no-store"


def test_a_card_that_is_sent_again_is_kept_once_and_never_stored(ada):
    def post(key, card):
        return ada.client.post("/v1/payment-methods", {"card": card}, headers={"Idempotency-Key": key})

    repeated_posts_are_carried_out_once(post, CARD, other=CARD | {"cvc": "124"})
    assert PaymentMethod.objects.count() == 1
    assert "4242424242424242" not in str(IdempotencyRecord.objects.values().get())


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"number": "4242424242424241"}, "card.number"),
        ({"number": "0000000000000000"}, "card.number"),
        ({"number": "٤٢٤٢٤٢٤٢٤٢٤٢٤٢٤٢"}, "card.number"),
        ({"number": ""}, "card.number"),
        ({"number": "4" * 31}, "card.number"),
        ({"number": "4000000000000127"}, "card.number"),
        ({"exp_year": 2020}, "card.exp_month"),
        ({"exp_month": 13}, "card.exp_month"),
        ({"cvc": "12a"}, "card.cvc"),
        ({"cvc": "٣٣٣"}, "card.cvc"),
    ],
)
def test_a_card_that_cannot_be_is_refused_by_field_without_repeating_it(changes, field):
    response = add(**changes)
    assert response.status_code == 400
    assert field in response.json()["errors"]
    for value in changes.values():
        assert len(str(value)) < 5 or str(value) not in response.content.decode()
    assert not PaymentMethod.objects.exists()


def everything_stored() -> str:
    """All text in all tables, as the database would print it."""
    found = []
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names():
            cursor.execute(f'SELECT "{table}"::text FROM "{table}"')  # noqa: S608  (names from the catalogue)
            found += [row[0] for row in cursor.fetchall()]
    return "\n".join(found)


def test_no_card_number_is_ever_stored_or_logged(ada, catalog, caplog, capfd):
    caplog.set_level(logging.DEBUG)
    for behaviour in CARDS:
        ada.open_cart()
        ada.put("MUG-BLUE")
        ada.order(card=behaviour)
    add(exp_year=2020)
    add(number="4242424242424241")
    ada.client.post("/v1/payment-methods", b'{"card": {"number": "4242424242424242"', content_type="application/json")
    output = capfd.readouterr()
    stored = everything_stored()
    assert str(ada.user_id) in stored, "the scan sees what is stored"
    assert len(apps.get_models()) > 10
    for number in [*CARDS.values(), "4242424242424241"]:
        for form in (number, " ".join(number[i : i + 4] for i in range(0, 16, 4)), number[:12]):
            assert form not in stored
            assert form not in caplog.text
            assert form not in output.out + output.err


def test_payment_options_name_the_test_cards_of_the_sandbox_only(settings):
    options = Shopper().client.get("/v1/payment-options").json()
    assert options["provider"] == "sandbox"
    assert options["test_cards"][0] == {"number": "4242424242424242", "outcome": "ok"}
    settings.PAYMENT_PROVIDER = "none"
    options = Shopper().client.get("/v1/payment-options").json()
    assert options == {"provider": "none", "test_cards": [], "publishable_key": ""}
