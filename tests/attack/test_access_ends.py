"""Whoever was dismissed, closed or deleted goes on with what they still hold: it must be worth nothing in seconds."""

from __future__ import annotations

import json
import re
import uuid
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import httpx
import pytest

from tests.conftest import PASSWORD, RunningStack, until

pytestmark = pytest.mark.attack
SECRET = "a long enough secret"
CARD = {"number": "4242424242424242", "exp_month": 12, "exp_year": 2034, "cvc": "123"}
ROLES = ["catalog_staff", "support_staff", "video_staff"]
# As if some minutes had passed for every staff session.
MAKE_CHECKS_DUE = """
from django.contrib.sessions.models import Session
from django.contrib.sessions.backends.db import SessionStore
from apps.common.staff.sessions import NEXT_CHECK_AT
for key in Session.objects.values_list("session_key", flat=True):
    store = SessionStore(key)
    if NEXT_CHECK_AT in store:
        store[NEXT_CHECK_AT] = 0
        store.save()
print(Session.objects.exists())
"""
ADMINS = ("auth", "catalog", "payment", "video")


def make_staff(stack: RunningStack, folder: Path) -> dict[str, str]:
    """A member of staff with every role but the highest, of whom no other test knows."""
    person = {"id": str(uuid.uuid4()), "email": f"staff-{uuid.uuid4().hex[:10]}@example.com"}
    file = folder / "staff.json"
    file.write_text(json.dumps([person | {"password": PASSWORD, "name": "Sam", "roles": ROLES}]))
    stack.manage("auth", "import_users", str(file))
    return person


def sign_in_to_admin(browser: httpx.Client, service: str, email: str) -> None:
    address = f"/{service}/admin/login/?next=/api/{service}/admin/"
    browser.get(address)
    form = {"username": email, "password": PASSWORD, "csrfmiddlewaretoken": browser.cookies[f"{service}_csrf"]}
    assert browser.post(address, data=form).status_code == 302
    assert is_in(browser, service)


def is_in(browser: httpx.Client, service: str) -> bool:
    return browser.get(f"/{service}/admin/").status_code == 200


def close_account(stack: RunningStack, user_id: str) -> None:
    """What an administrator does: no role but the customer's, and not active."""
    with httpx.Client(base_url=f"{stack.url}/api", timeout=30) as browser:
        sign_in_to_admin(browser, "auth", "admin@example.com")
        address = f"/auth/admin/accounts/user/{user_id}/change/"
        page = browser.get(address).text
        inlines = dict.fromkeys(("addresses-TOTAL_FORMS", "addresses-INITIAL_FORMS"), "0")
        token = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', page)[1]
        saved = browser.post(address, data=inlines | {"name": "Sam", "csrfmiddlewaretoken": token})
        assert saved.status_code == 302, saved.text


def statuses(api: httpx.Client, token: dict[str, str]) -> dict[str, int]:
    """What each service returns to somebody with this token."""
    reads = {"auth": "/auth/v1/me", "payment": "/payment/v1/orders", "video": "/video/v1/library"}
    found = {name: api.get(path, headers=token).status_code for name, path in reads.items()}
    review = {"rating": 5, "title": "Mine", "body": "Still here."}
    found["catalog"] = api.post("/catalog/v1/products/metropolis/reviews", json=review, headers=token).status_code
    return found


def test_dismissed_staff_are_out_of_every_admin_and_api_within_seconds(stack, api, sign_in, tmp_path):
    person = make_staff(stack, tmp_path)
    token = sign_in(person["email"])
    assert 401 not in statuses(api, token).values()
    with httpx.Client(base_url=f"{stack.url}/api", timeout=30) as browser:
        for service in ADMINS:
            sign_in_to_admin(browser, service, person["email"])
        close_account(stack, person["id"])
        until(lambda: not any(is_in(browser, service) for service in ADMINS), 10, "the end of every staff session")
    until(lambda: set(statuses(api, token).values()) == {401}, 10, "the refusal of the token by every service")
    assert api.get(f"/auth/internal/sessions/{person['id']}", headers=token).status_code == 404, "for services alone"
    refused = api.post("/auth/v1/tokens", json={"email": person["email"], "password": PASSWORD})
    assert refused.status_code == 401


def test_staff_who_lose_a_role_lose_their_sessions_and_come_back_with_less(stack, api, sign_in, tmp_path):
    person = make_staff(stack, tmp_path)
    token = sign_in(person["email"])
    with httpx.Client(base_url=f"{stack.url}/api", timeout=30) as browser:
        sign_in_to_admin(browser, "catalog", person["email"])
        entry = person | {"password": PASSWORD, "name": "Sam", "roles": ["support_staff"]}
        (tmp_path / "staff.json").write_text(json.dumps([entry]))
        stack.manage("auth", "import_users", str(tmp_path / "staff.json"))
        until(lambda: not is_in(browser, "catalog"), 10, "the end of the staff session")
        until(lambda: set(statuses(api, token).values()) == {401}, 10, "the refusal of the older token")
        sign_in_to_admin(browser, "payment", person["email"])
    assert 401 not in statuses(api, sign_in(person["email"])).values()


def test_a_device_signed_out_alone_is_out_of_the_admin_at_the_next_check(stack, api, sign_in, tmp_path):
    """No event is published for one device: the admin finds out when it asks, every few minutes."""
    person = make_staff(stack, tmp_path)
    token = sign_in(person["email"])
    with httpx.Client(base_url=f"{stack.url}/api", timeout=30) as browser:
        sign_in_to_admin(browser, "catalog", person["email"])
        assert "True" in stack.manage("catalog", "shell", "-c", MAKE_CHECKS_DUE)
        assert is_in(browser, "catalog"), "auth confirms the session"

        sessions = api.get("/auth/v1/me/sessions", headers=token).json()["results"]
        [of_admin] = [session["id"] for session in sessions if not session["is_current"]]
        assert api.delete(f"/auth/v1/me/sessions/{of_admin}", headers=token).status_code == 204
        assert is_in(browser, "catalog"), "nobody has asked yet"
        stack.manage("catalog", "shell", "-c", MAKE_CHECKS_DUE)
        assert not is_in(browser, "catalog")


def test_a_deleted_account_orders_nothing_and_what_it_ordered_at_that_moment_is_erased(stack, api, newcomer):
    email, token = newcomer
    variants = api.get("/catalog/v1/products/metropolis").json()["variants"]
    sku = next(variant["sku"] for variant in variants if variant["offer"] == "buy")
    cart = api.post("/payment/v1/carts", json={}, headers=token).json()["id"]
    put = api.put(f"/payment/v1/carts/{cart}/lines/{sku}", json={"quantity": 1}, headers=token)
    assert put.status_code == 200, put.text
    method = api.post("/payment/v1/payment-methods", json={"card": CARD}, headers=token).json()["id"]
    order = {"cart": cart, "payment_method": method}

    with ThreadPoolExecutor(2) as pool:
        headers = token | {"Idempotency-Key": uuid.uuid4().hex}
        ordering = pool.submit(api.post, "/payment/v1/orders", json=order, headers=headers)
        deleting = pool.submit(api.request, "DELETE", "/auth/v1/me", json={"password": SECRET}, headers=token)
        assert deleting.result().status_code == 204
        assert ordering.result().status_code in (201, 401, 404)
    until(lambda: set(statuses(api, token).values()) == {401}, 10, "the refusal of the token by every service")
    late = api.post("/payment/v1/orders", json=order, headers=token | {"Idempotency-Key": uuid.uuid4().hex})
    assert late.status_code == 401

    look = (
        f"from apps.payment.orders.models import Order; print('left:', Order.objects.filter(email={email!r}).count())"
    )
    until(lambda: "left: 0" in stack.manage("payment", "shell", "-c", look), 45, "the erasure of the order")
