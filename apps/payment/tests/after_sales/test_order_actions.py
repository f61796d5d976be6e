"""What staff do with an order in the admin: each page says what happens to the money, and nothing happens before."""

from __future__ import annotations

import re
import uuid
from datetime import timedelta
from typing import Any

import pytest
from django.core import mail
from django.test import Client
from django.utils import timezone

from apps.payment.checkout.tests.test_admin import staff
from apps.payment.orders import tasks as order_tasks
from apps.payment.orders.models import Order, OrderNote
from apps.payment.refunds.models import Refund, ReturnRequest
from apps.payment.shipments.models import Shipment
from apps.payment.tests.after_sales.helpers import MUG, Staff, assert_adds_up, buy

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def eve(catalog) -> Client:
    return staff("support_staff")


def url(order: Order, page: str) -> str:
    return f"/admin/orders/order/{order.pk}/{page}/"


def hidden(html: str) -> dict[str, str]:
    """The hidden fields of a page's form."""
    fields = re.findall(r"<input[^>]*type=\"hidden\"[^>]*>", html)
    named = [(re.search(r'name="([^"]+)"', field), re.search(r'value="([^"]*)"', field)) for field in fields]
    return {name[1]: value[1] for name, value in named if name and value and name[1] != "csrfmiddlewaretoken"}


def text_of(html: str) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", html.partition("<main")[2]).split())


def submit(client: Client, address: str, data: dict[str, Any], **buttons: str) -> Any:
    """Open the page, enter the data and press a button."""
    page = client.get(address).content.decode()
    return client.post(address, hidden(page) | data | buttons)


def refund_by_form(client: Client, order: Order, data: dict[str, Any]) -> Any:
    """Preview, then refund what was shown."""
    preview = submit(client, url(order, "refund"), data, preview="1").content.decode()
    return client.post(url(order, "refund"), hidden(preview) | data | {"apply": "1"}, follow=True)


def test_refund_says_what_happens_before_it_does(ada, eve, catalog):
    order = buy(ada)
    data = {"quantity_0": "1", "restock_0": "on", "quantity_1": "1", "shipping": "1.50", "goodwill": "0.50"}
    html = submit(eve, url(order, "refund"), data, preview="1").content.decode()
    text = text_of(html)
    for sentence in (
        "€26.89 go back to Visa •••• 4242.",
        "€17.80 of €44.69 remain paid.",
        "1 × “Blue mug” go back into the stock.",
        "1 × “Blue mug” will not be sent.",
        "“Metropolis” leaves the customer’s library.",
        "€0.50 of it are a free amount.",
        "Refund €26.89",
    ):
        assert sentence in text
    assert not Refund.objects.exists()
    response = eve.post(url(order, "refund"), hidden(html) | data | {"apply": "1"}, follow=True)
    assert "€26.89 were refunded." in response.content.decode()
    refund = Refund.objects.get()
    assert (refund.amount, refund.requested_by) == (2689, "staff@example.com")
    assert catalog.available(MUG) == 9
    assert_adds_up(order)


def test_a_double_click_refunds_once(ada, eve, catalog):
    order = buy(ada)
    data = {"quantity_0": "1"}
    preview = submit(eve, url(order, "refund"), data, preview="1").content.decode()
    sent = hidden(preview) | data | {"apply": "1"}
    for _ in range(2):
        assert eve.post(url(order, "refund"), sent).status_code == 302
    assert Refund.objects.count() == 1


def test_another_amount_than_was_shown_is_shown_first(ada, eve, catalog):
    order = buy(ada)
    preview = submit(eve, url(order, "refund"), {"quantity_0": "1"}, preview="1").content.decode()
    response = eve.post(url(order, "refund"), hidden(preview) | {"quantity_0": "2", "apply": "1"})
    assert "€29.80 go back" in text_of(response.content.decode())
    assert not Refund.objects.exists()


def test_a_page_from_before_another_refund_refunds_nothing(ada, eve, catalog):
    order = buy(ada)
    preview = submit(eve, url(order, "refund"), {"quantity_0": "1"}, preview="1").content.decode()
    Staff().refund(order.number, lines={0: 1})
    response = eve.post(url(order, "refund"), hidden(preview) | {"quantity_0": "1", "apply": "1"})
    assert response.status_code == 422
    assert "was refunded in part meanwhile" in response.content.decode()
    assert Refund.objects.count() == 1


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        ({}, "Choose lines, shipping or an amount to refund."),
        ({"quantity_0": "3"}, "less than or equal to 2"),
        ({"quantity_0": "-1"}, "greater than or equal to 0"),
        ({"quantity_0": "one"}, "Enter a whole number."),
        ({"goodwill": "0.001"}, "decimal places"),
        ({"goodwill": "99.00"}, "are left for a free amount"),
        ({"shipping": "4.91"}, "are left of what was paid for shipping"),
        ({"goodwill": "9" * 40}, "Ensure"),
    ],
)
def test_refund_that_is_not_possible_is_explained(ada, eve, catalog, data, sentence):
    order = buy(ada)
    response = submit(eve, url(order, "refund"), data, preview="1")
    assert response.status_code == 422
    assert sentence in response.content.decode()
    assert not Refund.objects.exists()


def test_ship_sends_what_is_left_unless_other_units_are_entered(ada, eve, catalog):
    order = buy(ada)
    page = text_of(eve.get(url(order, "ship")).content.decode())
    assert "No money moves." in page
    data = {"quantity_0": "1", "carrier": "gls", "tracking_number": "Z123"}
    assert submit(eve, url(order, "ship"), data, apply="1").status_code == 302
    shipment = Shipment.objects.get()
    assert (shipment.tracking_url, shipment.shipped_by) == ("https://gls-group.com/track/Z123", "staff@example.com")
    refused = submit(eve, url(order, "ship"), {"quantity_0": "2", "carrier": "gls"}, apply="1")
    assert refused.status_code == 422
    assert submit(eve, url(order, "ship"), {"quantity_0": "1", "carrier": "gls"}, apply="1").status_code == 302
    order.refresh_from_db()
    assert order.state == "fulfilled"


def test_cancelling_a_paid_order_refunds_and_restocks_all_of_it(ada, eve, catalog):
    order = buy(ada)
    html = eve.get(url(order, "cancel")).content.decode()
    text = text_of(html)
    assert "€44.69 go back to Visa •••• 4242." in text
    assert "2 × “Blue mug” go back into the stock." in text
    assert not Refund.objects.exists()
    for _ in range(2):
        assert eve.post(url(order, "cancel"), hidden(html) | {"apply": "1"}).status_code == 302
    order.refresh_from_db()
    assert (order.state, catalog.available(MUG), Refund.objects.count()) == ("refunded", 10, 1)
    assert_adds_up(order)


def test_an_order_of_which_something_was_sent_is_not_cancelled(ada, eve, catalog):
    order = buy(ada)
    html = eve.get(url(order, "cancel")).content.decode()
    Staff().ship(order.number, {0: 1})
    response = eve.post(url(order, "cancel"), hidden(html) | {"apply": "1"})
    assert response.status_code == 422
    assert "was sent or refunded in part" in response.content.decode()
    assert not Refund.objects.exists()
    assert "/cancel" not in eve.get(url(order, "change")).content.decode()


def test_cancelling_an_unpaid_order_says_that_nothing_was_charged(ada, eve, catalog):
    ada.put(MUG)
    ada.order(card="challenge")
    order = Order.objects.get()
    html = eve.get(url(order, "cancel")).content.decode()
    assert "No money moves: €19.80 were not charged." in text_of(html)
    assert eve.post(url(order, "cancel"), hidden(html) | {"apply": "1"}).status_code == 302
    order.refresh_from_db()
    assert order.state == "cancelled"


def test_return_request_is_accepted_with_its_amount_or_declined_with_a_sentence(ada, eve, catalog):
    for decision in ("apply", "decline"):
        order = buy(ada)
        body = {"lines": [{"position": 0, "quantity": 1}], "reason": "damaged", "comment": "Broken <b>handle</b>"}
        ada.client.post(f"/v1/orders/{order.number}/returns", body)
        html = eve.get(url(order, "return")).content.decode()
        assert "Broken &lt;b&gt;handle" in html
        assert "Accept and refund €14.90" in text_of(html)
        if decision == "decline":
            silent = eve.post(url(order, "return"), hidden(html) | {"decline": "1"})
            assert silent.status_code == 422
        data = {"restock": "on", "response": "It was used." if decision == "decline" else ""}
        assert eve.post(url(order, "return"), hidden(html) | data | {decision: "1"}).status_code == 302
        assert_adds_up(order)
    assert list(ReturnRequest.objects.order_by("pk").values_list("state", "response")) == [
        ("accepted", ""),
        ("declined", "It was used."),
    ]
    assert Refund.objects.count() == 1


def test_mails_are_sent_again(ada, eve, catalog):
    order = buy(ada)
    Staff().ship(order.number)
    Staff().refund(order.number, lines={0: 1})
    mail.outbox.clear()
    choices = ["confirmation", f"shipment-{Shipment.objects.get().pk}", f"refund-{Refund.objects.get().pk}"]
    for choice in choices:
        assert submit(eve, url(order, "resend"), {"mail": choice}, apply="1").status_code == 302
    assert [message.subject.split(order.number)[0] for message in mail.outbox] == [
        "Your order ",
        "Your order ",
        "Your refund for order ",
    ]
    other = buy(ada)
    Staff().ship(other.number)
    foreign = f"shipment-{Shipment.objects.get(order=other).pk}"
    assert submit(eve, url(order, "resend"), {"mail": foreign}, apply="1").status_code == 422


def test_mail_about_an_old_order_is_sent_again_although_redis_is_away(ada, eve, catalog, monkeypatch):
    order = buy(ada)
    Order.objects.update(paid_at=timezone.now() - timedelta(days=90))
    mail.outbox.clear()

    def no_broker(*args, **kwargs):
        raise ConnectionError("Redis is away")

    with monkeypatch.context() as patch:
        patch.setattr(order_tasks.send_confirmation, "apply_async", no_broker)
        assert submit(eve, url(order, "resend"), {"mail": "confirmation"}, apply="1").status_code == 302
    assert mail.outbox == []
    Order.objects.update(confirmation_due_at=timezone.now() - timedelta(minutes=2))
    order_tasks.send_due_confirmations()
    assert [message.subject for message in mail.outbox] == [f"Your order {order.number} is confirmed"]


def test_notes_and_everything_else_stand_in_the_timeline_as_text(ada, eve, catalog):
    order = buy(ada)
    Staff().ship(order.number, {0: 1})
    Staff().refund(order.number, lines={0: 1}, reason="Scratched")
    data = {"text": "Called <script>alert(1)</script>\nagain tomorrow"}
    assert submit(eve, url(order, "note"), data, apply="1").status_code == 302
    assert submit(eve, url(order, "note"), {"text": "   "}, apply="1").status_code == 422
    html = eve.get(url(order, "change")).content.decode()
    text = text_of(html)
    for part in ("Reserved", "Paid", "Parcel sent: DHL", "Refund of €14.90 completed", "Scratched", "again tomorrow"):
        assert part in text
    assert "<script>alert(1)" not in html
    assert OrderNote.objects.get().written_by == "staff@example.com"


def test_notes_are_never_shown_to_the_customer_and_go_with_the_person(ada, eve, catalog):
    from apps.common.outbox.testing import deliver

    order = buy(ada, mugs=0)
    submit(eve, url(order, "note"), {"text": "Suspicious"}, apply="1")
    assert "Suspicious" not in ada.show_order(order.number).content.decode()
    deliver("auth", "user.deleted", subject=str(ada.user_id), data={"user_id": str(ada.user_id)})
    assert not OrderNote.objects.exists()


def numbers(client: Client, query: str) -> set[str]:
    html = client.get(f"/admin/orders/order/?{query}").content.decode()
    return set(re.findall(r"SC-[0-9A-Z]{8}", html))


def test_orders_are_found_by_number_address_and_name_and_filtered_by_state_age_and_what_is_to_do(ada, eve, catalog):
    sent, refunded, asked, films = buy(ada), buy(ada), buy(ada), buy(ada, mugs=0)
    Staff().ship(sent.number)
    Staff().refund(refunded.number, everything=True)
    body = {"lines": [{"position": 0, "quantity": 1}], "reason": "other"}
    ada.client.post(f"/v1/orders/{asked.number}/returns", body)
    Order.objects.filter(pk=films.pk).update(placed_at=timezone.now() - timedelta(days=40), email="kim@example.com")
    everything = {order.number for order in (sent, refunded, asked, films)}
    assert numbers(eve, "") == everything
    assert numbers(eve, f"q={sent.number}") >= {sent.number}
    assert numbers(eve, "q=kim@example.com") == {films.number}
    assert numbers(eve, "q=Lovelace") == everything - {films.number}
    assert numbers(eve, "state__exact=fulfilled") == {sent.number}
    assert numbers(eve, "age=older") == {films.number}
    assert numbers(eve, "age=7") == everything - {films.number}
    assert numbers(eve, "todo=ship") == {asked.number}
    assert numbers(eve, "todo=return") == {asked.number}
    assert numbers(eve, "todo=refund") == set()
    assert numbers(eve, "age=nonsense&todo=nonsense") == everything


@pytest.mark.parametrize("page", ["refund", "ship", "cancel", "return", "resend", "note"])
def test_only_support_and_admins_reach_the_pages(ada, catalog, page):
    order = buy(ada)
    assert staff("admin").get(url(order, page)).status_code in (200, 302)
    for client in (staff("catalog_staff"), staff("video_staff")):
        assert client.get(url(order, page)).status_code == 403
        assert client.post(url(order, page), {"apply": "1"}).status_code == 403
    assert Client().get(url(order, page)).status_code == 302
    assert not Refund.objects.exists()
    for nothing in (uuid.uuid4(), "nonsense"):
        assert staff("support_staff").get(f"/admin/orders/order/{nothing}/{page}/").status_code == 404


@pytest.mark.parametrize("page", ["refunds/refund", "refunds/returnrequest"])
def test_refunds_and_return_requests_are_listed_for_support(ada, eve, catalog, page):
    order = buy(ada)
    ada.client.post(
        f"/v1/orders/{order.number}/returns", {"lines": [{"position": 0, "quantity": 1}], "reason": "other"}
    )
    Staff().refund(order.number, lines={0: 1})
    row = (Refund if page.endswith("refund") else ReturnRequest).objects.get()
    for address in (f"/admin/{page}/", f"/admin/{page}/{row.pk}/change/"):
        assert order.number in eve.get(address).content.decode()
    assert staff("catalog_staff").get(f"/admin/{page}/").status_code == 403


def test_refund_page_speaks_german(ada, eve, catalog):
    order = buy(ada)
    html = eve.get(url(order, "refund"), headers={"Accept-Language": "de"}).content.decode()
    assert "Erstattung" in html
    data = hidden(html) | {"goodwill": "1,50", "preview": "1"}
    preview = eve.post(url(order, "refund"), data, headers={"Accept-Language": "de"}).content.decode()
    assert "1,50\xa0€" in preview
