"""Orders: one, and all."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST, require_safe

from apps.common.http import RemoteProblem
from apps.ui.storefront import carts
from apps.ui.storefront.clients import payment
from apps.ui.storefront.errors import SignInNeeded
from apps.ui.storefront.parallel import forgiving

UNFINISHED = ("pending", "reserved", "authorised")


@require_safe
def order_list(request: HttpRequest) -> HttpResponse:
    token = request.shop.token  # type: ignore[attr-defined]  # set by ShopSessionMiddleware
    if token is None:
        raise SignInNeeded
    page = payment.orders(token, cursor=request.GET.get("cursor", ""))
    return render(request, "storefront/orders.html", {"page": page})


@require_safe
def order_return(request: HttpRequest) -> HttpResponse:
    """Back from the bank: to the latest order, which is the one that was just paid."""
    shop = request.shop  # type: ignore[attr-defined]  # set by ShopSessionMiddleware
    if token := shop.token:
        results = payment.orders(token)["results"]
        if results:
            return redirect(f"/orders/{results[0]['number']}")
    elif known := shop.data.get("orders"):
        return redirect(f"/orders/{known[-1][0]}")
    return redirect("/orders")


@require_safe
def order(request: HttpRequest, number: str) -> HttpResponse:
    shop = request.shop  # type: ignore[attr-defined]  # set by ShopSessionMiddleware
    secret = shop.order_secret(number)
    try:
        found = payment.order(number, secret=secret, token=shop.token)
    except RemoteProblem as problem:
        if problem.status == 404 and shop.user is None and secret is None:
            raise SignInNeeded from problem
        raise
    if found["state"] == "paid":
        # The cart was closed with the order; a new one begins. Payment is alive, or the order would not show.
        forgiving(lambda: carts.current(request), None)()
    context = {
        "order": found,
        "has_films": any(line["kind"] == "video" for line in found["lines"]),
        "is_unfinished": found["state"] in UNFINISHED,
    }
    return render(request, "storefront/order.html", context)


@require_POST
def cancel(request: HttpRequest, number: str) -> HttpResponse:
    shop = request.shop  # type: ignore[attr-defined]  # set by ShopSessionMiddleware
    try:
        payment.cancel_order(number, secret=shop.order_secret(number), token=shop.token)
    except RemoteProblem as problem:
        messages.error(request, problem.detail)
    else:
        messages.success(request, "The order is cancelled. Nothing was charged, and your cart is as it was.")
    return redirect(f"/orders/{number}")
