"""The interface of payment providers that checkout uses."""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal, Protocol, TypedDict

from django.utils.translation import gettext_lazy as _
from django.utils.translation import gettext_noop

from apps.common.money import Money
from apps.common.problems import Conflict, Problem


class InvalidSignature(Problem):
    status, slug, title = 400, "invalid-signature", "The webhook's signature is wrong"


class PaymentsNotSetUp(Conflict):
    slug, title = "payments-not-set-up", _("This shop does not take payments yet")


class SetupNotOffered(Conflict):
    slug, title = "setup-not-offered", _("Cards are not saved this way here")


class ChargeClosed(Conflict):
    """The charge cannot be captured, voided or refunded (any more): it was voided, declined, captured or refunded
    before."""

    slug, title = "charge-closed", _("The charge cannot be changed any more")


class CardSource(TypedDict, total=False):
    """What a customer pays with, as it was sent: a card with its number, or a token that the provider's own script made
    of one in the browser. A provider takes one of the two."""

    card: dict[str, Any]
    token: str


@dataclass(frozen=True, slots=True)
class ProviderCard:
    """A card at the provider: its token, and what may be shown of it."""

    reference: str
    brand: str
    last4: str
    exp_month: int
    exp_year: int


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


type MovementKind = Literal["capture", "refund", "dispute", "reversal", "fee", "payout", "other"]


@dataclass(frozen=True, slots=True)
class Movement:
    """What changed our balance at the provider: positive what it took for us, negative what it gave back, withdrew,
    kept or paid out.

    `key` is that which a charge or refund was asked for with, else the provider's reference. `fee` is what the provider
    keeps of the amount besides; a dispute's amount includes its fee.
    """

    kind: MovementKind
    key: str
    reference: str
    amount: Money
    at: datetime
    fee: Money | None = None


@dataclass(frozen=True, slots=True)
class ProviderDispute:
    """A customer's bank takes a payment back. `withdrawn` is what it took without the `fee` for that (both zero for an
    inquiry), `reinstated` what came back when the shop won. `url` is the provider's page for staff."""

    reference: str
    charge: str
    state: Literal["inquiry", "needs_response", "under_review", "closed", "lost", "won"]
    reason: str
    amount: Money
    withdrawn: Money
    fee: Money
    reinstated: Money
    due_at: datetime | None
    url: str


@dataclass(frozen=True, slots=True)
class Notification:
    """A verified webhook: charge `reference`, or the dispute of it that is named, has changed."""

    event_id: str
    reference: str
    dispute: str = ""


class Provider(Protocol):
    """Every call may be repeated with the same key and then has no further effect."""

    def tokenise(self, source: CardSource, *, user_id: uuid.UUID | None, is_saved: bool = False) -> ProviderCard:
        """The card at the provider, for an account or a guest (None); raises ValidationProblem. `is_saved`: the account
        keeps it, to be charged later too."""

    def begin_setup(self, user_id: uuid.UUID) -> str:
        """What the provider's script in the browser needs to check a card and save it for the account without paying.

        Raises SetupNotOffered where cards are sent to us.
        """

    def authorise(
        self,
        *,
        key: str,
        amount: Money,
        method_reference: str,
        return_url: str,
        off_session: bool = False,
        saves_for: uuid.UUID | None = None,
    ) -> Charge:
        """Hold the amount on the card.

        `off_session`: without the customer at the screen, as when a subscription renews. Nobody could pass the bank's
        challenge then, so one that is asked for is a decline with the code `authentication_required`.
        `saves_for`: the account that wants to pay with this card again.
        """

    def forget_card(self, method_reference: str) -> None:
        """The customer removed the card; repeating it changes nothing."""

    def forget_customer(self, user_id: uuid.UUID) -> None:
        """The account was deleted: nothing here names it any more. No network call."""

    def lookup(self, *, key: str) -> Charge | None:
        """The charge that `authorise` made for this key, if it came to that before a crash."""

    def capture(self, reference: str) -> Charge:
        """Take the held amount; raises ChargeClosed when it is no longer held."""

    def void(self, reference: str) -> Charge:
        """Let the held amount go; raises ChargeClosed when it was taken."""

    def refund(self, reference: str, *, key: str, amount: Money) -> ProviderRefund:
        """Give some of the taken money back; raises ChargeClosed when less than `amount` is left of it."""

    def find_refund(self, reference: str, *, key: str) -> ProviderRefund | None:
        """The refund of this charge that `refund` made for the key, if it came to that before a crash."""

    def status(self, reference: str) -> Charge:
        """How the charge stands."""

    def movements(self, start: datetime, end: datetime) -> Iterable[Movement]:
        """All that changed our balance from `start` on and before `end`, in any order."""

    def dispute(self, reference: str) -> ProviderDispute:
        """How a dispute stands; raises NotFound for an unknown one."""

    def disputes_since(self, since: datetime) -> Iterable[ProviderDispute]:
        """Disputes that were opened from then on, in any order."""

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
    "expired_card": gettext_noop("The card has expired. You have not been charged. Try another card."),
    "incorrect_cvc": gettext_noop("The security code is not that of the card. You have not been charged. Try again."),
}


def decline_sentence(code: str) -> str:
    """What the customer reads about a decline code; a general sentence for an unknown one."""
    return DECLINES.get(code, DECLINES["card_declined"])
