"""The cart and the checkout."""

from __future__ import annotations

from collections.abc import Callable

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from apps.common.http import RemoteProblem
from apps.common.numbers import whole_number
from apps.ui.storefront import carts
from apps.ui.storefront.checkout import Checkout, previously_placed_order
from apps.ui.storefront.clients.payment import Cart
from apps.ui.storefront.navigation import safe_next_url, sign_in_url
from apps.ui.storefront.session import ShopRequest, ShopSession


@require_safe
def cart(request: ShopRequest) -> HttpResponse:
    """The lines, with current prices."""
    return render(request, "storefront/cart.html", {"cart": carts.current(request.shop)})


@require_POST
def add(request: ShopRequest) -> HttpResponse:
    """Add units of a SKU, then show the cart."""
    return _change(request, request.POST.get("sku", ""), carts.add, success="Added to your cart.")


@require_POST
def change_line(request: ShopRequest, sku: str) -> HttpResponse:
    """Set a line's quantity; 0 removes it."""
    return _change(request, sku, carts.set_quantity)


def _change(
    request: ShopRequest, sku: str, change: Callable[[ShopSession, str, int], Cart], *, success: str = ""
) -> HttpResponse:
    quantity = whole_number(request.POST.get("quantity", "1").strip(), at_most=carts.MAX_QUANTITY)
    if quantity is None or not sku:
        messages.error(request, f"Choose a quantity from 0 to {carts.MAX_QUANTITY}.")
        return redirect(safe_next_url(request, "cart"))
    try:
        change(request.shop, sku[:40], quantity)
    except RemoteProblem as problem:
        if problem.status == 401:
            raise
        messages.error(request, _sentence(problem))
        return redirect(safe_next_url(request, "cart"))
    if success:
        messages.success(request, success)
    return redirect("cart")


def _sentence(problem: RemoteProblem) -> str:
    """The first field error of a refusal, else its general sentence."""
    return next((sentence for sentences in problem.errors.values() for sentence in sentences), problem.detail)


@sensitive_post_parameters("card-number", "card-cvc", "card-expiry")
@require_http_methods(["GET", "HEAD", "POST"])
def checkout(request: ShopRequest) -> HttpResponse:
    """One page. A refusal keeps all values that were entered, except the card."""
    if request.method == "POST" and (number := previously_placed_order(request.shop, request.POST)):
        request.shop.forget_cart()
        return redirect("order", number=number)
    current = carts.current(request.shop)
    if current is None or not current.lines:
        messages.info(request, "Your cart is empty. You’ll find past purchases in your orders.")
        return redirect("cart")
    if not current.prices_are_current or any(line.status != "ok" for line in current.lines):
        # The cart shows which line is the problem.
        return redirect("cart")
    if current.requires_account and request.shop.token is None:
        messages.info(request, "Films are added to your library, so please sign in or create an account to check out.")
        return redirect(sign_in_url(request))
    page = Checkout(request, current)
    return page.pay() if page.is_paying and page.is_valid() else page.show()
