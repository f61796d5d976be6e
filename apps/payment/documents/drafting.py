"""The facts of a document from an order as it is when the document is issued."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date

from django.conf import settings

from apps.payment.documents.facts import Address, Facts, Line, Party, Reference, facts_from_json
from apps.payment.documents.models import Document
from apps.payment.orders.models import Order, OrderLine
from apps.payment.orders.selectors import shipping_tax_of
from apps.payment.tax.services import TaxedAmount, shop_country, tax_date


def invoice_facts(order: Order, lines: Sequence[OrderLine], *, paid_on: date) -> Facts:
    """Of an order whose tax was recorded."""
    shipping = shipping_tax_of(order) or []
    return Facts(
        seller=seller(),
        buyer=buyer(order),
        currency=order.currency,
        order_number=order.number,
        ordered_on=tax_date(order.placed_at),
        paid_on=paid_on,
        lines=(*map(_ordered_line, lines), *(shipping_line(part, title=order.shipping_name) for part in shipping)),
        voucher_code=order.voucher_code,
    )


def credit_note_facts(invoice: Document, lines: Sequence[Line], *, paid_on: date) -> Facts:
    """The facts of a credit note: parties and order as in the invoice that it corrects, with lines of its own."""
    facts = facts_from_json(invoice.facts)
    corrects = Reference(invoice.number, invoice.issued_on)
    return replace(facts, lines=tuple(lines), paid_on=paid_on, voucher_code="", corrects=corrects)


def shipping_line(part: TaxedAmount, *, title: str) -> Line:
    """A part of shipping; it has one for each rate of the goods in the parcel."""
    return Line(title, 1, part.gross, 0, part.rate, part.tax_class, part.tax, kind="shipping")


def refunded_line(line: OrderLine, amount: TaxedAmount, *, quantity: int) -> Line:
    """What goes back of a line of the order; without units, its price was reduced afterwards."""
    return Line(
        title=line.title,
        variant=line.variant_name,
        sku=line.sku,
        quantity=quantity or 1,
        full=amount.gross,
        discount=0,
        rate=amount.rate,
        tax_class=amount.tax_class,
        tax=amount.tax,
        kind="product" if quantity else "reduction",
    )


def _ordered_line(line: OrderLine) -> Line:
    return Line(
        title=line.title,
        variant=line.variant_name,
        sku=line.sku,
        quantity=line.quantity,
        full=line.paid_amount + line.discount_amount,
        discount=line.discount_amount,
        rate=line.tax_rate or 0,
        tax_class=line.tax_class,
        tax=line.tax_amount or 0,
    )


def seller() -> Party:
    """Who sells, as the settings say now."""
    return Party(
        name=settings.SELLER_NAME,
        email=settings.SELLER_EMAIL,
        address=Address(
            country=shop_country(),
            line1=settings.SELLER_STREET,
            postal_code=settings.SELLER_POSTAL_CODE,
            city=settings.SELLER_CITY,
        ),
        vat_id=settings.SELLER_VAT_ID,
    )


def buyer(order: Order) -> Party:
    """Who buys films alone may give no address: the law wants none up to €250, and the e-mail address names the
    buyer."""
    known = order.billing_address or order.shipping_address
    if not known:
        return Party(order.email, order.email, Address(order.tax_country))
    return party(known, email=order.email, company=order.company_name, vat_id=order.vat_id)


def party(address: Mapping[str, str], *, email: str, company: str, vat_id: str) -> Party:
    """A buyer with a postal address, by the company's name or else the person's."""
    names = ("country", "line1", "line2", "postal_code", "city", "region")
    known = Address(**{name: str(address.get(name) or "") for name in names})
    return Party(company or str(address.get("name") or email), email, known, vat_id)
