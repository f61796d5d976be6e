"""Writes to products. Each keeps the product's listing and publishes its event in one transaction."""

from __future__ import annotations

import uuid
from collections.abc import Collection, Mapping, Sequence
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import Exists, F, OuterRef
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from apps.catalog.products.changes import ProductChange, products_changed
from apps.catalog.products.models import AttributeValue, Price, Product, ProductTypeAttribute, Variant
from apps.catalog.products.rules import (
    missing_value_errors,
    offer_errors,
    price_errors,
    publication_start,
    title_errors,
)
from apps.common.problems import Conflict

Status = Product.Status
# The columns of a variant that decide whether its product can be sold.
SELLABILITY = ("sku", "offer", "rental_hours", "title_slug")


class NotSellable(Conflict):
    slug, title = "not-sellable", _("The product cannot be published yet")

    @property
    def explanation(self) -> str:
        """The problem in one line, with what each field is missing."""
        lines = (f"{name}: {' '.join(sentences)}" for name, sentences in (self.errors or {}).items())
        return " ".join([str(self), *lines])


def record_change(product: Product, *, previous_status: str | None = None) -> None:
    """Call after changing a product or its parts, in the same transaction: search, prices, version and event follow.

    Raises NotSellable, as `require_publishable` does.
    """
    require_publishable(product, previous_status=previous_status)
    now = timezone.now()
    product.published_at = publication_start(status=product.status, starts_at=product.published_at, now=now)
    Product.objects.filter(pk=product.pk).update(
        version=F("version") + 1,
        published_at=product.published_at,
        updated_at=now,
    )
    products_changed.announce([change_of(product, previous_status, may_have_new_variants=True)])


def require_publishable(product: Product, *, previous_status: str | None) -> None:
    """Raises NotSellable when the product is published and has `sellability_errors`, and when it becomes published
    without an attribute that its type requires. At most 3 queries.
    """
    if product.status != Status.PUBLISHED:
        return
    require_sellable([product])
    if previous_status != Status.PUBLISHED:
        require_described([product])


def record_changes(products: Sequence[Product], *, previous: Mapping[uuid.UUID, str]) -> None:
    """`record_change` for many locked products in few statements; `previous` are their statuses before, by pk.

    Who calls it has checked that what is published may be; prices are not looked at, and no variants are new.
    """
    ids = [product.pk for product in products]
    Product.objects.filter(pk__in=ids).update(version=F("version") + 1, updated_at=timezone.now())
    products_changed.announce([change_of(product, previous[product.pk]) for product in products])


def change_of(product: Any, previous_status: str | None, *, may_have_new_variants: bool = False) -> ProductChange:
    """The change of a product, as `products.changes` announces it; imports pass rows with the same attributes."""
    return ProductChange(
        product_id=product.pk,
        slug=product.slug,
        kind=product.kind,
        status=product.status,
        previous_status=previous_status,
        may_have_new_variants=may_have_new_variants,
    )


def sellability_errors(products: Collection[Product]) -> dict[uuid.UUID, dict[str, list[str]]]:
    """What each of these products lacks to be on sale, by field: a price in the shop's currency and, of films, offers
    and a title to watch. 1 query.
    """
    is_priced = Exists(Price.objects.filter(variant=OuterRef("pk"), currency=settings.SHOP_CURRENCY))
    variants: dict[uuid.UUID, list[Any]] = {product.pk: [] for product in products}
    found = Variant.objects.filter(product__in=list(variants)).annotate(is_priced=is_priced).order_by("sku")
    # Imports ask of thousands of variants.
    for variant in found.values_list("product_id", *SELLABILITY, "is_priced", named=True):
        variants[variant.product_id].append(variant)
    errors = {product.pk: _sale_errors(product, variants[product.pk]) for product in products}
    return {pk: of_product for pk, of_product in errors.items() if of_product}


def _sale_errors(product: Product, variants: Sequence[Any]) -> dict[str, list[str]]:
    is_priced = any(variant.is_priced for variant in variants)
    unpriced = price_errors(currency=settings.SHOP_CURRENCY, is_priced=is_priced)
    errors = {name: [sentence] for name, sentence in unpriced.items()}
    for variant in variants:
        wrong = offer_errors(kind=product.kind, offer=variant.offer, rental_hours=variant.rental_hours)
        errors |= {f"variants.{variant.sku}.{name}": [sentence] for name, sentence in wrong.items()}
    untitled = [variant.sku for variant in variants if not variant.title_slug]
    untold = title_errors(kind=product.kind, title_slug=product.title_slug, untitled_skus=untitled)
    return errors | {name: [sentence] for name, sentence in untold.items()}


def require_sellable(products: Collection[Product]) -> None:
    """Raises NotSellable for the first product with `sellability_errors`. 1 query."""
    lacking = sellability_errors(products)
    for product in products:
        if product.pk in lacking:
            raise not_sellable(product, lacking[product.pk])


def description_errors(products: Collection[Product]) -> dict[uuid.UUID, dict[str, list[str]]]:
    """The attributes that each product's type requires and that it has no value for. 2 queries, none without types."""
    types = {product.product_type_id for product in products} - {None}
    if not types:
        return {}
    required: dict[int, set[str]] = {}
    required_attributes = ProductTypeAttribute.objects.filter(product_type__in=types, is_required=True)
    for type_id, code in required_attributes.values_list("product_type_id", "attribute__code"):
        required.setdefault(type_id, set()).add(code)
    given: dict[uuid.UUID, set[str]] = {}
    if required:
        values = AttributeValue.objects.filter(
            product__in=[product.pk for product in products], attribute__code__in=set().union(*required.values())
        )
        for product_id, code in values.values_list("product_id", "attribute__code"):
            given.setdefault(product_id, set()).add(code)
    found = {
        product.pk: missing_value_errors(
            required=required.get(product.product_type_id or 0, ()), given=given.get(product.pk, ())
        )
        for product in products
    }
    return {pk: {name: [said] for name, said in errors.items()} for pk, errors in found.items() if errors}


def require_described(products: Collection[Product]) -> None:
    """Raises NotSellable for the first product with `description_errors`."""
    lacking = description_errors(products)
    for product in products:
        if product.pk in lacking:
            raise not_sellable(product, lacking[product.pk])


def not_sellable(product: Product, errors: dict[str, list[str]]) -> NotSellable:
    """The problem of a product that lacks something to be published."""
    if errors.keys() == {"price"}:
        currency = settings.SHOP_CURRENCY
        return NotSellable(
            gettext("%(title)s needs a variant with a price in %(currency)s before it is published.")
            % {"title": product.title, "currency": currency}
        )
    return NotSellable(
        gettext("%(title)s lacks something before it is published; see errors.") % {"title": product.title},
        errors=errors,
    )


def set_status(product: Product, status: str) -> None:
    """Publish, archive or withdraw. Raises NotSellable."""
    with transaction.atomic():
        locked = Product.objects.select_for_update().get(pk=product.pk)
        if locked.status == status:
            return
        previous, locked.status = locked.status, status
        locked.published_at = publication_start(status=status, starts_at=locked.published_at, now=timezone.now())
        locked.save(update_fields=["status", "published_at"])
        record_change(locked, previous_status=previous)
