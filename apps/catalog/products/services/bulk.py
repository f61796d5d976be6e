"""What staff do to many products at once: publish, archive, move, reprice, collect. All of them or none.

Each takes a few statements however many products there are, and goes through the same rules as a change of one.
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

from apps.catalog.products.changes import taxonomy_changed
from apps.catalog.products.models import Category, Collection, CollectionItem, Price, Product
from apps.catalog.products.models.pricing import MAX_AMOUNT
from apps.catalog.products.publication import Status, not_sellable, record_changes, undescribed, unsellable
from apps.catalog.products.rules import publication_start
from apps.common.problems import Conflict, ValidationProblem

# As many as one transaction holds locks on for a second or two.
MAX_PRODUCTS = 5_000
MIN_PERCENT, MAX_PERCENT = Decimal(-95), Decimal(900)
HUNDRED = Decimal(100)


class TooMany(ValidationProblem):
    slug, title = "too-many-products", "Too many products at once"


class PricesChanged(Conflict):
    slug, title = "prices-changed", "Prices have changed since the preview"


@dataclass(frozen=True, slots=True)
class Repricing:
    """What a price would become; amounts in minor units of `currency`."""

    price_id: int
    sku: str
    title: str
    currency: str
    before: int
    after: int


def chosen(products: QuerySet[Product]) -> list[uuid.UUID]:
    """The pks of what was chosen. Raises TooMany."""
    ids = list(products.order_by("pk").values_list("pk", flat=True)[: MAX_PRODUCTS + 1])
    if len(ids) > MAX_PRODUCTS:
        raise TooMany(f"At most {MAX_PRODUCTS:,} products are changed at once. Narrow the list with a filter.")
    return ids


def set_statuses(ids: Sequence[uuid.UUID], status: str) -> tuple[int, list[str]]:
    """Publish or archive; how many were changed, and for each of the others a sentence that says why not."""
    with transaction.atomic():
        products = [product for product in _locked(ids) if product.status != status]
        refused: list[str] = []
        if status == Status.PUBLISHED:
            products, refused = _sellable(products)
        previous, now = {product.pk: product.status for product in products}, timezone.now()
        for product in products:
            product.status = status
            product.published_at = publication_start(status=status, starts_at=product.published_at, now=now)
        Product.objects.bulk_update(products, ["status", "published_at"], batch_size=1_000)
        record_changes(products, previous=previous)
    return len(products), refused


def move_products(ids: Sequence[uuid.UUID], category: Category) -> int:
    """Put products into a category; how many were in another one."""
    with transaction.atomic():
        products = [product for product in _locked(ids) if product.category_id != category.pk]
        Product.objects.filter(pk__in=[product.pk for product in products]).update(category=category)
        record_changes(products, previous={product.pk: product.status for product in products})
    return len(products)


def add_to_collection(ids: Sequence[uuid.UUID], collection: Collection) -> int:
    """Put products at the end of a collection made by hand; how many are new there. Raises ValidationProblem."""
    if collection.kind != Collection.Kind.MANUAL:
        raise ValidationProblem(f"{collection.title} is made by a rule; change its rule instead.")
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
    """What prices in `currency` would become, those that stay left out; free things stay free.

    `rounding` is a key of ROUNDINGS, in minor units. Raises ValidationProblem for a percentage beyond MIN_PERCENT and
    MAX_PERCENT, and for prices that nobody could pay.
    """
    if not MIN_PERCENT <= percent <= MAX_PERCENT or percent == 0:
        raise ValidationProblem(f"Use a percentage from {MIN_PERCENT} to {MAX_PERCENT}, other than 0.")
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
        raise ValidationProblem(f"{dearest} would cost more than anybody can pay. Use a smaller percentage.")
    return plan


def fingerprint(plan: Sequence[Repricing]) -> str:
    """Equal for the same changes of the same prices."""
    told = ",".join(f"{line.price_id}:{line.before}:{line.after}" for line in plan)
    return hashlib.sha256(told.encode()).hexdigest()[:24]


def apply_prices(ids: Sequence[uuid.UUID], *, percent: Decimal, currency: str, rounding: str, seen: str) -> int:
    """Write the plan that somebody has seen (`seen` is its fingerprint); how many prices.

    Raises PricesChanged when it is another one by now, so that a second click does not raise prices twice.
    """
    with transaction.atomic():
        products = _locked(ids)
        plan = plan_prices(ids, percent=percent, currency=currency, rounding=rounding)
        if fingerprint(plan) != seen:
            raise PricesChanged("Prices have changed since this preview, perhaps by your own click. Look again.")
        prices = [Price(pk=line.price_id, amount=line.after) for line in plan]
        Price.objects.bulk_update(prices, ["amount"], batch_size=1_000)
        touched = set(Price.objects.filter(pk__in=[p.pk for p in prices]).values_list("variant__product_id", flat=True))
        changed = [product for product in products if product.pk in touched]
        record_changes(changed, previous={product.pk: product.status for product in changed})
    return len(plan)


def _locked(ids: Sequence[uuid.UUID]) -> list[Product]:
    """The products, locked in the order in which all writers lock them."""
    return list(Product.objects.select_for_update().filter(pk__in=ids).order_by("pk"))


def _sellable(products: Sequence[Product]) -> tuple[list[Product], list[str]]:
    """Those that may be published, and why the others may not. At most 3 queries."""
    lacking, untold = unsellable(products), undescribed(products)
    found, refused = [], []
    for product in products:
        if errors := lacking.get(product.pk, {}) | untold.get(product.pk, {}):
            refused.append(not_sellable(product, errors).explanation)
        else:
            found.append(product)
    return found, refused
