"""Credit notes: what goes back of an invoice, to the cent."""

from __future__ import annotations

import pytest
from django.core import mail

from apps.payment.documents.models import Document, Series
from apps.payment.documents.tests.reading import Invoice, broken_rules, text_in, xml_in
from apps.payment.orders.models import Order
from apps.payment.tests.after_sales.helpers import Staff, buy
from apps.payment.tests.personas import ADDRESS
from apps.payment.vouchers.models import Voucher
from apps.payment.vouchers.tests.factories import make_code

pytestmark = pytest.mark.django_db(transaction=True)


def credit_notes(ada, order: Order) -> list[bytes]:
    listed = ada.show_order(order.number).json()["documents"]
    return [ada.client.get(row["url"]).content for row in listed if row["kind"] == "credit_note"]


@pytest.mark.parametrize(
    ("wanted", "amount", "titles"),
    [
        ({"lines": {0: 1}}, 1490, ["Blue mug"]),
        ({"shipping": {"amount": 490, "currency": "EUR"}}, 490, ["Shipping: Standard"]),
        ({"goodwill": {"amount": 500, "currency": "EUR"}}, 500, ["Price reduction: Blue mug"]),
        ({"lines": {1: 1}, "goodwill": {"amount": 100, "currency": "EUR"}}, 1099, ["Metropolis", "Price reduction"]),
    ],
)
def test_each_part_of_a_refund_is_credited(ada, wanted, amount, titles):
    order = buy(ada)
    response = Staff().refund(order.number, **wanted)
    assert response.status_code == 201, response.content
    [content] = credit_notes(ada, order)
    xml = xml_in(content)
    assert broken_rules(xml) == []
    invoice = Invoice(xml)
    assert invoice.text("rsm:ExchangedDocument/TypeCode") == "381"
    assert invoice.total("GrandTotalAmount") == amount
    assert invoice.text("InvoiceReferencedDocument/IssuerAssignedID") == Document.objects.get(series="invoice").number
    text = text_in(content)
    for title in (*titles, "Credit note CN-", "For invoice", "was refunded on"):
        assert title in text


def test_credit_notes_of_all_parts_add_up_to_the_invoice(ada):
    make_code("WELCOME10")
    order = buy(ada, mugs=3, voucher="WELCOME10", shipping_address=ADDRESS | {"country": "FI"})
    staff = Staff()
    for body in ({"lines": {0: 1}}, {"goodwill": {"amount": 333, "currency": "EUR"}}, {"lines": {0: 1, 1: 1}}):
        assert staff.refund(order.number, **body).status_code == 201
    assert staff.refund(order.number, everything=True).status_code == 201
    notes = [Invoice(xml_in(content)) for content in credit_notes(ada, order)]
    assert len(notes) == 4
    invoice = Invoice(xml_in(ada.client.get(f"/v1/orders/{order.number}/invoice.pdf").content))
    for total in ("GrandTotalAmount", "TaxTotalAmount", "TaxBasisTotalAmount"):
        assert sum(note.total(total) for note in notes) == invoice.total(total)
    numbers = Document.objects.filter(series=Series.CREDIT_NOTE).order_by("sequence").values_list("sequence", flat=True)
    assert list(numbers) == [1, 2, 3, 4]


def test_refund_mail_comes_with_the_credit_note(ada):
    order = buy(ada)
    mail.outbox.clear()
    Staff().refund(order.number, lines={0: 1})
    [message] = mail.outbox
    [(name, content, media_type)] = message.attachments
    assert name == f"{Document.objects.get(series='credit_note').number}.pdf"
    assert media_type == "application/pdf"
    assert content == credit_notes(ada, order)[0]


def test_a_refund_of_nothing_credits_nothing(ada):
    make_code("GIFT", Voucher.Kind.PERCENTAGE, percentage=100)
    order = buy(ada, mugs=0, voucher="GIFT", shipping_address=None, shipping_method="", payment_method="")
    assert Staff().refund(order.number, lines={0: 1}).status_code == 201
    assert credit_notes(ada, order) == []


def test_order_paid_before_invoices_is_refunded_without_a_credit_note(ada, monkeypatch):
    monkeypatch.setattr("apps.payment.checkout.settlement.issue_invoice", lambda *_args, **_kwargs: None)
    order = buy(ada)
    assert Staff().refund(order.number, lines={0: 1}).status_code == 201
    assert not Document.objects.exists()
