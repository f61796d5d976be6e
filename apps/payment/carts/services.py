"""Changes to carts. Catalog is asked before a transaction, never inside one."""

from __future__ import annotations

import re
import uuid
from datetime import timedelta
from typing import Any

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from apps.common.problems import Conflict, NotFound, ValidationProblem
from apps.payment import access, catalog
from apps.payment.carts.models import MAX_LINES, MAX_QUANTITY, Cart, CartLine

# Longer than the storefront's cookie with the cart's secret lives; then nobody can open it any more.
GUEST_CART_DAYS = 60
SKU = re.compile(r"\A[\x21-\x7e]{1,40}\Z")


class CartFull(Conflict):
    slug, title = "cart-full", _("The cart is full")


def open_cart(*, user_id: uuid.UUID | None, currency: str) -> tuple[Cart, str | None, bool]:
    """The user's open cart, or a new one; an anonymous one comes with its secret. Returns (cart, secret, is_new)."""
    if user_id is None:
        secret = access.new_secret()
        return Cart.objects.create(currency=currency, secret_hash=access.digest(secret)), secret, True
    try:
        with transaction.atomic():
            cart, is_new = Cart.objects.get_or_create(user_id=user_id, is_open=True, defaults={"currency": currency})
    except IntegrityError:
        cart, is_new = Cart.objects.get(user_id=user_id, is_open=True), False
    return cart, None, is_new


def set_line(cart: Cart, *, sku: str, quantity: int) -> None:
    """Put `quantity` of a SKU into the cart, 0 to take it out. Raises Unavailable, ValidationProblem or CartFull."""
    if quantity == 0:
        remove_line(cart, sku=sku)
        return
    if not SKU.match(sku):
        raise ValidationProblem(gettext("This item is not for sale."), errors={"sku": [gettext("This is not a SKU.")]})
    raw_quote = catalog.quotes([(sku, quantity)], cart.currency)[0]
    quote = catalog.Quote.from_json(raw_quote)
    if quote.status in ("unknown", "unavailable"):
        raise catalog.not_for_sale()
    if quote.is_video:
        # A film is bought once; more of the same would be money for nothing.
        quantity = raw_quote["quantity"] = 1
    with transaction.atomic(durable=True):
        _locked(cart)
        if not cart.lines.filter(sku=sku).exists() and cart.lines.count() >= MAX_LINES:
            raise CartFull(
                gettext("A cart holds at most %(count)s different items. Order these first.") % {"count": MAX_LINES}
            )
        CartLine.objects.update_or_create(cart=cart, sku=sku, defaults={"quantity": quantity, "quote": raw_quote})
        cart.save(update_fields=["updated_at"])


def remove_line(cart: Cart, *, sku: str) -> None:
    """Take a SKU out; that it is not there is fine."""
    with transaction.atomic(durable=True):
        _locked(cart)
        cart.lines.filter(sku=sku).delete()
        cart.save(update_fields=["updated_at"])


def merge(target: Cart, source: Cart) -> None:
    """Move a guest's lines into the account's cart: quantities add up, films stay at one. The source is closed.

    Again, it does nothing: the source is closed.
    """
    if target.pk == source.pk:
        return
    with transaction.atomic(durable=True):
        carts = Cart.objects.select_for_update().filter(pk__in=[target.pk, source.pk], is_open=True).order_by("pk")
        if len(carts) != 2:
            return
        lines = {line.sku: line for line in target.lines.all()}
        for line in source.lines.order_by("added_at", "sku"):
            _merge_line(target, lines.get(line.sku), line)
        Cart.objects.filter(pk=source.pk).update(is_open=False)
        target.save(update_fields=["updated_at"])


def _merge_line(target: Cart, present: CartLine | None, line: CartLine) -> None:
    if present is None:
        if target.lines.count() < MAX_LINES:
            CartLine.objects.create(cart=target, sku=line.sku, quantity=line.quantity, quote=line.quote)
        return
    is_video = line.quote.get("kind") == "video"
    present.quantity = 1 if is_video else min(MAX_QUANTITY, present.quantity + line.quantity)
    present.save(update_fields=["quantity"])


def close_paid_cart(cart_id: uuid.UUID, *, ordered: dict[str, int]) -> None:
    """The cart's order is paid. What an account put in while the bank was asked goes on in a new cart.

    Call it in the transaction that makes the order paid.
    """
    cart = Cart.objects.select_for_update().get(pk=cart_id)
    was_open, cart.is_open = cart.is_open, False
    cart.save(update_fields=["is_open", "updated_at"])
    left = [line for line in cart.lines.all() if line.quantity > ordered.get(line.sku, 0)]
    if not (left and was_open and cart.user_id):
        return
    fresh = Cart.objects.create(user_id=cart.user_id, currency=cart.currency)
    CartLine.objects.bulk_create(
        CartLine(cart=fresh, sku=line.sku, quantity=line.quantity - ordered.get(line.sku, 0), quote=line.quote)
        for line in left
    )


def remember_quotes(cart: Cart, raw_quotes: list[dict[str, Any]]) -> None:
    """Keep what catalog said, to show when it is down. Only lines that changed are written."""
    known = {line.sku: line for line in cart.lines.all()}
    for raw_quote in raw_quotes:
        line = known.get(raw_quote["sku"])
        if line and line.quote != raw_quote and raw_quote["status"] != "unknown":
            CartLine.objects.filter(pk=line.pk).update(quote=raw_quote)


def forget_user(user_id: uuid.UUID) -> None:
    """An account was deleted."""
    Cart.objects.filter(user_id=user_id).delete()


def _locked(cart: Cart) -> None:
    if not Cart.objects.select_for_update().filter(pk=cart.pk, is_open=True).exists():
        raise NotFound(gettext("This cart no longer exists."))


def purge_guest_carts(limit: int = 10_000) -> int:
    """Delete carts of guests that nobody has touched for GUEST_CART_DAYS; returns how many."""
    forgotten = Cart.objects.filter(
        user_id__isnull=True, updated_at__lt=timezone.now() - timedelta(days=GUEST_CART_DAYS)
    ).values("pk")[:limit]
    with transaction.atomic(durable=True):
        CartLine.objects.filter(cart__in=forgotten).delete()
        return Cart.objects.filter(pk__in=forgotten).delete()[0]
