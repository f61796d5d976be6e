"""The cards that an account saved."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from apps.common.http import RemoteProblem
from apps.ui.storefront.clients.cards import add_token, begin_setup, payment_options, remove_card, saved_cards
from apps.ui.storefront.forms import StripeCardForm
from apps.ui.storefront.session import ShopRequest
from apps.ui.storefront.stripe_pages import let_stripe_in


@require_safe
def cards(request: ShopRequest) -> HttpResponse:
    """The saved cards."""
    token = request.shop.require_token()
    context = {"cards": saved_cards(token), "can_add": payment_options().provider == "stripe"}
    return render(request, "storefront/account_cards.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def add(request: ShopRequest) -> HttpResponse:
    """Save a card without paying, where Stripe's script takes it."""
    token = request.shop.require_token()
    options = payment_options()
    if options.provider != "stripe":
        raise Http404
    form = StripeCardForm(request.POST or None, prefix="card", can_save=False)
    if form.is_valid():
        try:
            add_token(form.cleaned_data["token"], token=token, is_kept=True)
        except RemoteProblem as problem:
            if problem.status != 400:
                raise
            form.add_error("token", gettext("This card cannot be used. Please enter it again."))
        else:
            messages.success(request, gettext("Card saved."))
            return redirect("cards")
    context = {"form": form, "key": options.publishable_key, "client_secret": begin_setup(token).client_secret}
    status = 422 if form.errors else 200
    return let_stripe_in(render(request, "storefront/account_card.html", context, status=status))


@require_POST
def remove(request: ShopRequest, card_id: str) -> HttpResponse:
    """Remove a card; one that is still needed stays, and the page says what for."""
    token = request.shop.require_token()
    try:
        remove_card(token, card_id)
    except RemoteProblem as problem:
        if problem.status == 409:
            messages.error(request, problem.detail)
            return redirect("cards")
        # It is gone already: that is what was asked for.
        if problem.status != 404:
            raise
    messages.success(request, gettext("Card removed."))
    return redirect("cards")
