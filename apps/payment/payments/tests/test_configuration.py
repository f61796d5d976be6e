"""Test cards buy nothing in public by mistake, and a shop without a provider says so."""

from __future__ import annotations

import os
import subprocess
import sys
import uuid

import pytest

from apps.payment.payments import services
from apps.payment.payments.configuration import refusal
from apps.payment.payments.providers.base import PaymentsNotSetUp

CARD = {"number": "4242424242424242", "exp_month": 12, "exp_year": 2040, "cvc": "123"}


def refused(url: str, *, environment: str = "local", allowed: bool = False, provider: str = "sandbox") -> str:
    return refusal(provider=provider, environment=environment, public_url=url, test_cards_in_public=allowed)


@pytest.mark.parametrize(
    "url",
    [
        "http://localhost:8000",
        "http://streamcart.localhost",
        "https://shop.example",
        "https://shop.internal",
        "http://127.0.0.1:20300",
        "http://[::1]:8000",
        "http://192.168.1.20",
    ],
)
def test_the_sandbox_sells_where_nobody_comes_by(url):
    assert refused(url) == ""


@pytest.mark.parametrize(
    "url", ["https://shop.com", "https://localhost.shop.com", "https://example.com", "http://8.8.8.8"]
)
def test_the_sandbox_sells_in_public_only_when_somebody_says_so(url):
    assert "TEST_CARDS_IN_PUBLIC=true" in refused(url)
    assert refused(url, allowed=True) == ""
    assert refused(url, provider="none") == ""


def test_production_never_takes_test_cards():
    assert "production would sell for nothing" in refused("http://localhost", environment="prod", allowed=True)
    assert refused("https://shop.com", environment="prod", provider="none") == ""


def test_a_provider_must_exist():
    assert "must be sandbox, stripe or none, not 'stripes'" in refused("http://localhost", provider="stripes")


@pytest.mark.parametrize(("key", "is_refused"), [("sk_test_1", True), ("rk_test_1", True), ("sk_live_1", False)])
def test_a_test_key_of_stripe_counts_as_test_cards(key, is_refused):
    for environment, url in (("prod", "http://localhost"), ("local", "https://shop.com")):
        words = refusal(
            provider="stripe",
            environment=environment,
            public_url=url,
            test_cards_in_public=False,
            stripe_key=key,
        )
        assert ("with a test key takes test cards" in words) is is_refused


@pytest.mark.parametrize("role", ["web", "worker", "migrate"])
def test_no_process_of_the_service_starts(role):
    environment = os.environ | {"PUBLIC_URL": "https://shop.com", "DJANGO_SETTINGS_MODULE": "apps.payment.settings"}
    run = subprocess.run(
        [sys.executable, "manage.py", "payment", role], env=environment, capture_output=True, text=True, check=False
    )
    assert run.returncode != 0
    assert "shop.com is a public host" in run.stderr


@pytest.mark.django_db
def test_a_shop_without_a_provider_takes_no_card(settings, api_client):
    settings.PAYMENT_PROVIDER = "none"
    response = api_client.post("/v1/payment-methods", {"card": CARD}, format="json")
    assert response.status_code == 409
    assert response.json()["type"].endswith("payments-not-set-up")
    assert response.json()["detail"] == (
        "This shop does not take payments yet. Nothing was ordered and nothing was charged."
    )


@pytest.mark.django_db
def test_a_card_of_former_times_pays_for_nothing_new(settings):
    method = services.add_method(user_id=uuid.uuid4(), provider="sandbox", source={"card": CARD})
    settings.PAYMENT_PROVIDER = "none"
    with pytest.raises(PaymentsNotSetUp):
        services.usable_method(str(method.pk), user_id=method.user_id)
