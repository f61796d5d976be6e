"""The cart: its page, the drawer that shows it on other pages, and changes of its lines."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext
from django.views.decorators.http import require_POST, require_safe

from apps.common.http import RemoteProblem
from apps.common.numbers import whole_number
from apps.ui.storefront import carts
from apps.ui.storefront.address_forms import HOME_COUNTRY
from apps.ui.storefront.clients.payment_schemas import Cart
from apps.ui.storefront.errors import sentence_of
from apps.ui.storefront.forms import VoucherForm
from apps.ui.storefront.navigation import safe_next_url
from apps.ui.storefront.session import ShopRequest
from apps.ui.storefront.vouchers import submit_voucher

# Set by the script that shows the cart beside the page.
DRAWER_HEADER = "X-Cart-Drawer"


@require_safe
def cart(request: ShopRequest) -> HttpResponse:
    """The lines with current prices, what is saved for later, and when a parcel would arrive."""
    return _cart_page(request, carts.current(request.shop, is_seen=True))


def _cart_page(request: ShopRequest, current: Cart | None, *, voucher: VoucherForm | None = None) -> HttpResponse:
    """The page; 422 with a code that was refused."""
    shop = request.shop
    context = {
        "cart": current,
        "removed": shop.take_removed(),
        "country": HOME_COUNTRY,
        "estimate": carts.delivery_estimate(shop, current, HOME_COUNTRY) if current else None,
        "voucher": voucher or VoucherForm(prefix="voucher"),
    }
    return render(request, "storefront/cart.html", context, status=422 if voucher else 200)


@require_POST
def change_voucher(request: ShopRequest) -> HttpResponse:
    """Put a code on the cart, or take it off."""
    shop = request.shop
    current = carts.current(shop)
    if current is None:
        return redirect("cart")
    if "remove" in request.POST:
        carts.remove_voucher(shop, current)
        return redirect("cart")
    changed, form = submit_voucher(shop, current, request.POST)
    if form.errors:
        return _cart_page(request, changed, voucher=form)
    return redirect("cart")


@require_POST
def add(request: ShopRequest) -> HttpResponse:
    """Add units of a SKU, then show the cart: its page, or its part for the drawer."""
    sku = request.POST.get("sku", "")[:40]
    quantity = _quantity(request)
    if not sku or quantity is None:
        return _refused(request, _quantity_sentence())
    changed = _changed(request, lambda: carts.add(request.shop, sku, quantity))
    if isinstance(changed, HttpResponse):
        return changed
    if DRAWER_HEADER in request.headers:
        context = {"cart": changed, "added": next((line for line in changed.lines if line.sku == sku), None)}
        return render(request, "storefront/cart_drawer.html", context)
    messages.success(request, gettext("Added to your cart."))
    return redirect("cart")


@require_POST
def change_line(request: ShopRequest, sku: str) -> HttpResponse:
    """Set a line's quantity (0 removes it), save it for later, or move it back."""
    shop, sku = request.shop, sku[:40]
    if (saved := request.POST.get("saved")) in ("0", "1"):
        changed = _changed(request, lambda: carts.save_for_later(shop, sku, is_saved=saved == "1"))
        return changed if isinstance(changed, HttpResponse) else redirect("cart")
    quantity = _quantity(request)
    if quantity is None:
        return _refused(request, _quantity_sentence())
    changed = _changed(request, lambda: carts.set_quantity(shop, sku, quantity))
    if isinstance(changed, HttpResponse):
        return changed
    if quantity == 0 and (was := whole_number(request.POST.get("was", ""), at_most=carts.MAX_QUANTITY)):
        shop.remember_removed(sku, was, request.POST.get("title", ""))
    return redirect("cart")


def _quantity(request: ShopRequest) -> int | None:
    """The sent quantity, changed by a button of the stepper; None for what is no quantity."""
    quantity = whole_number(request.POST.get("quantity", "1").strip(), at_most=carts.MAX_QUANTITY)
    change = {"-1": -1, "1": 1}.get(request.POST.get("change", ""))
    if quantity is None or change is None:
        return quantity
    return min(max(quantity + change, 1), carts.MAX_QUANTITY)


def _changed(request: ShopRequest, change: Callable[[], Cart]) -> Cart | HttpResponse:
    """The changed cart, or the response that says why it was not changed."""
    try:
        return change()
    except RemoteProblem as problem:
        if problem.status == 401:
            raise
        return _refused(request, sentence_of(problem))


def _refused(request: ShopRequest, sentence: str) -> HttpResponse:
    if DRAWER_HEADER in request.headers:
        context: dict[str, Any] = {"failure": sentence}
        return render(request, "storefront/cart_drawer.html", context, status=422)
    messages.error(request, sentence)
    return redirect(safe_next_url(request, "cart"))


def _quantity_sentence() -> str:
    return gettext("Choose a quantity from 0 to %(max)s.") % {"max": carts.MAX_QUANTITY}
