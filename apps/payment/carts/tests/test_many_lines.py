"""Several lines at once: all or none, by one question to catalog."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from apps.payment.carts import services
from apps.payment.carts.models import MAX_LINES, Cart, CartLine
from apps.payment.tests.catalog_fake import FILM, MUG, Variant

pytestmark = pytest.mark.django_db(transaction=True)
BOTH = [{"sku": MUG.sku, "quantity": 2}, {"sku": FILM.sku}]


def put(shopper, lines):
    if not shopper.cart:
        shopper.open_cart()
    return shopper.client.put(f"/v1/carts/{shopper.cart}/lines", {"lines": lines}, headers=shopper.headers)


def quantities(response):
    return {line["sku"]: line["quantity"] for line in response.json()["lines"]}


@pytest.mark.parametrize("who", ["ada", "guest"])
def test_a_cart_is_opened_with_lines_in_it(who, request, catalog):
    shopper = request.getfixturevalue(who)
    with CaptureQueriesContext(connection) as queries:
        response = shopper.client.post("/v1/carts", {"lines": BOTH})
    assert response.status_code == 201
    assert quantities(response) == {MUG.sku: 2, FILM.sku: 1}
    assert response.json()["subtotal"]["amount"] == 2 * MUG.price + FILM.price
    assert catalog.calls == ["POST /v1/quotes"]
    # BEGIN, the cart, the lines, COMMIT; first an account's open cart is looked for.
    statements = [query["sql"] for query in queries if query["sql"].split()[0] in ("SELECT", "INSERT", "UPDATE")]
    assert len(statements) == (3 if who == "ada" else 2)
    shopper.cart, shopper.secret = response.json()["id"], response.json().get("secret", "")
    assert quantities(shopper.show_cart()) == {MUG.sku: 2, FILM.sku: 1}


def test_an_account_that_has_a_cart_gets_the_lines_in_it(ada, catalog):
    catalog.sell(Variant("CUP", "Cup", 500, stock=5))
    ada.put("CUP", 3)
    ada.put(MUG.sku, 9)
    for _ in range(2):
        response = ada.client.post("/v1/carts", {"lines": BOTH}, headers={"Idempotency-Key": "a-double-click"})
        assert response.status_code == 200
        assert quantities(response) == {"CUP": 3, MUG.sku: 2, FILM.sku: 1}
    assert Cart.objects.count() == 1


def test_lines_are_put_in_all_at_once(ada, catalog):
    catalog.sell(Variant("CUP", "Cup", 500, stock=5))
    ada.put("CUP", 3)
    catalog.calls.clear()
    assert quantities(put(ada, BOTH)) == {"CUP": 3, MUG.sku: 2, FILM.sku: 1}
    assert catalog.calls == ["POST /v1/quotes"]


def test_a_film_counts_once_and_a_saved_line_is_to_be_ordered_again(ada):
    ada.put(FILM.sku, saved=True)
    response = put(ada, [{"sku": FILM.sku, "quantity": 5}])
    assert quantities(response) == {FILM.sku: 1}
    assert response.json()["saved_lines"] == []


@pytest.mark.parametrize("sku", ["NO-SUCH", "a b", "ä"])
def test_an_item_that_is_not_for_sale_keeps_all_others_out_and_is_named(sku, ada, guest, catalog):
    ada.put("MUG-BLUE", 3)
    lines = [*BOTH, {"sku": sku, "quantity": 1}]
    response = put(ada, lines)
    assert (response.status_code, response.json()["skus"]) == (400, [sku])
    assert [(line.sku, line.quantity) for line in CartLine.objects.all()] == [("MUG-BLUE", 3)]
    assert guest.client.post("/v1/carts", {"lines": lines}).status_code == 400
    assert Cart.objects.count() == 1


@pytest.mark.parametrize(
    "lines",
    [
        None,
        [],
        {},
        "MUG-BLUE",
        [[]],
        [{}],
        [{"sku": "MUG-BLUE", "quantity": 0}],
        [{"sku": "MUG-BLUE", "quantity": -1}],
        [{"sku": "MUG-BLUE", "quantity": 10**30}],
        [{"sku": "MUG-BLUE", "quantity": 1.5}],
        [{"sku": "x" * 41}],
        [{"sku": "MUG-BLUE"}, {"sku": "MUG-BLUE", "quantity": 2}],
        [{"sku": f"S-{number}"} for number in range(MAX_LINES + 1)],
        [{"sku": f"S-{number}"} for number in range(10_000)],
    ],
    ids=lambda lines: repr(lines)[:40],
)
def test_lines_that_make_no_sense_are_refused_and_change_nothing(lines, ada, catalog):
    ada.put("MUG-BLUE", 2)
    catalog.calls.clear()
    response = put(ada, lines)
    assert response.status_code == 400, response.content
    assert any(name.startswith("lines") for name in response.json()["errors"])
    assert CartLine.objects.get().quantity == 2
    assert catalog.calls == []


def test_a_cart_takes_no_more_lines_than_it_holds(ada, catalog):
    catalog.sell(*(Variant(f"S-{number}", "Thing", 100, stock=5) for number in range(MAX_LINES)))
    ada.put("MUG-BLUE")
    lines = [{"sku": f"S-{number}"} for number in range(MAX_LINES)]
    refused = put(ada, lines)
    assert (refused.status_code, refused.json()["type"]) == (409, "/problems/cart-full")
    assert put(ada, lines[1:]).status_code == 200
    assert CartLine.objects.count() == MAX_LINES
    gone = put(ada, [{"sku": "GONE"}, {"sku": "MUG-BLUE"}])
    assert (gone.status_code, gone.json()["skus"]) == (400, ["GONE"]), "what is not for sale takes no room"
    saved = [
        CartLine(cart_id=ada.cart, sku=f"OLD-{number}", quantity=1, is_saved=True, quote={"status": "ok"})
        for number in range(MAX_LINES)
    ]
    CartLine.objects.bulk_create(saved)
    catalog.calls.clear()
    assert put(ada, [{"sku": FILM.sku}]).status_code == 409
    assert catalog.calls == [], "more than catalog quotes at once"


def while_catalog_is_asked(monkeypatch, do) -> None:
    """`do` happens once, in another tab, while the next request waits for catalog."""
    quotes = services.catalog.quotes

    def meanwhile(lines, currency):
        monkeypatch.setattr(services.catalog, "quotes", quotes)
        do()
        return quotes(lines, currency)

    monkeypatch.setattr(services.catalog, "quotes", meanwhile)


def test_two_tabs_together_put_in_no_more_than_a_cart_holds(ada, catalog, monkeypatch):
    catalog.sell(*(Variant(f"S-{number}", "Thing", 100, stock=5) for number in range(MAX_LINES)))
    put(ada, [{"sku": f"S-{number}"} for number in range(MAX_LINES - 1)])
    while_catalog_is_asked(monkeypatch, lambda: ada.twin().put(MUG.sku))
    assert put(ada, [{"sku": FILM.sku}]).status_code == 409
    assert CartLine.objects.count() == MAX_LINES
    assert not CartLine.objects.filter(sku=FILM.sku).exists()


def test_lines_go_into_a_cart_that_another_tab_changed_meanwhile(ada, catalog, monkeypatch):
    catalog.sell(Variant("CUP", "Cup", 500, stock=9))
    ada.put("CUP", 3)
    while_catalog_is_asked(monkeypatch, lambda: (ada.twin().put(MUG.sku, 7), ada.twin().put("CUP", 0)))
    response = put(ada, [*BOTH, {"sku": "CUP", "quantity": 4}])
    assert quantities(response) == {MUG.sku: 2, FILM.sku: 1, "CUP": 4}
    assert response.json()["subtotal"]["amount"] == 2 * MUG.price + FILM.price + 4 * 500


def test_putting_in_20_lines_takes_as_many_statements_as_2(ada, catalog):
    catalog.sell(*(Variant(f"S-{number}", "Thing", 100, stock=9) for number in range(40)))
    ada.open_cart()
    counts = []
    for first, size in ((0, 2), (20, 20)):
        lines = [{"sku": f"S-{first + number}", "quantity": 1} for number in range(size)]
        for quantity in (1, 2):
            with CaptureQueriesContext(connection) as queries:
                put(ada, [line | {"quantity": quantity} for line in lines])
            counts.append(len(queries))
    assert counts[:2] == counts[2:]


def test_a_cart_that_another_tab_opens_meanwhile_gets_the_lines(ada, catalog, monkeypatch):
    while_catalog_is_asked(monkeypatch, lambda: ada.twin().put(MUG.sku, 5))
    response = ada.client.post("/v1/carts", {"lines": [{"sku": FILM.sku}]})
    assert response.status_code == 200
    assert quantities(response) == {MUG.sku: 5, FILM.sku: 1}
    assert Cart.objects.count() == 1


def test_lines_go_into_a_new_cart_when_the_open_one_is_paid_meanwhile(ada, catalog, monkeypatch):
    ada.put(MUG.sku, 5)

    def pay():
        services.close_paid_cart(ada.cart, ordered={MUG.sku: 5})

    while_catalog_is_asked(monkeypatch, pay)
    response = ada.client.post("/v1/carts", {"lines": [{"sku": FILM.sku}]})
    assert (response.status_code, quantities(response)) == (201, {FILM.sku: 1})
    assert response.json()["id"] != ada.cart


def test_lines_of_another_customer_cannot_be_changed(ada, grace, guest):
    ada.open_cart()
    for stranger in (grace, guest):
        stranger.cart = ada.cart
        assert put(stranger, BOTH).status_code == 404
    assert not CartLine.objects.exists()
