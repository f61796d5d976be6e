"""An order speaks the language of its customer: in its mails, and in sentences of the request's language."""

from __future__ import annotations

import uuid

import pytest
from django.core import mail

from apps.payment.orders.models import Order
from apps.payment.tests.catalog_fake import FILM
from apps.payment.tests.personas import Shopper

pytestmark = pytest.mark.django_db(transaction=True)
GERMAN = {"Accept-Language": "de"}


@pytest.mark.parametrize(
    ("account", "body", "expected"),
    [
        ("de", {}, "de"),
        ("de", {"language": "en"}, "en"),
        ("", {"language": "de"}, "de"),
        ("fr", {}, "en"),
        ("", {}, "en"),
    ],
)
def test_language_of_an_order_is_that_of_the_body_else_of_the_account_else_the_first(catalog, account, body, expected):
    shopper = Shopper(uuid.uuid4(), language=account)
    shopper.put("MUG-BLUE")
    response = shopper.order(**body)
    assert (response.status_code, response.json()["language"]) == (201, expected)
    assert Order.objects.get().language == expected


def test_guest_chooses_the_language_and_another_one_is_refused(guest, catalog):
    guest.put("MUG-BLUE")
    assert guest.order(language="fr").status_code == 400
    assert not Order.objects.exists()
    assert guest.order(language="de").json()["language"] == "de"


def test_confirmation_is_in_the_language_of_the_order_with_images_and_links(guest, catalog):
    catalog.change("MUG-BLUE", image_url="http://localhost:8000/media/catalog/mug-320.webp")
    guest.put("MUG-BLUE", 2)
    number = guest.order(language="de").json()["number"]
    [message] = mail.outbox
    html = message.alternatives[0][0]
    assert message.subject == f"Ihre Bestellung {number} ist bestätigt"
    for part in (message.body, html):
        assert "Vielen Dank für Ihre Bestellung!" in part
        assert "29,80\N{NO-BREAK SPACE}€" in part
        assert "Versand: Standard" in part
        assert f"weil Sie die Bestellung {number} bei uns aufgegeben haben" in part
    assert 'src="http://localhost:8000/media/catalog/mug-320.webp"' in html
    assert 'href="http://localhost:8000/p/blue-mug"' in html
    assert '<html lang="de">' in html


def test_refusals_are_in_the_language_of_the_request(guest, catalog):
    guest.put("MUG-BLUE")
    guest.client.credentials(HTTP_ACCEPT_LANGUAGE="de")
    declined = guest.order(card="declined").json()
    assert declined["title"] == "Die Karte wurde abgelehnt"
    assert declined["detail"].startswith("Ihre Bank hat die Karte abgelehnt.")
    missing = guest.order(shipping_address=None).json()
    assert missing["errors"] == {"shipping_address": ["Für die Lieferung brauchen wir eine Adresse."]}
    guest.put(FILM.sku)
    assert guest.order().json()["detail"].startswith("Bitte melden Sie sich an, um Filme zu kaufen")


def test_reason_of_a_failure_is_translated_where_it_is_shown(ada, catalog):
    ada.put("MUG-BLUE")
    number = ada.order(card="declined").json()["order_number"]
    assert Order.objects.get().failure_message.startswith("Your bank declined the card.")
    in_german = ada.client.get(f"/v1/orders/{number}", headers=GERMAN).json()
    assert in_german["failure"]["message"].startswith("Ihre Bank hat die Karte abgelehnt.")
    assert ada.show_order(number).json()["failure"]["message"].startswith("Your bank declined the card.")


def test_delivery_methods_are_in_the_language_of_the_request(ada, catalog):
    ada.put("MUG-BLUE")
    path = f"/v1/shipping-methods?cart={ada.cart}&country=DE"
    described = [method["description"] for method in ada.client.get(path, headers=GERMAN).json()["results"]]
    assert described == ["Als Paket, CO₂-kompensiert", "Am nächsten Werktag"]


def test_mail_says_when_delivery_is_free(guest, catalog):
    guest.put("MUG-BLUE", 5)
    guest.order(language="de")
    assert "Versand: Standard  Kostenlos" in mail.outbox[0].body
    assert "Voraussichtliche Lieferung:" in mail.outbox[0].body


def test_mail_about_films_alone_says_nothing_of_a_parcel(ada, catalog):
    ada.put(FILM.sku)
    ada.order()
    [message] = mail.outbox
    for word in ("Delivery:", "Estimated delivery", "parcel"):
        assert word not in message.body
        assert word not in message.alternatives[0][0]
