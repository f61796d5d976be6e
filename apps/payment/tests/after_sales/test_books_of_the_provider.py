"""Orders and refunds as the shop makes them agree with the provider's list; staff settle what differs."""

from __future__ import annotations

import csv
import io
from datetime import timedelta

import pytest
from django.utils import timezone

from apps.common.staff.models import StaffUser
from apps.payment.checkout.tests.test_admin import staff
from apps.payment.payments.providers.sandbox.models import SandboxCharge
from apps.payment.reconciliation import services
from apps.payment.reconciliation.models import Difference, ReconciledDay
from apps.payment.tests.after_sales.helpers import Staff, buy

pytestmark = pytest.mark.django_db(transaction=True)
LIST = "/admin/reconciliation/difference/"


@pytest.fixture
def today():
    return timezone.now().date()


@pytest.fixture
def lost(ada, catalog, today) -> Difference:
    """The provider has taken money that the shop knows nothing of."""
    now = timezone.now()
    SandboxCharge.objects.create(
        id="ch_lost", key="lost", state="captured", amount=4200, currency="EUR", captured_at=now
    )
    assert services.reconcile("sandbox", today) == 1
    return Difference.objects.get()


def test_sales_and_refunds_agree_with_the_provider(ada, catalog, today):
    order = buy(ada, mugs=2, films=1)
    response = Staff().refund(order.number, lines={0: 1}, reason="Damaged")
    assert response.status_code == 201, response.content
    assert services.reconcile("sandbox", today) == 0
    assert ReconciledDay.objects.get().movement_count == 2
    assert services.reconcile("sandbox", today - timedelta(days=1)) == 0


def test_staff_see_a_difference_and_the_administrator_settles_it(lost):
    support = staff("support_staff")
    assert "€42.00" in support.get(LIST).content.decode()
    form = {"action": "settle", "_selected_action": [lost.pk]}
    support.post(LIST, form)
    assert Difference.objects.get().settled_at is None
    StaffUser.objects.update(is_superuser=True)
    administrator = support
    assert administrator.post(LIST, form, follow=True).status_code == 200
    assert Difference.objects.get().settled_by
    assert administrator.get(f"{LIST}?state=open").content.decode().count("€42.00") == 0


def test_a_day_is_compared_again_from_the_admin(lost):
    administrator = staff("admin")
    days = "/admin/reconciliation/reconciledday/"
    assert "1 difference" in administrator.get(days).content.decode()
    SandboxCharge.objects.get(pk="ch_lost").delete()
    administrator.post(days, {"action": "check_again", "_selected_action": [lost.reconciled_day_id]})
    assert not Difference.objects.exists()
    assert "Agrees" in administrator.get(days).content.decode()


def test_the_journal_is_exported_for_bookkeeping(ada, catalog):
    order = buy(ada, mugs=1, films=0)
    response = staff("support_staff").get("/admin/ledger/journalentry/export.csv?kind__exact=capture")
    text = b"".join(response.streaming_content).decode("utf-8-sig")
    rows = list(csv.DictReader(io.StringIO(text)))
    assert {row["account"] for row in rows} == {"provider_clearing", "sales_goods", "shipping_income", "tax_owed"}
    [taken] = [row for row in rows if row["account"] == "provider_clearing"]
    assert (taken["order"], taken["amount"], taken["currency"]) == (order.number, str(order.total.major_units), "EUR")
    assert sum(round(float(row["amount"]) * 100) for row in rows) == 0
