from __future__ import annotations

from importlib import import_module

import pytest
from django.db import IntegrityError, connection, transaction

from apps.common.money import Money
from apps.common.testing.concurrency import at_once
from apps.payment.ledger.models import Account, JournalEntry, Posting
from apps.payment.ledger.selectors import balances
from apps.payment.ledger.services import Unbalanced, book

pytestmark = pytest.mark.django_db(transaction=True)
TEN, LESS_TEN = Money(1000, "EUR"), Money(-1000, "EUR")


def entry(key: str = "k") -> JournalEntry:
    postings = {Account.PROVIDER_CLEARING: TEN, Account.SALES_GOODS: LESS_TEN}
    return book(key=key, kind="capture", order_number="SC-1", postings=postings)


def test_all_accounts_together_are_zero():
    entry("a")
    entry("b")
    assert balances() == {"EUR": {"provider_clearing": 2000, "sales_goods": -2000}}


def test_booking_a_key_twice_books_once():
    assert entry().pk == entry().pk
    assert Posting.objects.count() == 2


def test_booking_a_key_many_times_at_once_books_once():
    results = at_once(*[entry] * 8)
    assert len({result.pk for result in results}) == 1
    assert Posting.objects.count() == 2


@pytest.mark.parametrize(
    "postings",
    [
        {Account.PROVIDER_CLEARING: TEN},
        {Account.PROVIDER_CLEARING: TEN, Account.SALES_GOODS: Money(-999, "EUR")},
        {Account.PROVIDER_CLEARING: TEN, Account.SALES_GOODS: Money(-1000, "USD")},
        {Account.PROVIDER_CLEARING: Money(0, "EUR")},
        {},
    ],
)
def test_unbalanced_entry_is_not_booked(postings):
    with pytest.raises(Unbalanced):
        book(key="k", kind="capture", order_number="SC-1", postings=postings)
    assert not JournalEntry.objects.exists()


@transaction.atomic
def write_past_the_service(*postings: Money) -> None:
    made = JournalEntry.objects.create(key="k", kind="capture", order_number="SC-1")
    for money in postings:
        Posting.objects.create(entry=made, account=Account.SALES_GOODS, amount=money.amount, currency=money.currency)


@pytest.mark.parametrize("postings", [[TEN], [TEN, Money(-999, "EUR")], [TEN, Money(-1000, "USD")]])
def test_the_database_refuses_at_commit_what_does_not_balance(postings):
    with pytest.raises(IntegrityError, match="does not balance"):
        write_past_the_service(*postings)
    assert not JournalEntry.objects.exists()


def test_the_database_refuses_to_change_or_delete_what_is_booked():
    made = entry()
    writes = [
        lambda: Posting.objects.filter(entry=made).update(amount=1),
        lambda: Posting.objects.filter(entry=made).delete(),
        lambda: JournalEntry.objects.filter(pk=made.pk).update(order_number="SC-2"),
        lambda: connection.cursor().execute("DELETE FROM ledger_journalentry"),
        lambda: connection.cursor().execute("TRUNCATE ledger_posting"),
        lambda: connection.cursor().execute("TRUNCATE ledger_journalentry CASCADE"),
    ]
    for write in writes:
        with pytest.raises(IntegrityError, match="append-only"), transaction.atomic():
            write()
    assert entry().order_number == "SC-1"
    assert balances() == {"EUR": {"provider_clearing": 1000, "sales_goods": -1000}}


def test_guards_can_be_removed_and_installed_again():
    [guards] = import_module("apps.payment.ledger.migrations.0002_guards").Migration.operations
    triggers = "SELECT count(*) FROM pg_trigger WHERE tgname LIKE 'ledger\\_%'"
    with transaction.atomic(), connection.cursor() as cursor:
        counts = []
        for sql in ("", guards.reverse_sql, guards.sql):
            cursor.execute(sql + triggers)
            counts += cursor.fetchone()
    assert counts == [5, 0, 5]
