"""Changes to carts. Catalog is asked before a transaction, never inside one."""

from __future__ import annotations

import re
import uuid
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from apps.common.prefetching import forget_related, remember_related
from apps.common.problems import Conflict, NotFound, ValidationProblem
from apps.payment import access, catalog
from apps.payment.carts.models import MAX_LINES, MAX_QUANTITY, Cart, CartLine

# As long as the storefront's cookie with the cart's secret lives; then nobody can open it any more.
GUEST_CART_DAYS = 30
EMPTY_QUOTE = {"status": "unknown"}
SKU = re.compile(r"\A[\x21-\x7e]{1,40}\Z")


class CartFull(Conflict):
    slug, title = "cart-full", _("The cart is full")


def open_cart(*, user_id: uuid.UUID | None, currency: str) -> tuple[Cart, str | None, bool]:
    """The user's open cart, or a new one; an anonymous one comes with its secret. Returns (cart, secret, is_new)."""
    if user_id is None:
        secret = access.new_secret()
        cart = Cart.objects.create(currency=currency, secret_hash=access.digest(secret))
        remember_related(cart, "lines", [])
        return cart, secret, True
    open_carts = Cart.objects.filter(user_id=user_id, is_open=True)
    if present := open_carts.first():
        return present, None, False
    try:
        with transaction.atomic():
            cart = Cart.objects.create(user_id=user_id, currency=currency)
    except IntegrityError:
        return open_carts.get(), None, False
    remember_related(cart, "lines", [])
    return cart, None, True


def change_cart(cart: Cart, *, currency: str | None = None, gift_message: str | None = None) -> None:
    """Price the cart in another currency from now on, or change what is to be written to whom the parcel goes (empty
    for nothing); None leaves as it is. Raises NotFound for a cart that is closed meanwhile."""
    with transaction.atomic(durable=True):
        _locked(cart)
        if currency is not None:
            _set_currency(cart, currency)
        if gift_message is not None:
            cart.gift_message = gift_message
            cart.save(update_fields=["gift_message", "updated_at"])


def _set_currency(cart: Cart, currency: str) -> None:
    """The cart is locked. Prices that the shopper saw in the former currency are not compared with the new ones."""
    if cart.currency != currency:
        cart.currency, cart.quoted_at = currency, None
        cart.save(update_fields=["currency", "quoted_at", "updated_at"])
        cart.lines.update(seen_unit_amount=None)


def set_line(cart: Cart, *, sku: str, quantity: int | None, is_saved: bool = False) -> list[dict[str, Any]]:
    """Put `quantity` of a SKU into the cart or, with `is_saved`, among what is saved for later; 0 takes it out, None
    leaves the quantity that a line has. Returns what catalog said meanwhile of the lines, nothing if it was not asked.

    Raises Unavailable, ValidationProblem, CartFull, or NotFound for a line without a quantity that is not there.
    """
    if quantity == 0:
        remove_line(cart, sku=sku)
    elif is_saved and sku in _lines_of(cart):
        _save_for_later(cart, sku=sku, quantity=quantity)
    else:
        return _put_line(cart, sku=sku, quantity=quantity, is_saved=is_saved)
    return []


def _save_for_later(cart: Cart, *, sku: str, quantity: int | None) -> None:
    """Catalog is not asked: what is sold out can be saved too."""
    with transaction.atomic(durable=True):
        _locked(cart)
        forget_related(cart)
        lines = _lines_of(cart)
        line = _require_line(lines, sku)
        _require_room(lines, sku=sku, is_saved=True)
        remembered = catalog.Quote.from_json(EMPTY_QUOTE | line.quote | {"sku": sku, "quantity": line.quantity})
        line.quantity = 1 if remembered.is_video else quantity or line.quantity
        line.is_saved, line.seen_unit_amount = True, _amount_of(remembered)
        line.save(update_fields=["quantity", "is_saved", "seen_unit_amount"])
        cart.save(update_fields=["updated_at"])
    forget_related(cart)


def _put_line(cart: Cart, *, sku: str, quantity: int | None, is_saved: bool) -> list[dict[str, Any]]:
    """Catalog is asked about all lines at once: whoever puts one in looks at the cart next."""
    if not SKU.match(sku):
        raise ValidationProblem(gettext("This item is not for sale."), errors={"sku": [gettext("This is not a SKU.")]})
    currency, present = cart.currency, _lines_of(cart)
    wanted = quantity or _require_line(present, sku).quantity
    others = [(line.sku, line.quantity) for line in present.values() if line.sku != sku]
    raw_quotes = catalog.quotes([(sku, wanted), *others], currency)
    raw_quote = raw_quotes[0]
    quote = catalog.Quote.from_json(raw_quote)
    if quote.status in ("unknown", "unavailable"):
        raise catalog.not_for_sale()
    if quote.is_video:
        # A film is bought once; more of the same would be money for nothing.
        quantity = raw_quote["quantity"] = 1
    now = timezone.now()
    with transaction.atomic(durable=True):
        # Also locks the cart. Another tab may have changed it meanwhile: then its lines are read again.
        is_as_read = _touch(cart, now)
        if not is_as_read:
            _locked(cart)
            present = {line.sku: line for line in CartLine.objects.filter(cart=cart)}
        _require_room(present, sku=sku, is_saved=is_saved)
        line = present.get(sku) or CartLine(cart=cart, sku=sku)
        line.quantity = quantity or _require_line(present, sku).quantity
        line.is_saved, line.quote = is_saved, raw_quote
        line.seen_unit_amount = _amount_of(quote) if cart.currency == currency else None
        line.save()
        if is_as_read:
            said = {other["sku"]: other for other in raw_quotes}
            remember_quotes(list(present.values()), [said[other] for other in present])
        else:
            cart.save(update_fields=["updated_at"])
    remember_related(cart, "lines", list((present | {sku: line}).values()))
    return raw_quotes if cart.currency == currency else []


def _touch(cart: Cart, now: datetime) -> bool:
    """Lock the cart as it was read, and note that all its lines were quoted; False when somebody has changed it."""
    as_read = Cart.objects.filter(pk=cart.pk, is_open=True, updated_at=cart.updated_at)
    if not as_read.update(updated_at=now, quoted_at=now):
        return False
    cart.updated_at = cart.quoted_at = now
    return True


def _lines_of(cart: Cart) -> dict[str, CartLine]:
    return {line.sku: line for line in cart.lines.all()}


def _require_line(lines: dict[str, CartLine], sku: str) -> CartLine:
    if sku not in lines:
        raise NotFound(gettext("This item is not in your cart."))
    return lines[sku]


def _require_room(lines: dict[str, CartLine], *, sku: str, is_saved: bool) -> None:
    """Raises CartFull when the line would be one too many, in the cart or among what is saved for later."""
    there = [line.sku for line in lines.values() if line.is_saved == is_saved]
    if sku in there or len(there) < MAX_LINES:
        return
    detail = gettext("A cart holds at most %(count)s different items. Order these first.")
    if is_saved:
        detail = gettext("You can save at most %(count)s different items for later. Remove one first.")
    raise CartFull(detail % {"count": MAX_LINES})


def _amount_of(quote: catalog.Quote) -> int | None:
    return quote.unit_price.amount if quote.unit_price else None


def hold_voucher(cart: Cart, code_id: int | None) -> None:
    """Have this code on the cart instead of another one; None for none. Raises NotFound for a closed cart."""
    with transaction.atomic(durable=True):
        _locked(cart)
        cart.voucher_code_id = code_id
        cart.save(update_fields=["voucher_code", "updated_at"])


def remove_line(cart: Cart, *, sku: str) -> None:
    """Take a SKU out; that it is not there is fine."""
    with transaction.atomic(durable=True):
        _locked(cart)
        cart.lines.filter(sku=sku).delete()
        cart.save(update_fields=["updated_at"])
    forget_related(cart)


def merge(target: Cart, source: Cart) -> None:
    """Move a guest's lines into the account's cart: quantities add up, films stay at one. The source is closed.

    The account's cart takes the guest's currency, voucher and gift message, which this shopper chose last.
    What the guest saved for later stays saved, unless the account has it already; what the guest wants to order and the
    account has saved is to be ordered.

    Again, it does nothing: the source is closed.
    """
    if target.pk == source.pk:
        return
    with transaction.atomic(durable=True):
        carts = Cart.objects.select_for_update().filter(pk__in=[target.pk, source.pk], is_open=True).order_by("pk")
        if len(carts) != 2:
            return
        present, chosen = (next(cart for cart in carts if cart.pk == row.pk) for row in (target, source))
        target.currency = present.currency
        _set_currency(target, chosen.currency)
        target.voucher_code_id = chosen.voucher_code_id or present.voucher_code_id
        target.gift_message = chosen.gift_message or present.gift_message
        lines = {line.sku: line for line in CartLine.objects.filter(cart=target)}
        for line in source.lines.order_by("added_at", "sku"):
            _merge_line(target, lines.get(line.sku), line)
        Cart.objects.filter(pk=source.pk).update(is_open=False)
        target.quoted_at = None
        target.save(update_fields=["voucher_code", "gift_message", "quoted_at", "updated_at"])
    forget_related(target)


def _merge_line(target: Cart, present: CartLine | None, line: CartLine) -> None:
    has_room = target.lines.filter(is_saved=line.is_saved).count() < MAX_LINES
    if present is None:
        if has_room:
            _copy_line(line, target, quantity=line.quantity).save()
    elif line.is_saved:
        return
    elif present.is_saved:
        if has_room:
            present.is_saved, present.quantity = False, line.quantity
            present.save(update_fields=["is_saved", "quantity"])
    else:
        is_video = line.quote.get("kind") == "video"
        present.quantity = 1 if is_video else min(MAX_QUANTITY, present.quantity + line.quantity)
        present.save(update_fields=["quantity"])


def _copy_line(line: CartLine, cart: Cart, *, quantity: int) -> CartLine:
    return CartLine(
        cart=cart,
        sku=line.sku,
        quantity=quantity,
        is_saved=line.is_saved,
        quote=line.quote,
        seen_unit_amount=line.seen_unit_amount,
    )


def close_paid_cart(cart_id: uuid.UUID, *, ordered: dict[str, int]) -> None:
    """The cart's order is paid. What an account has put in since or saved for later goes on in a new cart.

    Call it in the transaction that makes the order paid.
    """
    # Also locks it: whoever is changing it at this moment is done, and its lines are read after that.
    if not Cart.objects.filter(pk=cart_id, is_open=True).update(is_open=False, updated_at=timezone.now()):
        return
    left = {
        line: line.quantity - (0 if line.is_saved else ordered.get(line.sku, 0))
        for line in CartLine.objects.filter(cart=cart_id)
    }
    if not any(quantity > 0 for quantity in left.values()):
        return
    cart = Cart.objects.get(pk=cart_id)
    if cart.user_id is None:
        return
    fresh = Cart.objects.create(user_id=cart.user_id, currency=cart.currency)
    CartLine.objects.bulk_create(
        _copy_line(line, fresh, quantity=quantity) for line, quantity in left.items() if quantity > 0
    )


def remember_quotes(lines: Sequence[CartLine], raw_quotes: Sequence[dict[str, Any]]) -> None:
    """Keep what catalog said of each line, to show when it is down. Only lines that changed are written."""
    for line, raw_quote in zip(lines, raw_quotes, strict=True):
        if line.quote != raw_quote and raw_quote["status"] != "unknown":
            CartLine.objects.filter(pk=line.pk).update(quote=raw_quote)
            line.quote = raw_quote


def mark_prices_seen(cart: Cart, seen: dict[str, int]) -> None:
    """The shopper has seen these unit prices, by SKU. Only lines that changed are written."""
    for line in cart.lines.filter(sku__in=seen):
        if line.seen_unit_amount != seen[line.sku]:
            # Another window may have changed the currency meanwhile.
            current = CartLine.objects.filter(pk=line.pk, cart__currency=cart.currency)
            current.update(seen_unit_amount=seen[line.sku])


def forget_user(user_id: uuid.UUID) -> None:
    """An account was deleted."""
    Cart.objects.filter(user_id=user_id).delete()


def _locked(cart: Cart) -> None:
    """Lock the cart's row; its currency is then the present one. Raises NotFound for a closed cart."""
    row = Cart.objects.select_for_update().filter(pk=cart.pk, is_open=True).first()
    if row is None:
        raise NotFound(gettext("This cart no longer exists."))
    cart.currency = row.currency


def purge_guest_carts(limit: int = 10_000) -> int:
    """Delete carts of guests that nobody has touched for GUEST_CART_DAYS; returns how many."""
    forgotten = Cart.objects.filter(
        user_id__isnull=True, updated_at__lt=timezone.now() - timedelta(days=GUEST_CART_DAYS)
    ).values("pk")[:limit]
    with transaction.atomic(durable=True):
        CartLine.objects.filter(cart__in=forgotten).delete()
        return Cart.objects.filter(pk__in=forgotten).delete()[0]
