"""The whole journey by REST, through the gateway, with every process running."""

from __future__ import annotations

import json
import re
import subprocess
import sys
import uuid
from typing import Any

import httpx
import pytest

from devtools.project import ROOT
from tests.conftest import until

pytestmark = pytest.mark.e2e
ADDRESS = {"name": "Nova", "line1": "Lichtspielgasse 3", "postal_code": "10115", "city": "Berlin", "country": "DE"}
CUSTOMER = ROOT / "charts" / "streamcart" / "charts" / "ui" / "files" / "customer.py"
COUNT_VIRTUAL_ORDERS = """
from apps.payment.orders.models import Order
print(Order.objects.filter(email__endswith="@streamcart.example", state="paid").count())
"""
GOOD, DECLINED, CHALLENGE = "4242424242424242", "4000000000000002", "4000000000003220"


def sku_of(api: httpx.Client, slug: str, *, offer: str | None = None) -> str:
    variants = api.get(f"/catalog/v1/products/{slug}").json()["variants"]
    return next(v["sku"] for v in variants if v["offer"] == offer and v["availability"] != "out_of_stock")


def scarcest(api: httpx.Client, slug: str) -> tuple[str, int]:
    """The variant with the fewest units, and how many; the shop reports at most 20."""
    variants = api.get(f"/catalog/v1/products/{slug}").json()["variants"]
    units = {v["sku"]: v["available"] for v in variants if v["available"]}
    sku = min(units, key=lambda sku: units[sku])
    assert 0 < units[sku] < 20
    return sku, units[sku]


def filled_cart(api: httpx.Client, headers: dict[str, str], *skus: str) -> dict[str, Any]:
    cart = api.post("/payment/v1/carts", json={}, headers=headers).json()
    headers = headers | ({"X-Cart-Secret": cart["secret"]} if "secret" in cart else {})
    secret = cart.get("secret")
    for sku in skus:
        response = api.put(f"/payment/v1/carts/{cart['id']}/lines/{sku}", json={"quantity": 1}, headers=headers)
        assert response.status_code == 200, response.text
        cart = response.json()
    return cart | {"secret": secret}


def pay(
    api: httpx.Client,
    headers: dict[str, str],
    cart: dict[str, Any],
    number: str,
    *,
    key: str | None = None,
    **more: Any,
) -> httpx.Response:
    card = {"number": number, "exp_month": 12, "exp_year": 2034, "cvc": "123"}
    method = api.post("/payment/v1/payment-methods", json={"card": card}, headers=headers).json()
    order = {"cart": cart["id"], "payment_method": method["id"], **more}
    if cart["requires_shipping"]:
        order |= {"shipping_address": ADDRESS, "shipping_method": "standard"}
    return api.post("/payment/v1/orders", json=order, headers=headers | {"Idempotency-Key": key or uuid.uuid4().hex})


def library(api: httpx.Client, headers: dict[str, str]) -> list[str]:
    return [item["title_slug"] for item in api.get("/video/v1/library", headers=headers).json()["results"]]


def test_a_newcomer_buys_a_film_and_a_mug_and_watches(stack, api, newcomer):
    email, me = newcomer
    found = api.get("/catalog/v1/products", params={"q": "metropls"}).json()["results"]
    assert found[0]["slug"] == "metropolis"
    film, (mug, units) = sku_of(api, "metropolis", offer="buy"), scarcest(api, "stoneware-mug")
    cart = filled_cart(api, me, film, mug)
    assert cart["item_count"] == 2

    refused = pay(api, me, cart, DECLINED)
    assert refused.status_code == 402
    assert refused.json()["type"] == "/problems/card-declined"
    assert "not been charged" in refused.json()["detail"]
    assert api.get(f"/payment/v1/carts/{cart['id']}", headers=me).json()["item_count"] == 2

    key = uuid.uuid4().hex
    paid = pay(api, me, cart, GOOD, key=key)
    assert paid.status_code == 201, paid.text
    order = paid.json()
    assert order["state"] == "paid"
    assert api.get(f"/payment/v1/orders/{order['number']}", headers=me).json()["state"] == "paid"
    assert order["number"] in stack.mail_to(email, "order")
    variants = api.get("/catalog/v1/products/stoneware-mug").json()["variants"]
    assert [v["available"] for v in variants if v["sku"] == mug] == [units - 1]

    until(lambda: "metropolis" in library(api, me), what="the film in the library")
    playback = api.post("/video/v1/titles/metropolis/playback", headers=me).json()
    master = httpx.get(playback["manifest_url"])
    assert master.status_code == 200
    assert "#EXT-X-STREAM-INF" in master.text
    rung = next(line for line in master.text.splitlines() if line.endswith(".m3u8") and not line.startswith("#"))
    base = playback["manifest_url"].rpartition("/")[0]
    segments = [line for line in httpx.get(f"{base}/{rung}").text.splitlines() if line.endswith(".m4s")]
    segment = httpx.get(f"{base}/{rung.rpartition('/')[0]}/{segments[0]}")
    assert segment.status_code == 200
    assert len(segment.content) > 1000
    assert "x-request-id" not in segment.headers  # NGINX alone, no service behind it
    caption = httpx.get(playback["captions"][0]["url"])
    assert caption.text.startswith("WEBVTT")

    body = {"session": playback["session"], "position_seconds": 7.5}
    assert api.put("/video/v1/progress/metropolis", json=body, headers=me).status_code == 200
    assert api.delete(f"/video/v1/playback/{playback['session']}", headers=me).status_code == 204
    again = api.post("/video/v1/titles/metropolis/playback", headers=me).json()
    assert again["resume_at"] == 7.5

    review = {"rating": 5, "title": "Worth it", "body": "Still new."}
    until(
        lambda: (
            api.post("/catalog/v1/products/stoneware-mug/reviews", json=review, headers=me).status_code in (201, 409)
        ),
        what="the right to review",
    )


def test_altered_and_expired_stream_addresses_are_refused(api, sign_in):
    ada = sign_in("ada@example.com")
    url = api.post("/video/v1/titles/metropolis/playback", headers=ada).json()["manifest_url"]
    head, signature, expires, asset, name = url.rsplit("/", 4)  # the session is in the head
    assert httpx.get(f"{head}/{signature}/{int(expires) + 1}/{asset}/{name}").status_code == 403
    assert httpx.get(f"{head}/{signature}/1/{asset}/{name}").status_code == 403


def test_a_film_that_was_not_bought_does_not_play(api, newcomer):
    _, me = newcomer
    response = api.post("/video/v1/titles/nosferatu/playback", headers=me)
    assert response.status_code == 403
    assert response.json()["type"] == "/problems/not-entitled"
    assert api.post("/video/v1/titles/nosferatu/playback").status_code == 401


def test_the_bank_may_ask_and_then_the_order_is_paid(stack, api, newcomer):
    _, me = newcomer
    cart = filled_cart(api, me, sku_of(api, "the-general", offer="rent"))
    waiting = pay(api, me, cart, CHALLENGE, return_url=f"{stack.url}/orders/return")
    assert waiting.status_code == 202, waiting.text
    url = waiting.json()["next_action"]["url"]
    with httpx.Client() as browser:
        page = browser.get(url)
        assert page.status_code == 200
        response = browser.post(url, data={"decision": "approve"})
    assert response.status_code in (302, 303)
    assert response.headers["Location"] == f"{stack.url}/orders/return"
    path = f"/payment/v1/orders/{waiting.json()['number']}"
    until(lambda: api.get(path, headers=me).json()["state"] == "paid", what="the payment")
    until(lambda: "the-general" in library(api, me), what="the rental")


def test_a_guest_buys_goods_but_no_films(api):
    cart = filled_cart(api, {}, sku_of(api, "playing-cards"))
    secret = {"X-Cart-Secret": cart["secret"]}
    assert api.get(f"/payment/v1/carts/{cart['id']}").status_code == 404
    order = pay(api, secret, cart, GOOD, email="guest@example.com")
    assert order.status_code == 201, order.text
    number, order_secret = order.json()["number"], order.json()["secret"]
    assert api.get(f"/payment/v1/orders/{number}").status_code in (401, 404)
    assert api.get(f"/payment/v1/orders/{number}", headers={"X-Order-Secret": order_secret}).status_code == 200

    films = filled_cart(api, {}, sku_of(api, "metropolis", offer="buy"))
    refused = pay(api, {"X-Cart-Secret": films["secret"]}, films, GOOD, email="guest@example.com")
    assert refused.status_code == 403
    assert refused.json()["type"] == "/problems/sign-in-required"


def test_the_command_of_helm_test_buys_something(stack):
    """The script of the chart's test pod, with the storefront's own address as inside a cluster."""
    environment = stack.environ | {"UI_URL": f"http://127.0.0.1:{stack.port + 1}"}
    run = subprocess.run([sys.executable, str(CUSTOMER)], env=environment, capture_output=True, text=True, check=False)
    assert run.returncode == 0, run.stderr
    assert re.fullmatch(r"Bought \S+: order \S+ is paid\.\n", run.stdout)


def virtual_orders(stack) -> int:
    return int(stack.manage("payment", "shell", "-c", COUNT_VIRTUAL_ORDERS).split()[-1])


def test_virtual_customers_buy_and_nothing_fails(stack, tmp_path):
    environment = stack.environ | {"UI_URL": f"http://127.0.0.1:{stack.port + 1}", "TMPDIR": str(tmp_path)}
    command = [sys.executable, str(CUSTOMER), "--visitors", "2", "--pause", "0.05", "--buy-share", "100"]
    # The test pod above is a virtual customer too.
    before = virtual_orders(stack)
    process = subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, text=True)
    try:
        # Each visit touches the file that the liveness probe looks at.
        until((tmp_path / "alive").exists, seconds=60, what="the first visit")
        # Two visitors who have paid three orders have ended a visit.
        until(lambda: virtual_orders(stack) >= before + 3, seconds=90, what="paid orders of virtual customers")
    finally:
        process.terminate()
        lines = [json.loads(line) for line in process.communicate(timeout=30)[0].splitlines()]
    assert process.returncode == 0
    assert [line for line in lines if line["level"] == "error"] == []
    assert lines[-1]["event"] == "visits"
    # Reports are a minute's each: a slow machine needs more than one.
    assert sum(line.get("bought", 0) for line in lines) > 0


def test_the_same_key_charges_once(api, newcomer):
    _, me = newcomer
    cart = filled_cart(api, me, sku_of(api, "playing-cards"))
    card = {"number": GOOD, "exp_month": 12, "exp_year": 2034, "cvc": "123"}
    method = api.post("/payment/v1/payment-methods", json={"card": card}, headers=me).json()["id"]
    body = {"cart": cart["id"], "payment_method": method, "shipping_address": ADDRESS, "shipping_method": "express"}
    headers = me | {"Idempotency-Key": uuid.uuid4().hex}
    first = api.post("/payment/v1/orders", json=body, headers=headers)
    second = api.post("/payment/v1/orders", json=body, headers=headers)
    assert first.status_code == second.status_code == 201
    assert first.json()["number"] == second.json()["number"]
    assert len(api.get("/payment/v1/orders", headers=me).json()["results"]) == 1


def test_every_service_documents_itself(api):
    for service in ("auth", "catalog", "payment", "video"):
        assert api.get(f"/{service}/schema/").status_code == 200
        page = api.get(f"/{service}/docs/")
        assert page.status_code == 200
        assert f"/api/{service}/static/" in page.text


def test_bad_tokens_are_refused_everywhere(api):
    for path in ("/auth/v1/me", "/payment/v1/orders", "/video/v1/library"):
        response = api.get(path, headers={"Authorization": "Bearer nonsense"})
        assert response.status_code == 401
        assert response.headers["Content-Type"].startswith("application/problem+json")


def test_staff_change_a_price_and_the_shop_shows_it_at_once(stack):
    """Through the admin's own pages, with the one account."""
    with httpx.Client(base_url=stack.url, follow_redirects=True, timeout=30) as browser:
        login = "/api/catalog/admin/login/"
        browser.get(login)
        form = {"username": "staff@example.com", "password": "streamcart-demo", "next": "/api/catalog/admin/"}
        csrf = {"csrfmiddlewaretoken": browser.cookies["catalog_csrf"]}
        home = browser.post(login, data=form | csrf, headers={"Referer": stack.url})
        assert home.status_code == 200
        assert "/api/catalog/admin/products/product/" in home.text
        assert browser.get("/api/catalog/admin/products/product/").status_code == 200
    seen = httpx.get(f"{stack.url}/api/catalog/v1/products/brass-pen")
    product = seen.json()
    price = product["price"]["amount"] + 100
    token = httpx.post(
        f"{stack.url}/api/auth/v1/tokens", json={"email": "staff@example.com", "password": "streamcart-demo"}
    ).json()["access"]
    change = {"variants": [{"sku": product["variants"][0]["sku"], "price": {"amount": price, "currency": "EUR"}}]}
    headers = {"Authorization": f"Bearer {token}", "If-Match": seen.headers["ETag"]}
    response = httpx.patch(f"{stack.url}/api/catalog/v1/products/brass-pen", json=change, headers=headers)
    assert response.status_code == 200, response.text
    assert httpx.get(f"{stack.url}/api/catalog/v1/products/brass-pen").json()["price"]["amount"] == price
    page = httpx.get(f"{stack.url}/p/brass-pen")
    assert page.status_code == 200
    assert f"{price / 100:.2f}" in page.text
