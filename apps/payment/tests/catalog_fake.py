"""Catalog (and auth's service token) as payment sees them: in memory, and held to their real OpenAPI documents.

Every exchange is checked against `apps/catalog/openapi.yaml` as it happens, so a fake that drifts from the real
service fails the test that uses it.
"""

from __future__ import annotations

import json
import re
import threading
import uuid
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Any

import httpx
import respx
from django.conf import settings
from django.utils import timezone

from apps.common.testing import contracts

RESERVATION = re.compile(r"/v1/reservations/(?P<id>[0-9a-f-]{36})(?P<commit>/commit)?\Z")
RETURNS = re.compile(r"/v1/reservations/orders/(?P<order_id>[0-9a-f-]{36})/returns\Z")
OF_ORDER = re.compile(r"/v1/reservations/orders/(?P<order_id>[0-9a-f-]{36})\Z")


@dataclass(frozen=True)
class Variant:
    """What catalog sells; `stock` None is a film."""

    sku: str
    title: str
    price: int
    stock: int | None = None
    offer: str | None = None
    rental_hours: int | None = None
    # Where a film may be watched; everywhere when there are none.
    available_countries: tuple[str, ...] = ()
    tax_class: str = "standard"
    image_url: str | None = None
    category: str = "home/kitchen"
    # What it costs without its sale; None is not on sale.
    regular_price: int | None = None
    # In US dollars; None has no price in them.
    dollars: int | None = None

    def price_in(self, currency: str) -> int | None:
        return {"EUR": self.price, "USD": self.dollars}[currency]


MUG = Variant("MUG-BLUE", "Blue mug", 1490, stock=10, dollars=1690)
LAMP = Variant("LAMP-BRASS", "Brass lamp", 8900, stock=1)
FILM = Variant("FILM-METROPOLIS-BUY", "Metropolis", 999, offer="buy", dollars=1099, category="films/classics")
RENTAL = Variant("FILM-METROPOLIS-RENT", "Metropolis", 399, offer="rent", rental_hours=48, category="films/classics")


@dataclass
class Reservation:
    id: str
    order_id: str
    lines: list[dict[str, Any]]
    status: str = "active"

    def as_json(self) -> dict[str, Any]:
        return {
            "id": self.id,
            "order_id": self.order_id,
            "status": self.status,
            "expires_at": (timezone.now() + timedelta(minutes=15)).isoformat(),
            "lines": self.lines,
        }


@dataclass
class FakeCatalog:
    """`is_down` refuses every call; `before(path)` runs ahead of each response and may raise an httpx error."""

    variants: dict[str, Variant] = field(default_factory=dict)
    reservations: dict[str, Reservation] = field(default_factory=dict)
    is_down: bool = False
    before: Callable[[str, str], None] = lambda method, path: None
    # Runs after the work is done: raising here is a response that got lost on its way.
    after: Callable[[str, str], None] = lambda method, path: None
    # Requests to these paths wait until the caller has given up, and are carried out by `carry_out_late`.
    slow: set[str] = field(default_factory=set)
    waiting: list[httpx.Request] = field(default_factory=list)
    # Units that came back, by the id of their return.
    returns: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    calls: list[str] = field(default_factory=list)
    lock: threading.RLock = field(default_factory=threading.RLock)

    def sell(self, *variants: Variant) -> None:
        for variant in variants:
            self.variants[variant.sku] = variant

    def change(self, sku: str, **changes: Any) -> None:
        self.variants[sku] = replace(self.variants[sku], **changes)

    def available(self, sku: str) -> int:
        """Units that are not reserved."""
        return (self.variants[sku].stock or 0) - self._reserved(sku)

    def statuses(self) -> list[str]:
        return [reservation.status for reservation in self.reservations.values()]

    def expire(self) -> None:
        """As if nobody had committed in time."""
        for reservation in self.reservations.values():
            if reservation.status == "active":
                reservation.status = "expired"

    def carry_out_late(self) -> list[tuple[int, str]]:
        """Do what waited, as a process does that was frozen meanwhile; status and problem of each."""
        waiting, self.waiting, self.slow = self.waiting, [], set()
        results = []
        for request in waiting:
            with self.lock:
                status, data = self._route(request, json.loads(request.content) if request.content else None)
            results.append((status, (data or {}).get("type", "")))
        return results

    def _reserved(self, sku: str) -> int:
        active = [r for r in self.reservations.values() if r.status == "active"]
        return sum(line["quantity"] for r in active for line in r.lines if line["sku"] == sku)

    def mount(self, router: respx.MockRouter) -> None:
        # Reading it takes seconds on a busy machine, and would count against the first call's deadline.
        contracts.document("catalog")
        router.post(f"{settings.SERVICE_URLS['auth']}/v1/tokens/service").mock(side_effect=self._token)
        router.route(url__startswith=settings.SERVICE_URLS["catalog"]).mock(side_effect=self._respond)

    def _token(self, request: httpx.Request) -> httpx.Response:
        body = {"access_token": "service", "token_type": "Bearer", "expires_in": 600, "scope": "stock:reserve"}
        return httpx.Response(200, json=body)

    def _respond(self, request: httpx.Request) -> httpx.Response:
        if self.is_down:
            raise httpx.ConnectError("refused", request=request)
        method, path = request.method, request.url.raw_path.decode()
        if path in self.slow:
            self.waiting.append(request)
            raise httpx.ReadTimeout("frozen", request=request)
        self.before(method, path)
        body = json.loads(request.content) if request.content else None
        with self.lock:
            self.calls.append(f"{method} {path}")
            status, data = self._route(request, body)
        contracts.assert_matches_contract(
            "catalog",
            method,
            path,
            request_json=body,
            response_json=data,
            status=status,
            headers=dict(request.headers),
        )
        self.after(method, path)
        media = "application/json" if status < 400 else "application/problem+json"
        content = b"" if data is None else json.dumps(data).encode()
        return httpx.Response(status, content=content, headers={"Content-Type": media})

    def _route(self, request: httpx.Request, body: Any) -> tuple[int, Any]:
        path = request.url.path
        if path == "/v1/quotes":
            lines = [self._quote(line["sku"], line["quantity"], body["currency"]) for line in body["lines"]]
            return 200, {"currency": body["currency"], "lines": lines}
        if request.headers.get("Authorization") != "Bearer service":
            return 403, problem(403, "forbidden", "This needs a service token with the scope stock:reserve.")
        if path == "/v1/reservations":
            return self._reserve(body)
        if match := RETURNS.match(path):
            return self._return(match["order_id"], body)
        if match := OF_ORDER.match(path):
            return self._release_order(match["order_id"])
        match = RESERVATION.match(path)
        reservation = self.reservations.get(match["id"]) if match else None
        if match is None or reservation is None:
            return 404, problem(404, "not-found", "There is no such reservation.")
        return self._commit(reservation) if match["commit"] else self._release(reservation)

    def _quote(self, sku: str, quantity: int, currency: str) -> dict[str, Any]:
        nothing = dict.fromkeys(QUOTED)
        variant = self.variants.get(sku)
        if variant is None:
            return nothing | {"sku": sku, "quantity": quantity, "status": "unknown"}
        is_video = variant.stock is None
        available = None if is_video else self.available(sku)
        is_short = available is not None and available < quantity
        price = variant.price_in(currency)
        return nothing | {
            "sku": sku,
            "quantity": quantity,
            "status": "unavailable" if price is None else "insufficient_stock" if is_short else "ok",
            "title": variant.title,
            "variant_name": "",
            "slug": variant.title.lower().replace(" ", "-"),
            "kind": "video" if is_video else "goods",
            "category": variant.category,
            "unit_price": None if price is None else {"amount": price, "currency": currency},
            "regular_price": self._regular_price(variant, currency),
            "line_total": None if price is None else {"amount": price * quantity, "currency": currency},
            "available_quantity": available,
            "image_url": variant.image_url,
            "title_slug": variant.title.lower() if is_video else None,
            "offer": variant.offer,
            "rental_hours": variant.rental_hours,
            "available_countries": list(variant.available_countries),
            "requires_shipping": not is_video,
            "weight_grams": 0 if is_video else 350,
            "tax_class": "digital" if is_video else variant.tax_class,
        }

    def _regular_price(self, variant: Variant, currency: str) -> dict[str, Any] | None:
        """Sales are in euros."""
        if variant.regular_price is None or currency != "EUR":
            return None
        return {"amount": variant.regular_price, "currency": currency}

    def _reserve(self, body: dict[str, Any]) -> tuple[int, Any]:
        for reservation in self.reservations.values():
            if reservation.order_id == body["order_id"]:
                if reservation.status == "released":
                    return 409, problem(409, "reservation-closed", "The order was given up.")
                if reservation.lines != body["lines"]:
                    return 409, problem(409, "conflict", "Other lines.")
                if reservation.status == "expired":
                    if short := self._short(body["lines"]):
                        return 409, problem(409, "insufficient-stock", "Some lines are short.", lines=short)
                    reservation.status = "active"
                return 200, reservation.as_json()
        if short := self._short(body["lines"]):
            return 409, problem(409, "insufficient-stock", "Some lines are short.", lines=short)
        reservation = Reservation(str(uuid.uuid4()), body["order_id"], body["lines"])
        self.reservations[reservation.id] = reservation
        return 201, reservation.as_json()

    def _commit(self, reservation: Reservation) -> tuple[int, Any]:
        if reservation.status == "released":
            return 409, problem(409, "reservation-closed", "It was released.")
        if reservation.status == "expired" and self._short(reservation.lines):
            return 409, problem(409, "reservation-expired", "It expired and the units are sold.")
        if reservation.status != "committed":
            reservation.status = "committed"
            for line in reservation.lines:
                stock = self.variants[line["sku"]].stock
                if stock is not None:
                    self.change(line["sku"], stock=stock - line["quantity"])
        return 200, reservation.as_json()

    def _release(self, reservation: Reservation) -> tuple[int, Any]:
        if reservation.status == "committed":
            return 409, problem(409, "reservation-closed", "It is committed.")
        reservation.status = "released"
        return 204, None

    def _release_order(self, order_id: str) -> tuple[int, Any]:
        """Leaves a closed reservation, also when there was none."""
        standing = next((r for r in self.reservations.values() if r.order_id == order_id), None)
        if standing is None:
            standing = Reservation(str(uuid.uuid4()), order_id, [])
            self.reservations[standing.id] = standing
        return self._release(standing)

    def _return(self, order_id: str, body: dict[str, Any]) -> tuple[int, Any]:
        if body["id"] in self.returns:
            return 204, None
        reservation = next((r for r in self.reservations.values() if r.order_id == order_id), None)
        sold = reservation.lines if reservation and reservation.status == "committed" else []
        units = {line["sku"]: 0 for line in sold}
        for line in sold:
            units[line["sku"]] += line["quantity"]
        for line in body["lines"]:
            came_back = sum(
                row["quantity"] for rows in self.returned_by(order_id) for row in rows if row["sku"] == line["sku"]
            )
            if line["quantity"] > units.get(line["sku"], 0) - came_back:
                return 409, problem(409, "not-sold", "These units were not sold to this order.")
        self.returns[body["id"]] = [line | {"order_id": order_id} for line in body["lines"]]
        for line in body["lines"]:
            stock = self.variants[line["sku"]].stock
            if stock is not None:
                self.change(line["sku"], stock=stock + line["quantity"])
        return 204, None

    def returned_by(self, order_id: str) -> list[list[dict[str, Any]]]:
        return [rows for rows in self.returns.values() if rows and rows[0]["order_id"] == order_id]

    def _short(self, lines: list[dict[str, Any]]) -> list[dict[str, Any]]:
        """Lines that share a SKU add up: those that the stock does not reach for."""
        short, left = [], {line["sku"]: self.available(line["sku"]) for line in lines}
        for line in lines:
            sku, quantity = line["sku"], line["quantity"]
            if self.variants[sku].stock is None:
                continue
            if left[sku] < quantity:
                short.append({"sku": sku, "requested": quantity, "available": left[sku]})
            left[sku] -= quantity
        return short


QUOTED = [
    "title",
    "variant_name",
    "slug",
    "kind",
    "category",
    "unit_price",
    "regular_price",
    "line_total",
    "available_quantity",
    "image_url",
    "title_slug",
    "offer",
    "rental_hours",
    "available_countries",
    "requires_shipping",
    "weight_grams",
    "tax_class",
]


def problem(status: int, slug: str, detail: str, **extensions: Any) -> dict[str, Any]:
    return {
        "type": f"/problems/{slug}",
        "title": detail,
        "status": status,
        "detail": detail,
        "instance": "/",
        "request_id": None,
    } | extensions
