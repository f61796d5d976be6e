"""What an order with a voucher says of itself adds up: lines, discount, shipping, tax and books."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from apps.common.testing.iteration import some
from apps.payment.tax.rates import TaxClass
from apps.payment.tax.rounding import included_tax
from apps.payment.tax.services import TaxableItem, tax_by_rate
from apps.payment.tests.taxes import tax_order
from apps.payment.vouchers.discounts import Item, line_discounts
from apps.payment.vouchers.tests.test_discounts import items, vouchers

pytestmark = pytest.mark.django_db
DAY = date(2026, 3, 2)
CLASSES = {"goods": TaxClass.STANDARD, "video": TaxClass.DIGITAL}
# A parcel has something in it, so there is at least one good where there is shipping.
good = st.builds(Item, unit_amount=st.integers(0, 1_000_000), quantity=st.integers(1, 99), kind=st.just("goods"))
carts = st.tuples(good, st.lists(items, max_size=20)).map(lambda cart: [cart[0], *cart[1]])


@given(vouchers, carts, st.integers(0, 2_000), st.sampled_from(["DE", "FI", "HU", "CH", "US"]))
def test_total_explains_itself_and_its_tax_is_of_what_is_paid(voucher, cart, shipping, country):
    discounts = line_discounts(voucher, cart)
    paid = [item.amount - discount for item, discount in zip(cart, discounts, strict=True)]
    total = sum(item.amount for item in cart) - sum(discounts) + shipping
    assert total >= 0
    assert total == sum(paid) + shipping
    taxable = [TaxableItem(CLASSES[item.kind], amount) for item, amount in zip(cart, paid, strict=True)]
    tax = tax_order(taxable, shipping=shipping, country=country, day=DAY)
    parts = [*tax.lines, *tax.shipping]
    assert sum(part.gross for part in parts) == total
    assert all(0 <= part.tax <= part.gross for part in some(parts))
    [rate] = tax_by_rate(parts)
    assert rate.tax == included_tax(total, rate.rate)
