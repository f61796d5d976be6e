"""What payment's API says of carts, deliveries, totals and orders."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from apps.common.money import Money
from apps.ui.storefront.clients.after_sales import Refund, ReturnRequest, Shipment

# Classes of tax that say why there is none.
UNTAXED = ("export", "intra_community", "reverse_charge")


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """A line of a cart or an order. Product data is empty when catalog was down while the line was added."""

    sku: str
    quantity: int
    title: str
    variant_name: str
    slug: str
    kind: str
    unit_price: Money | None
    line_total: Money | None
    image_url: str | None
    title_slug: str | None
    offer: str | None
    rental_hours: int | None
    # What a voucher takes off the line's total.
    discount: Money | None = None

    @property
    def is_film(self) -> bool:
        return self.kind == "video"


@dataclass(frozen=True, slots=True, kw_only=True)
class CartLine(Line):
    """`status` is ok, insufficient_stock, unavailable or unknown.

    `previous_unit_price` is what the shopper saw last, where the price has changed since.
    """

    status: str
    available_quantity: int | None
    previous_unit_price: Money | None
    requires_shipping: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderLine(Line):
    """A line of an order. `position` names it in returns; None from a payment service of the release before."""

    position: int | None = None
    shipped_quantity: int = 0
    refunded_quantity: int = 0

    @property
    def returnable_quantity(self) -> int:
        """Units that are neither refunded nor being refunded."""
        return 0 if self.position is None else self.quantity - self.refunded_quantity


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why a code does nothing for a cart; `message` is for the customer."""

    reason: str
    message: str


@dataclass(frozen=True, slots=True)
class CartVoucher:
    """The code on a cart; while it is refused it takes nothing off."""

    code: str
    has_free_shipping: bool
    refusal: Refusal | None


@dataclass(frozen=True, slots=True)
class Cart:
    """A cart with prices; `prices_are_current` is False while catalog is down. `saved_lines` are for later.

    `subtotal` is before the discount, `total` after it and without shipping.
    """

    id: str
    currency: str
    lines: tuple[CartLine, ...]
    saved_lines: tuple[CartLine, ...]
    item_count: int
    subtotal: Money
    discount: Money
    total: Money
    voucher: CartVoucher | None
    gift_message: str
    requires_shipping: bool
    requires_account: bool
    prices_are_current: bool
    secret: str | None = None


@dataclass(frozen=True, slots=True)
class ShippingMethod:
    """A delivery method; the dates are the first and the last day on which the parcel may arrive."""

    code: str
    name: str
    description: str
    price: Money
    earliest_date: date
    latest_date: date
    requires_phone: bool


@dataclass(frozen=True, slots=True)
class ShippingCountries:
    """Codes of the countries that goods are delivered to."""

    results: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ShippingMethods:
    """Delivery methods, cheapest first."""

    results: tuple[ShippingMethod, ...]


@dataclass(frozen=True, slots=True)
class Shipping:
    """The delivery method of an order."""

    code: str
    name: str
    price: Money


@dataclass(frozen=True, slots=True)
class Delivery:
    """When the parcel of an order arrives, as it was said at checkout."""

    earliest_date: date
    latest_date: date


@dataclass(frozen=True, slots=True)
class TaxSummary:
    """The tax in an order's total at one rate (in basis points) and of one class.

    Classes are standard, reduced, zero and digital; or why there is no tax: export, intra_community, reverse_charge.
    """

    rate: int
    tax_class: str
    tax: Money


@dataclass(frozen=True, slots=True)
class RateTotal:
    """The tax of a rate over all classes, as receipts name it."""

    rate: int
    # The class that says why there is none; empty where there is a rate, be it zero.
    untaxed: str
    tax: Money


@dataclass(frozen=True, slots=True)
class OrderTotals:
    """What a cart comes to with a delivery method (None for films alone), with its taxes.

    `added_tax` is what tax changes in the prices of the lines: nothing where they include it.
    """

    shipping_method: str | None
    shipping: Money
    added_tax: Money
    tax: tuple[TaxSummary, ...]
    total: Money

    @property
    def tax_by_rate(self) -> list[RateTotal]:
        """One sum for each rate."""
        return tax_by_rate(self.tax)


@dataclass(frozen=True, slots=True)
class TotalsOfMethods:
    """For each delivery method, cheapest first."""

    results: tuple[OrderTotals, ...]


def tax_by_rate(parts: tuple[TaxSummary, ...]) -> list[RateTotal]:
    """One sum for each rate, in the order of the API: the highest rate first."""
    taxes: dict[tuple[int, str], Money] = {}
    for part in parts:
        key = part.rate, part.tax_class if part.tax_class in UNTAXED else ""
        taxes[key] = taxes.get(key, Money.zero(part.tax.currency)) + part.tax
    return [RateTotal(*key, tax) for key, tax in taxes.items()]


@dataclass(frozen=True, slots=True)
class OrderAddress:
    """The delivery address of an order."""

    name: str
    line1: str
    country: str
    postal_code: str = ""
    city: str = ""
    line2: str = ""
    region: str = ""
    phone: str = ""


@dataclass(frozen=True, slots=True)
class OrderPayment:
    """The card that an order was paid with."""

    brand: str
    last4: str


@dataclass(frozen=True, slots=True)
class NextAction:
    """The page where the customer confirms the payment."""

    url: str


@dataclass(frozen=True, slots=True)
class OrderVoucher:
    """The code that made an order cheaper, by a discount or by free shipping."""

    code: str
    has_free_shipping: bool


@dataclass(frozen=True, slots=True)
class Failure:
    """Why an order was not paid; `message` is for the customer."""

    code: str
    message: str


@dataclass(frozen=True, slots=True)
class Document:
    """An invoice or a credit note of an order."""

    number: str
    kind: str


@dataclass(frozen=True, slots=True)
class Order:
    """An order as its owner sees it; `secret` is set only in the response that creates a guest's order."""

    number: str
    state: str
    email: str
    lines: tuple[OrderLine, ...]
    subtotal: Money
    voucher: OrderVoucher | None
    discount: Money
    shipping: Shipping | None
    total: Money
    refunded: Money
    shipping_address: OrderAddress | None
    billing_address: OrderAddress | None
    gift_message: str
    delivery: Delivery | None
    payment: OrderPayment | None
    placed_at: datetime
    paid_at: datetime | None
    next_action: NextAction | None
    failure: Failure | None
    # Empty for orders placed before tax was recorded.
    tax: tuple[TaxSummary, ...] = ()
    # What tax changes in the prices of the lines; None or nothing where they include it.
    added_tax: Money | None = None
    company: str = ""
    vat_id: str = ""
    secret: str | None = None
    fulfilled_at: datetime | None = None
    shipments: tuple[Shipment, ...] = ()
    refunds: tuple[Refund, ...] = ()
    return_requests: tuple[ReturnRequest, ...] = ()
    documents: tuple[Document, ...] = ()

    @property
    def tax_by_rate(self) -> list[RateTotal]:
        """One sum for each rate."""
        return tax_by_rate(self.tax)

    @property
    def invoice(self) -> Document | None:
        return next((document for document in self.documents if document.kind == "invoice"), None)

    @property
    def is_unfinished(self) -> bool:
        return self.state in ("pending", "reserved", "authorised")

    @property
    def is_paid(self) -> bool:
        return self.state in ("paid", "fulfilled", "partially_refunded")

    @property
    def is_shipped(self) -> bool:
        """Whether all of its goods were sent."""
        return self.fulfilled_at is not None or self.state == "fulfilled"

    @property
    def has_parcel(self) -> bool:
        """Whether something was sent or has yet to be: goods that were not all refunded before."""
        goods = [line for line in self.lines if not line.is_film]
        return bool(self.shipments) or any(line.quantity > line.refunded_quantity for line in goods)

    @property
    def has_films_to_watch(self) -> bool:
        """Whether a film was bought and not refunded."""
        return any(line.is_film and not line.refunded_quantity for line in self.lines)

    @property
    def has_open_return(self) -> bool:
        return any(request.state == "open" for request in self.return_requests)

    @property
    def is_returnable(self) -> bool:
        """Whether a return can be requested."""
        return self.is_paid and not self.has_open_return and any(line.returnable_quantity for line in self.lines)


@dataclass(frozen=True, slots=True)
class OrderPage:
    """Orders, newest first; `next` is a link of the API."""

    results: tuple[Order, ...]
    next: str | None
