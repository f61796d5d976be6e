"""What real networks do to a checkout, by the sandbox's cards that do it on purpose."""

from __future__ import annotations

from types import SimpleNamespace

import httpx
import pytest
from django.test import Client

from apps.payment.orders.models import Order
from apps.payment.payments.models import WebhookEvent
from apps.payment.payments.providers.sandbox import mishaps, webhooks
from apps.payment.payments.providers.sandbox.models import SandboxCharge
from apps.payment.tests.invariants import assert_books_balance, assert_given_up, assert_paid_once
from apps.payment.tests.killing import resume

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def deliveries(monkeypatch) -> list[int]:
    """Statuses of the webhooks that arrive; they take no network."""
    statuses: list[int] = []

    def post(url, *, content, headers, timeout):
        client = Client(raise_request_exception=False)
        response = client.post("/v1/webhooks/sandbox", content, content_type="application/json", headers=headers)
        statuses.append(response.status_code)
        return httpx.Response(response.status_code, request=httpx.Request("POST", url))

    monkeypatch.setattr(webhooks, "httpx", SimpleNamespace(post=post))
    return statuses


def test_a_charge_whose_response_is_lost_is_voided_and_the_cart_is_kept(ada, catalog, deliveries):
    ada.put("LAMP-BRASS")
    response = ada.order(card="response lost")
    assert response.status_code == 503
    assert response["Retry-After"]
    assert SandboxCharge.objects.get().state == "voided"
    assert_given_up(Order.objects.get(), catalog)
    resume()
    assert_given_up(Order.objects.get(), catalog)
    assert [line["sku"] for line in ada.show_cart().json()["lines"]] == ["LAMP-BRASS"]
    assert ada.order().status_code == 201


def test_a_slow_provider_is_waited_for(ada, catalog, deliveries, monkeypatch):
    waited: list[int] = []
    monkeypatch.setattr(mishaps.time, "sleep", waited.append)
    ada.put("LAMP-BRASS")
    assert ada.order(card="slow").status_code == 201
    assert waited == [mishaps.SLOW_SECONDS]
    assert_paid_once(Order.objects.get(), catalog)


def test_a_webhook_that_overtakes_the_response_changes_nothing(ada, catalog, deliveries):
    ada.put("LAMP-BRASS")
    assert ada.order(card="webhook first").status_code == 201
    assert deliveries == [204]
    assert_paid_once(Order.objects.get(), catalog)
    assert_books_balance()


def test_webhooks_that_come_twice_count_once(ada, catalog, deliveries):
    ada.put("LAMP-BRASS")
    assert ada.order(card="webhooks twice").status_code == 201
    assert deliveries == [204] * 4
    assert WebhookEvent.objects.count() == len({"authorised", "captured"})
    assert_paid_once(Order.objects.get(), catalog)
    assert_books_balance()


def test_a_webhook_that_nobody_accepts_stops_no_checkout(ada, catalog, monkeypatch):
    def refuse(url, **how):
        raise httpx.ConnectError("refused")

    monkeypatch.setattr(webhooks, "httpx", SimpleNamespace(post=refuse))
    ada.put("LAMP-BRASS")
    assert ada.order(card="webhook first").status_code == 201
    assert_paid_once(Order.objects.get(), catalog)
