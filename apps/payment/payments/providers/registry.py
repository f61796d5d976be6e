"""Which providers there are, and which of them takes new payments."""

from __future__ import annotations

from functools import cache

from django.conf import settings
from django.utils.module_loading import import_string
from django.utils.translation import gettext

from apps.payment.payments.providers.base import PaymentsNotSetUp, Provider
from apps.payment.payments.providers.sandbox.cards import CARDS, SHOWN_CARDS

# Imported when one is needed: Stripe's library takes 27 MB of every process.
PROVIDERS = {
    "sandbox": "apps.payment.payments.providers.sandbox.provider.SandboxProvider",
    "stripe": "apps.payment.payments.providers.stripe.provider.StripeProvider",
}


@cache
def get(name: str) -> Provider:
    """The provider of this name, for what was begun with it; raises KeyError."""
    return import_string(PROVIDERS[name])()


def in_use() -> list[str]:
    """Providers that may have taken money: Stripe only where there is a key to ask it with."""
    return [name for name in PROVIDERS if name != "stripe" or settings.STRIPE_SECRET_KEY]


def require_accepting(name: str) -> None:
    """Raises PaymentsNotSetUp unless this is the provider that takes new payments."""
    if name != settings.PAYMENT_PROVIDER:
        raise PaymentsNotSetUp(
            gettext("This shop does not take payments yet. Nothing was ordered and nothing was charged.")
        )


def test_cards() -> dict[str, str]:
    """Numbers of test cards with what each leads to; none where the provider takes real money, or no money at all."""
    return {number: CARDS[number] for number in SHOWN_CARDS} if settings.PAYMENT_PROVIDER == "sandbox" else {}
