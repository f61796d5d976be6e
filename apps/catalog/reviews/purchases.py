"""Purchases from payment's events: the right to review, and the sales that product lists are sorted by."""

from __future__ import annotations

import uuid
from collections.abc import Mapping

from django.db.models import Case, F, When
from django.db.models.functions import Greatest

from apps.catalog.products.changes import listed_data_changed
from apps.catalog.products.models import Product
from apps.catalog.reviews.models import Purchase, Review


def record_purchase(*, order_number: str, user_id: uuid.UUID | None, quantities: Mapping[str, int]) -> None:
    """Record the products of an order (`quantities` by product slug) and count them as sold. Idempotent.

    Products that are gone meanwhile are left out. Call it in a transaction.
    """
    # Locked in one order, so that two orders of the same products cannot wait for each other; and nobody counts what
    # is counted here.
    products = list(Product.objects.select_for_update(no_key=True).filter(slug__in=quantities).order_by("pk"))
    known = set(Purchase.objects.filter(order_number=order_number).values_list("product_id", flat=True))
    new = {product.pk: quantities[product.slug] for product in products if product.pk not in known}
    Purchase.objects.bulk_create(
        Purchase(product_id=pk, order_number=order_number, user_id=user_id, quantity=quantity)
        for pk, quantity in new.items()
    )
    counted = list(new)
    if counted:
        units = Case(*(When(pk=pk, then=quantity) for pk, quantity in new.items()))
        Product.objects.filter(pk__in=counted).update(sales_count=F("sales_count") + units)
    if user_id and counted:
        Review.objects.filter(user_id=user_id, product__in=counted).update(is_verified=True)
    listed_data_changed.announce(counted)


def return_purchase(*, order_number: str, event_id: uuid.UUID, quantities: Mapping[str, int] | None) -> None:
    """An order or some of its lines (`quantities` by product slug; None for all) were paid back; once an event.

    The units no longer count as sold. Who keeps none of a product may not review it; a review that is there stays, as
    an opinion of somebody who has no longer a purchase to show for it. Call it in a transaction.
    """
    purchases = Purchase.objects.filter(order_number=order_number, quantity__gt=0)
    if quantities is not None:
        purchases = purchases.filter(product__slug__in=quantities)
    ids = sorted(purchases.values_list("product_id", flat=True))
    list(Product.objects.select_for_update().filter(pk__in=ids).order_by("pk"))
    counted = []
    for purchase in purchases.filter(product__in=ids).select_related("product").order_by("product"):
        if str(event_id) in purchase.returns:
            continue
        wanted = purchase.quantity if quantities is None else quantities[purchase.product.slug]
        _take_back(purchase, units=min(wanted, purchase.quantity), event_id=event_id)
        counted.append(purchase.product_id)
    listed_data_changed.announce(counted)


def _take_back(purchase: Purchase, *, units: int, event_id: uuid.UUID) -> None:
    purchase.quantity -= units
    purchase.returns |= {str(event_id): units}
    purchase.save(update_fields=["quantity", "returns"])
    left = Greatest(F("sales_count") - units, 0)
    Product.objects.filter(pk=purchase.product_id).update(sales_count=left)
    if purchase.user_id is None:
        return
    of_buyer = {"product": purchase.product_id, "user_id": purchase.user_id}
    if not Purchase.objects.filter(**of_buyer, quantity__gt=0).exists():
        Review.objects.filter(**of_buyer).update(is_verified=False)
