"""What checkout asks of a payment provider, whichever it is."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Protocol

from apps.common.money import Money
from apps.common.problems import Problem


class InvalidSignature(Problem):
    status, slug, title = 400, "invalid-signature", "The webhook's signature is wrong"


@dataclass(frozen=True, slots=True)
class Charge:
    """A charge at the provider. `state` is requires_action, authorised, captured, declined or voided."""

    reference: str
    state: str
    decline_code: str = ""
    action_url: str = ""


@dataclass(frozen=True, slots=True)
class Notification:
    """A verified webhook: charge `reference` has changed."""

    event_id: str
    reference: str


class Provider(Protocol):
    """Every call may be repeated with the same key and then has no further effect."""

    def tokenise(self, card: dict[str, Any]) -> tuple[str, str, str]:
        """(reference, brand, last4) for a card; raises ValidationProblem."""

    def authorise(self, *, key: str, amount: Money, method_reference: str, return_url: str) -> Charge:
        """Hold the amount on the card."""

    def capture(self, reference: str) -> Charge:
        """Take the held amount."""

    def void(self, reference: str) -> Charge:
        """Let the held amount go."""

    def status(self, reference: str) -> Charge:
        """How the charge stands."""

    def parse_webhook(self, body: bytes, headers: Any) -> Notification:
        """Check the signature over the raw body; raises InvalidSignature."""


def get(name: str) -> Provider:
    """The provider of this name; raises KeyError."""
    from apps.payment.payments import sandbox

    return {"sandbox": sandbox.SandboxProvider()}[name]


# Sentences for customers, by decline code.
DECLINES = {
    "card_declined": "Your bank declined the card. You have not been charged. Try another card.",
    "insufficient_funds": "There is not enough money on this card. You have not been charged. Try another card.",
    "processing_error": "The bank could not be reached. You have not been charged. Try again in a minute.",
    "challenge_failed": "The payment was not confirmed with your bank. You have not been charged. Try again.",
}


def decline_sentence(code: str) -> str:
    return DECLINES.get(code, DECLINES["card_declined"])
