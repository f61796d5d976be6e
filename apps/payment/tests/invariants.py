"""What must hold however the day went: checked over everything in the database and in the fake catalog."""

from __future__ import annotations

from django.db.models import Sum

from apps.common.outbox.models import OutboxEvent
from apps.payment.carts.models import Cart
from apps.payment.documents.facts import facts_from_json
from apps.payment.documents.models import Document
from apps.payment.ledger.models import JournalEntry, Posting
from apps.payment.orders.models import Order
from apps.payment.orders.selectors import tax_of
from apps.payment.payments.providers.sandbox.models import SandboxCharge
from apps.payment.tests.catalog_fake import FakeCatalog
from apps.payment.vouchers.models import Redemption, VoucherCode

HELD = ("requires_action", "authorised", "captured")


def assert_books_balance() -> None:
    assert (Posting.objects.aggregate(total=Sum("amount"))["total"] or 0) == 0
    for entry in JournalEntry.objects.prefetch_related("postings"):
        assert sum(posting.amount for posting in entry.postings.all()) == 0


def assert_paid_once(order: Order, catalog: FakeCatalog) -> None:
    """Exactly one charge, one booking, one event, the stock sold and the cart closed."""
    assert order.state == Order.State.PAID
    charges = SandboxCharge.objects.filter(key=str(order.pk))
    taken = [("captured", order.total_amount)] if order.total_amount else []
    assert [(charge.state, charge.amount) for charge in charges] == taken
    assert JournalEntry.objects.filter(order_number=order.number).count() == 1
    assert OutboxEvent.objects.filter(type="streamcart.order.paid.v1", subject=order.number).count() == 1
    assert not Cart.objects.get(pk=order.cart_id).is_open
    assert [document.series for document in order.documents.all()] == ["invoice"]
    assert facts_from_json(order.documents.get().facts).gross == order.total_amount
    assert [r.status for r in catalog.reservations.values() if r.order_id == str(order.pk)] == ["committed"]


def assert_numbers_have_no_gaps() -> None:
    """Of each series and year."""
    given: dict[tuple[str, int], list[int]] = {}
    for document in Document.objects.order_by("sequence"):
        given.setdefault((document.series, document.year), []).append(document.sequence)
    for numbers in given.values():
        assert numbers == list(range(1, len(numbers) + 1))


def assert_given_up(order: Order, catalog: FakeCatalog) -> None:
    """No money is held or taken, no stock is kept, the cart is as it was, and the order says why."""
    assert order.state in (Order.State.CANCELLED, Order.State.FAILED)
    assert order.failure_code
    assert order.failure_message
    assert not SandboxCharge.objects.filter(key=str(order.pk), state__in=HELD).exists()
    assert not JournalEntry.objects.filter(order_number=order.number).exists()
    assert not OutboxEvent.objects.filter(type="streamcart.order.paid.v1", subject=order.number).exists()
    assert not order.documents.exists()
    kept = [r.status for r in catalog.reservations.values() if r.order_id == str(order.pk)]
    assert "committed" not in kept
    # Also what came late, unless catalog has yet to be asked.
    if order.stock_release_due_at is None:
        assert "active" not in kept


def assert_refunded(order: Order, catalog: FakeCatalog) -> None:
    """The money came and went back in full, once: charge, books, state and reason say so, and nothing is sold."""
    assert order.state == Order.State.REFUNDED
    assert order.failure_code
    assert order.refunded_amount == order.total_amount
    charges = SandboxCharge.objects.filter(key=str(order.pk))
    assert [(charge.state, charge.amount) for charge in charges] == [("refunded", order.total_amount)]
    kinds = JournalEntry.objects.filter(order_number=order.number).values_list("kind", flat=True)
    assert sorted(kinds) == ["capture", "refund"]
    assert_books_balance()
    for row in Posting.objects.filter(entry__order_number=order.number).values("account").annotate(sum=Sum("amount")):
        assert row["sum"] == 0, row["account"]
    assert order.transitions.filter(state=Order.State.REFUNDED).count() == 1
    # Nothing was supplied, so there is nothing to invoice.
    assert not order.documents.exists()
    assert not OutboxEvent.objects.filter(subject=order.number).exists()
    assert "committed" not in [r.status for r in catalog.reservations.values() if r.order_id == str(order.pk)]


def assert_uses_are_counted(orders: list[Order]) -> None:
    """Each order that stands and has a code redeemed it once; each code counts just those."""
    standing = Redemption.objects.filter(released_at=None)
    redeemed = [(order.pk, order.voucher_code) for order in orders if order.voucher_code]
    given_up = {order.pk for order in orders if order.state in Order.GIVEN_UP}
    expected = {row for row in redeemed if row[0] not in given_up}
    assert set(standing.values_list("order_id", "code__code")) == expected
    for code in VoucherCode.objects.all():
        assert code.use_count == standing.filter(code=code).count()


def assert_consistent(catalog: FakeCatalog) -> list[Order]:
    """All of the above for all orders, none of which may be unfinished. Returns the orders."""
    orders = list(Order.objects.order_by("placed_at"))
    assert orders
    for order in orders:
        assert sum(part.gross for part in tax_of(order)) == order.total_amount
        if order.state == Order.State.PAID:
            assert_paid_once(order, catalog)
        elif order.state == Order.State.REFUNDED:
            assert_refunded(order, catalog)
        else:
            assert_given_up(order, catalog)
        assert sum(line.discount_amount for line in order.lines.all()) == order.discount_amount
    paid = [order for order in orders if order.state == Order.State.PAID]
    assert len(paid) == len({order.cart_id for order in paid}), "a cart was paid twice"
    assert SandboxCharge.objects.filter(state="captured").count() == sum(order.total_amount > 0 for order in paid)
    assert_uses_are_counted(orders)
    assert_books_balance()
    assert_numbers_have_no_gaps()
    return orders
