"""localstripe as a process, and what it lacks of Stripe: idempotency keys, a redirect for 3-D Secure, a decline for
charges that need the customer who is away, disputes.

https://github.com/adrienverge/localstripe keeps its state in memory and knows test cards.
"""

from __future__ import annotations

import json
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit

import requests
import stripe

# Parameters that it refuses to know, by the last part of the path.
UNKNOWN = {
    "payment_intents": ("setup_future_usage",),
    "confirm": ("return_url", "off_session"),
    "balance_transactions": ("created[gte]", "created[lt]"),
}
AUTHORIZATION = {"Authorization": "Bearer sk_test_12345"}
CARD = {"exp_month": 12, "exp_year": 2090, "cvc": "123"}


@contextmanager
def running(folder: Path) -> Iterator[str]:
    """The address of a localstripe of its own."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = [sys.executable, "-m", "localstripe", "--from-scratch", "--port", str(port)]
    process = subprocess.Popen(command, cwd=folder, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        _wait_for(port, process)
        yield f"http://127.0.0.1:{port}"
    finally:
        process.terminate()
        process.wait(10)


def _wait_for(port: int, process: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        assert process.poll() is None, "localstripe ended"
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
        except OSError:
            time.sleep(0.05)
        else:
            return
    raise TimeoutError("localstripe did not start")


class Browser:
    """What Stripe's script does in the customer's browser."""

    def __init__(self, url: str) -> None:
        self.url = url

    def post(self, path: str, data: dict[str, Any]) -> dict[str, Any]:
        # localstripe lets its publishable keys do little; the secret key stands in for the script's own protocol.
        response = requests.post(f"{self.url}{path}", data=data, headers=AUTHORIZATION, timeout=10)
        assert response.ok, response.text
        return response.json()

    def token(self, number: str = "4242424242424242") -> str:
        card = {f"card[{name}]": str(value) for name, value in (CARD | {"number": number}).items()}
        return self.post("/v1/payment_methods", {"type": "card"} | card)["id"]

    def authenticate(self, intent: str, *, is_approved: bool) -> None:
        """Decide on the bank's page."""
        found = requests.get(f"{self.url}/v1/payment_intents/{intent}", headers=AUTHORIZATION, timeout=10).json()
        data = {"client_secret": found["client_secret"], "success": str(is_approved).lower()}
        self.post(f"/v1/payment_intents/{intent}/_authenticate", data)

    def save(self, client_secret: str, number: str = "4242424242424242") -> str:
        """Confirm a SetupIntent with a card; returns the token."""
        setup, token = client_secret.partition("_secret_")[0], self.token(number)
        self.post(f"/v1/setup_intents/{setup}/confirm", {"client_secret": client_secret, "payment_method": token})
        return token


class AsStripe(stripe.RequestsClient):
    """Requests to localstripe, with responses as Stripe documents them."""

    def __init__(self) -> None:
        super().__init__(timeout=8)
        self.calls: list[tuple[str, str, dict[str, str]]] = []
        self.responses: dict[str, Any] = {}
        # It knows no disputes; these are ours, by id.
        self.disputes: dict[str, dict[str, Any]] = {}
        # Intents whose card wants the customer, who was away: Stripe declines those.
        self.unauthenticated: set[str] = set()
        # Paths whose next response is lost on the way back.
        self.loses: list[str] = []

    def request(self, method: str, url: str, headers: Any, post_data: Any = None) -> Any:
        path = urlsplit(url).path
        name = path.rpartition("/")[2]
        sent = dict(parse_qsl(post_data or urlsplit(url).query, keep_blank_values=True))
        self.calls.append((method, path, sent))
        if path.startswith("/v1/disputes"):
            return self._dispute(name)
        key = headers.get("Idempotency-Key") if method == "post" else None
        if key in self.responses:
            return self.responses[key]
        data = {field: value for field, value in sent.items() if field not in UNKNOWN.get(name, ())}
        encoded = urlencode(data)
        if method == "get":
            response = super().request(method, f"{url.partition('?')[0]}?{encoded}", headers)
        else:
            response = super().request(method, url, headers, encoded)
        response = self._as_stripe(path, sent, response)
        if key:
            self.responses[key] = response
        if any(path.endswith(lost) for lost in self.loses):
            self.loses.clear()
            raise stripe.APIConnectionError("The response was lost.")
        return response

    def _as_stripe(self, path: str, sent: dict[str, str], response: Any) -> Any:
        """With a redirect to the bank; a challenge with the customer away is a decline."""
        body, status, received = response
        content = json.loads(body)
        if sent.get("off_session") and content.get("next_action"):
            self.unauthenticated.add(content["id"])
            error = {"type": "card_error", "code": "authentication_required", "message": "Authenticate."}
            return json.dumps({"error": error | {"payment_intent": {"id": content["id"]}}}), 402, received
        if content.get("id") in self.unauthenticated and content.get("next_action"):
            error = {"code": "card_declined", "decline_code": "authentication_required"}
            content |= {"status": "requires_payment_method", "next_action": None, "last_payment_error": error}
            return json.dumps(content), status, received
        return _with_redirect(body), status, received

    def _dispute(self, name: str) -> Any:
        if name == "disputes":
            listed = {"object": "list", "url": "/v1/disputes", "has_more": False, "data": list(self.disputes.values())}
            return json.dumps(listed), 200, {}
        if name in self.disputes:
            return json.dumps(self.disputes[name]), 200, {}
        error = {"type": "invalid_request_error", "code": "resource_missing", "message": "No such dispute"}
        return json.dumps({"error": error}), 404, {}


def _with_redirect(body: Any) -> Any:
    content = json.loads(body)
    action = content.get("next_action")
    if action:
        url = f"https://hooks.stripe.test/3d_secure/{content['id']}"
        content["next_action"] = {"type": "redirect_to_url", "redirect_to_url": {"url": url, "return_url": None}}
    return json.dumps(content)
