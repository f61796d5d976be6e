"""docs/tax.md says what the code computes."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from apps.payment.tax.rates import TaxClass
from apps.payment.tax.rounding import exact_tax
from apps.payment.tax.services import TaxableItem, TaxedAmount, tax_by_rate, tax_summary
from apps.payment.tests.taxes import tax_order

pytestmark = pytest.mark.django_db
GUIDE = Path(__file__).resolve().parents[4] / "docs" / "tax.md"


def table(first_column: str) -> list[list[str]]:
    """The rows of the guide's table that begins with this column, without its head."""
    lines = GUIDE.read_text().splitlines()
    [head] = [index for index, line in enumerate(lines) if line.startswith(f"| {first_column} |")]
    rows = []
    for line in lines[head + 2 :]:
        if not line.startswith("|"):
            break
        rows.append([cell.strip() for cell in line.strip("|").split("|")])
    return rows


def cents(text: str) -> int:
    return int(Decimal(text) * 100)


@pytest.fixture
def taxed() -> list[TaxedAmount]:
    """The example, computed: its lines and its shipping."""
    *items, shipping, _total = table("part")
    cart = [TaxableItem(TaxClass(row[1]), cents(row[2])) for row in items]
    tax = tax_order(cart, shipping=cents(shipping[2]), country="DE", day=date(2026, 3, 2))
    return [*tax.lines, *tax.shipping]


def test_example_shows_the_tax_of_each_part(taxed):
    *parts, total = table("part")
    assert len(parts) == 4
    shown = [(row[1], cents(row[2]), row[3], cents(row[4]), cents(row[5])) for row in parts]
    assert shown == [
        (part.tax_class, part.gross, f"{float(exact_tax(part.gross, part.rate)) / 100:.5f}", part.tax, part.net)
        for part in taxed
    ]
    sums = [sum(part.gross for part in taxed), sum(part.tax for part in taxed), sum(part.net for part in taxed)]
    assert [cents(total[2]), cents(total[4]), cents(total[5])] == sums


def test_example_shows_the_summary_of_the_api(taxed):
    shown = [(int(rate), tax_class, *map(cents, amounts)) for rate, tax_class, *amounts in table("rate")]
    assert shown == [(row.rate, row.tax_class, row.net, row.tax, row.gross) for row in tax_summary(taxed)]


def test_example_names_the_sum_on_the_receipt(taxed):
    [total] = tax_by_rate(taxed)
    assert f"includes {total.rate // 100}% VAT: €{total.tax / 100:.2f}" in GUIDE.read_text()


def test_guide_names_what_the_shop_keeps_of_a_gross_price():
    for country, kept in (("Germany", "DE"), ("Hungary", "HU")):
        tax = tax_order([TaxableItem(TaxClass.STANDARD, 11900)], shipping=0, country=kept, day=date(2026, 3, 2))
        assert f"€{tax.lines[0].net / 100:.2f} in {country}" in GUIDE.read_text()
