"""The cart and the way to the till."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from apps.common.http import RemoteProblem
from apps.common.numbers import whole_number
from apps.ui.storefront import carts
from apps.ui.storefront.checkout import Checkout, placed_before
from apps.ui.storefront.navigation import safe_next, sign_in_address
from apps.ui.storefront.session import ShopRequest


@require_safe
def cart(request: ShopRequest) -> HttpResponse:
    """What is in it, with today's prices."""
    return render(request, "storefront/cart.html", {"cart": carts.current(request.shop)})


@require_POST
def add(request: ShopRequest) -> HttpResponse:
    """Put something into the cart, then show it there."""
    return _change(request, request.POST.get("sku", ""), is_added=True)


@require_POST
def change_line(request: ShopRequest, sku: str) -> HttpResponse:
    """Set a line's quantity; 0 takes it out."""
    return _change(request, sku, is_added=False)


def _change(request: ShopRequest, sku: str, *, is_added: bool) -> HttpResponse:
    quantity = whole_number(request.POST.get("quantity", "1").strip(), at_most=carts.MAX_QUANTITY)
    if quantity is None or not sku:
        messages.error(request, f"Choose a quantity from 0 to {carts.MAX_QUANTITY}.")
        return redirect(safe_next(request, "/cart"))
    try:
        carts.put(request.shop, sku[:40], quantity, is_added=is_added)
    except RemoteProblem as problem:
        if problem.status == 401:
            raise
        messages.error(request, _sentence(problem))
        return redirect(safe_next(request, "/cart"))
    if is_added:
        messages.success(request, "It is in your cart.")
    return redirect("/cart")


def _sentence(problem: RemoteProblem) -> str:
    """The most telling sentence of a refusal."""
    return next((sentence for sentences in problem.errors.values() for sentence in sentences), problem.detail)


@sensitive_post_parameters("card-number", "card-cvc", "card-expiry")
@require_http_methods(["GET", "HEAD", "POST"])
def checkout(request: ShopRequest) -> HttpResponse:
    """One page. What was typed stays after a refusal, except the card."""
    if request.method == "POST" and (number := placed_before(request.shop, request.POST)):
        request.shop.forget_cart()
        return redirect("order", number=number)
    current = carts.current(request.shop)
    if current is None or not current.lines:
        messages.info(request, "Your cart is empty. What you have paid for is among your orders.")
        return redirect("/cart")
    if not current.prices_are_current or any(line.status != "ok" for line in current.lines):
        # The cart says what is in the way.
        return redirect("/cart")
    if current.requires_account and request.shop.token is None:
        messages.info(request, "Films live in your library, so sign in (or open an account) to buy them.")
        return redirect(sign_in_address(request))
    page = Checkout(request, current)
    return page.pay() if page.is_paying and page.is_valid() else page.show()
