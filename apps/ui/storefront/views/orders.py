"""The list of orders, and a single order."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST, require_safe

from apps.common.http import RemoteProblem
from apps.ui.storefront import carts
from apps.ui.storefront.clients import payment
from apps.ui.storefront.parallel import fetch_or_default
from apps.ui.storefront.session import ShopRequest, SignInRequired

REFRESH_SECONDS = 3


@require_safe
def order_list(request: ShopRequest) -> HttpResponse:
    """The account's orders; a guest sees those placed in this browser."""
    shop = request.shop
    if shop.user is None and shop.guest_orders:
        return render(request, "storefront/orders.html", {"guest_orders": shop.guest_orders})
    page = payment.orders(shop.require_token(), cursor=request.GET.get("cursor", ""))
    return render(request, "storefront/orders.html", {"page": page})


@require_safe
def order(request: ShopRequest, number: str) -> HttpResponse:
    """State, lines and the next step. The page reloads by itself while the payment is in progress."""
    shop = request.shop
    secret = shop.order_secret(number)
    try:
        found = payment.order(number, secret=secret, token=shop.token)
    except RemoteProblem as problem:
        if problem.status == 404 and shop.user is None and secret is None:
            raise SignInRequired from problem
        raise
    if found.is_paid and shop.cart_count:
        # Back from the bank's page: the cart was closed with the order.
        fetch_or_default(lambda: carts.current(shop), None).result()
    response = render(request, "storefront/order.html", {"order": found})
    if found.is_unfinished and not found.next_action:
        response["Refresh"] = str(REFRESH_SECONDS)
    return response


@require_POST
def cancel(request: ShopRequest, number: str) -> HttpResponse:
    """Cancel an order that is not paid."""
    shop = request.shop
    try:
        payment.cancel_order(number, secret=shop.order_secret(number), token=shop.token)
    except RemoteProblem as problem:
        if problem.status == 401:
            raise
        messages.error(request, problem.detail)
    else:
        messages.success(
            request, "Your order is cancelled. You haven’t been charged, and your items are still in your cart."
        )
    return redirect("order", number=number)
