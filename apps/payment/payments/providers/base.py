"""The interface of payment providers that checkout uses."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal, Protocol

from django.utils.translation import gettext_lazy as _
from django.utils.translation import gettext_noop

from apps.common.money import Money
from apps.common.problems import Conflict, Problem


class InvalidSignature(Problem):
    status, slug, title = 400, "invalid-signature", "The webhook's signature is wrong"


class PaymentsNotSetUp(Conflict):
    slug, title = "payments-not-set-up", _("This shop does not take payments yet")


class ChargeClosed(Conflict):
    """The charge cannot be captured, voided or refunded (any more): it was voided, declined, captured or refunded
    before."""

    slug, title = "charge-closed", _("The charge cannot be changed any more")


@dataclass(frozen=True, slots=True)
class Charge:
    """A charge at the provider. `state` is requires_action, authorised, captured, declined, voided or refunded."""

    reference: str
    state: str
    decline_code: str = ""
    action_url: str = ""

    @property
    def is_good(self) -> bool:
        """Whether the money is held or taken."""
        return self.state in ("authorised", "captured")

    @property
    def is_over(self) -> bool:
        """Whether no money is held or can still be asked for."""
        return self.state in ("declined", "voided", "refunded")


@dataclass(frozen=True, slots=True)
class ProviderRefund:
    """Money of a charge that goes back. `state` is pending, succeeded or failed."""

    reference: str
    state: str


@dataclass(frozen=True, slots=True)
class Movement:
    """Money that the provider took for us or gave back, of the charge or refund that was asked for with `key`.

    `amount` is never negative.
    """

    kind: Literal["capture", "refund"]
    key: str
    reference: str
    amount: Money
    at: datetime


@dataclass(frozen=True, slots=True)
class Notification:
    """A verified webhook: charge `reference` has changed."""

    event_id: str
    reference: str


class Provider(Protocol):
    """Every call may be repeated with the same key and then has no further effect."""

    def tokenise(self, card: dict[str, Any]) -> tuple[str, str, str]:
        """(reference, brand, last4) for a card; raises ValidationProblem."""

    def authorise(
        self, *, key: str, amount: Money, method_reference: str, return_url: str, off_session: bool = False
    ) -> Charge:
        """Hold the amount on the card. `off_session`: the customer is away and cannot confirm it at the bank; a bank
        that wants that declines with `authentication_required`."""

    def lookup(self, *, key: str) -> Charge | None:
        """The charge that `authorise` made for this key, if it came to that before a crash."""

    def capture(self, reference: str) -> Charge:
        """Take the held amount; raises ChargeClosed when it is no longer held."""

    def void(self, reference: str) -> Charge:
        """Let the held amount go; raises ChargeClosed when it was taken."""

    def refund(self, reference: str, *, key: str, amount: Money) -> ProviderRefund:
        """Give some of the taken money back; raises ChargeClosed when less than `amount` is left of it."""

    def find_refund(self, *, key: str) -> ProviderRefund | None:
        """The refund that `refund` made for this key, if it came to that before a crash."""

    def status(self, reference: str) -> Charge:
        """How the charge stands."""

    def movements(self, start: datetime, end: datetime) -> Iterable[Movement]:
        """All that was captured and refunded from `start` on and before `end`, in any order."""

    def parse_webhook(self, body: bytes, headers: Any) -> Notification:
        """Check the signature over the raw body; raises InvalidSignature."""


# Sentences for customers, by decline code; translated where they are shown.
DECLINES = {
    "card_declined": gettext_noop("Your bank declined the card. You have not been charged. Try another card."),
    "insufficient_funds": gettext_noop(
        "There is not enough money on this card. You have not been charged. Try another card."
    ),
    "processing_error": gettext_noop(
        "The bank could not be reached. You have not been charged. Try again in a minute."
    ),
    "authentication_required": gettext_noop(
        "Your bank wants you to confirm this payment. You have not been charged. Pay again and confirm it."
    ),
    "challenge_failed": gettext_noop(
        "The payment was not confirmed with your bank. You have not been charged. Try again."
    ),
}


def decline_sentence(code: str) -> str:
    """What the customer reads about a decline code; a general sentence for an unknown one."""
    return DECLINES.get(code, DECLINES["card_declined"])
