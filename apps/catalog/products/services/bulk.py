"""Bulk actions of staff on products: publish, archive, move, change prices, add to a collection. All or nothing.

Each takes a fixed number of statements for any number of products and applies the same rules as a single change.
"""

from __future__ import annotations

import hashlib
import uuid
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

from django.db import transaction
from django.db.models import Max, QuerySet
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from apps.catalog.products.changes import taxonomy_changed
from apps.catalog.products.models import Category, Collection, CollectionItem, Price, Product
from apps.catalog.products.models.pricing import MAX_AMOUNT
from apps.catalog.products.publication import (
    Status,
    description_errors,
    not_sellable,
    record_changes,
    sellability_errors,
)
from apps.catalog.products.rules import publication_start
from apps.common.numbers import grouped
from apps.common.problems import Conflict, ValidationProblem

# As many as one transaction can lock for a second or two.
MAX_PRODUCTS = 5_000
MIN_PERCENT, MAX_PERCENT = Decimal(-95), Decimal(900)
HUNDRED = Decimal(100)


class TooMany(ValidationProblem):
    slug, title = "too-many-products", _("Too many products at once")


class PricesChanged(Conflict):
    slug, title = "prices-changed", _("Prices have changed since the preview")


@dataclass(frozen=True, slots=True)
class Repricing:
    """The planned change of a price; amounts in minor units of `currency`."""

    price_id: int
    sku: str
    title: str
    currency: str
    before: int
    after: int


def selected_ids(products: QuerySet[Product]) -> list[uuid.UUID]:
    """The pks of the selected products. Raises TooMany."""
    ids = list(products.order_by("pk").values_list("pk", flat=True)[: MAX_PRODUCTS + 1])
    if len(ids) > MAX_PRODUCTS:
        raise TooMany(
            gettext("At most %(limit)s products are changed at once. Narrow the list with a filter.")
            % {"limit": grouped(MAX_PRODUCTS)}
        )
    return ids


def set_statuses(ids: Sequence[uuid.UUID], status: str) -> tuple[int, list[str]]:
    """Publish or archive; returns how many were changed, and for each of the others a sentence that says why not."""
    with transaction.atomic():
        products = [product for product in _lock(ids) if product.status != status]
        refused: list[str] = []
        if status == Status.PUBLISHED:
            products, refused = _split_publishable(products)
        previous, now = {product.pk: product.status for product in products}, timezone.now()
        for product in products:
            product.status = status
            product.published_at = publication_start(status=status, starts_at=product.published_at, now=now)
        Product.objects.bulk_update(products, ["status", "published_at"], batch_size=1_000)
        record_changes(products, previous=previous)
    return len(products), refused


def move_products(ids: Sequence[uuid.UUID], category: Category) -> int:
    """Move products into a category; returns how many were in another one."""
    with transaction.atomic():
        products = [product for product in _lock(ids) if product.category_id != category.pk]
        Product.objects.filter(pk__in=[product.pk for product in products]).update(category=category)
        record_changes(products, previous={product.pk: product.status for product in products})
    return len(products)


def add_to_collection(ids: Sequence[uuid.UUID], collection: Collection) -> int:
    """Append products to a manual collection; returns how many are new there. Raises ValidationProblem."""
    if collection.kind != Collection.Kind.MANUAL:
        raise ValidationProblem(
            gettext("%(title)s is filled by a rule. Change the rule instead.") % {"title": collection.title}
        )
    with transaction.atomic():
        Collection.objects.select_for_update().get(pk=collection.pk)
        there = CollectionItem.objects.filter(collection=collection)
        last = there.aggregate(last=Max("position"))["last"]
        known = set(there.filter(product__in=ids).values_list("product_id", flat=True))
        new = [pk for pk in ids if pk not in known]
        start = 0 if last is None else last + 1
        CollectionItem.objects.bulk_create(
            CollectionItem(collection=collection, product_id=pk, position=place) for place, pk in enumerate(new, start)
        )
        taxonomy_changed.announce()
    return len(new)


def to_the_cent(amount: Decimal) -> Decimal:
    return amount.quantize(Decimal(1), ROUND_HALF_UP)


def to_ninety_nine(amount: Decimal) -> Decimal:
    """The nearest amount that ends in 99: 12.40 becomes 11.99, 12.50 becomes 12.99."""
    return max(Decimal(99), ((amount + 1) / HUNDRED).quantize(Decimal(1), ROUND_HALF_UP) * HUNDRED - 1)


def to_five(amount: Decimal) -> Decimal:
    return (amount / 5).quantize(Decimal(1), ROUND_HALF_UP) * 5


ROUNDINGS: dict[str, Callable[[Decimal], Decimal]] = {"1": to_the_cent, "5": to_five, "99": to_ninety_nine}


def plan_prices(ids: Sequence[uuid.UUID], *, percent: Decimal, currency: str, rounding: str) -> list[Repricing]:
    """The prices in `currency` that would change; a price of zero stays.

    `rounding` is a key of ROUNDINGS, in minor units. Raises ValidationProblem for a percentage outside
    MIN_PERCENT to MAX_PERCENT, and for prices above MAX_AMOUNT.
    """
    if not MIN_PERCENT <= percent <= MAX_PERCENT or percent == 0:
        raise ValidationProblem(
            gettext("Use a percentage from %(low)s to %(high)s, other than 0.")
            % {"low": MIN_PERCENT, "high": MAX_PERCENT}
        )
    prices = Price.objects.filter(variant__product__in=ids, currency=currency, amount__gt=0)
    rows = prices.order_by("variant__product__title", "variant__sku").values_list(
        "pk", "variant__sku", "variant__product__title", "amount"
    )
    plan = [
        Repricing(pk, sku, title, currency, amount, after)
        for pk, sku, title, amount in rows
        if (after := int(ROUNDINGS[rounding](amount * (HUNDRED + percent) / HUNDRED))) != amount
    ]
    if dearest := next((line.sku for line in plan if line.after > MAX_AMOUNT), None):
        raise ValidationProblem(
            gettext("%(price)s would exceed the highest price. Use a smaller percentage.") % {"price": dearest}
        )
    return plan


def fingerprint(plan: Sequence[Repricing]) -> str:
    """Equal for the same changes of the same prices."""
    planned = ",".join(f"{line.price_id}:{line.before}:{line.after}" for line in plan)
    return hashlib.sha256(planned.encode()).hexdigest()[:24]


def apply_prices(ids: Sequence[uuid.UUID], *, percent: Decimal, currency: str, rounding: str, seen: str) -> int:
    """Apply the previewed plan (`seen` is its fingerprint); returns how many prices changed.

    Raises PricesChanged when the plan has changed since, so that a double click does not raise prices twice.
    """
    with transaction.atomic():
        products = _lock(ids)
        plan = plan_prices(ids, percent=percent, currency=currency, rounding=rounding)
        if fingerprint(plan) != seen:
            raise PricesChanged(
                gettext("Prices have changed since this preview, perhaps by your own click. Look again.")
            )
        prices = [Price(pk=line.price_id, amount=line.after) for line in plan]
        Price.objects.bulk_update(prices, ["amount"], batch_size=1_000)
        touched = set(Price.objects.filter(pk__in=[p.pk for p in prices]).values_list("variant__product_id", flat=True))
        changed = [product for product in products if product.pk in touched]
        record_changes(changed, previous={product.pk: product.status for product in changed})
    return len(plan)


def _lock(ids: Sequence[uuid.UUID]) -> list[Product]:
    """The products, locked in the order in which all writers lock them."""
    return list(Product.objects.select_for_update().filter(pk__in=ids).order_by("pk"))


def _split_publishable(products: Sequence[Product]) -> tuple[list[Product], list[str]]:
    """The products that can be published, and why the others cannot. At most 3 queries."""
    unpriced, incomplete = sellability_errors(products), description_errors(products)
    found, refused = [], []
    for product in products:
        if errors := unpriced.get(product.pk, {}) | incomplete.get(product.pk, {}):
            refused.append(not_sellable(product, errors).explanation)
        else:
            found.append(product)
    return found, refused
