"""The customer's wishlist, and one that somebody shares by a link."""

from __future__ import annotations

from django.conf import settings
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext
from django.views.decorators.http import require_POST, require_safe

from apps.common.http import RemoteProblem
from apps.ui.storefront import carts, wishlists
from apps.ui.storefront.clients import catalog
from apps.ui.storefront.community_forms import ShareForm
from apps.ui.storefront.navigation import safe_next_url, sign_in_url
from apps.ui.storefront.session import ShopRequest


@require_safe
def wishlist(request: ShopRequest) -> HttpResponse:
    """One's own wishlist, with the link to share it."""
    found = catalog.wishlist(request.shop.require_token())
    share_url = ""
    if found.share:
        share_url = settings.PUBLIC_URL + reverse("wishlist-shared", args=[found.share.token])
    form = ShareForm(initial={"name": found.share.name if found.share else ""})
    return render(request, "storefront/wishlist.html", {"wishlist": found, "share_url": share_url, "form": form})


@require_safe
def shared(request: ShopRequest, token: str) -> HttpResponse:
    """A wishlist that its owner shares. Search engines may not list it."""
    found = catalog.shared_wishlist(token)
    response = render(request, "storefront/wishlist_shared.html", {"wishlist": found})
    response["Referrer-Policy"] = "no-referrer"
    return response


@require_POST
def add(request: ShopRequest, slug: str) -> HttpResponse:
    """Put a product on the wishlist. A guest signs in first, and comes back to the product."""
    if request.shop.token is None:
        messages.info(request, gettext("Please sign in to save products to your wishlist."))
        return redirect(sign_in_url(request))
    try:
        wishlists.add(request.shop, slug)
    except RemoteProblem as problem:
        if problem.slug != "wishlist-full":
            raise
        messages.error(request, problem.detail)
    return redirect(safe_next_url(request, "wishlist"))


@require_POST
def remove(request: ShopRequest, slug: str) -> HttpResponse:
    """Take a product off the wishlist, whether or not it is there."""
    wishlists.remove(request.shop, slug)
    return redirect(safe_next_url(request, "wishlist"))


@require_POST
def share(request: ShopRequest) -> HttpResponse:
    """Make the link, or change the name that others see."""
    token = request.shop.require_token()
    form = ShareForm(request.POST)
    if form.is_valid():
        catalog.share_wishlist(token, name=form.cleaned_data["name"])
        messages.success(request, gettext("Whoever has the link can see your wishlist."))
    else:
        messages.error(request, gettext("Please enter a name of at most 80 characters in one line, or none."))
    return redirect("wishlist")


@require_POST
def stop_sharing(request: ShopRequest) -> HttpResponse:
    """The link leads nowhere from now on."""
    catalog.stop_sharing_wishlist(request.shop.require_token())
    messages.success(request, gettext("Your wishlist is private again. The old link no longer works."))
    return redirect("wishlist")


@require_POST
def add_to_cart(request: ShopRequest, slug: str) -> HttpResponse:
    """Add a product of a wishlist to the cart; one that comes in several versions is opened, to choose."""
    product = catalog.product(slug)
    if len(product.variants) != 1:
        messages.info(request, gettext("Please choose an option."))
        return redirect("product", slug=slug)
    try:
        carts.add(request.shop, product.variants[0].sku, 1)
    except RemoteProblem as problem:
        if problem.status == 401:
            raise
        messages.error(request, problem.detail)
        return redirect("product", slug=slug)
    messages.success(request, gettext("Added to your cart."))
    return redirect("cart")
