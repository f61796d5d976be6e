from __future__ import annotations

from collections.abc import Iterator

import pytest

from apps.payment.payments.providers.stripe import client
from apps.payment.payments.providers.stripe.tests.local_stripe import AsStripe, Browser, running


@pytest.fixture(scope="session")
def stripe_url(tmp_path_factory) -> Iterator[str]:
    with running(tmp_path_factory.mktemp("localstripe")) as url:
        yield url


@pytest.fixture
def api(stripe_url, settings, monkeypatch) -> Iterator[AsStripe]:
    """The shop takes payments by Stripe; the requests that it makes are kept in `calls`."""
    settings.PAYMENT_PROVIDER = "stripe"
    settings.STRIPE_SECRET_KEY = "sk_test_12345"
    settings.STRIPE_PUBLISHABLE_KEY = "pk_test_12345"
    settings.STRIPE_WEBHOOK_SECRETS = ["whsec_new", "whsec_old"]
    settings.STRIPE_API_URL = stripe_url
    http = AsStripe()
    monkeypatch.setattr(client.stripe, "RequestsClient", lambda timeout: http)
    client._client.cache_clear()
    yield http
    client._client.cache_clear()


@pytest.fixture
def stripe_browser(stripe_url) -> Browser:
    return Browser(stripe_url)
