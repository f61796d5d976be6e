from __future__ import annotations

import pytest

from apps.payment.payments.providers.stripe.checks import check_keys, check_seller


@pytest.fixture(autouse=True)
def _in_use(settings):
    settings.PAYMENT_PROVIDER = "stripe"
    settings.STRIPE_SECRET_KEY = "sk_live_1"
    settings.STRIPE_PUBLISHABLE_KEY = "pk_live_1"
    settings.STRIPE_WEBHOOK_SECRETS = ["whsec_1"]


def ids(messages) -> list[str]:
    return [message.id for message in messages]


@pytest.mark.parametrize(
    ("name", "value", "error"),
    [
        ("STRIPE_SECRET_KEY", "", "streamcart.E031"),
        ("STRIPE_SECRET_KEY", "pk_live_1", "streamcart.E031"),
        ("STRIPE_PUBLISHABLE_KEY", "sk_live_1", "streamcart.E032"),
        ("STRIPE_WEBHOOK_SECRETS", [], "streamcart.E033"),
        ("STRIPE_WEBHOOK_SECRETS", ["whsec_1", ""], "streamcart.E033"),
    ],
)
def test_missing_and_mistaken_keys_are_named(settings, name, value, error):
    assert ids(check_keys()) == []
    setattr(settings, name, value)
    assert ids(check_keys()) == [error]
    settings.PAYMENT_PROVIDER = "sandbox"
    assert ids(check_keys()) == []


def test_keys_of_test_and_live_mode_are_not_mixed(settings):
    settings.STRIPE_PUBLISHABLE_KEY = "pk_test_1"
    assert ids(check_keys()) == ["streamcart.E032"]


def test_real_money_needs_a_real_seller(settings):
    [error] = check_seller()
    assert error.id == "streamcart.E034"
    assert "SELLER_NAME" in error.hint
    settings.STRIPE_SECRET_KEY = "sk_test_1"
    assert check_seller() == []
    settings.STRIPE_SECRET_KEY = "rk_live_1"
    settings.SELLER_NAME, settings.SELLER_STREET = "Lamps GmbH", "Lindenallee 7"
    settings.SELLER_EMAIL, settings.SELLER_VAT_ID = "hello@lamps.shop", "DE123456789"
    assert check_seller() == []
