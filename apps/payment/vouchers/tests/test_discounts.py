"""What vouchers take off: never below zero, and no cent is lost."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from apps.common.testing.iteration import some
from apps.payment.tax.rounding import round_half_up
from apps.payment.vouchers.discounts import Item, free_units, is_eligible, line_discounts
from apps.payment.vouchers.models import Voucher
from apps.payment.vouchers.tests.factories import terms

Kind = Voucher.Kind
MUG = Item(1490, 2, "goods", "home/kitchen", requires_shipping=True)
POSTER = Item(999, 1, "goods", "home/decoration", is_on_sale=True, requires_shipping=True)
FILM = Item(999, 1, "video", "films/classics")

items = st.builds(
    Item,
    unit_amount=st.integers(0, 1_000_000),
    quantity=st.integers(1, 99),
    kind=st.sampled_from(["goods", "video"]),
    category=st.sampled_from(["home", "home/kitchen", "homes", "films"]),
    is_on_sale=st.booleans(),
    requires_shipping=st.booleans(),
)
scopes = st.fixed_dictionaries(
    {
        "product_kind": st.sampled_from(["", "goods", "video"]),
        "categories": st.lists(st.sampled_from(["home", "home/kitchen", "films"]), max_size=2),
        "excludes_sale_items": st.booleans(),
    }
)
kinds = st.one_of(
    st.builds(dict, kind=st.just(Kind.PERCENTAGE), percentage=st.decimals("0.01", "100", places=2)),
    st.builds(dict, kind=st.just(Kind.FIXED_AMOUNT), amount=st.integers(1, 10**9)),
    st.builds(dict, kind=st.just(Kind.FREE_SHIPPING)),
    st.builds(dict, kind=st.just(Kind.BUY_X_GET_Y), buy_quantity=st.integers(1, 5), free_quantity=st.integers(1, 5)),
)
vouchers = st.builds(lambda kind, scope: terms(**kind, **scope), kinds, scopes)
carts = st.lists(items, min_size=1, max_size=30)


@given(vouchers, carts)
@example(terms(percentage=Decimal("0.01")), [Item(1, 1, "goods")] * 30)
@example(terms(percentage=100), [Item(333, 3, "goods"), Item(0, 1, "goods")])
@example(terms(Kind.FIXED_AMOUNT, amount=1), [Item(1, 1, "goods")] * 30)
def test_no_line_is_below_zero_and_what_is_not_eligible_stays_as_it_is(voucher, cart):
    discounts = line_discounts(voucher, cart)
    assert len(discounts) == len(cart)
    for item, discount in zip(cart, discounts, strict=True):
        assert 0 <= discount <= (item.amount if is_eligible(voucher, item) else 0)


@given(vouchers, carts)
def test_parts_add_up_to_what_the_voucher_promises(voucher, cart):
    eligible = [item for item in cart if is_eligible(voucher, item)]
    value = sum(item.amount for item in eligible)
    total = sum(line_discounts(voucher, cart))
    if voucher.kind == Kind.PERCENTAGE:
        assert total == round_half_up(Fraction(voucher.percentage) * value / 100)
    elif voucher.kind == Kind.FIXED_AMOUNT:
        assert total == min(voucher.amount, value)
    elif voucher.kind == Kind.FREE_SHIPPING:
        assert total == 0
    else:
        units = sorted(item.unit_amount for item in eligible for _ in range(item.quantity))
        assert total == sum(units[: free_units(voucher, eligible)])


@given(st.decimals("0.01", "100", places=2), carts)
def test_no_line_is_off_its_exact_percentage_by_a_cent(percentage, cart):
    voucher = terms(percentage=percentage)
    for item, discount in some(list(zip(cart, line_discounts(voucher, cart), strict=True))):
        assert abs(discount - Fraction(percentage) * item.amount / 100) < 1


def test_percentage_is_rounded_once_over_all_lines():
    # 10% of 54.77 is 5.477; 2.98 and 0.999 three times over.
    cart = [MUG, POSTER, FILM, FILM]
    assert line_discounts(terms(), cart) == [298, 100, 100, 100]


def test_fixed_amount_is_split_by_value_and_takes_no_more_than_there_is():
    assert line_discounts(terms(Kind.FIXED_AMOUNT, amount=1000), [MUG, POSTER]) == [749, 251]
    assert line_discounts(terms(Kind.FIXED_AMOUNT, amount=99_999), [MUG, POSTER]) == [2980, 999]


@pytest.mark.parametrize(("quantity", "free"), [(1, 0), (2, 0), (3, 1), (5, 1), (6, 2), (7, 2)])
def test_each_complete_set_has_its_free_units(quantity, free):
    voucher = terms(Kind.BUY_X_GET_Y, buy_quantity=2, free_quantity=1)
    assert line_discounts(voucher, [Item(1490, quantity, "goods")]) == [free * 1490]


def test_the_cheapest_units_are_free():
    voucher = terms(Kind.BUY_X_GET_Y, buy_quantity=1, free_quantity=1)
    assert line_discounts(voucher, [MUG, POSTER, FILM]) == [0, 999, 999]
    assert line_discounts(voucher, [MUG, POSTER, FILM, MUG]) == [1490, 999, 999, 0]


@pytest.mark.parametrize(
    ("scope", "expected"),
    [
        ({}, [True, True, True]),
        ({"product_kind": "goods"}, [True, True, False]),
        ({"product_kind": "video"}, [False, False, True]),
        ({"categories": ["home"]}, [True, True, False]),
        ({"categories": ["home/kitchen", "films"]}, [True, False, True]),
        ({"categories": ["hom"]}, [False, False, False]),
        ({"excludes_sale_items": True}, [True, False, True]),
        ({"kind": Kind.FREE_SHIPPING}, [True, True, False]),
    ],
)
def test_scope_is_kinds_categories_and_sales(scope, expected):
    voucher = terms(**scope)
    assert [is_eligible(voucher, item) for item in (MUG, POSTER, FILM)] == expected
