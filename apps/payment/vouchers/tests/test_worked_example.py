"""docs/tax.md says what the code computes of an order with a voucher, and docs/vouchers.md names what the API says."""

from __future__ import annotations

import re
from datetime import date

import pytest

from apps.payment.tax.rates import TaxClass
from apps.payment.tax.rounding import exact_tax
from apps.payment.tax.services import TaxableItem
from apps.payment.tax.tests.test_worked_example import GUIDE, cents, table
from apps.payment.tests.taxes import tax_order
from apps.payment.vouchers.discounts import Item, line_discounts
from apps.payment.vouchers.evaluation import REASONS
from apps.payment.vouchers.models import Voucher
from apps.payment.vouchers.tests.factories import terms

pytestmark = pytest.mark.django_db
KINDS = {"standard": "goods", "digital": "video"}


def test_example_with_a_voucher_adds_up():
    *rows, shipping, total = table("line")
    assert len(rows) == 3
    items = [Item(cents(row[2]), 1, KINDS[row[1]]) for row in rows]
    discounts = line_discounts(terms(Voucher.Kind.FIXED_AMOUNT, amount=500, product_kind="goods"), items)
    assert [cents(row[3]) for row in rows] == discounts
    paid = [item.amount - discount for item, discount in zip(items, discounts, strict=True)]
    cart = [TaxableItem(TaxClass(row[1]), amount) for row, amount in zip(rows, paid, strict=True)]
    tax = tax_order(cart, shipping=cents(shipping[2]), country="DE", day=date(2026, 3, 2))
    parts = [*tax.lines, *tax.shipping]
    shown = [(cents(row[4]), row[5], cents(row[6]), cents(row[7])) for row in [*rows, shipping]]
    exact = [f"{float(exact_tax(part.gross, part.rate)) / 100:.5f}" for part in parts]
    assert shown == [(part.gross, text, part.tax, part.net) for part, text in zip(parts, exact, strict=True)]
    sums = [sum(cents(row[column]) for row in [*rows, shipping]) for column in (2, 3, 4, 6, 7)]
    assert [cents(total[column]) for column in (2, 3, 4, 6, 7)] == sums


def test_guide_names_every_reason():
    guide = (GUIDE.parent / "vouchers.md").read_text()
    named = re.findall(r"^\| `(\w+)` \| ", guide, flags=re.MULTILINE)
    assert named == list(REASONS)
