from __future__ import annotations

import json
from pathlib import Path

import pytest
from django.core.management import call_command

from apps.common.testing.contracts import assert_matches_contract
from apps.payment.tests.catalog_fake import FILM

DOCUMENT = Path(__file__).resolve().parents[1] / "openapi.yaml"


def test_the_checked_in_openapi_document_is_fresh_and_without_warnings(tmp_path):
    fresh = tmp_path / "openapi.yaml"
    call_command("spectacular", file=str(fresh), validate=True, fail_on_warn=True)
    assert fresh.read_text() == DOCUMENT.read_text(), (
        "run: manage.py payment spectacular --file apps/payment/openapi.yaml"
    )


def assert_documented(method: str, path: str, response) -> None:
    """The storefront is tested against the document, so the document must be true of what is returned."""
    assert_matches_contract(
        "payment",
        method,
        path,
        request_json=json.loads(response.wsgi_request.body) if method in ("POST", "PUT") else None,
        response_json=response.json(),
        status=response.status_code,
        headers={"Idempotency-Key": "k"},
    )


@pytest.mark.django_db(transaction=True)
def test_responses_are_what_the_document_says(ada, guest, catalog):
    assert_documented("POST", "/v1/carts", ada.client.post("/v1/carts", {}))
    put = ada.put(FILM.sku)
    assert_documented("PUT", f"/v1/carts/{ada.cart}/lines/{FILM.sku}", put)
    assert_documented("GET", f"/v1/carts/{ada.cart}", ada.show_cart())
    paid = ada.order(shipping_address=None)
    assert paid.status_code == 201
    guest.put("MUG-BLUE")
    guest.put("LAMP-BRASS")
    assert_documented("POST", "/v1/orders", guest.order(card="declined"))
    catalog.variants.pop("LAMP-BRASS")
    assert_documented("GET", f"/v1/carts/{guest.cart}", guest.show_cart())
    assert_documented("POST", "/v1/orders", guest.order())
    guest.put("LAMP-BRASS", 0)
    waiting = guest.order(card="challenge")
    assert waiting.status_code == 202
    for response in (paid, waiting):
        assert_documented("POST", "/v1/orders", response)
    number = paid.json()["number"]
    assert_documented("GET", f"/v1/orders/{number}", ada.show_order(number))
    assert_documented("GET", "/v1/orders", ada.client.get("/v1/orders"))
    assert_documented("GET", "/v1/orders/SC-NOTHING", ada.show_order("SC-NOTHING"))
