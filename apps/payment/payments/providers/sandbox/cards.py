"""The test cards, and what each leads to."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from django.utils.translation import gettext

from apps.common.problems import ValidationProblem
from apps.payment.payments.providers.base import CardSource

# The first seven are those that Stripe publishes for tests (https://docs.stripe.com/testing); the others lie in the
# same range, which no bank issues. What each leads to: paid, a challenge, a decline by its code, or paid with a dispute
# or one of the mishaps that real networks have (`mishaps.py`).
CARDS = {
    "4242424242424242": "ok",
    "5555555555554444": "ok",
    "4000000000000002": "card_declined",
    "4000000000009995": "insufficient_funds",
    "4000000000000119": "processing_error",
    "4000000000003220": "challenge",
    "4000000000000259": "dispute",
    "4000000000007007": "response_lost",
    "4000000000007015": "slow",
    "4000000000007023": "webhooks_twice",
    "4000000000007031": "webhook_first",
}
# Those that shoppers of a demo are shown, the one that pays first.
SHOWN_CARDS = ("4242424242424242", "4000000000003220", "4000000000000002")


def check_card(source: CardSource) -> tuple[dict[str, Any], str]:
    """The card with its number, digits alone. Raises ValidationProblem for one that is no test card or has expired."""
    if "card" not in source:
        message = gettext("Enter a card.")
        raise ValidationProblem(gettext("The card cannot be used; see errors."), errors={"card": [message]})
    card = source["card"]
    number = "".join(card["number"].split()).replace("-", "")
    errors = {}
    if not (number.isascii() and number.isdigit() and 12 <= len(number) <= 19 and luhn_holds(number)):
        errors["card.number"] = [gettext("This is not a card number. Check the digits.")]
    elif number not in CARDS:
        errors["card.number"] = [gettext("The sandbox takes test cards only, such as 4242 4242 4242 4242.")]
    now = datetime.now(UTC)
    if (card["exp_year"], card["exp_month"]) < (now.year, now.month):
        errors["card.exp_month"] = [gettext("The card has expired.")]
    if errors:
        raise ValidationProblem(gettext("The card cannot be used; see errors."), errors=errors)
    return card, number


def luhn_holds(number: str) -> bool:
    """The check digit of ISO/IEC 7812-1, annex B."""
    digits = [int(digit) for digit in reversed(number)]
    doubled = [sum(divmod(2 * digit, 10)) for digit in digits[1::2]]
    return (sum(digits[::2]) + sum(doubled)) % 10 == 0
