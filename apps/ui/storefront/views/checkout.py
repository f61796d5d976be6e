"""The checkout."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from apps.ui.storefront import carts
from apps.ui.storefront.checkout import Checkout
from apps.ui.storefront.clients.payment_schemas import Cart
from apps.ui.storefront.drafts import draft_of, forget_draft
from apps.ui.storefront.navigation import sign_in_url
from apps.ui.storefront.placed_orders import previously_placed_order
from apps.ui.storefront.session import ShopRequest, SignInRequired


@sensitive_post_parameters("card-number", "card-cvc", "card-expiry")
@require_http_methods(["GET", "HEAD", "POST"])
def checkout(request: ShopRequest) -> HttpResponse:
    """One page. A refusal keeps all values that were entered, except the card."""
    shop = request.shop
    if request.method == "POST" and (number := previously_placed_order(shop, request.POST)):
        shop.forget_cart()
        return redirect("order", number=number)
    is_signing_in = request.POST.get("step") == "sign-in"
    if request.method == "POST" and shop.token is None and (shop.last_user_id or is_signing_in):
        # By choice, or signed out meanwhile: what was typed is there again after signing in.
        raise SignInRequired
    current = carts.current(shop)
    if current is None or not current.lines:
        messages.info(request, gettext("Your cart is empty. You’ll find past purchases in your orders."))
        return redirect("cart")
    if _needs_attention(current):
        messages.info(request, gettext("Please check your cart before you pay."))
        return redirect("cart")
    if current.requires_account and shop.token is None:
        messages.info(
            request,
            gettext("Films are added to your library, so please sign in or create an account to check out."),
        )
        return redirect(sign_in_url(request))
    draft = draft_of(request) if request.method != "POST" else None
    page = Checkout(request, current, draft=draft)
    if page.is_paying and page.is_valid():
        return page.pay()
    return forget_draft(page.show()) if draft else page.show()


def _needs_attention(cart: Cart) -> bool:
    """Whether a line cannot be ordered as it is; the cart shows which."""
    return not cart.prices_are_current or any(line.status != "ok" for line in cart.lines)
