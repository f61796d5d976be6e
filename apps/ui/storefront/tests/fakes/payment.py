"""payment in memory: carts, orders, and test cards that decide the outcome."""

from __future__ import annotations

import uuid
from typing import Any

import httpx

from apps.ui.storefront.tests.fakes.catalog import FakeCatalog
from apps.ui.storefront.tests.fakes.routing import FakeService, body_of, in_currency, money, ok, problem, route
from apps.ui.storefront.tests.fakes.subscriptions import FakeSubscriptions

# What a business in another country pays less.
OFF_FOR_BUSINESSES = 300
NOW = "2026-02-03T10:00:00Z"
PAYS, DECLINED, ASKS = "4242424242424242", "4000000000000002", "4000000000003220"
STANDARD: dict[str, Any] = {
    "code": "standard",
    "name": "Standard",
    "description": "By parcel post",
    "price": money(490),
    "min_days": 2,
    "max_days": 4,
    "earliest_date": "2026-12-01",
    "latest_date": "2026-12-03",
    "requires_phone": False,
}
EXPRESS = STANDARD | {"code": "express", "name": "Express", "price": money(1290), "min_days": 1, "max_days": 1}
ORDER_LINE = """
    sku title variant_name slug kind quantity unit_price line_total discount image_url title_slug offer rental_hours
""".split()  # noqa: SIM905  (reads as a list)
WORLD = (
    STANDARD
    | {"code": "world", "name": "Worldwide", "price": money(1990), "min_days": 5, "max_days": 12}
    | {"requires_phone": True}
)


def refused_voucher(reason: str, sentence: str) -> httpx.Response:
    errors = {"code": [sentence]}
    return problem(409, "voucher-not-applicable", sentence, errors=errors, reason=reason)


class FakePayment(FakeSubscriptions, FakeService):
    """Prices come from the fake catalog; while `catalog.is_down` they are not current."""

    name = "payment"

    def __init__(self, catalog: FakeCatalog) -> None:
        FakeService.__init__(self)
        FakeSubscriptions.__init__(self)
        self.catalog = catalog
        self.carts: dict[str, dict[str, Any]] = {}
        self.account_cart: str | None = None
        self.cards: dict[str, str] = {}
        # Ids of cards, latest first; which of them have expired, and which something else needs.
        self.saved_cards: list[str] = []
        self.expired_cards: set[str] = set()
        self.needed_cards: set[str] = set()
        self.orders: dict[str, dict[str, Any]] = {}
        self.responses: dict[str, tuple[bytes, httpx.Response]] = {}
        self.charges = 0
        self.takes_payments = True
        # Set where Stripe takes the payments.
        self.stripe_key = ""
        self.methods = {country: [STANDARD, EXPRESS] for country in ("DE", "AT", "FR")}
        self.countries = ["AT", "CH", "DE", "FR", "GB", "IT", "US"]
        # Orders of the account's address that no account has yet.
        self.unclaimed = 0
        # Percentages by code (0: free shipping), and the sentences of codes that stopped applying.
        self.vouchers = {"WELCOME10": 10, "SHIPPING": 0, "GIFT": 100}
        self.refusals: dict[str, str] = {}

    # --- carts ------------------------------------------------------------------------------------------------------

    @route("POST", "/v1/carts")
    def open(self, request: httpx.Request) -> httpx.Response:
        is_account = "Authorization" in request.headers
        if is_account and self.account_cart:
            return ok(self.shown(self.account_cart))
        cart_id = str(uuid.uuid4())
        secret = None if is_account else f"secret-of-{cart_id}"
        currency = body_of(request).get("currency", "EUR")
        self.carts[cart_id] = {"secret": secret, "currency": currency, "lines": {}, "saved": {}, "seen": {}}
        self.carts[cart_id] |= {"voucher": None, "gift_message": ""}
        if is_account:
            self.account_cart = cart_id
        return ok(self.shown(cart_id) | ({"secret": secret} if secret else {}), 201)

    @route("GET", "/v1/carts/(?P<cart_id>[^/]+)")
    def get(self, request: httpx.Request, cart_id: str) -> httpx.Response:
        if not self._may(request, cart_id):
            return self._no_cart()
        shown = self.shown(cart_id)
        if request.url.params.get("seen"):
            skus = self.carts[cart_id]["lines"]
            self.carts[cart_id]["seen"] = {sku: (self.catalog.variant(sku) or ({}, {}))[1].get("price") for sku in skus}
        return ok(shown)

    @route("PATCH", "/v1/carts/(?P<cart_id>[^/]+)")
    def change_cart(self, request: httpx.Request, cart_id: str) -> httpx.Response:
        if not self._may(request, cart_id):
            return self._no_cart()
        sent = body_of(request)
        if "currency" in sent:
            self.carts[cart_id] |= {"currency": sent["currency"], "seen": {}}
        self.carts[cart_id]["gift_message"] = sent.get("gift_message", self.carts[cart_id]["gift_message"])
        return ok(self.shown(cart_id))

    @route("PUT", "/v1/carts/(?P<cart_id>[^/]+)/lines")
    def put_lines(self, request: httpx.Request, cart_id: str) -> httpx.Response:
        if not self._may(request, cart_id):
            return self._no_cart()
        quantities = {line["sku"]: line["quantity"] for line in body_of(request)["lines"]}
        if missing := [sku for sku in quantities if self.catalog.variant(sku) is None]:
            return problem(400, "invalid-input", "This item is not for sale.", skus=missing)
        for sku, quantity in quantities.items():
            self.carts[cart_id]["saved"].pop(sku, None)
            self.carts[cart_id]["lines"][sku] = quantity
        return ok(self.shown(cart_id))

    @route("PUT", "/v1/carts/(?P<cart_id>[^/]+)/lines/(?P<sku>[^/]+)")
    def set_line(self, request: httpx.Request, cart_id: str, sku: str) -> httpx.Response:
        if not self._may(request, cart_id):
            return self._no_cart()
        if self.catalog.variant(sku) is None:
            errors = {"sku": ["There is nothing for sale with this SKU."]}
            return problem(400, "invalid-input", "This item is not for sale.", errors=errors)
        sent = body_of(request)
        lines, saved = self.carts[cart_id]["lines"], self.carts[cart_id]["saved"]
        before = lines.pop(sku, None) or saved.pop(sku, None)
        if quantity := sent.get("quantity", before):
            (saved if sent.get("saved") else lines)[sku] = quantity
        return ok(self.shown(cart_id))

    @route("POST", "/v1/carts/(?P<cart_id>[^/]+)/voucher")
    def apply_voucher(self, request: httpx.Request, cart_id: str) -> httpx.Response:
        if not self._may(request, cart_id):
            return self._no_cart()
        code = body_of(request)["code"].strip().upper()
        if code == "TOO-MANY":
            return problem(429, "too-many-requests", "Request was throttled.")
        if code not in self.vouchers:
            return refused_voucher("unknown", "We don’t know this code.")
        self.carts[cart_id]["voucher"] = code
        return ok(self.shown(cart_id))

    @route("DELETE", "/v1/carts/(?P<cart_id>[^/]+)/voucher")
    def remove_voucher(self, request: httpx.Request, cart_id: str) -> httpx.Response:
        if not self._may(request, cart_id):
            return self._no_cart()
        self.carts[cart_id]["voucher"] = None
        return ok(self.shown(cart_id))

    @route("POST", "/v1/carts/(?P<cart_id>[^/]+)/merge")
    def merge(self, request: httpx.Request, cart_id: str) -> httpx.Response:
        sent = body_of(request)
        source = self.carts.get(sent["from"])
        if source is None or source["secret"] != sent["secret"]:
            return self._no_cart()
        for sku, quantity in self.carts.pop(sent["from"])["lines"].items():
            lines = self.carts[cart_id]["lines"]
            lines[sku] = lines.get(sku, 0) + quantity
        return ok(self.shown(cart_id))

    def _may(self, request: httpx.Request, cart_id: str) -> bool:
        cart = self.carts.get(cart_id)
        if cart is None:
            return False
        if cart["secret"]:
            return request.headers.get("X-Cart-Secret") == cart["secret"]
        return "Authorization" in request.headers

    @staticmethod
    def _no_cart() -> httpx.Response:
        return problem(404, "not-found", "There is no such cart.")

    def shown(self, cart_id: str) -> dict[str, Any]:
        """The cart as the API returns it."""
        cart = self.carts[cart_id]
        lines = [self._line(sku, quantity, seen=cart["seen"]) for sku, quantity in cart["lines"].items()]
        code = cart["voucher"]
        percent = self.vouchers[code] if code and code not in self.refusals else 0
        for line in lines:
            line["discount"] = money(line["line_total"]["amount"] * percent // 100)
        subtotal, discount = (sum(line[name]["amount"] for line in lines) for name in ("line_total", "discount"))
        shown = {
            "id": cart_id,
            "currency": cart["currency"],
            "lines": lines,
            "saved_lines": [self._line(sku, quantity, seen={}) for sku, quantity in cart["saved"].items()],
            "item_count": sum(line["quantity"] for line in lines),
            "subtotal": money(subtotal),
            "voucher": self._voucher(code) if code else None,
            "discount": money(discount),
            "total": money(subtotal - discount),
            "gift_message": cart["gift_message"],
            "requires_shipping": any(line["requires_shipping"] for line in lines),
            "requires_account": any(line["kind"] == "video" for line in lines),
            "prices_are_current": not self.catalog.is_down,
            "updated_at": NOW,
        }
        return in_currency(shown, cart["currency"])

    def _voucher(self, code: str) -> dict[str, Any]:
        sentence = self.refusals.get(code)
        is_free = self.vouchers[code] == 0 and sentence is None
        kind = "percentage" if self.vouchers[code] else "free_shipping"
        refusal = {"reason": "expired", "message": sentence} if sentence else None
        return {"code": code, "kind": kind, "has_free_shipping": is_free, "refusal": refusal}

    def _line(self, sku: str, quantity: int, *, seen: dict[str, Any]) -> dict[str, Any]:
        product, variant = self.catalog.variant(sku) or ({}, {})
        is_goods = product["kind"] == "goods"
        is_short = is_goods and variant["available"] < quantity
        return {
            "sku": sku,
            "quantity": quantity,
            "title": product["title"],
            "variant_name": variant["name"],
            "slug": product["slug"],
            "kind": product["kind"],
            "unit_price": variant["price"],
            "previous_unit_price": seen[sku] if seen.get(sku, variant["price"]) != variant["price"] else None,
            "line_total": money(variant["price"]["amount"] * quantity),
            "discount": money(0),
            "image_url": product["image"]["url"],
            "status": "insufficient_stock" if is_short else "ok",
            "available_quantity": variant["available"],
            "requires_shipping": is_goods,
            "offer": variant["offer"],
            "rental_hours": variant["rental_hours"],
            "title_slug": product["title_slug"],
        }

    # --- orders -----------------------------------------------------------------------------------------------------

    @route("GET", "/v1/shipping-countries")
    def shipping_countries(self, request: httpx.Request) -> httpx.Response:
        return ok({"results": self.countries})

    @route("GET", "/v1/shipping-methods")
    def shipping_methods(self, request: httpx.Request) -> httpx.Response:
        query = request.url.params
        currency = self.carts[query["cart"]]["currency"] if "cart" in query else query["currency"]
        methods = self.methods.get(query["country"], [WORLD])
        return ok({"results": in_currency(self._priced(methods, query.get("cart", "")), currency)})

    @route("GET", "/v1/order-totals")
    def order_totals(self, request: httpx.Request) -> httpx.Response:
        """A VAT ID that begins with FR takes a fixed amount off; one that begins with X is refused."""
        query = request.url.params
        vat_id = query.get("vat_id", "")
        if vat_id.startswith("X"):
            errors = {"vat_id": ["This is no VAT ID."]}
            return problem(400, "invalid-input", "Some values cannot be used; see errors.", errors=errors)
        cart = self.shown(query["cart"])
        methods: list[dict[str, Any] | None] = [None]
        if cart["requires_shipping"]:
            methods = [*self._priced(self.methods.get(query["country"], [WORLD]), query["cart"])]
            methods = [*in_currency([method for method in methods if method], cart["currency"])]
        return ok({"results": [self._totals(cart, method, vat_id=vat_id) for method in methods]})

    def _totals(self, cart: dict[str, Any], method: dict[str, Any] | None, *, vat_id: str) -> dict[str, Any]:
        shipping = {name: method[name] for name in ("code", "name", "price")} if method else None
        added = -OFF_FOR_BUSINESSES if vat_id.startswith("FR") else 0
        total = cart["total"]["amount"] + (method["price"]["amount"] if method else 0) + added
        currency = cart["currency"]
        return {
            "shipping_method": method["code"] if method else None,
            "shipping": method["price"] if method else money(0) | {"currency": currency},
            "added_tax": {"amount": added, "currency": currency},
            "tax": self._tax(cart["lines"], shipping, currency),
            "total": {"amount": total, "currency": currency},
        }

    def _priced(self, methods: list[dict[str, Any]], cart_id: str) -> list[dict[str, Any]]:
        """With free shipping where the cart's voucher pays it."""
        code = self.carts.get(cart_id, {}).get("voucher")
        if code and self._voucher(code)["has_free_shipping"]:
            return [methods[0] | {"price": money(0)}, *methods[1:]]
        return methods

    @route("GET", "/v1/payment-options")
    def options(self, request: httpx.Request) -> httpx.Response:
        if not self.takes_payments:
            return ok({"provider": "none", "test_cards": [], "publishable_key": ""})
        if self.stripe_key:
            return ok({"provider": "stripe", "test_cards": [], "publishable_key": self.stripe_key})
        cards = [{"number": PAYS, "outcome": "ok"}, {"number": DECLINED, "outcome": "card_declined"}]
        return ok({"provider": "sandbox", "test_cards": cards, "publishable_key": ""})

    @route("POST", "/v1/payment-methods")
    def add_card(self, request: httpx.Request) -> httpx.Response:
        if not self.takes_payments:
            return problem(409, "payments-not-set-up", "This shop does not take payments yet.")
        sent = body_of(request)
        if sent["provider"] == "stripe":
            return self._add_token(sent)
        number = sent["card"]["number"].replace(" ", "")
        if number not in (PAYS, DECLINED, ASKS):
            errors = {"card.number": ["This is not a card number."]}
            return problem(400, "invalid-input", "The card cannot be used; see errors.", errors=errors)
        method_id = f"pm_{len(self.cards) + 1}"
        self.cards[method_id] = number
        if sent.get("keep"):
            self.saved_cards.insert(0, method_id)
        return ok(self._card(method_id), 201)

    def _add_token(self, sent: dict[str, Any]) -> httpx.Response:
        if sent["token"] != "pm_of_the_browser":
            errors = {"card": ["This card cannot be used. Enter it again."]}
            return problem(400, "invalid-input", "The card cannot be used; see errors.", errors=errors)
        method_id = f"pm_{len(self.cards) + 1}"
        self.cards[method_id] = PAYS
        if sent["keep"]:
            self.saved_cards.insert(0, method_id)
        return ok(self._card(method_id), 201)

    @route("POST", "/v1/payment-methods/setup")
    def begin_setup(self, request: httpx.Request) -> httpx.Response:
        return ok({"client_secret": "seti_1_secret_2"}, 201)

    def _card(self, method_id: str) -> dict[str, Any]:
        saved_at = NOW if method_id in self.saved_cards else None
        exp_year = 2020 if method_id in self.expired_cards else 2040
        return {
            "id": method_id,
            "brand": "Visa",
            "last4": self.cards[method_id][-4:],
            "exp_month": 12,
            "exp_year": exp_year,
            "is_expired": method_id in self.expired_cards,
            "saved_at": saved_at,
        }

    @route("GET", "/v1/payment-methods")
    def list_cards(self, request: httpx.Request) -> httpx.Response:
        return ok({"results": [self._card(card) for card in self.saved_cards], "next": None, "previous": None})

    @route("DELETE", "/v1/payment-methods/(?P<method_id>[^/]+)")
    def remove_card(self, request: httpx.Request, method_id: str) -> httpx.Response:
        if method_id not in self.saved_cards:
            return problem(404, "not-found", "There is no such payment method.")
        if method_id in self.needed_cards:
            return problem(409, "payment-method-in-use", "Your subscription is paid with this card.")
        self.saved_cards.remove(method_id)
        return ok(None, 204)

    @route("POST", "/v1/orders")
    def place(self, request: httpx.Request) -> httpx.Response:
        key = request.headers["Idempotency-Key"]
        if key in self.responses:
            body, response = self.responses[key]
            if body != request.content:
                return problem(422, "idempotency-key-reused", "This key was used for another request.")
            return response
        response = self._place(body_of(request), is_guest="Authorization" not in request.headers)
        self.responses[key] = (request.content, response)
        return response

    def _place(self, sent: dict[str, Any], *, is_guest: bool) -> httpx.Response:
        if sent.get("vat_id", "").startswith("X"):
            errors = {"vat_id": ["This is no VAT ID."]}
            return problem(400, "invalid-input", "Some values cannot be used; see errors.", errors=errors)
        number = f"SC-{len(self.orders) + 1:04}"
        if code := self.refusals.get("order"):
            return refused_voucher("used_by_customer", code)
        card = self.cards[sent["payment_method"]] if "payment_method" in sent else PAYS
        if sent.get("payment_method") in self.expired_cards:
            errors = {"payment_method": ["The card has expired."]}
            return problem(400, "invalid-input", "Choose how to pay.", errors=errors)
        if card == DECLINED:
            detail = "Your bank declined the card."
            return problem(402, "card-declined", detail, decline_code="card_declined", order_number=number)
        if sent.get("save_payment_method"):
            self.saved_cards.insert(0, sent["payment_method"])
        self.charges += 1
        order = self.order(number, sent, state="paid" if card == PAYS else "reserved")
        if card == ASKS:
            order["next_action"] = {
                "type": "redirect",
                "url": "http://localhost:8000/api/payment/v1/sandbox/challenges/x",
            }
        else:
            self.carts.pop(sent["cart"], None)
            self.account_cart = None if self.account_cart == sent["cart"] else self.account_cart
        self.orders[number] = order
        secret = {"secret": f"secret-of-{number}"} if is_guest else {}
        return ok(order | secret, 201 if card == PAYS else 202)

    def order(self, number: str, sent: dict[str, Any], *, state: str) -> dict[str, Any]:
        """An order of this cart as the API returns it."""
        cart = self.shown(sent["cart"])
        units = {"shipped_quantity": 0, "refunded_quantity": 0}
        lines = [
            {name: line[name] for name in ORDER_LINE} | units | {"position": position}
            for position, line in enumerate(cart["lines"])
        ]
        near = self._priced([STANDARD, EXPRESS], sent["cart"])
        known = in_currency([*near, *self._priced([WORLD], sent["cart"])], cart["currency"])
        voucher = cart["voucher"] and not cart["voucher"]["refusal"] and cart["voucher"]
        method = next((m for m in known if m["code"] == sent.get("shipping_method")), None)
        total = cart["total"]["amount"] + (method["price"]["amount"] if method else 0)
        total -= OFF_FOR_BUSINESSES if sent.get("vat_id", "").startswith("FR") else 0
        shipping = {name: method[name] for name in ("code", "name", "price")} if method else None
        address = {"line2": "", "region": "", "phone": ""} | sent["shipping_address"] if method else None
        billing = sent.get("billing_address")
        is_paid = state == "paid"
        return {
            "id": str(uuid.uuid4()),
            "number": number,
            "state": state,
            "email": sent.get("email", "ada@example.com"),
            "language": sent.get("language", "en"),
            "currency": cart["currency"],
            "lines": lines,
            "subtotal": cart["subtotal"],
            "shipping": shipping,
            "voucher": {name: voucher[name] for name in ("code", "has_free_shipping")} if voucher else None,
            "discount": cart["discount"],
            "total": cart["total"] | {"amount": total},
            "tax": self._tax(lines, shipping, cart["currency"]),
            "added_tax": money(-OFF_FOR_BUSINESSES if sent.get("vat_id", "").startswith("FR") else 0),
            "company": sent.get("company", ""),
            "vat_id": sent.get("vat_id", ""),
            "refunded": money(0),
            "shipping_address": address,
            "billing_address": {"line2": "", "region": "", "phone": ""} | billing if billing else None,
            "gift_message": cart["gift_message"] if method else "",
            "delivery": {name: method[name] for name in ("earliest_date", "latest_date")} if method else None,
            "payment": {"provider": "sandbox", "brand": "visa", "last4": "4242", "state": "captured"}
            if total
            else None,
            "placed_at": NOW,
            "paid_at": NOW if is_paid else None,
            "fulfilled_at": None,
            "shipments": [],
            "refunds": [],
            "return_requests": [],
            "documents": [self._invoice(number)] if is_paid else [],
            "next_action": None,
            "failure": None,
        }

    @staticmethod
    def _invoice(number: str) -> dict[str, Any]:
        document = f"INV-2026-{number.removeprefix('SC-').zfill(6)}"
        path = f"/v1/orders/{number}/documents/{document}.pdf"
        return {"number": document, "kind": "invoice", "url": path, "issued_at": NOW}

    @staticmethod
    def _tax(lines: list[dict[str, Any]], shipping: dict[str, Any] | None, currency: str) -> list[dict[str, Any]]:
        """At the German rate, as all of these parcels stay in Germany and films are taxed where the shop is."""
        gross = {"digital": 0, "standard": shipping["price"]["amount"] if shipping else 0}
        for line in lines:
            gross["digital" if line["kind"] == "video" else "standard"] += (
                line["line_total"]["amount"] - line["discount"]["amount"]
            )
        taxes = {tax_class: round(amount * 19 / 119) for tax_class, amount in gross.items()}
        return [
            {
                "rate": 1900,
                "tax_class": tax_class,
                "net": {"amount": amount - taxes[tax_class], "currency": currency},
                "tax": {"amount": taxes[tax_class], "currency": currency},
                "gross": {"amount": amount, "currency": currency},
            }
            for tax_class, amount in gross.items()
            if amount
        ]

    @route("POST", "/v1/orders/access")
    def request_access(self, request: httpx.Request) -> httpx.Response:
        return ok({"detail": "If number and address match an order, we have sent you a link."}, 202)

    @route("POST", "/v1/orders/claim")
    def claim(self, request: httpx.Request) -> httpx.Response:
        claimed, self.unclaimed = self.unclaimed, 0
        return ok({"claimed": claimed})

    @route("POST", "/v1/orders/(?P<number>[^/]+)/returns")
    def request_return(self, request: httpx.Request, number: str) -> httpx.Response:
        sent, order = body_of(request), self.orders.get(number)
        is_owner = "Authorization" in request.headers or request.headers.get("X-Order-Secret") == f"secret-of-{number}"
        if order is None or not is_owner:
            return problem(404, "not-found", "There is no such order.")
        lines = [
            {name: order["lines"][line["position"]][name] for name in ("position", "sku", "title")} | line
            for line in sent["lines"]
        ]
        made = {
            "id": str(uuid.uuid4()),
            "state": "open",
            "reason": sent["reason"],
            "comment": sent["comment"],
            "response": "",
            "requested_at": NOW,
            "decided_at": None,
            "lines": lines,
        }
        order["return_requests"].append(made)
        return ok(made, 201)

    @route("GET", "/v1/orders")
    def list_orders(self, request: httpx.Request) -> httpx.Response:
        return ok({"results": list(self.orders.values()), "next": None, "previous": None})

    @route("GET", "/v1/orders/(?P<number>[^/]+)")
    def get_order(self, request: httpx.Request, number: str) -> httpx.Response:
        secret = request.headers.get("X-Order-Secret")
        is_owner = "Authorization" in request.headers or secret == f"secret-of-{number}"
        if number not in self.orders or not is_owner:
            return problem(404, "not-found", "There is no such order.")
        return ok(self.orders[number])

    @route("GET", "/v1/orders/(?P<number>[^/]+)/documents/(?P<document>[^/]+).pdf")
    def get_document(self, request: httpx.Request, number: str, document: str) -> httpx.Response:
        order = self.get_order(request, number)
        if order.is_error or document not in [row["number"] for row in order.json()["documents"]]:
            return problem(404, "not-found", "This order has no such document.")
        return httpx.Response(200, content=b"%PDF-1.7", headers={"Content-Type": "application/pdf"})

    @route("POST", "/v1/orders/(?P<number>[^/]+)/cancel")
    def cancel(self, request: httpx.Request, number: str) -> httpx.Response:
        if self.orders[number]["state"] == "paid":
            return problem(409, "conflict", "This order is paid already.")
        self.orders[number] |= {"state": "cancelled", "next_action": None}
        return ok(self.orders[number])
