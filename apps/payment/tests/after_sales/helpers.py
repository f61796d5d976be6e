"""Staff, paid orders and what must hold after any refunds."""

from __future__ import annotations

import uuid
from typing import Any

from django.db.models import Sum

from apps.common.outbox.models import OutboxEvent
from apps.common.testing.clients import ServiceTestClient
from apps.common.testing.tokens import access_token
from apps.payment.documents.facts import facts_from_json
from apps.payment.ledger.models import JournalEntry, Posting
from apps.payment.orders.models import Order
from apps.payment.orders.selectors import tax_of
from apps.payment.payments.providers.sandbox.models import SandboxCharge, SandboxRefund
from apps.payment.refunds.models import Refund
from apps.payment.refunds.selectors import tax_of_refund
from apps.payment.tests.catalog_fake import FILM
from apps.payment.tests.invariants import assert_books_balance, assert_numbers_have_no_gaps
from apps.payment.tests.personas import Shopper

MUG = "MUG-BLUE"


def euros(amount: int) -> dict[str, Any]:
    return {"amount": amount, "currency": "EUR"}


class Staff:
    """A person with a role, at the API."""

    def __init__(self, *roles: str, email: str = "eve@example.com") -> None:
        self.client = ServiceTestClient()
        token = access_token(uuid.uuid4(), roles=list(roles or ["support_staff"]), email=email)
        self.client.credentials(HTTP_AUTHORIZATION=f"Bearer {token}")

    def post(self, path: str, body: dict[str, Any], *, key: str | None = None) -> Any:
        return self.client.post(path, body, headers={"Idempotency-Key": key or uuid.uuid4().hex})

    def refund(self, number: str, *, key: str | None = None, **body: Any) -> Any:
        """POST a refund; `lines` may be `{position: quantity}`."""
        if isinstance(body.get("lines"), dict):
            restock = body.pop("restock", False)
            body["lines"] = [{"position": p, "quantity": q, "restock": restock} for p, q in body["lines"].items()]
        return self.post(f"/v1/orders/{number}/refunds", body, key=key)

    def ship(self, number: str, lines: Any = None, *, key: str | None = None, **body: Any) -> Any:
        """POST a shipment; `lines` may be `{position: quantity}`."""
        if isinstance(lines, list):
            body["lines"] = lines
        elif lines is not None:
            body["lines"] = [{"position": position, "quantity": quantity} for position, quantity in lines.items()]
        body = {"carrier": "dhl", "tracking_number": "00340434161094042557"} | body
        return self.post(f"/v1/orders/{number}/shipments", body, key=key)


def buy(shopper: Shopper, *, mugs: int = 2, films: int = 1, voucher: str = "", **changes: Any) -> Order:
    """A paid order of mugs (line 0) and a film (the next line), with a voucher's code."""
    shopper.open_cart()
    if mugs:
        shopper.put(MUG, mugs)
    if films:
        shopper.put(FILM.sku)
    if voucher:
        assert shopper.apply(voucher).status_code == 200
    response = shopper.order(**changes)
    assert response.status_code == 201, response.content
    return Order.objects.get(number=response.json()["number"])


def events(number: str) -> list[dict[str, Any]]:
    rows = OutboxEvent.objects.filter(type="streamcart.order.refunded.v1", subject=number).order_by("pk")
    return [row.data for row in rows]


def assert_adds_up(order: Order) -> None:
    """Provider, books, order, lines and taxes agree on what went back."""
    order = Order.objects.prefetch_related("lines").get(pk=order.pk)
    refunds = list(Refund.objects.filter(order=order).prefetch_related("lines__line"))
    completed = [refund for refund in refunds if refund.state == Refund.State.COMPLETED]
    counted = [refund for refund in refunds if refund.state != Refund.State.FAILED]
    assert order.refunded_amount == sum(refund.amount for refund in completed) <= order.total_amount
    charge = SandboxCharge.objects.get(key=str(order.pk))
    given_back = SandboxRefund.objects.filter(charge=charge).aggregate(total=Sum("amount"))["total"] or 0
    assert given_back >= order.refunded_amount
    if len(counted) == len(completed):
        assert given_back == order.refunded_amount
    assert_books_balance()
    booked = JournalEntry.objects.filter(order_number=order.number, kind="refund").count()
    assert booked == sum(1 for refund in completed if refund.amount)
    assert len(events(order.number)) == len(completed)
    for line in order.lines.all():
        rows = [row for refund in counted for row in refund.lines.all() if row.line_id == line.pk]
        assert line.refunded_amount == sum(row.gross_amount for row in rows) <= line.paid_amount
        assert line.refunded_quantity == sum(row.quantity for row in rows) <= line.quantity
        assert line.cancelled_quantity == sum(row.cancelled_quantity for row in rows)
        assert sum(row.tax_amount for row in rows) <= line.tax_amount
    credited = {document.refund_id: facts_from_json(document.facts) for document in order.documents.all()}
    credited.pop(None)
    assert {pk: facts.gross for pk, facts in credited.items()} == {r.pk: r.amount for r in completed if r.amount}
    assert_numbers_have_no_gaps()
    if order.state == Order.State.REFUNDED:
        assert_all_went_back(order, completed)


def assert_all_went_back(order: Order, refunds: list[Refund]) -> None:
    """The refunds' taxes are the order's, and every account is where it was before the order, but for the fees of
    disputes that the shop won."""
    assert order.refunded_amount == order.total_amount
    taxes = [amount for refund in refunds for amount in tax_of_refund(refund)]
    assert sum(amount.tax for amount in taxes) == sum(amount.tax for amount in tax_of(order))
    assert sum(amount.gross for amount in taxes) == order.total_amount
    postings = Posting.objects.filter(entry__order_number=order.number)
    sums = {row["account"]: row["sum"] for row in postings.values("account").annotate(sum=Sum("amount"))}
    fees = sums.pop("provider_fees", 0)
    assert sums.pop("provider_clearing", 0) == -fees
    assert set(sums.values()) <= {0}, sums
