"""Purchases from payment's events: the right to review, and the sales that product lists are sorted by."""

from __future__ import annotations

import json
import uuid
from collections.abc import Mapping

from django.db import connection
from django.db.models import F
from django.db.models.functions import Greatest

from apps.catalog.products.changes import sales_counted
from apps.catalog.products.models import Product
from apps.catalog.reviews.models import Purchase, Review

# Products are locked in one order, so that two orders of the same ones cannot wait for each other.
RECORD = """
    WITH sold AS (
        SELECT product.id, unit.quantity
        FROM products_product AS product
            JOIN jsonb_to_recordset(%(units)s::jsonb) AS unit (slug text, quantity int) ON unit.slug = product.slug
        ORDER BY product.id FOR NO KEY UPDATE OF product
    ), recorded AS (
        INSERT INTO reviews_purchase (product_id, user_id, order_number, quantity, returns)
        SELECT id, %(user_id)s, %(order_number)s, quantity, '{}' FROM sold
        ON CONFLICT (order_number, product_id) DO NOTHING RETURNING product_id, quantity
    )
    UPDATE products_product AS product SET sales_count = product.sales_count + recorded.quantity
    FROM recorded WHERE product.id = recorded.product_id RETURNING product.id
"""


def record_purchase(*, order_number: str, user_id: uuid.UUID | None, quantities: Mapping[str, int]) -> None:
    """Record the products of an order (`quantities` by product slug) and count them as sold. Idempotent.

    Products that are gone meanwhile are left out. Call it in a transaction.
    """
    units = json.dumps([{"slug": slug, "quantity": quantity} for slug, quantity in quantities.items()])
    with connection.cursor() as cursor:
        cursor.execute(RECORD, {"units": units, "order_number": order_number, "user_id": user_id})
        counted = [product_id for (product_id,) in cursor.fetchall()]
    if user_id and counted:
        Review.objects.filter(user_id=user_id, product__in=counted).update(is_verified=True)
    sales_counted.announce(counted)


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
    sales_counted.announce(counted)


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
