"""The request to place an order, and its result."""

from __future__ import annotations

import uuid
from dataclasses import dataclass

from apps.common.money import Money
from apps.payment.orders.models import Order
from apps.payment.payments.models import Payment


@dataclass(frozen=True, slots=True)
class Customer:
    """Who orders: an account, or a guest (`user_id` None) by e-mail address. Mails are in `language`.

    `company` and the checked `vat_id` are those of a business. `billing_address` is that of the invoice, where it is
    not the delivery address.
    """

    user_id: uuid.UUID | None
    email: str
    language: str
    company: str = ""
    vat_id: str = ""
    billing_address: dict[str, str] | None = None


@dataclass(frozen=True, slots=True)
class Delivery:
    """Delivery address and method; empty for an order of films alone."""

    address: dict[str, str] | None
    method: str


@dataclass(frozen=True, slots=True)
class OrderRequest:
    """What the customer sent. A repeated request has the same `key`; `return_url` may hold `{number}`.
    `saves_card`: the customer wants to pay with the card again.
    """

    customer: Customer
    delivery: Delivery
    payment_method: str
    key: str
    return_url: str = ""
    expected_total: Money | None = None
    saves_card: bool = False


@dataclass(frozen=True, slots=True)
class NewOrder:
    """An order as it was just written, with its lines and a lease for who wrote it; `payment` has its method, and is
    None for an order of nothing."""

    order: Order
    payment: Payment | None


@dataclass(frozen=True, slots=True)
class PlacedOrder:
    """An order, and for a guest its secret. `new`: as it was written by this very request."""

    order: Order
    secret: str | None
    new: NewOrder | None = None
