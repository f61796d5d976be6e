"""The chart refuses test cards in public exactly where the service itself would not start."""

from __future__ import annotations

import itertools

import pytest
import yaml

from apps.payment.payments.configuration import refusal
from devtools.checks.chart_schema import CHART
from tests.chart.render import ENVIRONMENTS, helm_run, values_of

HOSTS = ("streamcart.localhost", "shop.com", "shop.example", "example.com", "10.0.0.1", "172.40.0.1", "8.8.8.8")


@pytest.mark.parametrize(
    ("host", "environment", "allowed", "provider"),
    itertools.product(HOSTS, ("local", "prod"), (False, True), ("sandbox", "none")),
)
def test_chart_and_service_refuse_the_same_settings(host, environment, allowed, provider):
    settings = {
        "global.host": host,
        "global.environment": environment,
        "payment.testCardsInPublic": str(allowed).lower(),
        "payment.provider": provider,
        "tags.all": "false",
        "tags.payment": "true",
    }
    arguments = [part for key, value in settings.items() for part in ("--set", f"{key}={value}")]
    run = helm_run("template", "streamcart", str(CHART), *arguments)
    words = refusal(
        provider=provider, environment=environment, public_url=f"https://{host}", test_cards_in_public=allowed
    )
    assert (run.returncode != 0) == bool(words), run.stderr
    if words:
        # The same sentence but for what the setting is called.
        assert words.split(",")[0].replace("PAYMENT_PROVIDER", "payment.provider") in run.stderr


STRIPE = {
    "global.host": "shop.com",
    "global.environment": "prod",
    "global.secrets.source": "external",
    "payment.provider": "stripe",
    "payment.stripe.publishableKey": "pk_live_1",
    "tags.all": "false",
    "tags.payment": "true",
}


def with_stripe(**changes: str):
    settings = STRIPE | changes
    arguments = [part for key, value in settings.items() for part in ("--set", f"{key}={value}")]
    return helm_run("template", "streamcart", str(CHART), *values_of("prod"), *arguments)


def test_stripe_gets_its_keys_and_a_way_out():
    run = with_stripe()
    assert run.returncode == 0, run.stderr
    objects = [item for item in yaml.safe_load_all(run.stdout) if item]
    data = [entry for item in objects if item["kind"] == "ExternalSecret" for entry in item["spec"]["data"]]
    keys = {entry["secretKey"]: entry["remoteRef"]["key"] for entry in data}
    assert keys["STRIPE_SECRET_KEY"] == "payment-stripe-secret-key"
    assert keys["STRIPE_WEBHOOK_SECRETS"] == "payment-stripe-webhook-secrets"
    given = [item["data"] for item in objects if item["kind"] == "ConfigMap" and "PAYMENT_PROVIDER" in item["data"]]
    assert [settings["STRIPE_PUBLISHABLE_KEY"] for settings in given] == ["pk_live_1"]
    [policy] = [item for item in objects if item["metadata"]["name"] == "app-out"]
    assert "0.0.0.0/0" in str(policy["spec"]["egress"])


@pytest.mark.parametrize(
    ("setting", "value", "sentence"),
    [
        ("payment.stripe.publishableKey", "", "payment.stripe.publishableKey is needed"),
        ("payment.stripe.publishableKey", "sk_live_1", "does not match pattern"),
    ],
)
def test_stripe_without_its_keys_is_refused(setting, value, sentence):
    run = with_stripe(**{setting: value})
    assert run.returncode != 0
    assert sentence in run.stderr


def test_keys_of_an_account_are_not_generated():
    run = with_stripe(**{"global.secrets.source": "generate", "global.email.secretName": ""})
    assert run.returncode != 0
    assert "nobody can make up the keys of an account" in run.stderr


@pytest.mark.parametrize("environment", [name for name in ENVIRONMENTS if name != "default"])
def test_values_files_take_no_test_cards_in_public(environment):
    """With a real host each of them renders as it stands: dev for its team, production without a provider."""
    host = "streamcart.localhost" if environment == "local" else "shop.com"
    run = helm_run("template", "streamcart", str(CHART), *values_of(environment), "--set", f"global.host={host}")
    assert run.returncode == 0, run.stderr
