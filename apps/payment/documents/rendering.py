"""Documents and packing slips as PDF files.

A document is drawn from its facts whenever it is asked for, which takes a few milliseconds; nothing is stored that
could differ from them.
"""

from __future__ import annotations

from datetime import date
from typing import Any

from babel import Locale
from babel.dates import format_date
from django.conf import settings
from django.utils.translation import gettext, override

from apps.common.countries import country_name
from apps.common.languages import default_language, shop_language
from apps.common.money import Money
from apps.common.numbers import percentage
from apps.payment.documents.drafting import buyer, seller
from apps.payment.documents.einvoice import FILE_NAME, write_xml
from apps.payment.documents.facts import Address, Facts, Line, Party, RateSum, facts_from_json
from apps.payment.documents.metadata import add_invoice_metadata
from apps.payment.documents.models import Document, Series
from apps.payment.documents.typesetting import typeset
from apps.payment.documents.wording import discount_reason, line_title
from apps.payment.orders.mails import DATE_LOCALES
from apps.payment.orders.models import Order
from apps.payment.shipments.models import Shipment
from apps.payment.tax.services import tax_date
from apps.payment.tax.wording import untaxed_sentence, untaxed_title

MINUS = "\N{MINUS SIGN}"


def render_document(document: Document) -> bytes:
    """The PDF/A-3 of an invoice or a credit note with its XML, in the document's language. Raises TypesettingFailed."""
    facts = facts_from_json(document.facts)
    with override(document.language):
        data = _Page(document, facts).data()
        xml = write_xml(document, facts)
        made = typeset("document", data, made_at=document.issued_at, xml=xml)
    return add_invoice_metadata(made)


def render_packing_slip(shipment: Shipment) -> bytes:
    """What is in a parcel (its lines prefetched with the order's), in the customer's language: it goes into the box."""
    order = shipment.order
    language = shop_language(order.language) or default_language()
    with override(language):
        return typeset("packing_slip", _slip(shipment, order, language), made_at=shipment.shipped_at)


class _Page:
    """The words and numbers of a document as its layout shows them."""

    def __init__(self, document: Document, facts: Facts) -> None:
        self.document, self.facts, self.language = document, facts, document.language

    def data(self) -> dict[str, Any]:
        facts = self.facts
        title = f"{self.heading} {self.document.number}"
        return _letter(facts.seller, facts.buyer, self.language, self.document.issued_on) | {
            "title": title,
            "heading": title,
            "attachment": FILE_NAME,
            "recipient_label": gettext("Bill to"),
            "details": self._details(),
            "columns": [
                gettext("No."),
                gettext("Item"),
                gettext("Quantity"),
                gettext("Unit price"),
                gettext("VAT"),
                gettext("Amount"),
            ],
            "rows": [self._row(position, line) for position, line in enumerate(facts.lines, start=1)],
            "totals": [[gettext("Net"), self._money(facts.net)], [gettext("VAT"), self._money(facts.tax)]],
            "total": [gettext("Total"), self._money(facts.gross)],
            "tax_columns": [gettext("VAT rate"), gettext("Net"), gettext("VAT"), gettext("Gross")],
            "tax_rows": [self._tax_row(rate) for rate in facts.rates],
            "notes": self._notes(),
        }

    @property
    def heading(self) -> str:
        return str(Series(self.document.series).label)

    @property
    def is_invoice(self) -> bool:
        return self.document.series == Series.INVOICE

    def _details(self) -> list[list[str]]:
        facts = self.facts
        number, day = gettext("Invoice number"), gettext("Invoice date")
        if not self.is_invoice:
            number, day = gettext("Credit note number"), gettext("Date")
        details = [[number, self.document.number], [day, self._day(self.document.issued_on)]]
        if facts.corrects:
            details.append([gettext("For invoice"), facts.corrects.number])
            details.append([gettext("Invoice date"), self._day(facts.corrects.issued_on)])
        if facts.period:
            details.append([gettext("Subscription"), facts.order_number])
            days = f"{self._day(facts.period.starts_on)} – {self._day(facts.period.ends_on)}"
            details.append([gettext("Service period"), days])
            return details
        details.append([gettext("Order"), facts.order_number])
        details.append([gettext("Order date"), self._day(facts.ordered_on)])
        return details

    def _row(self, position: int, line: Line) -> dict[str, Any]:
        code = self.facts.voucher_code
        is_whole = line.full % line.quantity == 0
        return {
            "position": str(position),
            "title": line_title(line),
            "sku": gettext("SKU %(sku)s") % {"sku": line.sku} if line.sku else "",
            "quantity": str(line.quantity),
            # Refunds of units that a reduction made cheaper may not be a multiple.
            "unit_price": self._money(line.full // line.quantity) if is_whole else "",
            "rate": self._rate(line.rate),
            "amount": self._money(line.full),
            "discount_label": gettext("Discount (%(code)s)") % {"code": code} if code else discount_reason(line),
            "discount": MINUS + self._money(line.discount) if line.discount else "",
        }

    def _tax_row(self, rate: RateSum) -> list[str]:
        label = untaxed_title(rate.untaxed) if rate.untaxed else self._rate(rate.rate)
        return [label, self._money(rate.net), self._money(rate.tax), self._money(rate.gross)]

    def _notes(self) -> list[str]:
        facts, day = self.facts, {"day": self._day(self.facts.paid_on)}
        notes = []
        if not self.is_invoice:
            notes.append(gettext("The amount was refunded on %(day)s.") % day)
        elif facts.gross:
            notes.append(gettext("Paid on %(day)s. No further payment is due.") % day)
        else:
            notes.append(gettext("No payment is due."))
        notes += [untaxed_sentence(rate.untaxed) for rate in facts.rates if rate.untaxed]
        return notes

    def _money(self, amount: int) -> str:
        return Money(amount, self.facts.currency).format(self.language)

    def _rate(self, rate: int) -> str:
        return percentage(rate, self.language)

    def _day(self, day: date) -> str:
        return _day(day, self.language)


def _letter(sender: Party, recipient: Party, language: str, day: date) -> dict[str, Any]:
    """What every paper has: who sends it to whom."""
    lines = [sender.name, *_address(sender.address, language)]
    return {
        "language": language,
        "author": sender.name,
        "shop": settings.SHOP_NAME,
        "date": {"year": day.year, "month": day.month, "day": day.day},
        "sender": lines,
        "recipient": [
            recipient.name,
            *_address(recipient.address, language),
            *([gettext("VAT ID %(vat_id)s") % {"vat_id": recipient.vat_id}] if recipient.vat_id else []),
        ],
        "foot": [
            " · ".join(lines),
            " · ".join([sender.email, gettext("VAT ID %(vat_id)s") % {"vat_id": sender.vat_id}]),
        ],
        "page": gettext("Page %(page)s of %(pages)s") % {"page": "{page}", "pages": "{pages}"},
    }


def _address(address: Address, language: str) -> list[str]:
    town = " ".join(part for part in (address.postal_code, address.city) if part)
    country = country_name(address.country, language)
    return [part for part in (address.line1, address.line2, town, address.region, country) if part]


def _day(day: date, language: str) -> str:
    locale = Locale.parse(DATE_LOCALES.get(language, language), sep="-")
    return format_date(day, "long", locale=locale)


def _slip(shipment: Shipment, order: Order, language: str) -> dict[str, Any]:
    rows = sorted(shipment.lines.all(), key=lambda row: row.line.position)
    sent_on = tax_date(shipment.shipped_at)
    details = [[gettext("Order"), order.number], [gettext("Shipped on"), _day(sent_on, language)]]
    details.append([gettext("Carrier"), shipment.carrier_name])
    if shipment.tracking_number:
        details.append([gettext("Tracking number"), shipment.tracking_number])
    title = gettext("Packing slip")
    return _letter(seller(), buyer(order), language, sent_on) | {
        "title": f"{title} {order.number}",
        "heading": title,
        "recipient_label": gettext("Deliver to"),
        "details": details,
        "columns": [gettext("Quantity"), gettext("Item"), gettext("SKU")],
        "rows": [
            {
                "quantity": str(row.quantity),
                "title": f"{row.line.title}, {row.line.variant_name}" if row.line.variant_name else row.line.title,
                "sku": row.line.sku,
            }
            for row in rows
        ],
        "notes": [],
        "message": order.gift_message.splitlines(),
        "message_label": gettext("Gift message"),
    }
