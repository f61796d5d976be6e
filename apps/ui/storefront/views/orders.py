"""The list of orders, a single order, and how guests find theirs again."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.http import content_disposition_header
from django.utils.translation import gettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from apps.common.http import RemoteProblem
from apps.ui.storefront import carts
from apps.ui.storefront.clients import after_sales, payment, payment_schemas
from apps.ui.storefront.errors import sentence_of
from apps.ui.storefront.forms import FindOrderForm
from apps.ui.storefront.order_steps import order_steps
from apps.ui.storefront.parallel import fetch_or_default
from apps.ui.storefront.return_forms import ReturnForm
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
    """State, lines and the next step. The page reloads by itself while the payment is in progress.

    The link in a guest's mail has the order's secret. It is remembered, and leaves the address at once, so that it gets
    into no history, screenshot or log of another site.
    """
    shop = request.shop
    if sent := request.GET.get("secret"):
        return _remember(request, number, sent)
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
    response = render(request, "storefront/order.html", {"order": found, "steps": order_steps(found)})
    if found.is_unfinished and not found.next_action:
        response["Refresh"] = str(REFRESH_SECONDS)
    return response


@require_safe
def document(request: ShopRequest, number: str, document: str) -> HttpResponse:
    """The PDF of an invoice or a credit note."""
    shop = request.shop
    secret = shop.order_secret(number)
    try:
        content = payment.document(number, document, secret=secret, token=shop.token)
    except RemoteProblem as problem:
        if problem.status == 404 and shop.user is None and secret is None:
            raise SignInRequired from problem
        raise
    response = HttpResponse(content, content_type="application/pdf")
    response["Content-Disposition"] = content_disposition_header(True, f"{document}.pdf") or ""
    response["Cache-Control"] = "private, no-store"
    return response


def _remember(request: ShopRequest, number: str, secret: str) -> HttpResponse:
    """Remember the secret of a link when it opens the order, then go on without it in the address."""
    try:
        payment.order(number, secret=secret, token=None)
    except RemoteProblem as problem:
        if problem.status != 404:
            raise
        messages.error(request, gettext("This link is incomplete or no longer valid. We can send you a new one."))
        return redirect("find-order")
    request.shop.remember_order(number, secret)
    response = redirect("order", number=number)
    response["Referrer-Policy"] = "no-referrer"
    return response


@require_http_methods(["GET", "HEAD", "POST"])
def find(request: ShopRequest) -> HttpResponse:
    """Send a guest the link to an order. The sentence is the same whether or not number and address match."""
    form = FindOrderForm(request.POST or None)
    status = 200
    if form.is_valid():
        try:
            payment.request_order_access(form.cleaned_data["number"].strip().upper(), form.cleaned_data["email"])
        except RemoteProblem as problem:
            form.add_remote_errors(problem.errors, problem.detail)
        else:
            return render(request, "storefront/find_order.html", {"sent_to": form.cleaned_data["email"]})
    if form.is_bound:
        status = 422
    return render(request, "storefront/find_order.html", {"form": form}, status=status)


@require_POST
def buy_again(request: ShopRequest, number: str) -> HttpResponse:
    """Put the lines of an order into the cart."""
    shop = request.shop
    found = payment.order(number, secret=shop.order_secret(number), token=shop.token)
    try:
        missing = carts.buy_again(shop, found)
    except RemoteProblem as problem:
        if problem.status == 401:
            raise
        messages.error(request, sentence_of(problem))
        return redirect("cart")
    if missing:
        titles = ", ".join(missing)
        messages.warning(request, gettext("No longer available: %(titles)s") % {"titles": titles})
    if len(missing) < len(found.lines):
        messages.success(request, gettext("Added to your cart."))
    return redirect("cart")


@require_http_methods(["GET", "HEAD", "POST"])
def request_return(request: ShopRequest, number: str) -> HttpResponse:
    """Ask to return units of a paid order, or to cancel those that were not sent."""
    shop = request.shop
    secret = shop.order_secret(number)
    found = payment.order(number, secret=secret, token=shop.token)
    if not found.is_returnable:
        messages.info(request, gettext("There is nothing to return, or we’re already looking at your request."))
        return redirect("order", number=number)
    form = ReturnForm(request.POST or None, order=found)
    if form.is_valid() and _is_requested(form, found, secret=secret, token=shop.token):
        messages.success(request, gettext("We’ve received your request and will get back to you by e-mail."))
        return redirect("order", number=number)
    status = 422 if form.is_bound else 200
    return render(request, "storefront/order_return.html", {"order": found, "form": form}, status=status)


def _is_requested(form: ReturnForm, order: payment_schemas.Order, *, secret: str | None, token: str | None) -> bool:
    """Whether payment has accepted the request; errors are added to the form."""
    texts = {"reason": form.cleaned_data["reason"], "comment": form.cleaned_data["comment"]}
    try:
        after_sales.request_return(order.number, form.quantities(), **texts, secret=secret, token=token)
    except RemoteProblem as problem:
        if problem.status == 401:
            raise
        form.add_remote_errors({}, problem.detail)
        return False
    return True


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
            request,
            gettext("Your order is cancelled. You haven’t been charged, and your items are still in your cart."),
        )
    return redirect("order", number=number)
