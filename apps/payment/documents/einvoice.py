"""The machine-readable half of a document: Cross Industry Invoice in the profile EN 16931 (Factur-X, ZUGFeRD).

BT and BG are the terms of EN 16931-1. Prices of the shop are gross and the standard counts net: docs/documents.md says
how one becomes the other.
"""

from __future__ import annotations

import re
from datetime import date
from decimal import Decimal
from xml.etree.ElementTree import Element, SubElement, register_namespace, tostring

from apps.common.money import digits_of
from apps.payment.documents.facts import Address, Facts, Line, Party, RateSum
from apps.payment.documents.models import Document, Series
from apps.payment.documents.wording import discount_reason, line_title
from apps.payment.tax.rates import TaxClass
from apps.payment.tax.wording import untaxed_title

FILE_NAME = "factur-x.xml"
PROFILE = "urn:cen.eu:en16931:2017"
NAMESPACES = {
    "rsm": "urn:un:unece:uncefact:data:standard:CrossIndustryInvoice:100",
    "ram": "urn:un:unece:uncefact:data:standard:ReusableAggregateBusinessInformationEntity:100",
    "udt": "urn:un:unece:uncefact:data:standard:UnqualifiedDataType:100",
    "qdt": "urn:un:unece:uncefact:data:standard:QualifiedDataType:100",
}
# UNTDID 1001: commercial invoice, credit note.
TYPE_CODES = {Series.INVOICE: "380", Series.CREDIT_NOTE: "381"}
# UNTDID 5305: a rate, and a rate of zero.
STANDARD, ZERO_RATED = "S", "Z"
# For what no VAT is charged: category, and reason by the code list of the European Commission.
UNTAXED = {
    TaxClass.EXPORT: ("G", "VATEX-EU-G"),
    TaxClass.INTRA_COMMUNITY: ("K", "VATEX-EU-IC"),
    TaxClass.REVERSE_CHARGE: ("AE", "VATEX-EU-AE"),
}
# UNECE recommendation 20: one.
UNIT = "C62"
# UNTDID 5189: discount.
DISCOUNT = "95"
# UNTDID 2379: YYYYMMDD.
DATE_FORMAT = "102"
# Enough that the price of a unit times any quantity of a line is its amount, to the cent.
PRICE_DIGITS = 8
# What XML 1.0 cannot hold.
CONTROL_CHARACTERS = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff\ud800-\udfff]")

for _prefix, _uri in NAMESPACES.items():
    register_namespace(_prefix, _uri)


def write_xml(document: Document, facts: Facts) -> bytes:
    """The XML of a document, its words in the active language."""
    root = Element(_name("rsm:CrossIndustryInvoice"))
    context = _add(_add(root, "rsm:ExchangedDocumentContext"), "ram:GuidelineSpecifiedDocumentContextParameter")
    _add(context, "ram:ID", PROFILE)
    head = _add(root, "rsm:ExchangedDocument")
    _add(head, "ram:ID", document.number)
    _add(head, "ram:TypeCode", TYPE_CODES[Series(document.series)])
    _add_date(_add(head, "ram:IssueDateTime"), "udt:DateTimeString", document.issued_on)
    transaction = _add(root, "rsm:SupplyChainTradeTransaction")
    for position, line in enumerate(facts.lines, start=1):
        _add_line(transaction, position, line, facts.currency)
    agreement = _add(transaction, "ram:ApplicableHeaderTradeAgreement")
    _add_party(_add(agreement, "ram:SellerTradeParty"), facts.seller)
    _add_party(_add(agreement, "ram:BuyerTradeParty"), facts.buyer)
    _add(_add(agreement, "ram:SellerOrderReferencedDocument"), "ram:IssuerAssignedID", facts.order_number)
    _add_delivery(_add(transaction, "ram:ApplicableHeaderTradeDelivery"), facts)
    _add_settlement(_add(transaction, "ram:ApplicableHeaderTradeSettlement"), facts)
    return b'<?xml version="1.0" encoding="UTF-8"?>\n' + tostring(root, encoding="unicode").encode()


def _add_line(transaction: Element, position: int, line: Line, currency: str) -> None:
    item = _add(transaction, "ram:IncludedSupplyChainTradeLineItem")
    _add(_add(item, "ram:AssociatedDocumentLineDocument"), "ram:LineID", str(position))
    product = _add(item, "ram:SpecifiedTradeProduct")
    if line.sku:
        _add(product, "ram:SellerAssignedID", line.sku)
    _add(product, "ram:Name", line_title(line))
    price = _add(_add(item, "ram:SpecifiedLineTradeAgreement"), "ram:NetPriceProductTradePrice")
    _add(price, "ram:ChargeAmount", _unit_price(line, currency))
    delivery = _add(item, "ram:SpecifiedLineTradeDelivery")
    _add(delivery, "ram:BilledQuantity", str(line.quantity), unitCode=UNIT)
    settlement = _add(item, "ram:SpecifiedLineTradeSettlement")
    tax = _add(settlement, "ram:ApplicableTradeTax")
    _add(tax, "ram:TypeCode", "VAT")
    _add(tax, "ram:CategoryCode", _category(line))
    _add(tax, "ram:RateApplicablePercent", _percent(line.rate))
    if line.net_discount:
        allowance = _add(settlement, "ram:SpecifiedTradeAllowanceCharge")
        _add(_add(allowance, "ram:ChargeIndicator"), "udt:Indicator", "false")
        _add(allowance, "ram:ActualAmount", _amount(line.net_discount, currency))
        _add(allowance, "ram:ReasonCode", DISCOUNT)
        _add(allowance, "ram:Reason", discount_reason(line))
    total = _add(settlement, "ram:SpecifiedTradeSettlementLineMonetarySummation")
    _add(total, "ram:LineTotalAmount", _amount(line.net, currency))


def _add_party(party: Element, facts: Party) -> None:
    _add(party, "ram:Name", facts.name)
    _add_address(_add(party, "ram:PostalTradeAddress"), facts.address)
    _add(_add(party, "ram:URIUniversalCommunication"), "ram:URIID", facts.email, schemeID="EM")
    if facts.vat_id:
        _add(_add(party, "ram:SpecifiedTaxRegistration"), "ram:ID", facts.vat_id, schemeID="VA")


def _add_address(parent: Element, address: Address) -> None:
    """In the order of the schema; what is not known is left out."""
    parts = {
        "PostcodeCode": address.postal_code,
        "LineOne": address.line1,
        "LineTwo": address.line2,
        "CityName": address.city,
        "CountryID": address.country,
        "CountrySubDivisionName": address.region,
    }
    for name, value in parts.items():
        if value:
            _add(parent, f"ram:{name}", value)


def _add_delivery(delivery: Element, facts: Facts) -> None:
    """Where the parcel goes (BG-13); films alone, and subscriptions, are supplied from the payment on (BT-72)."""
    if facts.buyer.address.line1:
        recipient = _add(delivery, "ram:ShipToTradeParty")
        _add(recipient, "ram:Name", facts.buyer.name)
        _add_address(_add(recipient, "ram:PostalTradeAddress"), facts.buyer.address)
        if not any(rate.untaxed is TaxClass.INTRA_COMMUNITY for rate in facts.rates):
            return
        # An intra-community supply names a day as well (BR-IC-11).
    event = _add(delivery, "ram:ActualDeliverySupplyChainEvent")
    _add_date(_add(event, "ram:OccurrenceDateTime"), "udt:DateTimeString", facts.paid_on)


def _add_settlement(settlement: Element, facts: Facts) -> None:
    currency = facts.currency
    _add(settlement, "ram:InvoiceCurrencyCode", currency)
    for rate in facts.rates:
        _add_rate(settlement, rate, currency)
    if facts.period:
        # BG-14
        billed = _add(settlement, "ram:BillingSpecifiedPeriod")
        _add_date(_add(billed, "ram:StartDateTime"), "udt:DateTimeString", facts.period.starts_on)
        _add_date(_add(billed, "ram:EndDateTime"), "udt:DateTimeString", facts.period.ends_on)
    total = _add(settlement, "ram:SpecifiedTradeSettlementHeaderMonetarySummation")
    net, gross = _amount(facts.net, currency), _amount(facts.gross, currency)
    _add(total, "ram:LineTotalAmount", net)
    _add(total, "ram:TaxBasisTotalAmount", net)
    _add(total, "ram:TaxTotalAmount", _amount(facts.tax, currency), currencyID=currency)
    _add(total, "ram:GrandTotalAmount", gross)
    # Issued when the money has moved: nothing is due.
    _add(total, "ram:TotalPrepaidAmount", gross)
    _add(total, "ram:DuePayableAmount", _amount(0, currency))
    if facts.corrects:
        reference = _add(settlement, "ram:InvoiceReferencedDocument")
        _add(reference, "ram:IssuerAssignedID", facts.corrects.number)
        _add_date(_add(reference, "ram:FormattedIssueDateTime"), "qdt:DateTimeString", facts.corrects.issued_on)


def _add_rate(settlement: Element, rate: RateSum, currency: str) -> None:
    tax = _add(settlement, "ram:ApplicableTradeTax")
    _add(tax, "ram:CalculatedAmount", _amount(rate.tax, currency))
    _add(tax, "ram:TypeCode", "VAT")
    if rate.untaxed:
        _add(tax, "ram:ExemptionReason", untaxed_title(rate.untaxed))
    _add(tax, "ram:BasisAmount", _amount(rate.net, currency))
    _add(tax, "ram:CategoryCode", _category(rate))
    if rate.untaxed:
        _add(tax, "ram:ExemptionReasonCode", UNTAXED[rate.untaxed][1])
    _add(tax, "ram:RateApplicablePercent", _percent(rate.rate))


def _category(part: Line | RateSum) -> str:
    if part.untaxed:
        return UNTAXED[part.untaxed][0]
    return STANDARD if part.rate else ZERO_RATED


def _add_date(parent: Element, name: str, day: date) -> None:
    _add(parent, name, day.strftime("%Y%m%d"), format=DATE_FORMAT)


def _unit_price(line: Line, currency: str) -> str:
    """The net price of a unit before the discount (BT-146)."""
    price = Decimal(line.full_net).scaleb(-digits_of(currency)) / line.quantity
    return f"{round(price, PRICE_DIGITS).normalize():f}"


def _amount(amount: int, currency: str) -> str:
    """Minor units as a decimal number."""
    return str(Decimal(amount).scaleb(-digits_of(currency)))


def _percent(rate: int) -> str:
    return str(Decimal(rate).scaleb(-2))


def _add(parent: Element, name: str, text: str = "", **attributes: str) -> Element:
    child = SubElement(parent, _name(name), attributes)
    if text:
        child.text = CONTROL_CHARACTERS.sub(" ", text)
    return child


def _name(name: str) -> str:
    prefix, _, local = name.partition(":")
    return f"{{{NAMESPACES[prefix]}}}{local}"
