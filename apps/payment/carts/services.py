"""Changes to carts. Catalog is asked before a transaction, never inside one."""

from __future__ import annotations

import re
import uuid
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from types import MappingProxyType
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
NO_LINES: Mapping[str, int] = MappingProxyType({})
SKU = re.compile(r"\A[\x21-\x7e]{1,40}\Z")


class CartFull(Conflict):
    slug, title = "cart-full", _("The cart is full")


@dataclass(frozen=True, slots=True)
class OpenedCart:
    """A cart that was opened, or was open already. `secret` is that of a guest's, `raw_quotes` what catalog said
    meanwhile of its lines."""

    cart: Cart
    secret: str | None
    is_new: bool
    raw_quotes: list[dict[str, Any]]


def open_cart(*, user_id: uuid.UUID | None, currency: str, lines: Mapping[str, int] = NO_LINES) -> OpenedCart:
    """The user's open cart, or a new one. `lines` are quantities by SKU, which `put_lines` puts in; when one is
    refused, no cart is made. Raises as `put_lines` does."""
    if user_id is None:
        secret = access.new_secret()
        cart, raw_quotes = _new_cart(Cart(currency=currency, secret_hash=access.digest(secret)), lines)
        return OpenedCart(cart, secret, True, raw_quotes)
    open_carts = Cart.objects.filter(user_id=user_id, is_open=True)
    present = open_carts.first()
    if present is None:
        try:
            cart, raw_quotes = _new_cart(Cart(user_id=user_id, currency=currency), lines)
        except IntegrityError:
            # Another tab was faster.
            present = open_carts.first()
            if present is None:
                raise
        else:
            return OpenedCart(cart, None, True, raw_quotes)
    try:
        return OpenedCart(present, None, False, put_lines(present, lines))
    except NotFound:
        if open_carts.filter(pk=present.pk).exists():
            raise
    # Its order was paid meanwhile: the account's next cart takes the lines.
    return open_cart(user_id=user_id, currency=currency, lines=lines)


def _new_cart(cart: Cart, lines: Mapping[str, int]) -> tuple[Cart, list[dict[str, Any]]]:
    _require_room({}, lines, is_saved=False)
    raw_quotes = _quotes_of(lines, {}, cart.currency)
    rows = [CartLine(cart=cart, sku=raw_quote["sku"]) for raw_quote in raw_quotes]
    for row, raw_quote in zip(rows, raw_quotes, strict=True):
        row.quantity = raw_quote["quantity"]
        _take_quote(row, raw_quote)
    cart.quoted_at = timezone.now() if rows else None
    with transaction.atomic():
        cart.save(force_insert=True)
        CartLine.objects.bulk_create(rows)
    remember_related(cart, "lines", rows)
    return cart, raw_quotes


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
        return _put_lines(cart, {sku: quantity}, is_saved=is_saved)
    return []


def _save_for_later(cart: Cart, *, sku: str, quantity: int | None) -> None:
    """Catalog is not asked: what is sold out can be saved too."""
    with transaction.atomic(durable=True):
        _locked(cart)
        forget_related(cart)
        lines = _lines_of(cart)
        line = _require_line(lines, sku)
        _require_room(lines, [sku], is_saved=True)
        remembered = catalog.Quote.from_json(EMPTY_QUOTE | line.quote | {"sku": sku, "quantity": line.quantity})
        line.quantity = 1 if remembered.is_video else quantity or line.quantity
        line.is_saved, line.seen_unit_amount = True, _amount_of(remembered)
        line.save(update_fields=["quantity", "is_saved", "seen_unit_amount"])
        cart.save(update_fields=["updated_at"])
    forget_related(cart)


def put_lines(cart: Cart, quantities: Mapping[str, int]) -> list[dict[str, Any]]:
    """Have these quantities of these SKUs in the cart, all of them or, when one is refused, none. A film counts once.

    Returns what catalog said meanwhile of the cart's lines. Raises Unavailable, ValidationProblem, CartFull, or
    NotFound for a closed cart.
    """
    return _put_lines(cart, quantities, is_saved=False) if quantities else []


def _put_lines(cart: Cart, quantities: Mapping[str, int | None], *, is_saved: bool) -> list[dict[str, Any]]:
    """Catalog is asked about all lines at once: whoever puts one in looks at the cart next."""
    currency, present = cart.currency, _lines_of(cart)
    wanted = {sku: quantity or _require_line(present, sku).quantity for sku, quantity in quantities.items()}
    others = {line.sku: line.quantity for line in present.values() if line.sku not in wanted}
    if len(wanted) + len(others) > 2 * MAX_LINES:
        # Too many in any case, and more than catalog quotes at once.
        _require_room(present, wanted, is_saved=is_saved)
    raw_quotes = _quotes_of(wanted, others, currency)
    said = {raw_quote["sku"]: raw_quote for raw_quote in raw_quotes}
    with transaction.atomic(durable=True):
        # Also locks the cart. Another tab may have changed it meanwhile: then its lines are read again.
        is_as_read = _touch(cart, timezone.now())
        if not is_as_read:
            _locked(cart)
            present = {line.sku: line for line in CartLine.objects.filter(cart=cart)}
        _require_room(present, wanted, is_saved=is_saved)
        changed = {sku: present.get(sku) or CartLine(cart=cart, sku=sku) for sku in wanted}
        for sku, line in changed.items():
            if quantities[sku] or _is_video(said[sku]):
                line.quantity = said[sku]["quantity"]
            else:
                _require_line(present, sku)
            line.is_saved = is_saved
            _take_quote(line, said[sku])
            if cart.currency != currency:
                line.seen_unit_amount = None
        _save_lines(changed.values())
        if is_as_read:
            unchanged = [line for sku, line in present.items() if sku not in changed]
            remember_quotes(unchanged, [said[line.sku] for line in unchanged])
        else:
            cart.save(update_fields=["updated_at"])
    remember_related(cart, "lines", list((present | changed).values()))
    return raw_quotes if cart.currency == currency else []


def _quotes_of(wanted: Mapping[str, int], others: Mapping[str, int], currency: str) -> list[dict[str, Any]]:
    """Raw quotes of all these, those that are wanted first. Raises ValidationProblem when something wanted is not for
    sale; its `skus` are all that is not."""
    if unreadable := [sku for sku in wanted if not SKU.match(sku)]:
        errors = {"sku": [gettext("This is not a SKU.")]}
        raise ValidationProblem(gettext("This item is not for sale."), errors=errors, skus=unreadable)
    raw_quotes = catalog.quotes([*wanted.items(), *others.items()], currency)
    if missing := [raw["sku"] for raw in raw_quotes[: len(wanted)] if raw["status"] in ("unknown", "unavailable")]:
        raise catalog.not_for_sale(missing)
    for raw_quote in raw_quotes[: len(wanted)]:
        if _is_video(raw_quote):
            # A film is bought once; more of the same would be money for nothing.
            raw_quote["quantity"] = 1
    return raw_quotes


def _is_video(raw_quote: dict[str, Any]) -> bool:
    return catalog.Quote.from_json(raw_quote).is_video


def _take_quote(line: CartLine, raw_quote: dict[str, Any]) -> None:
    """The shopper sees this price now."""
    line.quote = raw_quote
    line.seen_unit_amount = _amount_of(catalog.Quote.from_json(raw_quote))


def _save_lines(lines: Collection[CartLine]) -> None:
    """In two statements, however many they are."""
    new = [line for line in lines if line.pk is None]
    known = [line for line in lines if line.pk is not None]
    CartLine.objects.bulk_create(new)
    CartLine.objects.bulk_update(known, ["quantity", "is_saved", "quote", "seen_unit_amount"])


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


def _require_room(lines: dict[str, CartLine], skus: Collection[str], *, is_saved: bool) -> None:
    """Raises CartFull when these would be too many lines, in the cart or among what is saved for later."""
    there = {line.sku for line in lines.values() if line.is_saved == is_saved}
    if len(there.union(skus)) <= max(MAX_LINES, len(there)):
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
