"""Client of payment for how orders are paid: providers, cards, and those that an account saved."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from apps.ui.storefront.clients.decoding import decode
from apps.ui.storefront.clients.payment import client


@dataclass(frozen=True, slots=True)
class Card:
    """A card's token; the number is not stored anywhere. `is_expired`: nothing can be paid with it any more."""

    id: str
    brand: str
    last4: str
    exp_month: int | None = None
    exp_year: int | None = None
    is_expired: bool = False

    @property
    def expiry(self) -> str:
        """The month as it stands on the card; empty where it is unknown."""
        if self.exp_month is None or self.exp_year is None:
            return ""
        return f"{self.exp_month:02}/{self.exp_year % 100:02}"


@dataclass(frozen=True, slots=True)
class SavedCards:
    """Cards that an account saved, latest first."""

    results: tuple[Card, ...]


@dataclass(frozen=True, slots=True)
class CardSetup:
    """What Stripe's script needs to save a card."""

    client_secret: str


@dataclass(frozen=True, slots=True)
class TestCard:
    """A card of a demo; `outcome` is ok, challenge or why the bank declines it."""

    number: str
    outcome: str

    @property
    def grouped(self) -> str:
        """The number as it stands on a card."""
        return " ".join(self.number[start : start + 4] for start in range(0, len(self.number), 4))


@dataclass(frozen=True, slots=True)
class PaymentOptions:
    """Who takes the money; `test_cards` only in a demo, `publishable_key` for Stripe's script alone."""

    provider: str
    test_cards: tuple[TestCard, ...]
    publishable_key: str = ""


def payment_options() -> PaymentOptions:
    """How the shop can be paid."""
    return decode(PaymentOptions, client.get("/v1/payment-options").json_or_raise(), service="payment")


def add_card(card: dict[str, Any], *, token: str | None, is_kept: bool = False) -> Card:
    """Exchange a card for a token. `is_kept`: saved for the account at once. Raises RemoteProblem with errors of the
    card's fields."""
    sent = {"provider": "sandbox", "card": card, "keep": is_kept}
    body = client.post("/v1/payment-methods", sent, token=token).json_or_raise()
    return decode(Card, body, service="payment")


def add_token(stripe_token: str, *, token: str | None, is_kept: bool = False) -> Card:
    """A payment method of what Stripe's script made of a card. `is_kept`: saved for the account at once."""
    sent = {"provider": "stripe", "token": stripe_token, "keep": is_kept}
    return decode(Card, client.post("/v1/payment-methods", sent, token=token).json_or_raise(), service="payment")


def begin_setup(token: str) -> CardSetup:
    """Begin to save a card without paying. Raises RemoteProblem (409) where the shop takes cards itself."""
    return decode(CardSetup, client.post("/v1/payment-methods/setup", token=token).json_or_raise(), service="payment")


def saved_cards(token: str) -> tuple[Card, ...]:
    """The cards that the account saved, latest first."""
    body = client.get("/v1/payment-methods", params={"limit": 100}, token=token).json_or_raise()
    return decode(SavedCards, body, service="payment").results


def remove_card(token: str, card_id: str) -> None:
    """Raises RemoteProblem: 404 for a card of somebody else, 409 for one that is still needed."""
    client.delete(f"/v1/payment-methods/{quote(card_id, safe='')}", token=token).json_or_raise()
