"""The chart refuses test cards in public exactly where the service itself would not start."""

from __future__ import annotations

import itertools

import pytest

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


@pytest.mark.parametrize("environment", [name for name in ENVIRONMENTS if name != "default"])
def test_values_files_take_no_test_cards_in_public(environment):
    """With a real host each of them renders as it stands: dev for its team, production without a provider."""
    host = "streamcart.localhost" if environment == "local" else "shop.com"
    run = helm_run("template", "streamcart", str(CHART), *values_of(environment), "--set", f"global.host={host}")
    assert run.returncode == 0, run.stderr
