"""Customers, staff, the bank and clocks in any order: after each step books, charges, numbers and vouchers agree."""

from __future__ import annotations

import uuid
from typing import Any

import pytest
from django.db.models import Sum
from django.utils import timezone
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, consumes, invariant, rule, run_state_machine_as_test

from apps.payment.disputes.models import Dispute
from apps.payment.disputes.services import record_dispute
from apps.payment.ledger.models import Posting
from apps.payment.ledger.selectors import balances
from apps.payment.orders.models import Order
from apps.payment.payments.providers.sandbox import disputes, tasks
from apps.payment.payments.providers.sandbox.models import SandboxCharge, SandboxDispute, SandboxRefund
from apps.payment.reconciliation.services import reconcile
from apps.payment.refunds.models import Refund
from apps.payment.tests.after_sales.helpers import MUG, Staff, assert_adds_up, euros
from apps.payment.tests.catalog_fake import FILM, FakeCatalog
from apps.payment.tests.invariants import (
    assert_books_balance,
    assert_given_up,
    assert_numbers_have_no_gaps,
    assert_uses_are_counted,
)
from apps.payment.tests.killing import resume
from apps.payment.tests.personas import Shopper
from apps.payment.vouchers.models import Voucher, VoucherCode

pytestmark = pytest.mark.django_db(transaction=True)
# What an API may say to somebody who asks for more than there is, or too late.
EXPECTED = {200, 201, 202, 204, 400, 402, 409}
units = st.dictionaries(st.integers(0, 1), st.integers(1, 3), max_size=2)


def clearing(order: Order) -> int:
    """What the provider owes the shop for an order, by the books."""
    postings = Posting.objects.filter(entry__order_number=order.number, account="provider_clearing")
    return postings.aggregate(total=Sum("amount"))["total"] or 0


def at_provider(order: Order) -> int:
    """What the provider's own rows say about the same. It keeps a fee of each dispute."""
    charge = SandboxCharge.objects.filter(key=str(order.pk)).exclude(captured_at=None).first()
    if charge is None:
        return 0
    refunded = SandboxRefund.objects.filter(charge=charge).aggregate(total=Sum("amount"))["total"] or 0
    opened = SandboxDispute.objects.filter(charge=charge)
    held = opened.exclude(state="won").aggregate(total=Sum("amount"))["total"] or 0
    assert refunded + held <= charge.amount, "no more goes back than was taken"
    return charge.amount - refunded - held - opened.count() * disputes.DISPUTE_FEE


class Shop(RuleBasedStateMachine):
    """Each rule is one thing that somebody does, through the API where there is one."""

    catalog: FakeCatalog
    orders = Bundle("orders")
    open_disputes = Bundle("open_disputes")

    def __init__(self) -> None:
        super().__init__()
        self.eve = Staff()
        self.placed: dict[str, Shopper] = {}
        self.catalog.change(MUG, stock=1_000)

    @rule(
        target=orders,
        mugs=st.integers(0, 3),
        has_film=st.booleans(),
        voucher=st.sampled_from(["", "THIRD", "FIVE", "SHIP"]),
        card=st.sampled_from(["ok", "ok", "declined", "response lost", "challenge", "webhooks twice"]),
    )
    def order(self, *, mugs: int, has_film: bool, voucher: str, card: str) -> str:
        shopper = Shopper(uuid.uuid4())
        if mugs or not has_film:
            shopper.put(MUG, mugs or 1)
        if has_film:
            shopper.put(FILM.sku)
        if voucher:
            assert shopper.apply(voucher).status_code in EXPECTED
        response = shopper.order(card=card)
        assert response.status_code in EXPECTED | ({503} if card == "response lost" else set()), response.content
        number = Order.objects.get(cart_id=shopper.cart).number
        self.placed[number] = shopper
        return number

    @rule(number=orders)
    def cancel(self, *, number: str) -> None:
        response = self.placed[number].client.post(
            f"/v1/orders/{number}/cancel", {}, headers={"Idempotency-Key": uuid.uuid4().hex}
        )
        assert response.status_code in EXPECTED, response.content

    @rule(number=orders, lines=units, restock=st.booleans(), goodwill=st.integers(0, 2_000))
    def refund(self, *, number: str, lines: dict[int, int], restock: bool, goodwill: int) -> None:
        body: dict[str, Any] = {"lines": lines, "restock": restock}
        if goodwill:
            body["goodwill"] = euros(goodwill)
        response = self.eve.refund(number, **body)
        assert response.status_code in EXPECTED, response.content

    @rule(number=orders)
    def refund_everything(self, *, number: str) -> None:
        assert self.eve.refund(number, everything=True, restock=False).status_code in EXPECTED

    @rule(number=orders, lines=units)
    def ship(self, *, number: str, lines: dict[int, int]) -> None:
        assert self.eve.ship(number, lines).status_code in EXPECTED

    @rule(target=open_disputes, number=orders)
    def go_to_the_bank(self, *, number: str) -> str:
        """The bank takes back what is left of the payment; the shop does not know yet."""
        order = Order.objects.get(number=number)
        charge = SandboxCharge.objects.filter(key=str(order.pk)).exclude(captured_at=None).first()
        if charge is None or charge.state != SandboxCharge.State.CAPTURED:
            return ""
        return disputes.open_dispute(charge).pk

    @rule(reference=open_disputes)
    def report_dispute(self, *, reference: str) -> None:
        if reference:
            record_dispute("sandbox", reference)

    @rule(reference=consumes(open_disputes), is_won=st.booleans())
    def decide_dispute(self, *, reference: str, is_won: bool) -> None:
        if reference:
            disputes.decide(reference, is_won=is_won)
            record_dispute("sandbox", reference)

    @rule()
    def run_jobs(self) -> None:
        resume()

    @invariant()
    def books_balance(self) -> None:
        assert_books_balance()
        for sums in balances().values():
            assert sum(sums.values()) == 0
        assert_numbers_have_no_gaps()

    @invariant()
    def orders_add_up(self) -> None:
        orders = list(Order.objects.filter(number__in=self.placed))
        for order in orders:
            if order.state in (Order.State.CANCELLED, Order.State.FAILED):
                assert_given_up(order, self.catalog)
            elif order.paid_at:
                assert_adds_up(order)

    @invariant()
    def vouchers_are_counted(self) -> None:
        assert_uses_are_counted(list(Order.objects.all()))

    def teardown(self) -> None:
        """When all is reported, the books say what the provider says."""
        for dispute in SandboxDispute.objects.all():
            record_dispute("sandbox", dispute.pk)
        for order in Order.objects.filter(number__in=self.placed):
            assert not Refund.objects.filter(order=order, state="pending").exists()
            assert clearing(order) == at_provider(order)
        assert Dispute.objects.count() == SandboxDispute.objects.count()


@pytest.fixture
def vouchers(catalog) -> None:
    """A third off (no whole cents), five euros off, and free shipping."""
    for code, terms in {
        "THIRD": {"kind": Voucher.Kind.PERCENTAGE, "percentage": 33},
        "FIVE": {"kind": Voucher.Kind.FIXED_AMOUNT, "amount": 500, "currency": "EUR"},
        "SHIP": {"kind": Voucher.Kind.FREE_SHIPPING},
    }.items():
        VoucherCode.objects.create(voucher=Voucher.objects.create(name=code, **terms), code=code)


@pytest.mark.usefixtures("vouchers")
def test_shop_is_consistent_after_any_sequence_of_steps(catalog, monkeypatch):
    for task in (tasks.send_webhook, tasks.send_dispute_webhook):
        monkeypatch.setattr(task, "apply_async", lambda *args, **options: None)
    machine = type("ShopOfTheTest", (Shop,), {"catalog": catalog})
    checks = [HealthCheck.function_scoped_fixture, HealthCheck.too_slow, HealthCheck.data_too_large]
    # Without minimising: that would take minutes, and a sequence of twelve steps can be read.
    limits = settings(
        max_examples=10,
        stateful_step_count=12,
        deadline=None,
        suppress_health_check=checks,
        phases=[Phase.explicit, Phase.reuse, Phase.generate],
        report_multiple_bugs=False,
    )
    run_state_machine_as_test(machine, settings=limits)
    assert Order.objects.filter(paid_at__isnull=False).exists()
    assert reconcile("sandbox", timezone.now().date()) == 0
