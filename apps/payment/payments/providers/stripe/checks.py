"""System checks of Stripe, where it takes the payments."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Error, register

# What no real seller has; one may well be in the demo's town.
OF_THE_DEMO_ALONE = ("SELLER_NAME", "SELLER_STREET", "SELLER_EMAIL", "SELLER_VAT_ID")


@register
def check_keys(**_: Any) -> list[CheckMessage]:
    """Without them nothing can be paid, or nobody notices that it was."""
    if settings.PAYMENT_PROVIDER != "stripe":
        return []
    found: list[CheckMessage] = []
    if not settings.STRIPE_SECRET_KEY.startswith(("sk_", "rk_")):
        hint = "Set STRIPE_SECRET_KEY to a secret (sk_…) or restricted (rk_…) key of your Stripe account."
        found.append(Error("STRIPE_SECRET_KEY is no key of Stripe.", hint=hint, id="streamcart.E031"))
    is_live = "_live_" in settings.STRIPE_SECRET_KEY
    publishable = settings.STRIPE_PUBLISHABLE_KEY
    if not publishable.startswith("pk_") or (not found and ("_live_" in publishable) != is_live):
        hint = "Set STRIPE_PUBLISHABLE_KEY to the publishable key (pk_…) of the same account and mode."
        found.append(Error("STRIPE_PUBLISHABLE_KEY is no publishable key.", hint=hint, id="streamcart.E032"))
    secrets = settings.STRIPE_WEBHOOK_SECRETS
    if not secrets or not all(secret.startswith("whsec_") for secret in secrets):
        hint = "Set STRIPE_WEBHOOK_SECRETS to the signing secret (whsec_…) of the endpoint, or to two while you rotate."
        found.append(Error("STRIPE_WEBHOOK_SECRETS has no signing secret.", hint=hint, id="streamcart.E033"))
    return found


@register
def check_seller(**_: Any) -> list[CheckMessage]:
    """Real money needs a real seller on its invoices."""
    is_real = settings.PAYMENT_PROVIDER == "stripe" and "_live_" in settings.STRIPE_SECRET_KEY
    left = [name for name in OF_THE_DEMO_ALONE if getattr(settings, name) == settings.DEMO_SELLER[name]]
    if not (is_real and left):
        return []
    hint = f"Set {', '.join(left)} to what your invoices have to name."
    return [Error("Invoices for real money would name the demo's seller.", hint=hint, id="streamcart.E034")]
