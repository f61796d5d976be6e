from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta

import pytest
from django.test import Client
from django.utils import timezone

from apps.common.metrics import collectors
from apps.common.money import Money
from apps.payment.ledger.models import Account, JournalEntry
from apps.payment.ledger.selectors import balances
from apps.payment.ledger.services import book
from apps.payment.payments.providers import registry
from apps.payment.payments.providers.sandbox.balance import fee_of, pay_out
from apps.payment.payments.providers.sandbox.disputes import open_dispute
from apps.payment.payments.providers.sandbox.models import SandboxCharge, SandboxDispute, SandboxPayout, SandboxRefund
from apps.payment.reconciliation import services
from apps.payment.reconciliation.models import Difference, ReconciledDay

pytestmark = pytest.mark.django_db
DAY = date(2026, 3, 14)
NOON = datetime(2026, 3, 14, 12, tzinfo=UTC)
Kind = Difference.Kind


def charge(key: str, amount: int = 1990, *, at: datetime = NOON, state: str = "captured") -> SandboxCharge:
    return SandboxCharge.objects.create(
        id=f"ch_{key}", key=key, state=state, amount=amount, currency="EUR", captured_at=at
    )


def refund(of: SandboxCharge, key: str, amount: int, *, at: datetime = NOON) -> None:
    row = SandboxRefund.objects.create(id=f"re_{key}", key=key, charge=of, amount=amount)
    SandboxRefund.objects.filter(pk=row.pk).update(created_at=at)


def booked(key: str, amount: int = 1990, *, at: datetime = NOON) -> None:
    money = Money(amount, "EUR")
    kind = key.partition(":")[0]
    postings = {str(Account.PROVIDER_CLEARING): money, str(Account.SALES_GOODS): -money}
    entry = book(key=key, kind=kind, order_number="SC-1", postings=postings)
    # The books are append-only; a test that lives on another day writes the day before it is kept.
    JournalEntry.objects.filter(pk=entry.pk).update(booked_at=at)


@pytest.fixture(autouse=True)
def _days_can_be_chosen(transactional_db) -> None:
    """The database refuses changes of what is booked; only here its date is set."""
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("SET session_replication_role = replica")
    yield
    with connection.cursor() as cursor:
        cursor.execute("SET session_replication_role = origin")


def differences() -> set[tuple[str, str, int | None, int | None]]:
    return set(Difference.objects.values_list("kind", "key", "provider_amount", "booked_amount"))


def test_a_day_that_agrees_has_no_differences():
    taken = charge("a")
    refund(taken, "r", 500)
    booked("capture:a")
    booked("refund:r", -500)
    assert services.reconcile("sandbox", DAY) == 0
    assert list(ReconciledDay.objects.values_list("day", "movement_count")) == [(DAY, 2)]


def test_movements_of_one_side_and_other_amounts_are_found():
    taken = charge("not booked")
    charge("less", 1990)
    refund(taken, "twice", 700)
    booked("capture:less", 1980)
    booked("capture:invented", 100)
    booked("refund:twice", -350)
    assert services.reconcile("sandbox", DAY) == 4
    assert differences() == {
        (Kind.NOT_BOOKED, "capture:not booked", 1990, None),
        (Kind.AMOUNT, "capture:less", 1990, 1980),
        (Kind.NOT_AT_PROVIDER, "capture:invented", None, 100),
        (Kind.AMOUNT, "refund:twice", -700, -350),
    }
    assert Difference.objects.get(key="capture:less").order_number == "SC-1"
    assert Difference.objects.get(key="capture:not booked").reference == "ch_not booked"


def test_midnight_between_capture_and_booking_is_no_difference():
    before, after = datetime(2026, 3, 14, 23, 59, 59, tzinfo=UTC), datetime(2026, 3, 15, 0, 0, 1, tzinfo=UTC)
    charge("late", at=before)
    booked("capture:late", at=after)
    assert services.reconcile("sandbox", DAY) == 0
    assert services.reconcile("sandbox", DAY + timedelta(days=1)) == 0


def test_comparing_again_forgets_what_was_put_right_and_keeps_what_was_settled():
    charge("late")
    charge("explained")
    assert services.reconcile("sandbox", DAY) == 2
    assert services.settle([Difference.objects.get(key="capture:explained").pk], by="grace@example.com") == 1
    booked("capture:late")
    assert services.reconcile("sandbox", DAY) == 0
    [kept] = Difference.objects.all()
    assert (kept.key, kept.settled_by) == ("capture:explained", "grace@example.com")
    assert services.settle([kept.pk], by="ada@example.com") == 0


def test_charges_that_were_not_captured_do_not_count():
    SandboxCharge.objects.create(id="ch_x", key="x", state="voided", amount=1, currency="EUR")
    assert services.reconcile("sandbox", DAY) == 0


def test_days_that_were_missed_are_caught_up_on_once():
    charge("lost")
    today = DAY + timedelta(days=4)
    services.reconcile("sandbox", DAY - timedelta(days=1))
    assert services.reconcile_past_days(today) == 1
    days = ReconciledDay.objects.order_by("day").values_list("day", flat=True)
    assert list(days) == [DAY + timedelta(days=offset) for offset in range(-1, 4)]
    Difference.objects.all().delete()
    assert services.reconcile_past_days(today) == 0


def test_after_a_long_absence_it_begins_a_month_ago():
    services.reconcile("sandbox", DAY - timedelta(days=400))
    services.reconcile_past_days(DAY)
    assert ReconciledDay.objects.count() == 1 + services.MOST_DAYS


def test_a_new_shop_begins_with_yesterday(settings):
    settings.STRIPE_SECRET_KEY = ""
    services.reconcile_past_days(DAY)
    assert [row.day for row in ReconciledDay.objects.all()] == [DAY - timedelta(days=1)]
    assert registry.in_use() == ["sandbox"] == [row.provider for row in ReconciledDay.objects.all()]


def entries(kind: str) -> dict[str, dict[str, int]]:
    """Postings of the entries of a kind, by key."""
    found = JournalEntry.objects.filter(kind=kind).prefetch_related("postings")
    return {entry.key: {row.account: row.amount for row in entry.postings.all()} for entry in found}


def test_fees_are_booked_from_the_providers_list_once():
    charge("a", 1990)
    booked("capture:a", 1990)
    for _ in range(2):
        assert services.reconcile("sandbox", DAY) == 0
    # 1.5% and 25 cents.
    assert entries("fee") == {"fee:capture:a": {"provider_clearing": -55, "provider_fees": 55}}
    assert JournalEntry.objects.get(kind="fee").order_number == "SC-1"


def test_a_payout_is_in_the_bank_and_leaves_nothing_at_the_provider():
    before = NOON - timedelta(days=1)
    taken = charge("a", 2000, at=before)
    refund(taken, "r", 500, at=before)
    booked("capture:a", 2000, at=before)
    booked("refund:r", -500, at=before)
    assert pay_out(DAY) == 1
    assert pay_out(DAY) == 0
    SandboxPayout.objects.update(created_at=NOON)
    assert services.reconcile("sandbox", DAY - timedelta(days=1)) == 0
    assert services.reconcile("sandbox", DAY) == 0
    [postings] = entries("payout").values()
    assert postings == {"provider_clearing": -1445, "bank": 1445}
    assert balances()["EUR"] == {"bank": 1445, "provider_clearing": 0, "provider_fees": 55, "sales_goods": -1500}


def test_a_day_of_refunds_pays_nothing_out_and_the_next_days_make_up_for_it():
    before = NOON - timedelta(days=1)
    taken = charge("a", 2000, at=before)
    pay_out(DAY)
    refund(taken, "r", 2000, at=NOON)
    charge("b", 1000, at=NOON)
    assert pay_out(DAY + timedelta(days=1)) == 0
    charge("c", 5000, at=NOON + timedelta(days=1))
    assert pay_out(DAY + timedelta(days=2)) == 1
    # 1000 - 40 + 5000 - 100 - 2000
    assert SandboxPayout.objects.get(day=DAY + timedelta(days=2)).amount == 3860


def test_currencies_are_paid_out_apart():
    charge("a", 2000)
    SandboxCharge.objects.create(id="ch_d", key="d", state="captured", amount=1000, currency="USD", captured_at=NOON)
    assert pay_out(DAY + timedelta(days=1)) == 2
    assert dict(SandboxPayout.objects.values_list("currency", "amount")) == {"EUR": 1945, "USD": 960}


@pytest.mark.parametrize(("amount", "fee"), [(1, 1), (25, 25), (100, 27), (1990, 55), (10_000, 175), (33, 25)])
def test_the_sandbox_states_its_fee(amount, fee):
    assert fee_of(amount) == fee


def test_a_dispute_that_was_not_booked_is_a_difference():
    taken = charge("a", 2000)
    booked("capture:a", 2000)
    dispute = open_dispute(taken)
    SandboxDispute.objects.update(opened_at=NOON)
    assert services.reconcile("sandbox", DAY) == 1
    assert differences() == {(Kind.NOT_BOOKED, f"dispute:{dispute.pk}", -4000, None)}


def test_metrics_show_open_differences_and_how_long_ago_the_last_day_ended(monkeypatch):
    monkeypatch.setattr(collectors, "CACHE_SECONDS", -1)
    charge("lost")
    services.reconcile("sandbox", DAY)
    text = Client().get("/metrics").content.decode()
    values = dict(re.findall(r"^(streamcart_reconciliation_\w+) ([\d.e+]+)$", text, re.MULTILINE))
    assert float(values["streamcart_reconciliation_differences"]) == 1
    age = (timezone.now() - datetime(2026, 3, 15, tzinfo=UTC)).total_seconds()
    assert float(values["streamcart_reconciliation_age_seconds"]) == pytest.approx(age, abs=60)
