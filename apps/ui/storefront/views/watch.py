"""The library and the player."""

from __future__ import annotations

import math
from collections.abc import Callable
from contextlib import suppress
from datetime import datetime
from typing import Any

from csp.constants import NONCE
from django.conf import settings
from django.http import Http404, HttpResponse, JsonResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST, require_safe
from rest_framework.exceptions import APIException

from apps.common.api.parsers import load_json
from apps.common.http import RemoteProblem, Unavailable
from apps.common.numbers import whole_number
from apps.ui.storefront.clients import catalog, subscriptions, video
from apps.ui.storefront.errors import page
from apps.ui.storefront.library import forget_continue_watching, is_demo_clip, with_products
from apps.ui.storefront.parallel import fetch_or_default
from apps.ui.storefront.session import ShopRequest

# A film that was just paid for arrives within seconds: how often its page reloads, and how many times.
REFRESH_SECONDS = 3
MAX_REFRESHES = 20
# The player's controls bring style sheets in their shadow trees: those that know this page's nonce are let in.
PLAYER_POLICY = {"style-src": [NONCE]}


@require_safe
def library(request: ShopRequest) -> HttpResponse:
    """The customer's films, newest first: all, or those of their own or of their subscription alone."""
    token = request.shop.require_token()
    source = request.GET.get("show", "")
    if source not in ("", "own", "subscription"):
        raise Http404
    requested_plans = fetch_or_default(subscriptions.plans, ())
    found = video.library(token, source=source, cursor=request.GET.get("cursor", ""))
    plans = requested_plans.result()
    context = {
        "films": with_products(found.results),
        "next": found.next,
        "source": source,
        # Whoever has films of a plan can look at their own alone.
        "has_filters": bool(source) or any(item.offer == "plan" for item in found.results),
        "plan_name": plans[0].name if plans else gettext("Subscription"),
    }
    return render(request, "storefront/library.html", context)


@require_safe
def watch(request: ShopRequest, slug: str) -> HttpResponse:
    """The player, for a film in the customer's library."""
    token = request.shop.require_token()
    sold_as = fetch_or_default(lambda: catalog.product(slug), None)
    item = video.library_item(token, slug)
    if item is None:
        return _not_in_library(request, slug)
    if not item.is_ready:
        heading = gettext("%(film)s will be available soon") % {"film": item.name}
        text = gettext("It’s already in your library. This page updates automatically.")
        return _waiting_page(request, heading, text, seconds=15)
    product = sold_as.result()
    is_clip = item.title is not None and is_demo_clip(item.title, product)
    context = {"item": item, "title": item.title, "product": product, "is_demo_clip": is_clip}
    response = render(request, "storefront/watch.html", context)
    response._csp_update = PLAYER_POLICY  # type: ignore[attr-defined]  # as django-csp's decorators do
    return response


def _not_in_library(request: ShopRequest, slug: str) -> HttpResponse:
    """Right after payment (`paid=1`, counted up by each reload) the film may not have arrived yet."""
    attempt = whole_number(request.GET.get("paid", ""), at_most=999) or 0
    if 0 < attempt < MAX_REFRESHES:
        url = reverse("watch", args=[slug]) + f"?paid={attempt + 1}"
        text = gettext(
            "We’ve received your payment. The film will be here in a few seconds; this page updates automatically."
        )
        heading = gettext("Your film is on its way")
        return _waiting_page(request, heading, text, seconds=REFRESH_SECONDS, url=url)
    text = gettext("Buy or rent it to watch it right away. You can rent it again after a rental has ended.")
    links = (("library", _("Your library")), ("shop", _("Continue shopping")))
    return page(request, 403, heading=gettext("This film isn’t in your library"), text=text, links=links)


def _waiting_page(request: ShopRequest, heading: str, text: str, *, seconds: int, url: str = "") -> HttpResponse:
    response = render(request, "storefront/waiting.html", {"heading": heading, "text": text})
    response["Refresh"] = f"{seconds}; url={url}" if url else str(seconds)
    return response


@require_POST
def play(request: ShopRequest, slug: str) -> JsonResponse:
    """Start a playback session. Only playing does so, since it starts the period of a rental."""
    headers = request.shop.browser_headers
    return _player_response(request, lambda token: video.start_playback(token, slug, browser_headers=headers))


@require_POST
def progress(request: ShopRequest, slug: str) -> JsonResponse:
    """Save the player's position and renew its access to the stream."""
    session, position = _reported_position(request)
    if position is None:
        return JsonResponse({"detail": "The position is a number of seconds."}, status=400)
    return _player_response(request, lambda token: _save(request, token, slug, session=session, position=position))


@require_POST
def stop(request: ShopRequest, slug: str) -> JsonResponse:
    """End the playback session; the player's beacon includes the last position."""
    session, position = _reported_position(request)

    def end(token: str) -> dict[str, Any]:
        if position is not None:
            # A session that has lost its entitlement still has to be ended.
            with suppress(RemoteProblem):
                _save(request, token, slug, session=session, position=position)
        video.stop_playback(token, session)
        return {}

    return _player_response(request, end)


def _save(request: ShopRequest, token: str, slug: str, *, session: str, position: float) -> dict[str, Any]:
    try:
        return video.save_progress(token, slug, session=session, position=position)
    finally:
        # Also when it is refused: the position is kept in any case.
        forget_continue_watching(request)


def _reported_position(request: ShopRequest) -> tuple[str, float | None]:
    """Session and position, from JSON or from a form (a beacon cannot send JSON with a CSRF token)."""
    if request.content_type == "application/json":
        try:
            body = load_json(request.body or b"{}")
        except APIException:
            body = {}
        body = body if isinstance(body, dict) else {}
    else:
        body = request.POST.dict()
    try:
        position = float(body.get("position", ""))
    except (TypeError, ValueError):
        position = math.nan
    return str(body.get("session", ""))[:64], position if math.isfinite(position) and position >= 0 else None


def _player_response(request: ShopRequest, call: Callable[[str], dict[str, Any]]) -> JsonResponse:
    """The response of video as JSON; refusals as `{detail}`, which the player shows.

    Access to the stream is passed on as a cookie, so that its renewal needs no reload of what is playing.
    """
    token = request.shop.token
    if token is None:
        return JsonResponse({"detail": gettext("Please sign in again to keep watching.")}, status=401)
    try:
        body = call(token)
    except RemoteProblem as problem:
        return JsonResponse({"detail": problem.detail, "type": problem.slug}, status=problem.status)
    except Unavailable:
        sentence = gettext("Playback is temporarily unavailable. Please try again in a moment.")
        return JsonResponse({"detail": sentence}, status=503)
    cookie = body.pop("stream_cookie", None)
    response = JsonResponse(body)
    if cookie:
        response.set_cookie(
            cookie["name"],
            cookie["value"],
            path=cookie["path"],
            expires=datetime.fromisoformat(body["expires_at"]),
            secure=settings.SESSION_COOKIE_SECURE,
            httponly=True,
            samesite="Strict",
        )
    return response
