"""Which provider takes the money, and where test cards may buy."""

from __future__ import annotations

import re
from urllib.parse import urlsplit

PROVIDERS = ("sandbox", "none")
# Endings that nobody on the internet can own: RFC 2606, RFC 6761, RFC 6762, RFC 8375, and ICANN's `internal`.
# Or addresses of private networks (RFC 1918, RFC 5735).
PRIVATE_HOST = re.compile(
    r"(^|\.)(localhost|local|internal|test|example|home\.arpa)$"
    r"|^(127|10)(\.[0-9]+){3}$|^192\.168(\.[0-9]+){2}$|^172\.(1[6-9]|2[0-9]|3[01])(\.[0-9]+){2}$|^::1$"
)


def refusal(*, provider: str, environment: str, public_url: str, test_cards_in_public: bool) -> str:
    """Why this shop must not start, in a sentence that says what to do; empty where it may.

    The chart refuses the same before anything is installed (charts/streamcart/charts/payment).
    """
    if provider not in PROVIDERS:
        return f"PAYMENT_PROVIDER must be {' or '.join(PROVIDERS)}, not {provider!r}."
    if provider != "sandbox":
        return ""
    if environment == "prod":
        return (
            "PAYMENT_PROVIDER=sandbox takes test cards, so production would sell for nothing. "
            "Set PAYMENT_PROVIDER=none until a real provider is set up."
        )
    host = urlsplit(public_url).hostname or ""
    if not test_cards_in_public and not PRIVATE_HOST.search(host):
        return (
            f"PAYMENT_PROVIDER=sandbox takes test cards, and {host} is a public host. Set PAYMENT_PROVIDER=none, or "
            "TEST_CARDS_IN_PUBLIC=true for a trial shop where nobody expects a parcel."
        )
    return ""
