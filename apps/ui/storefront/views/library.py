"""The customer's library of films, and the history of what they watched."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from apps.common.http import RemoteProblem
from apps.ui.storefront.clients import subscriptions, video
from apps.ui.storefront.forms import GiftCodeForm
from apps.ui.storefront.library import forget_continue_watching, started_films, with_products
from apps.ui.storefront.parallel import fetch_or_default
from apps.ui.storefront.session import ShopRequest


@require_safe
def library(request: ShopRequest) -> HttpResponse:
    """The customer's films, newest first: all, or those of their own or of their subscription alone."""
    token = request.shop.require_token()
    source = request.GET.get("show", "")
    if source not in ("", "own", "subscription"):
        raise Http404
    cursor = request.GET.get("cursor", "")
    requested_plans = fetch_or_default(subscriptions.plans, ())
    # Above the first page of all films.
    is_start = not source and not cursor
    user = request.shop.user
    started = fetch_or_default(lambda: started_films(token, user.sub), ()) if is_start and user else None
    found = video.library(token, source=source, cursor=cursor)
    plans = requested_plans.result()
    context = {
        "films": with_products(found.results),
        "started": started.result() if started else (),
        "next": found.next,
        "source": source,
        # Whoever has films of a plan can look at their own alone.
        "has_filters": bool(source) or any(item.offer == "plan" for item in found.results),
        "plan_name": plans[0].name if plans else gettext("Subscription"),
    }
    return render(request, "storefront/library.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def redeem(request: ShopRequest) -> HttpResponse:
    """Redeem a gift code, which puts its film into the library."""
    token = request.shop.require_token()
    form = GiftCodeForm(request.POST or None)
    if form.is_valid():
        try:
            gift = video.redeem_gift_code(token, form.cleaned_data["code"])
        except RemoteProblem as problem:
            form.add_error("code", problem.detail)
        else:
            sentence = gettext("“%(film)s” is in your library now. Enjoy!")
            messages.success(request, sentence % {"film": gift.title.name if gift.title else gift.title_slug})
            return redirect("library")
    return render(request, "storefront/redeem.html", {"form": form}, status=422 if form.is_bound else 200)


@require_safe
def history(request: ShopRequest) -> HttpResponse:
    """What the customer watched, last first, also films that they may not watch any more."""
    found = video.history(request.shop.require_token(), cursor=request.GET.get("cursor", ""))
    return render(request, "storefront/history.html", {"items": found.results, "next": found.next})


@require_POST
def set_watched(request: ShopRequest, slug: str) -> HttpResponse:
    """Mark a film as watched, or (`watched` empty) as not watched, so that it starts over."""
    try:
        video.set_watched(request.shop.require_token(), slug, is_watched=bool(request.POST.get("watched")))
    except RemoteProblem as problem:
        messages.error(request, problem.detail)
    forget_continue_watching(request)
    return redirect("history")


@require_POST
def forget_watched(request: ShopRequest, slug: str = "") -> HttpResponse:
    """Forget one film of the history, or all of it."""
    video.forget_watched(request.shop.require_token(), slug)
    forget_continue_watching(request)
    if slug:
        messages.success(request, gettext("The film was removed from your watch history."))
    else:
        messages.success(request, gettext("Your watch history is empty now."))
    return redirect("history")
