"""Pages with Stripe's card field: its script and frames are let in there, and nowhere else."""

from __future__ import annotations

from django.http import HttpResponse

# https://docs.stripe.com/security/guide#content-security-policy
SCRIPTS = ["https://js.stripe.com", "https://*.js.stripe.com"]
POLICY = {
    "script-src": SCRIPTS,
    "frame-src": [*SCRIPTS, "https://hooks.stripe.com"],
    "connect-src": ["https://api.stripe.com"],
    "img-src": ["https://*.stripe.com"],
    # Browsers apply it to the redirect that follows a form: to the bank's page by way of Stripe.
    "form-action": ["https://hooks.stripe.com"],
}


def let_stripe_in(response: HttpResponse) -> HttpResponse:
    """Add what Stripe's script needs to the Content-Security-Policy of this page."""
    response._csp_update = POLICY  # type: ignore[attr-defined]  # as django-csp's decorators do
    return response
