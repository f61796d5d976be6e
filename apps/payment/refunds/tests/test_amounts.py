"""The arithmetic of refunds: whatever the order of refunds, all of the order goes back and no cent is lost."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from apps.payment.refunds.amounts import Amounts, Part, refund_amounts, subtract
from apps.payment.tax.rates import TaxClass
from apps.payment.tax.rounding import included_tax
from apps.payment.tax.services import TaxedAmount


def part(gross: int, *, units: int = 1, rate: int = 1900, discount: int = 0) -> Part:
    return Part(
        gross, TaxedAmount(TaxClass.STANDARD, rate, gross=gross, tax=included_tax(gross, rate)), units, discount
    )


def after(parts: list[Part], refunded: Amounts, units: dict[int, int], *, is_shipping: bool = False) -> list[Part]:
    """What is left after a refund."""
    left = []
    for index, (before, back) in enumerate(
        zip(parts, refunded.shipping if is_shipping else refunded.lines, strict=True)
    ):
        assert before.taxed is not None
        taxed = subtract(
            before.taxed, [TaxedAmount(before.taxed.tax_class, before.taxed.rate, back.gross, back.tax or 0)]
        )
        taken = 0 if is_shipping else units.get(index, 0)
        left.append(
            Part(before.gross_left - back.gross, taxed, before.units_left - taken, before.discount_left - back.discount)
        )
    return left


def test_units_share_what_was_paid_and_the_last_takes_the_rest():
    lines = [part(1000, units=3)]
    amounts = []
    for _ in range(3):
        refund = refund_amounts(lines, [], units={0: 1}, shipping_amount=0, goodwill=0)
        amounts.append(refund.total)
        lines = after(lines, refund, {0: 1})
    assert (amounts, lines[0].gross_left, lines[0].tax_left) == ([333, 334, 333], 0, 0)


def test_a_free_amount_lowers_the_price_of_what_is_left():
    lines, shipping = [part(2000, units=2), part(1000)], [part(1000)]
    first = refund_amounts(lines, shipping, units={}, shipping_amount=0, goodwill=400)
    assert [back.goodwill for back in (*first.lines, *first.shipping)] == [200, 100, 100]
    second = refund_amounts(
        after(lines, first, {}),
        after(shipping, first, {}, is_shipping=True),
        units={0: 1},
        shipping_amount=0,
        goodwill=0,
    )
    assert second.total == 900


def test_the_tax_of_a_refund_is_rounded_once_for_each_rate():
    """Of 0.05 each: a tax of 0.798 cents, which alone would be a cent for each."""
    lines = [part(5), part(5), part(5), part(5)]
    lines = [Part(5, TaxedAmount(TaxClass.STANDARD, 1900, 5, tax), 1) for tax in (1, 1, 1, 0)]
    refund = refund_amounts(lines, [], units={0: 1, 1: 1, 2: 1, 3: 1}, shipping_amount=0, goodwill=0)
    assert [back.tax for back in refund.lines] == [1, 1, 1, 0]


def test_where_no_tax_was_recorded_none_is_refunded():
    refund = refund_amounts([Part(500, None, 1)], [Part(100)], units={0: 1}, shipping_amount=100, goodwill=0)
    assert [back.tax for back in (*refund.lines, *refund.shipping)] == [None, None]


@pytest.mark.parametrize(
    ("units", "shipping", "goodwill"),
    [({0: 2}, 0, 0), ({0: 0}, 0, 0), ({}, 101, 0), ({}, -1, 0), ({}, 0, 601), ({0: 1}, 100, 1)],
)
def test_more_than_is_left_is_a_bug_of_the_caller(units, shipping, goodwill):
    with pytest.raises(ValueError, match="More is to be refunded"):
        refund_amounts([part(500)], [part(100)], units=units, shipping_amount=shipping, goodwill=goodwill)


orders = st.lists(
    st.tuples(st.integers(0, 10_000), st.integers(1, 5), st.sampled_from([0, 700, 1900, 2550]), st.integers(0, 500)),
    min_size=1,
    max_size=5,
)


@given(rows=orders, shipping_cost=st.integers(0, 2_000), data=st.data())
def test_any_refunds_of_parts_and_then_of_the_rest_give_everything_back(rows, shipping_cost, data):
    lines = [part(gross, units=units, rate=rate, discount=discount) for gross, units, rate, discount in rows]
    shipping = [part(shipping_cost)] if shipping_cost else []
    total, tax = sum(p.gross_left for p in (*lines, *shipping)), sum(p.tax_left for p in (*lines, *shipping))
    discount = sum(p.discount_left for p in lines)
    refunds = []
    for step in range(4):
        is_last = step == 3
        units = {
            index: p.units_left if is_last else data.draw(st.integers(1, p.units_left))
            for index, p in enumerate(lines)
            if p.units_left and (is_last or data.draw(st.booleans()))
        }
        cost = sum(p.gross_left for p in shipping)
        for_shipping = cost if is_last else data.draw(st.integers(0, cost))
        rest = sum(p.gross_left for p in (*lines, *shipping))
        base = refund_amounts(lines, shipping, units=units, shipping_amount=for_shipping, goodwill=0).total
        goodwill = 0 if is_last else data.draw(st.integers(0, rest - base))
        refund = refund_amounts(lines, shipping, units=units, shipping_amount=for_shipping, goodwill=goodwill)
        assert refund.total == base + goodwill
        lines, shipping = after(lines, refund, units), after(shipping, refund, units, is_shipping=True)
        for p in (*lines, *shipping):
            assert 0 <= p.tax_left <= p.gross_left
            assert p.discount_left >= 0
        refunds.append(refund)
    backs = [back for refund in refunds for back in (*refund.lines, *refund.shipping)]
    assert sum(back.gross for back in backs) == total
    assert sum(back.tax or 0 for back in backs) == tax
    assert sum(back.discount for back in backs) == discount
