from __future__ import annotations

import json
import time
from datetime import timedelta

import httpx
import pytest
from django.test import Client
from django.utils import timezone

from apps.payment.checkout.tasks import resume_stuck_orders
from apps.payment.orders.models import Order
from apps.payment.payments.models import WebhookEvent
from apps.payment.payments.providers.sandbox import charges, tasks, webhooks
from apps.payment.payments.providers.sandbox.checks import check_webhook_secret
from apps.payment.payments.providers.sandbox.models import SandboxCharge
from apps.payment.tests.invariants import assert_consistent, assert_given_up, assert_paid_once
from apps.payment.tests.killing import resume
from apps.payment.tests.personas import Shopper

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def _no_deliveries(monkeypatch) -> None:
    """The sandbox's own deliveries are made by the tests, when they want them."""
    monkeypatch.setattr(tasks.send_webhook, "apply_async", lambda *args, **options: None)


@pytest.fixture
def challenged(ada, catalog) -> dict:
    """An order that waits for the customer's bank."""
    ada.put("LAMP-BRASS")
    response = ada.order(card="challenge")
    assert response.status_code == 202, response.content
    return response.json()


def page_of(order: dict) -> str:
    url = order["next_action"]["url"]
    assert url.startswith("http://localhost:8000/api/payment/v1/sandbox/challenges/")
    return url.removeprefix("http://localhost:8000/api/payment")


def deliver(body: bytes, headers: dict[str, str]):
    return Client(raise_request_exception=False).post(
        "/v1/webhooks/sandbox", body, content_type="application/json", headers=headers
    )


def approve() -> tuple[bytes, dict[str, str]]:
    charge = charges.complete_challenge(SandboxCharge.objects.get().pk, approved=True)
    return webhooks.webhook_for(charge)


def test_the_order_waits_with_its_stock_reserved_and_says_where_to_go(challenged, catalog):
    assert challenged["state"] == "reserved"
    assert challenged["next_action"]["type"] == "redirect"
    assert catalog.available("LAMP-BRASS") == 0
    resume()
    assert Order.objects.get().state == "reserved"


def test_the_page_works_without_javascript_cookies_or_a_session(challenged):
    page = page_of(challenged)
    browser = Client(enforce_csrf_checks=True)
    shown = browser.get(page)
    html = shown.content.decode()
    assert shown.status_code == 200
    assert "€89.00" in html
    assert "<script" not in html
    assert shown["Cache-Control"] == "no-store"
    assert shown["X-Frame-Options"] == "DENY"

    response = browser.post(page, {"decision": "approve"})
    assert response.status_code == 302
    assert response["Location"] == f"http://localhost:8000/orders/{challenged['number']}"
    assert "already responded" in browser.get(page).content.decode()


def test_the_page_leads_back_to_where_the_shop_said(ada, catalog):
    ada.put("MUG-BLUE")
    order = ada.order(card="challenge", return_url="http://localhost:8000/done?order={number}").json()
    response = Client().post(page_of(order), {"decision": "decline"})
    assert response["Location"] == f"http://localhost:8000/done?order={order['number']}"


def test_an_unknown_decision_changes_nothing(challenged):
    assert Client().post(page_of(challenged), {"decision": "perhaps"}).status_code == 200
    assert SandboxCharge.objects.get().state == "requires_action"


def test_an_unknown_challenge_is_not_found():
    for method in ("get", "post"):
        assert getattr(Client(), method)("/v1/sandbox/challenges/ch_guess").status_code == 404


def test_coming_back_from_the_bank_completes_the_order_without_a_webhook(challenged, ada, catalog):
    Client().post(page_of(challenged), {"decision": "approve"})
    body = ada.show_order(challenged["number"]).json()
    assert body["state"] == "paid"
    assert body["next_action"] is None
    assert_paid_once(Order.objects.get(), catalog)


def test_the_webhook_completes_the_order_without_the_customer_coming_back(challenged, catalog):
    assert deliver(*approve()).status_code == 204
    assert_paid_once(Order.objects.get(), catalog)


def test_the_periodic_job_completes_the_order_when_neither_happens(challenged, catalog):
    approve()
    resume()
    assert_paid_once(Order.objects.get(), catalog)


def test_declining_on_the_page_gives_everything_back(challenged, ada, catalog):
    Client().post(page_of(challenged), {"decision": "decline"})
    body = ada.show_order(challenged["number"]).json()
    assert body["state"] == "failed"
    assert body["failure"]["code"] == "challenge_failed"
    assert_given_up(Order.objects.get(), catalog)
    assert catalog.available("LAMP-BRASS") == 1
    assert ada.show_cart().json()["item_count"] == 1


def test_a_challenge_that_nobody_completes_is_cancelled_and_released(challenged, ada, catalog):
    Order.objects.update(placed_at=timezone.now() - timedelta(minutes=16))
    resume()
    body = ada.show_order(challenged["number"]).json()
    assert body["state"] == "cancelled"
    assert body["failure"]["code"] == "challenge-expired"
    assert_given_up(Order.objects.get(), catalog)
    late = Client().post(page_of(challenged), {"decision": "approve"})
    assert "already responded" in late.content.decode()
    assert SandboxCharge.objects.get().state == "voided"


def test_a_customer_who_cancels_instead_is_never_charged(challenged, ada, catalog):
    response = ada.client.post(f"/v1/orders/{challenged['number']}/cancel")
    assert response.json()["state"] == "cancelled"
    assert ada.client.post(f"/v1/orders/{challenged['number']}/cancel").status_code == 200
    Client().post(page_of(challenged), {"decision": "approve"})
    resume()
    assert_given_up(Order.objects.get(), catalog)


def test_money_that_comes_after_the_reservation_expired_buys_what_is_still_there(challenged, ada, catalog):
    catalog.expire()
    approve()
    assert ada.show_order(challenged["number"]).json()["state"] == "paid"
    assert_paid_once(Order.objects.get(), catalog)
    assert catalog.available("LAMP-BRASS") == 0


def test_money_that_comes_after_the_stock_is_gone_is_let_go(challenged, ada, catalog):
    catalog.expire()
    catalog.change("LAMP-BRASS", stock=0)
    approve()
    body = ada.show_order(challenged["number"]).json()
    assert body["state"] == "failed"
    assert body["failure"]["code"] == "insufficient-stock"
    assert_given_up(Order.objects.get(), catalog)


def test_a_hold_that_the_bank_withdrew_sells_no_stock(challenged, ada, catalog):
    """Authorised, then nothing happened for days: the hold has lapsed when the job gets to it."""
    approve()
    Order.objects.update(state="authorised")
    SandboxCharge.objects.update(state="voided")
    resume()
    order = Order.objects.get()
    assert order.failure_code == "payment-lapsed"
    assert_given_up(order, catalog)
    assert catalog.available("LAMP-BRASS") == 1


def test_returning_while_catalog_is_down_still_shows_the_order(challenged, ada, catalog):
    approve()
    catalog.is_down = True
    response = ada.show_order(challenged["number"])
    assert response.status_code == 200
    assert response.json()["state"] == "authorised"


def test_duplicates_and_late_deliveries_change_nothing(challenged, catalog):
    waiting = webhooks.webhook_for(SandboxCharge.objects.get())
    approved = approve()
    for body, headers in (approved, approved, waiting, approved, waiting):
        assert deliver(body, headers).status_code == 204
    assert_paid_once(Order.objects.get(), catalog)
    captured = webhooks.webhook_for(SandboxCharge.objects.get())
    assert deliver(*captured).status_code == 204
    assert_consistent(catalog)
    assert WebhookEvent.objects.count() == 3


def test_a_webhook_while_catalog_is_down_is_accepted_and_finished_later(challenged, catalog):
    catalog.is_down = True
    assert deliver(*approve()).status_code == 204
    assert Order.objects.get().state == "authorised"
    catalog.is_down = False
    from apps.common.http import client as http_client

    http_client.forget_targets()
    resume()
    assert_paid_once(Order.objects.get(), catalog)


def forged(body: bytes, headers: dict[str, str], how: str) -> tuple[bytes, dict[str, str]]:
    stamp = str(int(time.time()))
    old = str(int(time.time()) - 301)
    name = webhooks.SIGNATURE_HEADER
    return {
        "no signature": (body, {}),
        "empty signature": (body, {name: ""}),
        "another body": (body.replace(b"evt_", b"evt-"), headers),
        "one more space": (body + b" ", headers),
        "another key": (body, {name: f"t={stamp},v1={'0' * 64}"}),
        "replayed later": (body, {name: f"t={old},v1={webhooks.sign(body, old)}"}),
        "fresh time, old signature": (body, {name: f"t={int(stamp) + 1},{headers[name].split(',')[1]}"}),
        "time from nowhere": (body, {name: f"t={'9' * 400},v1=x"}),
        "letters for a time": (body, {name: "t=now,v1=x"}),
        "not ASCII": (body, {name: "t=1,v1=\u00e4"}),
    }[how]


@pytest.mark.parametrize(
    "how",
    [
        "no signature",
        "empty signature",
        "another body",
        "one more space",
        "another key",
        "replayed later",
        "fresh time, old signature",
        "time from nowhere",
        "letters for a time",
        "not ASCII",
    ],
)
def test_a_forged_webhook_is_refused_and_leaves_no_trace(how, challenged):
    response = deliver(*forged(*approve(), how))
    assert response.status_code == 400
    assert response.json()["type"] == "/problems/invalid-signature"
    assert Order.objects.get().state == "reserved"
    assert not WebhookEvent.objects.exists()


@pytest.mark.parametrize("content", [b"", b"[]", b"null", b"{}", b'{"id": 1}', b"\xff", b'{"id": "a", "charge": null}'])
def test_a_signed_but_malformed_webhook_is_refused_or_ignored(content, challenged):
    stamp = str(int(time.time()))
    response = deliver(content, {webhooks.SIGNATURE_HEADER: f"t={stamp},v1={webhooks.sign(content, stamp)}"})
    assert response.status_code in (204, 400)
    assert Order.objects.get().state == "reserved"


def test_a_webhook_is_not_believed_about_the_state(challenged):
    """Signed and well-formed, but the bank's own books say otherwise: they count."""
    reference = SandboxCharge.objects.get().pk
    body = json.dumps({"id": "evt_x", "type": "charge.captured", "charge": reference, "state": "captured"}).encode()
    stamp = str(int(time.time()))
    assert deliver(body, {webhooks.SIGNATURE_HEADER: f"t={stamp},v1={webhooks.sign(body, stamp)}"}).status_code == 204
    assert Order.objects.get().state == "reserved"


def test_webhooks_of_unknown_providers_are_not_found():
    assert Shopper().client.post("/v1/webhooks/paypal", {}).status_code == 404


def test_the_sandbox_sends_what_the_webhook_accepts(challenged, catalog, settings, monkeypatch):
    approve()
    sent = {}

    def post(url, *, content, headers, timeout):
        sent["url"] = url
        response = deliver(content, headers)
        return httpx.Response(response.status_code, request=httpx.Request("POST", url))

    monkeypatch.setattr(webhooks.httpx, "post", post)
    tasks.send_webhook(SandboxCharge.objects.get().pk)
    assert sent["url"] == f"{settings.SERVICE_URLS['payment']}/v1/webhooks/sandbox"
    assert_paid_once(Order.objects.get(), catalog)


def test_the_job_leaves_alone_what_was_touched_a_moment_ago(challenged, catalog):
    approve()
    assert resume_stuck_orders() == 0


def test_an_empty_webhook_secret_stops_the_service(settings):
    assert check_webhook_secret() == []
    settings.SANDBOX_WEBHOOK_SECRET = ""
    assert [message.id for message in check_webhook_secret()] == ["streamcart.E020"]
