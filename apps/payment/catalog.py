"""The client of catalog: quotes, reservations and returns. Never called inside a database transaction."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Self

from django.utils.translation import gettext

from apps.common.http import SERVICE, RemoteProblem, ServiceClient, ServiceResponse, Unavailable
from apps.common.money import Money
from apps.common.problems import ValidationProblem

client = ServiceClient("catalog", timeout=3.0)


@dataclass(frozen=True, slots=True)
class Quote:
    """One line as catalog sells it now. `status` is ok, insufficient_stock, unavailable or unknown.

    `category` is the path of the product's category (`home/kitchen`), `regular_price` the unit price without a sale
    that is running, `weight_grams` the weight of one unit,
    `tax_class` standard, reduced, zero or digital. `available_countries`: where a film may be watched; everywhere when
    there are none.
    """

    sku: str
    quantity: int
    status: str
    title: str = ""
    variant_name: str = ""
    slug: str = ""
    kind: str = "goods"
    category: str = ""
    unit_price: Money | None = None
    regular_price: Money | None = None
    available_quantity: int | None = None
    image_url: str | None = None
    title_slug: str | None = None
    offer: str | None = None
    rental_hours: int | None = None
    available_countries: tuple[str, ...] = ()
    requires_shipping: bool = False
    weight_grams: int = 0
    tax_class: str = "standard"

    @property
    def is_video(self) -> bool:
        return self.kind == "video"

    def is_sold_in(self, country: str) -> bool:
        """Whether who is in this country may watch what they buy; True while it is not known where that is (empty)."""
        return not country or not self.available_countries or country in self.available_countries

    @property
    def line_total(self) -> Money | None:
        return self.unit_price and self.unit_price * self.quantity

    @classmethod
    def from_json(cls, body: dict[str, Any]) -> Self:
        """From catalog's response, or from what a cart remembers of it."""
        return cls(
            sku=body["sku"],
            quantity=body["quantity"],
            status=body["status"],
            title=body.get("title") or "",
            variant_name=body.get("variant_name") or "",
            slug=body.get("slug") or "",
            kind=body.get("kind") or "goods",
            category=body.get("category") or "",
            unit_price=_money(body.get("unit_price")),
            regular_price=_money(body.get("regular_price")),
            available_quantity=body.get("available_quantity"),
            image_url=body.get("image_url"),
            title_slug=body.get("title_slug"),
            offer=body.get("offer"),
            rental_hours=body.get("rental_hours"),
            available_countries=tuple(body.get("available_countries") or ()),
            requires_shipping=bool(body.get("requires_shipping")),
            weight_grams=body.get("weight_grams") or 0,
            tax_class=body.get("tax_class") or ("digital" if body.get("kind") == "video" else "standard"),
        )


def _money(price: dict[str, Any] | None) -> Money | None:
    return Money(price["amount"], price["currency"]) if price else None


def not_for_sale(skus: Sequence[str]) -> ValidationProblem:
    """For SKUs that catalog does not sell, or cannot even read."""
    errors = {"sku": [gettext("There is nothing for sale with this SKU.")]}
    return ValidationProblem(gettext("This item is not for sale."), errors=errors, skus=list(skus))


def quotes(lines: list[tuple[str, int]], currency: str) -> list[dict[str, Any]]:
    """Catalog's quotes for `(sku, quantity)` lines, raw, so that a cart can remember it.

    Raises Unavailable, or ValidationProblem for a SKU that catalog cannot even read.
    """
    if not lines:
        return []
    body = {"currency": currency, "lines": _as_json(lines)}
    # A quote changes nothing, so it may be asked again: the key marks the POST as repeatable.
    response = client.post("/v1/quotes", body, idempotency_key=f"quote-{uuid.uuid4().hex}")
    if response.status_code == 400:
        raise not_for_sale([sku for sku, _ in lines])
    return _accepted(response)["lines"]


def reserve(order_id: uuid.UUID, lines: list[tuple[str, int]], *, ttl_seconds: int) -> uuid.UUID:
    """Reserve the stock for the order; returns the reservation's id.

    Raises RemoteProblem when a line is not in stock (409 insufficient-stock) or no longer for sale (400), else
    Unavailable.
    """
    body = {"order_id": str(order_id), "lines": _as_json(lines), "ttl_seconds": ttl_seconds}
    response = client.post("/v1/reservations", body, token=SERVICE, idempotency_key=str(order_id))
    return uuid.UUID(_accepted(response, refusals={400, 409})["id"])


def commit(reservation_id: uuid.UUID) -> None:
    """The stock is sold. Raises RemoteProblem when it is not in stock any more (404, 409), else Unavailable."""
    path = f"/v1/reservations/{reservation_id}/commit"
    _accepted(client.post(path, token=SERVICE, idempotency_key=str(reservation_id)), refusals={404, 409})


def release(order_id: uuid.UUID) -> bool:
    """Release what was reserved for the order; False when it was sold already. Raises Unavailable.

    From then on catalog reserves nothing for it: a `reserve` that timed out and is carried out late is refused.
    """
    response = client.delete(f"/v1/reservations/orders/{order_id}", token=SERVICE)
    if response.status_code in (204, 409):
        return response.status_code == 204
    raise Unavailable("catalog", f"it returned {response.status_code}")


def return_units(order_id: uuid.UUID, return_id: uuid.UUID, lines: list[tuple[str, int]]) -> None:
    """Put sold units of an order back into the stock; the same `return_id` again changes nothing.

    Raises RemoteProblem when catalog did not sell these units to the order (409), else Unavailable.
    """
    path = f"/v1/reservations/orders/{order_id}/returns"
    body = {"id": str(return_id), "lines": _as_json(lines)}
    response = client.post(path, body, token=SERVICE, idempotency_key=str(return_id))
    if response.status_code != 204:
        _accepted(response, refusals={409})
        raise Unavailable("catalog", f"it returned {response.status_code}")


def _as_json(lines: list[tuple[str, int]]) -> list[dict[str, Any]]:
    return [{"sku": sku, "quantity": quantity} for sku, quantity in lines]


def _accepted(response: ServiceResponse, *, refusals: frozenset[int] | set[int] = frozenset()) -> Any:
    """The body. A refusal that means something to us is raised as RemoteProblem; any other (a wrong secret, a rate
    limit) is our trouble and not the customer's, who is asked to come back later."""
    try:
        return response.json_or_raise()
    except RemoteProblem as problem:
        if problem.status in refusals:
            raise
        raise Unavailable("catalog", str(problem)) from problem
