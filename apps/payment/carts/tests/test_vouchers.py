"""POST and DELETE /v1/carts/{id}/voucher, and what the cart says of its code; the gift message."""

from __future__ import annotations

import uuid
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from apps.common.money import Money
from apps.payment.carts.models import Cart
from apps.payment.carts.services import GUEST_CART_DAYS, purge_guest_carts
from apps.payment.tests.catalog_fake import FILM, LAMP, MUG
from apps.payment.tests.personas import Shopper
from apps.payment.tests.test_document import assert_documented
from apps.payment.vouchers.models import Redemption, Voucher
from apps.payment.vouchers.tests.factories import days, make_code

pytestmark = pytest.mark.django_db(transaction=True)
Kind = Voucher.Kind


def euros(amount: int) -> dict[str, object]:
    return Money(amount, "EUR").as_dict()


def refusal_of(response) -> tuple[str, str]:
    """(reason, detail) of a code that was not taken."""
    assert response.status_code == 409, response.content
    body = response.json()
    assert body["type"] == "/problems/voucher-not-applicable"
    assert body["errors"] == {"code": [body["detail"]]}
    return body["reason"], body["detail"]


def test_cart_shows_the_code_and_what_it_takes_off_each_line(guest):
    make_code("WELCOME10")
    guest.put(MUG.sku, 2)
    guest.put(LAMP.sku)
    response = guest.apply("  welcome10 ")
    assert response.status_code == 200
    for body in (response.json(), guest.show_cart().json()):
        assert body["voucher"] == {
            "code": "WELCOME10",
            "kind": "percentage",
            "has_free_shipping": False,
            "refusal": None,
        }
        assert [line["discount"] for line in body["lines"]] == [euros(298), euros(890)]
        assert [line["line_total"] for line in body["lines"]] == [euros(2980), euros(8900)]
        assert (body["subtotal"], body["discount"], body["total"]) == (euros(11880), euros(1188), euros(10692))
    assert_documented("POST", f"/v1/carts/{guest.cart}/voucher", response)


def test_removing_the_code_twice_leaves_the_full_prices(guest):
    make_code()
    guest.put(MUG.sku)
    guest.apply("WELCOME10")
    for _ in range(2):
        response = guest.remove_voucher()
        assert response.status_code == 200
        assert_documented("DELETE", f"/v1/carts/{guest.cart}/voucher", response)
        assert (response.json()["voucher"], response.json()["total"]) == (None, euros(1490))


def test_another_code_takes_the_place_of_the_first(guest):
    make_code("FIRST")
    make_code("SECOND", Kind.FIXED_AMOUNT, amount=500)
    guest.put(MUG.sku)
    guest.apply("FIRST")
    assert guest.apply("SECOND").json()["discount"] == euros(500)


def test_code_that_is_refused_leaves_the_one_on_the_cart(guest):
    make_code("FIRST")
    guest.put(MUG.sku)
    guest.apply("FIRST")
    assert refusal_of(guest.apply("UNKNOWN"))[0] == "unknown"
    assert guest.show_cart().json()["voucher"]["code"] == "FIRST"


REFUSED = [
    ({"ends_at": days(-1), "starts_at": days(-9)}, "expired", "expired on"),
    ({"is_active": False}, "expired", "no longer valid"),
    ({"starts_at": days(2)}, "not_yet_valid", "is valid from"),
    ({"currency": "USD"}, "other_currency", "orders in USD"),
    ({"categories": ["films"]}, "nothing_eligible", "Nothing in your cart"),
    ({"product_kind": "video"}, "nothing_eligible", "Nothing in your cart"),
    ({"minimum_amount": 5000, "currency": "EUR"}, "minimum_not_reached", "Add items for €35.10 more."),
    ({"kind": Kind.BUY_X_GET_Y, "buy_quantity": 2, "free_quantity": 1}, "too_few_units", "Add 2 more items"),
]


@pytest.mark.parametrize(("fields", "reason", "sentence"), REFUSED)
def test_code_that_does_nothing_is_refused_with_a_reason(guest, fields, reason, sentence):
    make_code("CODE", **fields)
    guest.put(MUG.sku)
    response = guest.apply("CODE")
    found, detail = refusal_of(response)
    assert found == reason
    assert sentence in detail
    assert_documented("POST", f"/v1/carts/{guest.cart}/voucher", response)
    assert guest.show_cart().json()["voucher"] is None


@pytest.mark.parametrize(("fields", "reason", "sentence"), REFUSED)
def test_code_on_the_cart_that_stops_applying_says_why_and_takes_nothing_off(guest, fields, reason, sentence):
    code = make_code("CODE")
    guest.put(MUG.sku)
    guest.apply("CODE")
    kind = fields.get("kind", Kind.PERCENTAGE)
    Voucher.objects.filter(pk=code.voucher_id).update(
        **{"percentage": 10 if kind == Kind.PERCENTAGE else None} | fields
    )
    body = guest.show_cart().json()
    assert body["voucher"]["refusal"]["reason"] == reason
    assert sentence in body["voucher"]["refusal"]["message"]
    assert (body["discount"], body["total"]) == (euros(0), euros(1490))
    assert body["voucher"]["has_free_shipping"] is False
    assert_documented("GET", f"/v1/carts/{guest.cart}", guest.show_cart())


def test_free_shipping_needs_something_to_ship(ada):
    make_code("SHIPPING", Kind.FREE_SHIPPING)
    ada.put(FILM.sku)
    assert refusal_of(ada.apply("SHIPPING"))[0] == "nothing_eligible"
    ada.put(MUG.sku)
    body = ada.apply("SHIPPING").json()
    assert body["voucher"]["has_free_shipping"] is True
    assert body["discount"] == euros(0)


def test_products_on_sale_are_left_out_where_the_voucher_says_so(guest, catalog):
    make_code("CODE", excludes_sale_items=True)
    guest.put(MUG.sku)
    guest.put(LAMP.sku)
    catalog.change(LAMP.sku, regular_price=9900)
    body = guest.apply("CODE").json()
    assert [line["discount"] for line in body["lines"]] == [euros(149), euros(0)]
    catalog.change(MUG.sku, regular_price=1990)
    assert "Products on sale are excluded" in guest.show_cart().json()["voucher"]["refusal"]["message"]


def test_lines_not_for_sale_or_saved_for_later_have_no_part_in_the_discount(guest, catalog):
    make_code("FIXED", Kind.FIXED_AMOUNT, amount=500)
    guest.put(MUG.sku)
    guest.put(LAMP.sku)
    guest.put(LAMP.sku, None, saved=True)
    body = guest.apply("FIXED").json()
    assert [line["discount"] for line in body["lines"]] == [euros(500)]
    guest.put(LAMP.sku, 1)
    catalog.variants.pop(MUG.sku)
    body = guest.show_cart().json()
    assert {line["sku"]: line["discount"] for line in body["lines"]}[LAMP.sku] == euros(500)
    assert body["total"] == euros(8400)


def test_sentences_follow_the_language_of_the_request(guest):
    make_code("CODE", minimum_amount=5000, currency="EUR")
    guest.put(MUG.sku)
    url = f"/v1/carts/{guest.cart}/voucher"
    headers = guest.headers | {"Accept-Language": "de"}
    detail = guest.client.post(url, {"code": "CODE"}, headers=headers).json()["detail"]
    assert "50,00\N{NO-BREAK SPACE}€" in detail
    assert "Add items" not in detail


@pytest.mark.parametrize(
    "code", ["NOPE", "x" * 100, "' OR 1=1 --", "ПРИВЕТ", "١٢٣", "🎁🎁🎁", "..", "-ABC", "AB", "A\u200bBC"]
)
def test_text_that_is_no_code_is_unknown(guest, code):
    guest.put(MUG.sku)
    assert refusal_of(guest.apply(code)) == ("unknown", "We don’t know this code. Check the spelling.")


@pytest.mark.parametrize("code", ["", "   ", None, [], {}, "x" * 101, "a\x00b", True])
def test_code_that_is_no_text_is_a_problem_that_names_the_field(guest, code):
    guest.put(MUG.sku)
    response = guest.apply(code)
    assert response.status_code == 400, response.content
    assert list(response.json()["errors"]) == ["code"]


def test_strangers_neither_apply_nor_remove_codes(guest, ada):
    make_code()
    guest.put(MUG.sku)
    guest.apply("WELCOME10")
    for stranger in (ada, Shopper()):
        stranger.cart, stranger.secret = guest.cart, "wrong"
        assert stranger.apply("WELCOME10").status_code == 404
        assert stranger.remove_voucher().status_code == 404
    assert guest.show_cart().json()["voucher"]["code"] == "WELCOME10"


def test_guessing_codes_is_limited(guest, settings, monkeypatch):
    settings.VOUCHER_ATTEMPT_RATE = "3/hour"
    make_code()
    guest.put(MUG.sku)
    assert [guest.apply(f"GUESS-{n}").status_code for n in range(4)] == [409, 409, 409, 429]
    assert int(guest.apply("WELCOME10").headers["Retry-After"]) > 0
    assert guest.remove_voucher().status_code == 200


def test_sign_in_brings_the_guest_s_code_and_message(guest, ada):
    make_code("GUEST")
    make_code("ACCOUNT")
    guest.put(MUG.sku)
    guest.apply("GUEST")
    guest.change_cart(gift_message="For you")
    ada.put(LAMP.sku)
    ada.apply("ACCOUNT")
    body = ada.client.post(f"/v1/carts/{ada.cart}/merge", {"from": guest.cart, "secret": guest.secret}).json()
    assert (body["voucher"]["code"], body["gift_message"]) == ("GUEST", "For you")


def test_account_keeps_its_code_where_the_guest_has_none(guest, ada):
    make_code("ACCOUNT")
    guest.put(MUG.sku)
    ada.put(LAMP.sku)
    ada.apply("ACCOUNT")
    body = ada.client.post(f"/v1/carts/{ada.cart}/merge", {"from": guest.cart, "secret": guest.secret}).json()
    assert body["voucher"]["code"] == "ACCOUNT"


def test_code_shows_while_catalog_is_away(guest, catalog):
    make_code()
    guest.put(MUG.sku)
    guest.apply("WELCOME10")
    catalog.is_down = True
    body = guest.show_cart().json()
    assert (body["prices_are_current"], body["discount"]) == (False, euros(149))


def test_currency_of_the_cart_changes_under_the_code(guest):
    make_code("EURO", Kind.FIXED_AMOUNT, amount=500)
    guest.put(MUG.sku)
    guest.apply("EURO")
    body = guest.change_cart(currency="USD").json()
    assert body["voucher"]["refusal"]["reason"] == "other_currency"
    assert body["total"] == {"amount": 1690, "currency": "USD"}
    assert guest.change_cart(currency="EUR").json()["discount"] == euros(500)


def test_used_up_code_is_refused(guest):
    code = make_code("ONCE", max_uses_per_code=1)
    Redemption.objects.create(code=code, order_id=uuid.uuid4(), cart_id=uuid.uuid4())
    type(code).objects.update(use_count=1)
    guest.put(MUG.sku)
    assert refusal_of(guest.apply("ONCE"))[0] == "used_up"


def test_reading_a_cart_takes_one_query_for_its_code_and_two_for_limits(ada):
    make_code("PLAIN")
    limited = make_code("LIMITED", max_uses_per_code=9, max_uses_per_customer=1)
    type(limited).objects.filter(pk=limited.pk).update(use_count=1)
    ada.put(MUG.sku)
    counts = []
    for code in ("", "PLAIN", "LIMITED"):
        if code:
            assert ada.apply(code).status_code == 200
        with CaptureQueriesContext(connection) as captured:
            ada.show_cart()
        counts.append(len(captured))
    # The code with its voucher; uses by this very cart, and by the customer.
    assert (counts[1] - counts[0], counts[2] - counts[1]) == (1, 2)


def test_carts_of_guests_with_codes_are_purged(guest):
    make_code()
    guest.put(MUG.sku)
    guest.apply("WELCOME10")
    Cart.objects.update(updated_at=timezone.now() - timedelta(days=GUEST_CART_DAYS + 1))
    assert purge_guest_carts() == 1


@pytest.mark.parametrize(
    "message",
    [
        "Alles Gute!\nDeine Ada",
        "お誕生日おめでとう 🎂",
        "مبروك",
        "👩‍👩‍👧 🏴\U000e0067\U000e0062\U000e0065\U000e006e\U000e0067\U000e007f",
        "x" * 300,
        "",
    ],
)
def test_gift_message_is_any_script_and_emoji(guest, message):
    guest.put(MUG.sku)
    response = guest.change_cart(gift_message=message)
    assert response.status_code == 200, response.content
    assert guest.show_cart().json()["gift_message"] == message


def test_line_breaks_of_browsers_count_once(guest):
    guest.put(MUG.sku)
    assert guest.change_cart(gift_message="a\r\n" * 150).status_code == 200
    assert guest.show_cart().json()["gift_message"] == ("a\n" * 150).strip()


@pytest.mark.parametrize("message", ["x" * 301, "a\x00b", "a\x07b", "a\u202eb", "a\u2028b", None, [], {}])
def test_gift_message_with_control_characters_or_too_long_is_refused(guest, message):
    guest.put(MUG.sku)
    guest.change_cart(gift_message="Before")
    response = guest.change_cart(gift_message=message)
    assert response.status_code == 400, response.content
    assert list(response.json()["errors"]) == ["gift_message"]
    assert guest.show_cart().json()["gift_message"] == "Before"


def test_change_of_nothing_is_refused(guest):
    guest.put(MUG.sku)
    assert guest.change_cart().status_code == 400
