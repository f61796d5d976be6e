"""The first page of payment's admin."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from apps.common.ids import first_uuid7, uuid7
from apps.payment.checkout import dashboard
from apps.payment.checkout.tests.test_admin import staff
from apps.payment.orders.models import Order
from apps.payment.tests.after_sales.helpers import Staff
from apps.payment.tests.catalog_fake import MUG

pytestmark = pytest.mark.django_db(transaction=True)


def figures(sales: dashboard.Sales) -> dict[str, str]:
    return {figure.label: figure.value for figure in sales.figures}


def counts(role: str = "support_staff") -> dict[str, int]:
    return {task.label: task.count for task in staff(role).get("/admin/").context["tasks"]}


def test_shop_without_sales_has_a_chart_of_nothing():
    [sales] = dashboard.sales()
    assert sales.currency == "EUR"
    assert figures(sales) == {"Sales": "€0.00", "Paid orders": "0", "Average order": "–", "Refunds": "€0.00"}
    assert {bar.drawn_height for bar in sales.bars} == {0}
    assert dashboard.conversion().value == "–"
    assert staff("support_staff").get("/admin/").status_code == 200


def test_sales_of_today_stand_in_the_last_bar(ada, grace, guest, catalog):
    for shopper in (ada, grace):
        shopper.put(MUG.sku)
        assert shopper.order().status_code == 201
    guest.put(MUG.sku)
    guest.order(card="declined")
    [sales] = dashboard.sales()
    assert figures(sales) == {"Sales": "€39.60", "Paid orders": "2", "Average order": "€19.80", "Refunds": "€0.00"}
    assert [bar.drawn_height for bar in sales.bars] == [0] * 29 + [160]
    conversion = dashboard.conversion()
    assert (conversion.value, conversion.note) == ("66.66%", "2 of 3 carts")


def test_orders_before_these_days_do_not_count(ada, catalog):
    ada.put(MUG.sku)
    ada.order()
    long_ago = timezone.now() - timedelta(days=31)
    order = Order.objects.get()
    Order.objects.filter(pk=order.pk).update(placed_at=long_ago)
    # Ranges of time are ranges of keys.
    with connection.cursor() as cursor:
        cursor.execute("SET session_replication_role = replica")
        cursor.execute("UPDATE orders_order SET id = %s WHERE id = %s", [first_uuid7(long_ago), order.pk])
        cursor.execute("SET session_replication_role = DEFAULT")
    [sales] = dashboard.sales()
    assert figures(sales)["Paid orders"] == "0"


def test_refunds_are_a_share_of_the_sales(ada, catalog):
    ada.put(MUG.sku)
    number = ada.order().json()["number"]
    assert Staff().refund(number, lines=[{"position": 0, "quantity": 1}]).status_code == 201
    [sales] = dashboard.sales()
    refunds = sales.figures[-1]
    assert (refunds.value, refunds.note) == ("€14.90", "75.25%")


def test_waiting_work_is_counted_and_leads_to_its_list(ada, grace, catalog):
    ada.put(MUG.sku)
    ada.order()
    grace.put(MUG.sku)
    grace.order(card="challenge")
    assert (counts()["Orders to ship"], counts()["Stuck orders"]) == (1, 0)
    Order.objects.filter(state__in=Order.OPEN).update(placed_at=timezone.now() - timedelta(hours=1))
    assert counts()["Stuck orders"] == 1
    client = staff("support_staff")
    for task in client.get("/admin/").context["tasks"]:
        assert client.get(task.url).status_code == 200
    stuck = client.get("/admin/orders/order/?todo=stuck")
    assert [order.pk for order in stuck.context["cl"].result_list] == [Order.objects.get(state__in=Order.OPEN).pk]


def test_page_has_a_fixed_number_of_queries(ada, catalog):
    client = staff("support_staff")
    client.get("/admin/")
    found = []
    for _ in range(2):
        with CaptureQueriesContext(connection) as queries:
            assert client.get("/admin/").status_code == 200
        found.append(len(queries))
        for shopper in (ada, ada.twin()):
            shopper.put(MUG.sku)
            shopper.order()
    assert found[0] == found[1]


def test_staff_who_may_not_look_at_orders_see_no_sales():
    response = staff("catalogue_staff").get("/admin/")
    assert "sales" not in (response.context or {})


def test_first_key_of_a_moment_is_below_all_later_ones():
    now = timezone.now()
    assert first_uuid7(now - timedelta(milliseconds=1)) < uuid7()
    assert first_uuid7(now + timedelta(seconds=1)) > uuid7()
    assert first_uuid7(now).version == 7
