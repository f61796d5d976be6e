"""Which provider takes the money, and where test cards may buy."""

from __future__ import annotations

import re
from urllib.parse import urlsplit

PROVIDERS = ("sandbox", "stripe", "none")
# Endings that nobody on the internet can own: RFC 2606, RFC 6761, RFC 6762, RFC 8375, and ICANN's `internal`.
# Or addresses of private networks (RFC 1918, RFC 5735).
PRIVATE_HOST = re.compile(
    r"(^|\.)(localhost|local|internal|test|example|home\.arpa)$"
    r"|^(127|10)(\.[0-9]+){3}$|^192\.168(\.[0-9]+){2}$|^172\.(1[6-9]|2[0-9]|3[01])(\.[0-9]+){2}$|^::1$"
)


def refusal(
    *, provider: str, environment: str, public_url: str, test_cards_in_public: bool, stripe_key: str = ""
) -> str:
    """Why this shop must not start, in a sentence that says what to do; empty where it may.

    The chart refuses the same before anything is installed (charts/streamcart/charts/payment), but for the kind of
    `stripe_key`, which it does not see.
    """
    if provider not in PROVIDERS:
        return f"PAYMENT_PROVIDER must be {', '.join(PROVIDERS[:-1])} or {PROVIDERS[-1]}, not {provider!r}."
    takes_test_cards = provider == "sandbox" or (provider == "stripe" and "_test_" in stripe_key)
    if not takes_test_cards:
        return ""
    setting = "PAYMENT_PROVIDER=sandbox" if provider == "sandbox" else "PAYMENT_PROVIDER=stripe with a test key"
    if environment == "prod":
        return (
            f"{setting} takes test cards, so production would sell for nothing. "
            "Set PAYMENT_PROVIDER=none until a real provider is set up."
        )
    host = urlsplit(public_url).hostname or ""
    if not test_cards_in_public and not PRIVATE_HOST.search(host):
        return (
            f"{setting} takes test cards, and {host} is a public host. Set PAYMENT_PROVIDER=none, or "
            "TEST_CARDS_IN_PUBLIC=true for a trial shop where nobody expects a parcel."
        )
    return ""
