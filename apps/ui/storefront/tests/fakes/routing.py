"""Base of the fake services: routing, and problems in the format of the real ones."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from typing import Any

import httpx

type Handler = Callable[..., httpx.Response]


def route(method: str, pattern: str) -> Callable[[Handler], Handler]:
    """Mark a method as the handler of `method` at paths that match `pattern` (named groups become arguments)."""

    def mark(handler: Handler) -> Handler:
        handler.route = (method, re.compile(pattern + r"\Z"))  # type: ignore[attr-defined]  # read by FakeService
        return handler

    return mark


class FakeService:
    """A service in memory. `is_down` makes it unreachable, `requests` records all requests.

    `refusals` are responses that replace those of the handlers, by (method, path).
    """

    name = ""

    def __init__(self) -> None:
        self.is_down = False
        self.requests: list[httpx.Request] = []
        self.exchanges: list[tuple[httpx.Request, httpx.Response]] = []
        self.refusals: dict[tuple[str, str], httpx.Response] = {}

    def __call__(self, request: httpx.Request) -> httpx.Response:
        self.requests.append(request)
        if self.is_down:
            raise httpx.ConnectError("connection refused")
        response = self._respond(request)
        self.exchanges.append((request, response))
        return response

    def refuse(self, method: str, path: str, status: int, slug: str, detail: str = "No.", **members: Any) -> None:
        """Respond with this problem, until `refusals` is cleared."""
        self.refusals[method, path] = problem(status, slug, detail, **members)

    def requests_to(self, method: str, path: str) -> list[httpx.Request]:
        """The requests with this method and path (a regular expression), oldest first."""
        return [r for r in self.requests if r.method == method and re.fullmatch(path, r.url.path)]

    def _respond(self, request: httpx.Request) -> httpx.Response:
        path = request.url.path
        if refusal := self.refusals.get((request.method, path)):
            return refusal
        for name in dir(type(self)):
            handler = getattr(self, name)
            method, pattern = getattr(handler, "route", ("", None))
            if method == request.method and pattern and (match := pattern.match(path)):
                return handler(request, **match.groupdict())
        return problem(404, "not-found", f"{self.name} has no {request.method} {path}.")


def body_of(request: httpx.Request) -> dict[str, Any]:
    """The request's JSON."""
    return json.loads(request.content or b"{}")


def ok(body: Any, status: int = 200, **headers: str) -> httpx.Response:
    """A response with a JSON body, or without content."""
    return httpx.Response(status, json=body, headers=headers) if body is not None else httpx.Response(status)


def problem(status: int, slug: str, detail: str, **members: Any) -> httpx.Response:
    """A problem (RFC 9457) in the format of every service."""
    headers = {name: members.pop(name) for name in ("Retry-After",) if name in members}
    body = {
        "type": f"/problems/{slug}",
        "title": slug.replace("-", " ").capitalize(),
        "status": status,
        "detail": detail,
        "instance": "/",
        "request_id": "0192-request",
        **members,
    }
    return httpx.Response(status, json=body, headers={"Content-Type": "application/problem+json", **headers})


def in_currency(value: Any, currency: str) -> Any:
    """JSON with every amount in another currency: a euro is 1.10 dollars."""
    if isinstance(value, dict):
        if value.keys() == {"amount", "currency"}:
            return value if currency == "EUR" else {"amount": value["amount"] * 110 // 100, "currency": currency}
        return {name: in_currency(item, currency) for name, item in value.items()}
    return [in_currency(item, currency) for item in value] if isinstance(value, list) else value


def money(amount: int) -> dict[str, Any]:
    """Euros, in cents."""
    return {"amount": amount, "currency": "EUR"}
