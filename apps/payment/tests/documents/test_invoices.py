"""The invoice of an order: what is in it, who gets it, and what becomes of it."""

from __future__ import annotations

import uuid
from dataclasses import replace
from datetime import timedelta

import pytest
from django.core import mail
from django.db import DatabaseError, connection, transaction
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from apps.common.testing.clients import ServiceTestClient
from apps.payment.checkout.settlement import settle
from apps.payment.documents import attachments
from apps.payment.documents.models import Document
from apps.payment.documents.tests.reading import Invoice, broken_rules, text_in, xml_in
from apps.payment.documents.typesetting import TypesettingFailed
from apps.payment.orders.models import Order
from apps.payment.orders.selectors import payment_of
from apps.payment.orders.services import erase_personal_data
from apps.payment.orders.tasks import send_confirmation
from apps.payment.tests.after_sales.helpers import Staff, buy
from apps.payment.tests.catalog_fake import MUG
from apps.payment.tests.personas import Shopper, address_in
from apps.payment.vouchers.models import Voucher
from apps.payment.vouchers.tests.factories import make_code

pytestmark = pytest.mark.django_db(transaction=True)


def invoice_of(shopper: Shopper, order: Order, **headers: str):
    return shopper.client.get(f"/v1/orders/{order.number}/invoice.pdf", headers=headers)


def order_goods_and_film(ada, _guest) -> tuple[Shopper, Order]:
    return ada, buy(ada)


def order_films_alone(ada, _guest) -> tuple[Shopper, Order]:
    return ada, buy(ada, mugs=0, shipping_address=None, shipping_method="")


def order_export(ada, _guest) -> tuple[Shopper, Order]:
    return ada, buy(ada, shipping_address=address_in("US"), shipping_method="world")


def order_at_another_rate(ada, _guest) -> tuple[Shopper, Order]:
    return ada, buy(ada, shipping_address=address_in("FI") | {"line2": "Hof", "region": "Uusimaa"})


def order_to_switzerland(ada, _guest) -> tuple[Shopper, Order]:
    return ada, buy(ada, shipping_address=address_in("CH"), shipping_method="world")


def order_with_discount(ada, _guest) -> tuple[Shopper, Order]:
    make_code("WELCOME10")
    return ada, buy(ada, voucher="WELCOME10")


def order_in_dollars(ada, _guest) -> tuple[Shopper, Order]:
    body = ada.client.post("/v1/carts", {"currency": "USD"}).json()
    ada.cart = body["id"]
    ada.put("MUG-BLUE", 3)
    number = ada.order().json()["number"]
    return ada, Order.objects.get(number=number)


def order_of_a_business_abroad(ada, _guest) -> tuple[Shopper, Order]:
    return ada, buy(ada, shipping_address=address_in("FR"), company="Ada SARL", vat_id="FR40303265045")


def order_as_guest(_ada, guest) -> tuple[Shopper, Order]:
    guest.put("MUG-BLUE")
    body = guest.order(language="de").json()
    guest.client.credentials(HTTP_X_ORDER_SECRET=body["secret"])
    return guest, Order.objects.get(number=body["number"])


ORDERS = [
    order_goods_and_film,
    order_films_alone,
    order_export,
    order_at_another_rate,
    order_to_switzerland,
    order_with_discount,
    order_in_dollars,
    order_of_a_business_abroad,
    order_as_guest,
]


@pytest.mark.parametrize("place", ORDERS, ids=lambda place: place.__name__)
def test_every_kind_of_order_has_a_valid_invoice_of_its_total(place, ada, guest):
    shopper, order = place(ada, guest)
    response = invoice_of(shopper, order)
    assert response.status_code == 200, response.content
    assert response["Content-Type"] == "application/pdf"
    xml = xml_in(response.content)
    assert broken_rules(xml) == []
    invoice = Invoice(xml)
    assert invoice.total("GrandTotalAmount") == order.total_amount
    assert invoice.text("InvoiceCurrencyCode") == order.currency
    recorded = sum(line.tax_amount for line in order.lines.all()) + sum(part["tax"] for part in order.shipping_tax)
    assert invoice.total("TaxTotalAmount") == recorded
    assert invoice.text("rsm:ExchangedDocument/TypeCode") == "380"
    assert order.total.format(Document.objects.get().language).replace("\N{NO-BREAK SPACE}", " ") in text_in(
        response.content
    )


def test_supplies_to_a_business_abroad_state_why_there_is_no_tax(ada, guest):
    shopper, order = order_of_a_business_abroad(ada, guest)
    pdf = invoice_of(shopper, order).content
    invoice = Invoice(xml_in(pdf))
    codes = invoice.texts("ApplicableHeaderTradeSettlement/ApplicableTradeTax/CategoryCode")
    assert sorted(codes) == ["AE", "K"]
    assert sorted(invoice.texts("ApplicableTradeTax/ExemptionReasonCode")) == ["VATEX-EU-AE", "VATEX-EU-IC"]
    text = text_in(pdf)
    assert "Ada SARL" in text
    assert "FR40303265045" in text
    assert "Intra-community supply: exempt from VAT." in text
    assert "Reverse charge: the recipient of the service accounts for the VAT." in text


def test_rate_of_zero_is_a_category_of_its_own(ada, catalog):
    catalog.sell(replace(MUG, tax_class="reduced"))
    order = buy(ada, shipping_address=address_in("GB"), shipping_method="world")
    xml = xml_in(invoice_of(ada, order).content)
    assert broken_rules(xml) == []
    codes = Invoice(xml).texts("ApplicableHeaderTradeSettlement/ApplicableTradeTax/CategoryCode")
    assert "Z" in codes


def test_export_is_of_category_g(ada, guest):
    shopper, order = order_export(ada, guest)
    invoice = Invoice(xml_in(invoice_of(shopper, order).content))
    assert invoice.texts("ApplicableHeaderTradeSettlement/ApplicableTradeTax/CategoryCode") == ["G"]
    assert invoice.texts("ApplicableTradeTax/ExemptionReasonCode") == ["VATEX-EU-G"]
    assert invoice.total("TaxTotalAmount") == 0


def test_discount_is_an_allowance_of_its_lines(ada, guest):
    shopper, order = order_with_discount(ada, guest)
    assert order.discount_amount
    content = invoice_of(shopper, order).content
    allowances = Invoice(xml_in(content)).cents("SpecifiedTradeAllowanceCharge/ActualAmount")
    assert 0 < sum(allowances) < order.discount_amount, "net of the discount's tax"
    assert "Discount (WELCOME10)" in text_in(content)


def test_invoice_speaks_the_language_of_the_order(ada, guest):
    english = text_in(invoice_of(ada, buy(ada)).content)
    for words in ("Invoice INV-", "Ada Lovelace", "Shipping: Standard", "VAT rate", "Paid on", "Page 1 of 1", "€44.69"):
        assert words in english
    shopper, order = order_as_guest(ada, guest)
    german = text_in(invoice_of(shopper, order).content)
    for words in ("Rechnung INV-", "Versand: Standard", "MwSt.-Satz", "Bezahlt am", "Seite 1 von 1", "19,80 €"):
        assert words in german


def test_seller_is_that_of_the_settings_on_the_day(ada, settings):
    settings.SELLER_NAME, settings.SELLER_VAT_ID = "Kinoladen AG", "DE123456789"
    order = buy(ada)
    settings.SELLER_NAME = "Renamed AG"
    content = invoice_of(ada, order).content
    assert "Kinoladen AG" in text_in(content)
    assert "Renamed AG" not in text_in(content)
    assert "DE123456789" in xml_in(content).decode()


def test_an_order_has_no_invoice_until_it_is_paid(ada):
    ada.put("MUG-BLUE")
    number = ada.order(card="challenge").json()["number"]
    response = ada.client.get(f"/v1/orders/{number}/invoice.pdf")
    assert response.status_code == 404
    assert "when it is paid" in response.json()["detail"]
    assert response["Content-Type"] == "application/problem+json"
    assert ada.show_order(number).json()["documents"] == []


def test_an_order_of_nothing_has_an_invoice_of_nothing(ada):
    make_code("GIFT", Voucher.Kind.PERCENTAGE, percentage=100)
    order = buy(ada, mugs=0, voucher="GIFT", shipping_address=None, shipping_method="", payment_method="")
    assert order.total_amount == 0
    content = invoice_of(ada, order).content
    assert broken_rules(xml_in(content)) == []
    assert "No payment is due." in text_in(content)


def test_strangers_and_wrong_secrets_find_nothing(ada, grace, guest):
    order = buy(ada)
    shopper, guests = order_as_guest(ada, guest)
    paths = [f"/v1/orders/{each.number}/invoice.pdf" for each in (order, guests)]
    paths += [f"/v1/orders/{each.number}/documents/{each.documents.get().number}.pdf" for each in (order, guests)]
    for path in paths:
        assert grace.client.get(path).status_code == 404
        assert ServiceTestClient().get(path).status_code == 404
        assert ServiceTestClient().get(path, headers={"X-Order-Secret": "wrong"}).status_code == 404
        assert Staff("support_staff").client.get(path).status_code == 200
        assert Staff("catalog_staff").client.get(path).status_code == 404
    assert shopper.client.get(paths[1]).status_code == 200
    assert ada.client.get(f"/v1/orders/{order.number}/documents/{guests.documents.get().number}.pdf").status_code == 404


def test_response_is_private_named_and_revalidated_without_drawing(ada, monkeypatch):
    order = buy(ada)
    first = invoice_of(ada, order, Accept="application/pdf")
    document = order.documents.get()
    assert first["Content-Disposition"] == f'inline; filename="{document.number}.pdf"'
    assert first["Cache-Control"] == "private, no-cache"
    monkeypatch.setattr("apps.payment.documents.files.render_document", lambda _document: pytest.fail("drawn again"))
    again = invoice_of(ada, order, **{"If-None-Match": first["ETag"]})
    assert (again.status_code, again.content) == (304, b"")


def test_the_same_invoice_is_the_same_file(ada):
    order = buy(ada)
    assert invoice_of(ada, order).content == invoice_of(ada, order).content


def test_the_order_lists_its_documents(ada):
    order = buy(ada)
    document = order.documents.get()
    [listed] = ada.show_order(order.number).json()["documents"]
    assert (listed["number"], listed["kind"]) == (document.number, "invoice")
    assert ada.client.get(listed["url"]).status_code == 200
    assert ada.client.get("/v1/orders").json()["results"][0]["documents"] == [listed]


def test_an_invoice_costs_few_queries_however_many_lines(ada, catalog):
    counts = []
    for films in (0, 1):
        order = buy(ada, mugs=1, films=films)
        with CaptureQueriesContext(connection) as queries:
            invoice_of(ada, order)
        counts.append(len(queries))
    # The order, its lines, the document.
    assert counts == [3, 3]


def test_confirmation_comes_with_the_invoice(ada):
    order = buy(ada)
    [message] = mail.outbox
    [(name, content, media_type)] = message.attachments
    assert (name, media_type) == (f"{order.documents.get().number}.pdf", "application/pdf")
    assert content == invoice_of(ada, order).content


def test_a_mail_goes_out_without_a_file_that_cannot_be_drawn(ada, monkeypatch):
    def fail(_document: Document) -> bytes:
        raise TypesettingFailed("no such layout")

    monkeypatch.setattr(attachments, "render_document", fail)
    order = buy(ada)
    [message] = mail.outbox
    assert message.attachments == []
    assert Order.objects.get(pk=order.pk).confirmation_due_at is None
    monkeypatch.undo()
    Order.objects.update(confirmation_due_at=timezone.now())
    send_confirmation(str(order.pk))
    assert len(mail.outbox[1].attachments) == 1


def test_documents_refuse_every_change(ada):
    buy(ada)
    for change in (
        lambda: Document.objects.update(facts={}),
        lambda: Document.objects.update(number="INV-1"),
        lambda: Document.objects.all().delete(),
        lambda: connection.cursor().execute("TRUNCATE documents_document"),
    ):
        with pytest.raises(DatabaseError, match="immutable"), transaction.atomic():
            change()
    assert Document.objects.get().number.startswith("INV-")


def test_an_invoice_outlives_the_erasure_of_its_customer(ada):
    order = buy(ada)
    long_ago = timezone.now() - timedelta(days=60)
    Order.objects.update(erasure_asked_at=timezone.now(), paid_at=long_ago)
    assert erase_personal_data() == 1
    assert invoice_of(ada, order).status_code == 404, "nobody owns the order any more"
    kept = Staff("support_staff").client.get(f"/v1/orders/{order.number}/invoice.pdf")
    assert "Ada Lovelace" in text_in(kept.content), "the law wants it kept"


def test_an_order_without_recorded_tax_is_paid_without_an_invoice(ada):
    ada.put("MUG-BLUE")
    number = ada.order(card="challenge").json()["number"]
    order = Order.objects.get(number=number)
    order.lines.update(tax_class="", tax_rate=None, tax_amount=None)
    Order.objects.update(shipping_tax=None)
    Order.objects.update(state=Order.State.AUTHORISED)
    order = Order.objects.get()
    settle(order, payment_of(order))
    assert Order.objects.get().state == Order.State.PAID
    assert not Document.objects.exists()


def test_unknown_documents_are_not_found(ada):
    order = buy(ada)
    assert ada.client.get(f"/v1/orders/{order.number}/documents/INV-1999-000001.pdf").status_code == 404
    assert ada.client.get(f"/v1/orders/SC-{uuid.uuid4().hex[:8].upper()}/invoice.pdf").status_code == 404
