"""Customers of the tests, and what they do in one line."""

from __future__ import annotations

import uuid
from dataclasses import dataclass, field
from typing import Any

from rest_framework.test import APIClient

from apps.common.addresses import address_rules
from apps.common.testing.clients import ServiceTestClient
from apps.common.testing.tokens import access_token

CARDS = {
    "ok": "4242424242424242",
    "declined": "4000000000000002",
    "insufficient": "4000000000009995",
    "processing": "4000000000000119",
    "challenge": "4000000000003220",
    "dispute": "4000000000000259",
    "response lost": "4000000000007007",
    "slow": "4000000000007015",
    "webhooks twice": "4000000000007023",
    "webhook first": "4000000000007031",
}
ADDRESS = {
    "name": "Ada Lovelace",
    "line1": "12 St James's Square",
    "postal_code": "10115",
    "city": "Berlin",
    "country": "DE",
}


def address_in(country: str) -> dict[str, str]:
    """ADDRESS with the postal code and the region of a country, and a phone number."""
    rules = address_rules(country)
    region = rules.regions[0][0] if rules.regions and "region" in rules.required else ""
    changes = {"country": country, "postal_code": rules.postal_code_example, "region": region, "phone": "+49 30 901820"}
    return ADDRESS | changes


@dataclass
class Shopper:
    """A guest, or an account when `user_id` is given. Speaks to the API as a browser's backend would."""

    user_id: uuid.UUID | None = None
    language: str = ""
    client: APIClient = field(default_factory=ServiceTestClient)
    cart: str = ""
    secret: str = ""

    def __post_init__(self) -> None:
        if self.user_id:
            token = access_token(self.user_id, language=self.language)
            self.client.credentials(HTTP_AUTHORIZATION=f"Bearer {token}")

    def twin(self) -> Shopper:
        """The same person in another tab (test clients are not for several threads)."""
        return Shopper(self.user_id, language=self.language, cart=self.cart, secret=self.secret)

    @property
    def headers(self) -> dict[str, str]:
        return {"X-Cart-Secret": self.secret} if self.secret else {}

    def open_cart(self) -> dict[str, Any]:
        body = self.client.post("/v1/carts", {}).json()
        self.cart, self.secret = body["id"], body.get("secret", "")
        return body

    def put(self, sku: str, quantity: Any = 1, **fields: Any):
        """PUT a line; a quantity of None is left out."""
        if not self.cart:
            self.open_cart()
        body = fields if quantity is None else fields | {"quantity": quantity}
        return self.client.put(f"/v1/carts/{self.cart}/lines/{sku}", body, headers=self.headers)

    def apply(self, code: Any):
        """POST a voucher's code."""
        return self.client.post(f"/v1/carts/{self.cart}/voucher", {"code": code}, headers=self.headers)

    def remove_voucher(self):
        return self.client.delete(f"/v1/carts/{self.cart}/voucher", headers=self.headers)

    def change_cart(self, **fields: Any):
        return self.client.patch(f"/v1/carts/{self.cart}", fields, headers=self.headers)

    def show_cart(self, query: str = ""):
        return self.client.get(f"/v1/carts/{self.cart}{query}", headers=self.headers)

    def card(self, behaviour: str = "ok", *, keep: bool = False) -> str:
        """A payment method's id; with `keep` it is saved for the account."""
        card = {"number": CARDS[behaviour], "exp_month": 12, "exp_year": 2099, "cvc": "123"}
        response = self.client.post("/v1/payment-methods", {"provider": "sandbox", "card": card, "keep": keep})
        assert response.status_code == 201, response.content
        return response.json()["id"]

    def order(self, *, card: str = "ok", key: str | None = None, **changes: Any):
        """POST /v1/orders; `card` is a behaviour or a payment method's id. None leaves a field out."""
        body = {
            "cart": self.cart,
            "email": "ada@example.com",
            "shipping_address": ADDRESS,
            "shipping_method": "standard",
        } | changes
        if "payment_method" not in changes:
            body["payment_method"] = card if card.startswith("pm_") else self.card(card)
        headers = self.headers | {"Idempotency-Key": key or uuid.uuid4().hex}
        body = {name: value for name, value in body.items() if value is not None}
        return self.client.post("/v1/orders", body, headers=headers)

    def show_order(self, number: str, secret: str = ""):
        return self.client.get(f"/v1/orders/{number}", headers={"X-Order-Secret": secret} if secret else {})
