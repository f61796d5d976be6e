"""The XML of any document adds up, and keeps the rules of EN 16931."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from apps.payment.documents.einvoice import write_xml
from apps.payment.documents.facts import Address, Facts, Line, Party, Reference, facts_from_json
from apps.payment.documents.models import Document, Series
from apps.payment.documents.tests.reading import Invoice, broken_rules
from apps.payment.tax.rates import TaxClass
from apps.payment.tax.services import TaxableItem
from apps.payment.tests.taxes import tax_order

pytestmark = pytest.mark.django_db
SELLER = Party("StreamCart", "hello@streamcart.example", Address("DE", "Weg 1", "", "10115", "Berlin"), "DE123456789")
BUYER = Party("Ada", "ada@example.com", Address("DE", "Weg 2", "", "10115", "Berlin"))
DAY = date(2026, 3, 2)


def document(series: Series = Series.INVOICE) -> Document:
    return Document(series=series, number="INV-2026-000001", language="en", issued_at=datetime(2026, 3, 2, tzinfo=UTC))


def facts_of(lines: tuple[Line, ...], **changes: object) -> Facts:
    values = {"currency": "EUR", "order_number": "SC-1", "ordered_on": DAY, "paid_on": DAY} | changes
    return Facts(SELLER, BUYER, lines=lines, **values)


@st.composite
def taxed_lines(draw: st.DrawFn) -> tuple[Line, ...]:
    """Lines with discounts, and shipping, taxed as orders are."""
    country = draw(st.sampled_from(["DE", "HU", "FI", "CH", "US"]))
    bought = draw(
        st.lists(
            st.tuples(
                st.integers(1, 40),
                st.integers(0, 60_000),
                st.integers(0, 100),
                st.sampled_from([TaxClass.STANDARD, TaxClass.DIGITAL]),
            ),
            min_size=1,
            max_size=8,
        )
    )
    fulls = [(quantity * price, quantity * price * percent // 100) for quantity, price, percent, _class in bought]
    items = [TaxableItem(row[3], full - discount) for row, (full, discount) in zip(bought, fulls, strict=True)]
    has_parcel = any(row[3] is TaxClass.STANDARD for row in bought)
    shipping = draw(st.integers(0, 2_000)) if has_parcel else 0
    taxed = tax_order(items, shipping=shipping, country=country, day=DAY)
    lines = [
        Line("Thing", row[0], full, discount, part.rate, part.tax_class, part.tax, sku="T")
        for row, (full, discount), part in zip(bought, fulls, taxed.lines, strict=True)
    ]
    parts = [Line("Standard", 1, p.gross, 0, p.rate, p.tax_class, p.tax, kind="shipping") for p in taxed.shipping]
    return (*lines, *parts)


def assert_adds_up(facts: Facts, invoice: Invoice) -> None:
    """Prices, allowances, lines, taxes and totals, as EN 16931 counts them."""
    prices = [Decimal(text) for text in invoice.texts("NetPriceProductTradePrice/ChargeAmount")]
    nets = invoice.cents("SpecifiedTradeSettlementLineMonetarySummation/LineTotalAmount")
    assert len(prices) == len(nets) == len(facts.lines)
    for price, net, line in zip(prices, nets, facts.lines, strict=True):
        assert round(price * line.quantity, 2).scaleb(2) - line.net_discount == net == line.net
        assert line.net_discount >= 0
    assert sum(nets) == invoice.total("LineTotalAmount") == invoice.total("TaxBasisTotalAmount")
    bases = invoice.cents("ApplicableHeaderTradeSettlement/ApplicableTradeTax/BasisAmount")
    taxes = invoice.cents("ApplicableHeaderTradeSettlement/ApplicableTradeTax/CalculatedAmount")
    rates = invoice.texts("ApplicableHeaderTradeSettlement/ApplicableTradeTax/RateApplicablePercent")
    assert sum(bases) == sum(nets)
    assert sum(taxes) == invoice.total("TaxTotalAmount") == facts.tax
    for base, tax, rate in zip(bases, taxes, rates, strict=True):
        assert abs(Decimal(base) * Decimal(rate) / 100 - tax) < 1, "one cent off at most (docs/documents.md)"
    assert invoice.total("GrandTotalAmount") == sum(nets) + sum(taxes) == facts.gross
    assert invoice.total("TotalPrepaidAmount") == facts.gross
    assert invoice.total("DuePayableAmount") == 0


@settings(max_examples=60, deadline=None)
@given(lines=taxed_lines())
def test_any_invoice_adds_up_and_keeps_the_rules(lines: tuple[Line, ...]) -> None:
    facts = facts_of(lines)
    xml = write_xml(document(), facts)
    assert_adds_up(facts, Invoice(xml))
    assert broken_rules(xml) == []


@given(lines=taxed_lines())
def test_facts_survive_json(lines: tuple[Line, ...]) -> None:
    facts = facts_of(lines, corrects=Reference("INV-2026-000001", DAY))
    assert facts_from_json(facts.as_json()) == facts


def test_credit_note_refers_to_its_invoice() -> None:
    lines = (Line("Mug", 1, 1490, 0, 1900, "standard", 238),)
    xml = write_xml(document(Series.CREDIT_NOTE), facts_of(lines, corrects=Reference("INV-2025-000009", DAY)))
    invoice = Invoice(xml)
    assert broken_rules(xml) == []
    assert invoice.text("rsm:ExchangedDocument/TypeCode") == "381"
    assert invoice.text("InvoiceReferencedDocument/IssuerAssignedID") == "INV-2025-000009"
    assert invoice.text("InvoiceReferencedDocument/FormattedIssueDateTime/qdt:DateTimeString") == "20260302"


def test_a_wrong_total_is_found_by_the_rules() -> None:
    xml = write_xml(document(), facts_of((Line("Mug", 1, 1490, 0, 1900, "standard", 238),)))
    wrong = xml.replace(b"GrandTotalAmount>14.90<", b"GrandTotalAmount>15.90<")
    assert wrong != xml
    assert "BR-CO-15" in broken_rules(wrong)


@pytest.mark.parametrize("title", ["Mug\x00\x1b & <b>\ufffe", "王小明 🎉"])
def test_any_title_makes_good_xml(title: str) -> None:
    xml = write_xml(document(), facts_of((Line(title, 1, 1490, 0, 1900, "standard", 238),)))
    assert broken_rules(xml) == []
    assert Invoice(xml).text("SpecifiedTradeProduct/Name")[:3] == title[:3]


def test_texts_keep_their_letters_in_the_xml() -> None:
    xml = write_xml(document(), facts_of((Line("王小明 🎉", 1, 1490, 0, 1900, "standard", 238),)))
    assert Invoice(xml).text("SpecifiedTradeProduct/Name") == "王小明 🎉"
