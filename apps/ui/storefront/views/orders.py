"""Orders: one, and all."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST, require_safe

from apps.common.http import RemoteProblem
from apps.ui.storefront import carts
from apps.ui.storefront.clients import payment
from apps.ui.storefront.parallel import ask_kindly
from apps.ui.storefront.session import ShopRequest, SignInNeeded

LOOK_AGAIN_SECONDS = 3


@require_safe
def order_list(request: ShopRequest) -> HttpResponse:
    """The account's orders; a guest sees those made with this browser."""
    shop = request.shop
    if shop.user is None and shop.guest_orders:
        return render(request, "storefront/orders.html", {"guest_orders": shop.guest_orders})
    page = payment.orders(shop.require_token(), cursor=request.GET.get("cursor", ""))
    return render(request, "storefront/orders.html", {"page": page})


@require_safe
def order(request: ShopRequest, number: str) -> HttpResponse:
    """State, lines, and what to do next. While it is being paid the page looks again by itself."""
    shop = request.shop
    secret = shop.order_secret(number)
    try:
        found = payment.order(number, secret=secret, token=shop.token)
    except RemoteProblem as problem:
        if problem.status == 404 and shop.user is None and secret is None:
            raise SignInNeeded from problem
        raise
    if found.is_paid and shop.cart_count:
        # The cart was closed with the order (the bank's page led here). Payment is alive, or the order would not show.
        ask_kindly(lambda: carts.current(shop), None).result()
    response = render(request, "storefront/order.html", {"order": found})
    if found.is_unfinished and not found.next_action:
        response["Refresh"] = str(LOOK_AGAIN_SECONDS)
    return response


@require_POST
def cancel(request: ShopRequest, number: str) -> HttpResponse:
    """Before it is paid."""
    shop = request.shop
    try:
        payment.cancel_order(number, secret=shop.order_secret(number), token=shop.token)
    except RemoteProblem as problem:
        if problem.status == 401:
            raise
        messages.error(request, problem.detail)
    else:
        messages.success(request, "The order is cancelled. Nothing was charged, and your cart is as it was.")
    return redirect("order", number=number)
