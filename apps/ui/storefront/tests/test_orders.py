"""Orders: their steps, guests' links, finding one again, buying again."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from apps.ui.storefront.tests.fakes import ADA, FakePlatform
from apps.ui.storefront.tests.fakes.routing import money

type Pay = Callable[..., Any]


@pytest.fixture
def ordered(browser: Client, pay: Pay) -> Client:
    """A guest who has ordered a mug, as SC-0001."""
    browser.post("/cart/add", {"sku": "MUG-1", "quantity": "2"})
    pay(browser)
    return browser


def test_order_shows_its_steps_with_dates(ordered: Client) -> None:
    text = ordered.get("/orders/SC-0001").content.decode()
    assert text.index("Ordered") < text.index("Paid</strong>") < text.index("Shipped") < text.index("Tue 1 Dec")
    assert '<time datetime="2026-02-03T10:00:00+00:00" data-local>3 February 2026, 10:00 UTC</time>' in text
    assert 'aria-current="step"' in text


def test_times_are_in_the_zone_of_the_shop(ordered: Client, settings: Any) -> None:
    settings.SHOP_TIME_ZONE = "Europe/Berlin"
    assert "3 February 2026, 11:00 CET" in ordered.get("/orders/SC-0001").content.decode()


@pytest.mark.parametrize("state", ["cancelled", "failed", "refunded"])
def test_order_that_came_to_nothing_has_no_steps(ordered: Client, platform: FakePlatform, state: str) -> None:
    platform.payment.orders["SC-0001"]["state"] = state
    assert "timeline" not in ordered.get("/orders/SC-0001").content.decode()


def test_link_of_a_mail_opens_the_order_without_its_secret_in_the_address(ordered: Client) -> None:
    phone = Client(raise_request_exception=False)
    response = phone.get("/orders/SC-0001?secret=secret-of-SC-0001")
    assert (response.status_code, response["Location"]) == (302, "/orders/SC-0001")
    assert response["Referrer-Policy"] == "no-referrer"
    page = phone.get("/orders/SC-0001")
    assert page.status_code == 200
    assert "secret-of" not in page.content.decode()


@pytest.mark.parametrize("secret", ["guessed", "x" * 3000, "%00", "secret-of-SC-0002"])
def test_link_with_a_wrong_secret_offers_a_new_one(ordered: Client, secret: str) -> None:
    phone = Client(raise_request_exception=False)
    response = phone.get(f"/orders/SC-0001?secret={secret}")
    assert response.status_code in (302, 400)
    assert phone.get("/orders/SC-0001")["Location"].startswith("/account/sign-in")


def test_wrong_secret_does_not_replace_the_one_that_is_known(ordered: Client) -> None:
    ordered.get("/orders/SC-0001?secret=guessed")
    assert ordered.get("/orders/SC-0001").status_code == 200


def test_order_is_found_by_number_and_email(browser: Client, platform: FakePlatform) -> None:
    response = browser.post("/orders/find", {"number": " sc-0001", "email": "guest@example.com"})
    assert "If order number and e-mail address match" in response.content.decode()
    sent = json.loads(platform.payment.requests_to("POST", "/v1/orders/access")[0].content)
    assert sent == {"number": "SC-0001", "email": "guest@example.com"}


def test_find_order_reports_missing_fields_and_refusals(browser: Client, platform: FakePlatform) -> None:
    assert browser.post("/orders/find", {"number": "", "email": "nobody"}).status_code == 422
    platform.payment.refuse("POST", "/v1/orders/access", 429, "too-many-requests", "Try again later.")
    response = browser.post("/orders/find", {"number": "SC-0001", "email": "guest@example.com"})
    assert response.status_code == 422
    assert "Try again later." in response.content.decode()


def test_order_can_be_bought_again(ordered: Client, platform: FakePlatform) -> None:
    for _ in range(2):  # a double click
        response = ordered.post("/orders/SC-0001/buy-again", follow=True)
        assert response.redirect_chain == [("/cart", 302)]
    assert [cart["lines"] for cart in platform.payment.carts.values()] == [{"MUG-1": 2}]


def test_products_that_are_gone_are_named_when_buying_again(ordered: Client, platform: FakePlatform) -> None:
    platform.catalog.products["tall-mug"]["variants"][0]["sku"] = "MUG-2"
    text = ordered.post("/orders/SC-0001/buy-again", follow=True).content.decode()
    assert "No longer available: Tall mug" in text
    assert "Added to your cart." not in text


def test_lines_still_for_sale_are_put_in_together_when_buying_again(ordered: Client, platform: FakePlatform) -> None:
    order = platform.payment.orders["SC-0001"]
    first = order["lines"][0]
    order["lines"] += [first | {"sku": f"GONE-{number}", "title": f"Old cup {number}"} for number in range(3)]
    text = ordered.post("/orders/SC-0001/buy-again", follow=True).content.decode()
    assert "No longer available: Old cup 0, Old cup 1, Old cup 2" in text
    assert "Added to your cart." in text
    assert [cart["lines"] for cart in platform.payment.carts.values()] == [{"MUG-1": 2}]
    cart = next(iter(platform.payment.carts))
    # One is refused and names all that are gone.
    assert len(platform.payment.requests_to("PUT", f"/v1/carts/{cart}/lines")) == 2


def test_a_cart_that_takes_no_more_says_so_when_buying_again(ordered: Client, platform: FakePlatform) -> None:
    ordered.post("/cart/lines/MUG-1", {"quantity": "1"})
    cart = next(iter(platform.payment.carts))
    platform.payment.refuse("PUT", f"/v1/carts/{cart}/lines", 409, "cart-full", "A cart holds at most 50 items.")
    text = ordered.post("/orders/SC-0001/buy-again", follow=True).content.decode()
    assert "A cart holds at most 50 items." in text
    assert "No longer available" not in text


def test_order_of_somebody_else_cannot_be_bought_again(ordered: Client, platform: FakePlatform) -> None:
    stranger = Client(raise_request_exception=False)
    assert stranger.post("/orders/SC-0001/buy-again").status_code == 404
    assert platform.payment.carts == {}


def totals(page: Any) -> str:
    """The text of an order's totals, with single spaces."""
    block = re.search(r'<dl class="totals">(.*?)</dl>', page.content.decode(), re.DOTALL)
    assert block
    return " ".join(re.sub(r"<[^>]+>", " ", block[1]).split())


def test_order_shows_the_tax_in_its_total(ordered: Client) -> None:
    assert totals(ordered.get("/orders/SC-0001")).endswith("Total €42.90 includes 19% VAT €6.85")
    assert totals(ordered.get("/de/orders/SC-0001")).endswith("Gesamtbetrag 42,90 € inkl. 19 % MwSt. 6,85 €")


def test_order_shows_one_sum_for_goods_and_films_of_one_rate_and_another_for_another(
    ordered: Client, platform: FakePlatform
) -> None:
    rows = ((2550, "standard", 203), (2550, "digital", 100), (1000, "standard", 45))
    platform.payment.orders["SC-0001"]["tax"] = [
        {"rate": rate, "tax_class": tax_class, "net": money(0), "tax": money(tax), "gross": money(tax)}
        for rate, tax_class, tax in rows
    ]
    text = totals(ordered.get("/orders/SC-0001"))
    assert text.endswith("includes 25.5% VAT €3.03 includes 10% VAT €0.45")


def test_order_to_another_tax_area_is_called_an_export(ordered: Client, platform: FakePlatform) -> None:
    platform.payment.orders["SC-0001"]["tax"] = [
        {"rate": 0, "tax_class": "export", "net": money(4290), "tax": money(0), "gross": money(4290)}
    ]
    assert totals(ordered.get("/orders/SC-0001")).endswith("VAT-free export €0.00")
    assert totals(ordered.get("/de/orders/SC-0001")).endswith("Steuerfreie Ausfuhrlieferung 0,00 €")


@pytest.mark.parametrize("tax", [[], None])
def test_order_without_recorded_tax_names_none(ordered: Client, platform: FakePlatform, tax: list[Any] | None) -> None:
    order = platform.payment.orders["SC-0001"]
    order.pop("tax")  # a payment service of the release before sends none
    if tax is not None:
        order["tax"] = tax
    page = ordered.get("/orders/SC-0001")
    assert page.status_code == 200
    assert "VAT" not in totals(page)


def happened(platform: FakePlatform, **changes: Any) -> None:
    """Something happened to the order."""
    platform.payment.orders["SC-0001"] |= changes


SHIPMENT = {
    "id": "01a215e8-c317-7113-8438-5990e633858d",
    "carrier": "dhl",
    "carrier_name": "DHL",
    "tracking_number": "0034043416",
    "tracking_url": "https://track.example.com/0034043416",
    "shipped_at": "2026-02-04T09:00:00Z",
    "lines": [{"position": 0, "sku": "MUG-1", "title": "Tall mug", "quantity": 1}],
}
REFUND = {
    "id": "01a215e8-c317-7113-8438-5990e633858e",
    "state": "completed",
    "amount": money(2390),
    "lines": [{"position": 0, "sku": "MUG-1", "title": "Tall mug", "quantity": 1, "amount": money(1900)}],
    "shipping": money(490),
    "goodwill": money(0),
    "requested_at": "2026-02-05T09:00:00Z",
    "completed_at": "2026-02-05T09:00:00Z",
    "failure": "",
}


def test_parcel_shows_its_carrier_and_leads_to_its_tracking(ordered: Client, platform: FakePlatform) -> None:
    happened(platform, shipments=[SHIPMENT])
    text = ordered.get("/orders/SC-0001").content.decode()
    assert "The first parcel is on its way" in text
    assert 'href="https://track.example.com/0034043416" rel="noopener noreferrer"' in text
    assert "DHL" in text
    happened(platform, shipments=[SHIPMENT], state="fulfilled", fulfilled_at="2026-02-04T09:00:00Z")
    text = ordered.get("/orders/SC-0001").content.decode()
    assert "The first parcel is on its way" not in text
    assert "Your parcel" in text


def test_parcel_without_tracking_has_no_link(ordered: Client, platform: FakePlatform) -> None:
    happened(platform, shipments=[SHIPMENT | {"tracking_url": None, "tracking_number": ""}])
    text = ordered.get("/orders/SC-0001").content.decode()
    assert "DHL" in text
    assert "Track your parcel" not in text


def test_refunds_show_their_amounts_and_what_they_are_for(ordered: Client, platform: FakePlatform) -> None:
    happened(
        platform,
        state="partially_refunded",
        refunded=money(2390),
        refunds=[REFUND, REFUND | {"state": "failed", "amount": money(777)}],
    )
    text = ordered.get("/orders/SC-0001").content.decode()
    assert "Refund of €23.90" in text
    assert "1 × Tall mug (€19.00), Shipping (€4.90)" in " ".join(text.split())
    assert "€7.77" not in text
    assert "timeline" in text
    assert "Erstattung über 23,90 €" in ordered.get("/de/orders/SC-0001").content.decode().replace("\xa0", " ")


def test_return_is_requested_for_some_units(ordered: Client, platform: FakePlatform) -> None:
    assert '/orders/SC-0001/return"' in ordered.get("/orders/SC-0001").content.decode()
    form = ordered.get("/orders/SC-0001/return").content.decode()
    assert "Tall mug" in form
    response = ordered.post(
        "/orders/SC-0001/return", {"line-0": "1", "reason": "damaged", "comment": "Handle"}, follow=True
    )
    assert response.redirect_chain == [("/orders/SC-0001", 302)]
    [sent] = platform.payment.requests_to("POST", "/v1/orders/SC-0001/returns")
    assert json.loads(sent.content) == {
        "lines": [{"position": 0, "quantity": 1}],
        "reason": "damaged",
        "comment": "Handle",
    }
    text = response.content.decode()
    assert "We’re looking at your return request" in text
    assert '/orders/SC-0001/return"' not in text
    assert ordered.get("/orders/SC-0001/return")["Location"] == "/orders/SC-0001"


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        ({"line-0": "0", "reason": "damaged"}, "Choose at least one item."),
        ({"line-0": "1", "reason": ""}, "Please fill in this field."),
        ({"line-0": "3", "reason": "damaged"}, "Please choose one of the list."),
        ({"line-0": "1", "reason": "damaged", "comment": "x" * 1001}, "This is too long."),
    ],
)
def test_return_form_reports_what_is_missing(
    ordered: Client, platform: FakePlatform, data: dict[str, str], sentence: str
) -> None:
    response = ordered.post("/orders/SC-0001/return", data)
    assert response.status_code == 422
    assert sentence in response.content.decode()
    assert not platform.payment.requests_to("POST", "/v1/orders/SC-0001/returns")


def test_refused_return_says_why(ordered: Client, platform: FakePlatform) -> None:
    platform.payment.refuse("POST", "/v1/orders/SC-0001/returns", 409, "not-returnable", "You have already asked.")
    response = ordered.post("/orders/SC-0001/return", {"line-0": "1", "reason": "other"})
    assert response.status_code == 422
    assert "You have already asked." in response.content.decode()


def test_declined_return_shows_the_sentence_of_the_shop_as_text(ordered: Client, platform: FakePlatform) -> None:
    request = {
        "id": "01a215e8-c317-7113-8438-5990e633858f",
        "state": "declined",
        "reason": "damaged",
        "comment": "",
        "response": "Sorry <b>no</b>",
        "requested_at": "2026-02-05T09:00:00Z",
        "decided_at": "2026-02-06T09:00:00Z",
        "lines": [{"position": 0, "sku": "MUG-1", "title": "Tall mug", "quantity": 1}],
    }
    happened(platform, return_requests=[request])
    text = ordered.get("/orders/SC-0001").content.decode()
    assert "Sorry &lt;b&gt;no&lt;/b&gt;" in text
    assert '/orders/SC-0001/return"' in text, "another request may be made"


def test_order_of_somebody_else_cannot_be_returned(ordered: Client, platform: FakePlatform) -> None:
    stranger = Client(raise_request_exception=False)
    assert stranger.get("/orders/SC-0001/return").status_code == 404
    assert stranger.post("/orders/SC-0001/return", {"line-0": "1", "reason": "other"}).status_code == 404


def test_refunded_film_is_not_offered_to_watch(ada: Client, pay: Pay, platform: FakePlatform) -> None:
    ada.post("/cart/add", {"sku": "nosferatu-rent", "quantity": "1"})
    pay(ada)
    assert "Watch now" in ada.get("/orders/SC-0001").content.decode()
    platform.payment.orders["SC-0001"]["lines"][0]["refunded_quantity"] = 1
    happened(platform, state="partially_refunded")
    text = ada.get("/orders/SC-0001").content.decode()
    assert "Watch now" not in text
    assert "In your library" not in text


def test_order_of_a_payment_service_of_the_release_before_shows(ordered: Client, platform: FakePlatform) -> None:
    order = platform.payment.orders["SC-0001"]
    for name in ("shipments", "refunds", "return_requests", "fulfilled_at", "documents"):
        del order[name]
    for line in order["lines"]:
        for name in ("position", "shipped_quantity", "refunded_quantity"):
            del line[name]
    text = ordered.get("/orders/SC-0001").content.decode()
    assert "Tall mug" in text
    assert '/orders/SC-0001/return"' not in text


def test_documents_of_an_order_are_downloaded_from_its_page(ordered: Client, platform: FakePlatform) -> None:
    credit_note = {"number": "CN-2026-000004", "kind": "credit_note", "url": "/", "issued_at": "2026-02-04T10:00:00Z"}
    platform.payment.orders["SC-0001"]["documents"].append(credit_note)
    text = ordered.get("/orders/SC-0001").content.decode()
    for number, label in (("INV-2026-000001", "Invoice (PDF)"), ("CN-2026-000004", "Credit note (PDF)")):
        address = f"/orders/SC-0001/documents/{number}.pdf"
        assert f'<a href="{address}" download>{label}</a>' in text
        response = ordered.get(address)
        assert (response.status_code, response.content) == (200, b"%PDF-1.7")
        assert response["Content-Type"] == "application/pdf"
        assert response["Content-Disposition"] == f'attachment; filename="{number}.pdf"'
        assert response["Cache-Control"] == "private, no-store"


def test_documents_of_somebody_else_are_not_shown(ordered: Client, platform: FakePlatform) -> None:
    address = "/orders/SC-0001/documents/INV-2026-000001.pdf"
    stranger = Client(raise_request_exception=False)
    assert stranger.get(address)["Location"].startswith("/account/sign-in")
    assert ordered.get("/orders/SC-0001/documents/INV-2026-000099.pdf").status_code == 404


def test_unpaid_order_offers_no_documents(ordered: Client, platform: FakePlatform) -> None:
    platform.payment.orders["SC-0001"] |= {"state": "failed", "documents": []}
    text = ordered.get("/orders/SC-0001").content.decode()
    assert "(PDF)" not in text
    assert "Documents" not in text


def test_list_of_orders_offers_the_invoices(ada: Client, pay: Pay, platform: FakePlatform) -> None:
    ada.post("/cart/add", {"sku": "MUG-1", "quantity": "2"})
    pay(ada)
    assert 'href="/orders/SC-0001/documents/INV-2026-000001.pdf"' in ada.get("/orders").content.decode()
    platform.payment.orders["SC-0001"]["documents"] = []
    assert "Invoice (PDF)" not in ada.get("/orders").content.decode()


SIGN_IN = {"email": ADA["email"], "password": ADA["password"]}


def test_signing_in_finds_orders_placed_before_there_was_an_account(browser: Client, platform: FakePlatform) -> None:
    platform.payment.unclaimed = 2
    response = browser.post("/account/sign-in", SIGN_IN, follow=True)
    assert "We’ve added 2 earlier orders to your account." in response.content.decode()
    browser.post("/account/sign-out")
    assert "earlier order" not in browser.post("/account/sign-in", SIGN_IN, follow=True).content.decode()


def test_signing_in_works_while_payment_is_away(browser: Client, platform: FakePlatform) -> None:
    platform.payment.is_down = True
    assert browser.post("/account/sign-in", SIGN_IN).status_code == 302
