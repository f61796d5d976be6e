"""What payment asks of catalog: quotes and reservations. Never called inside a database transaction."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from typing import Any

from apps.common.http import SERVICE, RemoteProblem, ServiceClient
from apps.common.money import Money

client = ServiceClient("catalog", timeout=3.0)


@dataclass(frozen=True, slots=True)
class Quote:
    """One line as catalog sells it now. `status` is ok, insufficient_stock, unavailable or unknown."""

    sku: str
    quantity: int
    status: str
    title: str = ""
    variant_name: str = ""
    slug: str = ""
    kind: str = "goods"
    unit_price: Money | None = None
    available_quantity: int | None = None
    image_url: str | None = None
    title_slug: str | None = None
    offer: str | None = None
    rental_hours: int | None = None
    requires_shipping: bool = False

    @property
    def is_video(self) -> bool:
        return self.kind == "video"

    @property
    def line_total(self) -> Money | None:
        return self.unit_price and self.unit_price * self.quantity

    @classmethod
    def from_json(cls, body: dict[str, Any]) -> Quote:
        """From catalog's answer, or from what a cart remembers of it."""
        price = body.get("unit_price")
        return cls(
            sku=body["sku"],
            quantity=body["quantity"],
            status=body["status"],
            title=body.get("title") or "",
            variant_name=body.get("variant_name") or "",
            slug=body.get("slug") or "",
            kind=body.get("kind") or "goods",
            unit_price=Money(price["amount"], price["currency"]) if price else None,
            available_quantity=body.get("available_quantity"),
            image_url=body.get("image_url"),
            title_slug=body.get("title_slug"),
            offer=body.get("offer"),
            rental_hours=body.get("rental_hours"),
            requires_shipping=bool(body.get("requires_shipping")),
        )


def quotes(lines: list[tuple[str, int]], currency: str) -> list[dict[str, Any]]:
    """Catalog's answer for `(sku, quantity)` lines, raw, so that a cart can remember it. Raises Unavailable."""
    if not lines:
        return []
    body = {"currency": currency, "lines": [{"sku": sku, "quantity": quantity} for sku, quantity in lines]}
    # A quote changes nothing, so it may be asked again: the key marks the POST as repeatable.
    return client.post("/v1/quotes", body, idempotency_key=f"quote-{uuid.uuid4().hex}").json_or_raise()["lines"]


def reserve(order_id: uuid.UUID, lines: list[tuple[str, int]], *, ttl_seconds: int) -> str:
    """Promise the stock to the order; returns the reservation's id. Raises Unavailable or RemoteProblem (409)."""
    body = {
        "order_id": str(order_id),
        "lines": [{"sku": sku, "quantity": quantity} for sku, quantity in lines],
        "ttl_seconds": ttl_seconds,
    }
    return client.post("/v1/reservations", body, token=SERVICE, idempotency_key=str(order_id)).json_or_raise()["id"]


def commit(reservation_id: uuid.UUID) -> None:
    """The stock is sold. Raises Unavailable or RemoteProblem (409 reservation-expired)."""
    path = f"/v1/reservations/{reservation_id}/commit"
    client.post(path, token=SERVICE, idempotency_key=str(reservation_id)).json_or_raise()


def release(reservation_id: uuid.UUID) -> None:
    """Give the stock back; a reservation that is gone or closed is as good as released. Raises Unavailable."""
    response = client.delete(f"/v1/reservations/{reservation_id}", token=SERVICE)
    if response.status_code not in (204, 404, 409):
        raise RemoteProblem("catalog", response.raw)
