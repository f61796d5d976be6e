"""Rules of dates and sales, and that what says them again, in SQL or in memory, says the same."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.utils import timezone

from apps.catalog.discovery.listings import refresh
from apps.catalog.discovery.models import Listing
from apps.catalog.products.models import Product, SalePrice, Variant
from apps.catalog.products.pricing import offer_of
from apps.catalog.products.rules import (
    is_on_display,
    is_running,
    overlapping,
    publication_errors,
    publication_start,
    sale_amount,
    sale_errors,
    unpriced_sale_errors,
)
from apps.catalog.products.selectors import is_shown, shown_products
from apps.catalog.tests.factories import make_product
from apps.catalog.tests.shop import titles

NOW = datetime(2026, 11, 1, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)


@dataclass(frozen=True)
class During:
    starts_at: datetime
    ends_at: datetime


@pytest.mark.parametrize(
    ("status", "starts_at", "begins"),
    [
        ("published", None, NOW),
        ("published", NOW + HOUR, NOW + HOUR),
        ("draft", None, None),
        ("archived", NOW - HOUR, NOW - HOUR),
    ],
)
def test_a_published_product_shows_from_now_unless_it_says_otherwise(status, starts_at, begins):
    assert publication_start(status=status, starts_at=starts_at, now=NOW) == begins


@pytest.mark.parametrize(
    ("starts_at", "ends_at", "is_wrong"),
    [
        (None, None, False),
        (NOW, None, False),
        (None, NOW, False),
        (NOW, NOW + HOUR, False),
        (NOW, NOW, True),
        (NOW, NOW - HOUR, True),
    ],
)
def test_a_product_shows_until_after_it_shows_from(starts_at, ends_at, is_wrong):
    assert bool(publication_errors(starts_at=starts_at, ends_at=ends_at)) is is_wrong


@pytest.mark.parametrize(("hours", "is_wrong"), [(1, False), (0, True), (-1, True)])
def test_a_sale_ends_after_it_starts(hours, is_wrong):
    assert bool(sale_errors(starts_at=NOW, ends_at=NOW + hours * HOUR)) is is_wrong


@pytest.mark.parametrize(
    ("starts", "ends", "is_in_the_way"), [(1, 2, False), (0, 1, True), (-1, 0, False), (-1, 3, True)]
)
def test_sales_may_touch_and_not_overlap(starts, ends, is_in_the_way):
    sale, other = During(NOW, NOW + HOUR), During(NOW + starts * HOUR, NOW + ends * HOUR)
    assert bool(overlapping([sale, other])) is is_in_the_way
    assert bool(overlapping([other, sale])) is is_in_the_way


@pytest.mark.parametrize(("hours", "is_on"), [(-1, False), (0, True), (0.5, True), (1, False)])
def test_a_sale_runs_from_its_start_until_before_its_end(hours, is_on):
    assert is_running(During(NOW, NOW + HOUR), at=NOW + hours * HOUR) is is_on


@pytest.mark.parametrize(("sale", "reduced"), [(900, 900), (1000, None), (1100, None), (0, 0)])
def test_a_sale_never_makes_a_price_higher(sale, reduced):
    assert sale_amount(regular=1000, sale=sale) == reduced


SALES = {
    "none": [],
    "cheaper": [("EUR", 900, -1, 1)],
    "dearer": [("EUR", 1900, -1, 1)],
    "equal": [("EUR", 1490, -1, 1)],
    "free": [("EUR", 0, -1, 1)],
    "over": [("EUR", 900, -2, -1)],
    "to come": [("EUR", 900, 1, 2)],
    "from this moment on": [("EUR", 900, 0, 1)],
    "until this moment": [("EUR", 900, -1, 0)],
    "in another currency": [("USD", 900, -1, 1)],
    "several": [("EUR", 800, -2, -1), ("EUR", 900, -1, 1), ("EUR", 700, 1, 2)],
}


@pytest.mark.django_db
@pytest.mark.parametrize("sales", SALES.values(), ids=SALES)
def test_lists_and_pages_name_the_same_price(sales):
    """The read model's SQL, held against the rule in Python."""
    variant = make_product(price=1490).variants.get()
    with connection.cursor() as cursor:
        # The test's transaction: each statement of it has a time of its own, so only the rule's side is set.
        cursor.execute("SELECT statement_timestamp()")
        [now] = cursor.fetchone()
    minute = timedelta(minutes=5)
    for currency, amount, starts, ends in sales:
        SalePrice.objects.create(
            variant=variant,
            currency=currency,
            amount=amount,
            starts_at=now + starts * minute,
            ends_at=now + ends * minute,
        )
    refresh([variant.product_id])
    listed = Listing.objects.get(product=variant.product_id).prices["EUR"]
    offer = offer_of(Variant.objects.get(pk=variant.pk), "EUR", at=now)
    assert offer is not None
    assert listed["amount"] == offer.price.amount
    assert listed["regular"] == (offer.regular or offer.price).amount


@pytest.mark.django_db
@pytest.mark.parametrize("status", Product.Status.values)
@pytest.mark.parametrize("starts", [-2, -1, 1])
@pytest.mark.parametrize("ends", [None, 0, 2])
def test_lists_selectors_and_the_rule_show_the_same_products(status, starts, ends):
    now = timezone.now()
    product = make_product("Mug")
    period: dict[str, Any] = {
        "published_at": now + starts * HOUR,
        "published_until": None if ends is None else now + ends * HOUR,
    }
    if ends is not None and ends <= starts:
        period["published_until"] = now + 3 * HOUR
    Product.objects.filter(pk=product.pk).update(status=status, **period)
    refresh([product.pk])
    product.refresh_from_db()
    shown = is_on_display(
        status=status, starts_at=period["published_at"], ends_at=period["published_until"], at=timezone.now()
    )
    assert is_shown(product) is shown
    assert shown_products().filter(pk=product.pk).exists() is shown
    assert (titles() == ["Mug"]) is shown


def test_a_sale_needs_a_price_in_each_of_its_currencies():
    assert unpriced_sale_errors(priced={"EUR", "GBP"}, on_sale={"EUR"}) == {}
    found = unpriced_sale_errors(priced={"EUR"}, on_sale={"USD", "EUR", "CHF"})
    assert found == {
        "CHF": "A sale in CHF needs a price in CHF.",
        "USD": "A sale in USD needs a price in USD.",
    }
