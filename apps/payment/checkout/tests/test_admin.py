"""What staff see and may do. The sign-in itself is apps.common.staff's."""

from __future__ import annotations

import uuid

import pytest
from django.contrib.auth.models import Group
from django.test import Client
from django.utils.html import escape

from apps.common.admin_site.navigation import current_section
from apps.common.money import Money
from apps.common.staff.models import StaffUser
from apps.payment.checkout.apps import grant_staff_permissions
from apps.payment.ledger.models import JournalEntry
from apps.payment.orders.models import Order
from apps.payment.payments.models import Payment
from apps.payment.tests.invariants import assert_consistent

pytestmark = pytest.mark.django_db(transaction=True)


def staff(*roles: str) -> Client:
    grant_staff_permissions()
    user = StaffUser.objects.create(
        pk=uuid.uuid4(), email="staff@example.com", is_staff=True, is_superuser="admin" in roles
    )
    user.groups.set([Group.objects.get_or_create(name=role)[0] for role in roles])
    client = Client()
    client.force_login(user, backend="apps.common.staff.backends.AuthServiceBackend")
    return client


@pytest.fixture
def paid(ada, catalog) -> Order:
    ada.put("MUG-BLUE")
    ada.order()
    return Order.objects.get()


PAGES = ["orders/order", "payments/payment", "ledger/journalentry"]


@pytest.mark.parametrize("page", PAGES)
@pytest.mark.parametrize("role", ["support_staff", "admin"])
def test_support_and_admins_look_at_everything_and_write_nothing(role, page, paid):
    client = staff(role)
    listing = client.get(f"/admin/{page}/")
    assert listing.status_code == 200
    row = {"orders/order": paid.pk, "ledger/journalentry": JournalEntry.objects.get().pk}.get(page)
    if row:
        detail = client.get(f"/admin/{page}/{row}/change/")
        assert detail.status_code == 200
        assert paid.number in detail.content.decode()
    assert client.get(f"/admin/{page}/add/").status_code == 403
    assert client.post(f"/admin/{page}/{row or paid.pk}/delete/", {"post": "yes"}).status_code in (302, 403)
    assert Order.objects.count() == JournalEntry.objects.count() == 1


def test_an_order_shows_its_lines_payment_and_history(paid):
    html = staff("support_staff").get(f"/admin/orders/order/{paid.pk}/change/").content.decode()
    for text in ("Blue mug", "Visa •••• 4242", "Captured", "Authorised", Money(paid.total_amount, "EUR").format()):
        assert text in html


def test_an_order_shows_where_it_goes_in_lines_and_in_the_reader_s_language(paid):
    client = staff("support_staff")
    html = client.get(f"/admin/orders/order/{paid.pk}/change/", headers={"Accept-Language": "de"}).content.decode()
    where = paid.shipping_address
    assert f"{escape(where['line1'])}<br>{where['postal_code']} {where['city']}<br>" in html
    assert "Lieferadresse" in html
    assert "&quot;line1&quot;" not in html


def test_a_payment_and_a_journal_entry_link_to_the_order(paid):
    client = staff("support_staff")
    payment, entry = Payment.objects.get(), JournalEntry.objects.get()
    assert (
        f'href="/admin/orders/order/{paid.pk}/change/"'
        in client.get(f"/admin/payments/payment/{payment.pk}/change/").content.decode()
    )
    assert (
        f'href="/admin/orders/order/?q={paid.number}"'
        in client.get(f"/admin/ledger/journalentry/{entry.pk}/change/").content.decode()
    )


def test_the_navigation_shows_this_section_to_the_roles_that_see_something_here():
    grant_staff_permissions()
    section = current_section()
    assert section is not None
    assert section.roles == set(Group.objects.exclude(permissions=None).values_list("name", flat=True))


@pytest.mark.parametrize("page", PAGES)
def test_staff_of_other_services_see_nothing(page, paid):
    assert staff("catalog_staff").get(f"/admin/{page}/").status_code == 403


def cancel(client: Client, *orders: Order, **more: str):
    body = {"action": "cancel", "_selected_action": [str(order.pk) for order in orders]}
    return client.post("/admin/orders/order/", body | more, follow=True)


def test_support_cancels_an_order_that_waits_for_the_bank(ada, catalog):
    ada.put("MUG-BLUE")
    ada.order(card="challenge")
    assert cancel(staff("support_staff"), Order.objects.get(), confirmed="1").status_code == 200
    [order] = assert_consistent(catalog)
    assert order.state == Order.State.CANCELLED


def test_cancelling_shows_first_what_will_happen(ada, paid, catalog):
    ada.cart = None
    ada.put("MUG-BLUE")
    ada.order(card="challenge")
    waiting = Order.objects.exclude(pk=paid.pk).get()
    html = cancel(staff("support_staff"), waiting, paid).content.decode()
    assert "No money moves: these orders were not charged." in html
    assert f"<li>{waiting.number}, €19.80, " in html
    assert "1 order is paid or ended and stays as it is." in html
    assert set(Order.objects.values_list("state", flat=True)) == {Order.State.PAID, waiting.state}
    assert "None of these orders can be cancelled." in cancel(staff("support_staff"), paid).content.decode()


def test_cancelling_a_paid_order_says_why_not(paid):
    html = cancel(staff("support_staff"), paid, confirmed="1").content.decode()
    assert "cannot be cancelled" in html
    assert Order.objects.get().state == Order.State.PAID
