"""Files of an order for staff: documents, and packing slips without prices."""

from __future__ import annotations

import pytest
from django.test import Client

from apps.payment.checkout.tests.test_admin import staff
from apps.payment.documents.tests.reading import text_in
from apps.payment.orders.models import Order
from apps.payment.shipments.models import Shipment
from apps.payment.tests.after_sales.helpers import Staff, buy
from apps.payment.tests.personas import address_in

pytestmark = pytest.mark.django_db(transaction=True)


def paths(order: Order) -> list[str]:
    base = f"/admin/orders/order/{order.pk}"
    return [
        f"{base}/documents/{order.documents.get().pk}.pdf",
        f"{base}/packing-slips/{Shipment.objects.get(order=order).pk}.pdf",
    ]


@pytest.fixture
def shipped(ada) -> Order:
    ada.open_cart()
    ada.change_cart(gift_message="Happy birthday!\nYour Ada")
    ada.put("MUG-BLUE", 3)
    ada.put("FILM-METROPOLIS-BUY")
    address = address_in("AT") | {"name": "王小明"}
    number = ada.order(language="de", shipping_address=address).json()["number"]
    assert Staff().ship(number, {0: 2}).status_code == 201
    return Order.objects.get(number=number)


def test_packing_slip_names_what_is_in_the_parcel_and_no_prices(shipped):
    _document, slip = paths(shipped)
    response = staff("support_staff").get(slip)
    assert response.status_code == 200
    assert response["Content-Type"] == "application/pdf"
    assert "private" in response["Cache-Control"]
    text = text_in(response.content)
    assert "00340434161094042557" in text
    for words in ("Lieferschein", "2 Blue mug", "WangXiaoMing", "Österreich", "DHL", "Your Ada"):
        assert words in text, words
    for words in ("Metropolis", "€", "14,90"):
        assert words not in text


def test_order_page_links_its_files(shipped):
    client = staff("support_staff")
    page = client.get(f"/admin/orders/order/{shipped.pk}/change/").content.decode()
    document, slip = paths(shipped)
    for path in (document, slip):
        assert path in page
        assert client.get(path).content.startswith(b"%PDF")


def test_files_are_for_staff_who_may_look_at_orders(shipped):
    document, slip = paths(shipped)
    for path in (document, slip):
        assert Client().get(path).status_code == 302
        assert staff("catalog_staff").get(path).status_code in (302, 403)


def test_files_of_another_order_are_not_found(shipped, grace):
    other = buy(grace, mugs=1, films=0)
    client = staff("support_staff")
    for path in paths(shipped):
        assert client.get(path.replace(str(shipped.pk), str(other.pk))).status_code == 404
