"""The cards that an account saved."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext
from django.views.decorators.http import require_POST, require_safe

from apps.common.http import RemoteProblem
from apps.ui.storefront.clients.cards import remove_card, saved_cards
from apps.ui.storefront.session import ShopRequest


@require_safe
def cards(request: ShopRequest) -> HttpResponse:
    """The saved cards."""
    context = {"cards": saved_cards(request.shop.require_token())}
    return render(request, "storefront/account_cards.html", context)


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
