"""The library and the player."""

from __future__ import annotations

import math
from collections.abc import Callable
from contextlib import suppress
from datetime import datetime
from typing import Any

from django.conf import settings
from django.http import HttpResponse, JsonResponse
from django.shortcuts import render
from django.views.decorators.http import require_POST, require_safe
from rest_framework.exceptions import APIException

from apps.common.api.parsers import load_json
from apps.common.http import RemoteProblem, Unavailable
from apps.common.numbers import whole_number
from apps.ui.storefront.clients import video
from apps.ui.storefront.errors import page
from apps.ui.storefront.session import ShopRequest

# A film that was just paid for arrives within seconds: how often its page looks again, and how many times.
LOOK_AGAIN_SECONDS = 3
LOOKS = 20


@require_safe
def library(request: ShopRequest) -> HttpResponse:
    """Films to watch, newest first."""
    token = request.shop.require_token()
    found = video.library(token, cursor=request.GET.get("cursor", ""))
    return render(request, "storefront/library.html", {"page": found})


@require_safe
def watch(request: ShopRequest, slug: str) -> HttpResponse:
    """The player, for a film in the library."""
    item = video.library_item(request.shop.require_token(), slug)
    if item is None:
        return _not_there(request, slug)
    if not item.is_ready:
        heading = f"{item.name} is still being prepared"
        return _waiting(request, heading, "It is yours already. This page looks again by itself.", seconds=15)
    return render(request, "storefront/watch.html", {"item": item, "title": item.title})


def _not_there(request: ShopRequest, slug: str) -> HttpResponse:
    """Straight from the order page (`paid=1`, counted up) the film may still be on its way."""
    raw = request.GET.get("paid", "")
    look = whole_number(raw, at_most=999) or 0
    if 0 < look < LOOKS:
        again = f"/watch/{slug}?paid={look + 1}"
        text = "It is paid, and arrives in your library within seconds. This page looks again by itself."
        return _waiting(request, "Your film is on its way", text, seconds=LOOK_AGAIN_SECONDS, again=again)
    text = "Buy or rent it, and it is here at once. A rental that has ended can be rented again."
    links = (("/library", "Your library"), ("/shop?kind=video", "See the films"))
    return page(request, 403, heading="This film is not in your library", text=text, links=links)


def _waiting(request: ShopRequest, heading: str, text: str, *, seconds: int, again: str = "") -> HttpResponse:
    response = render(request, "storefront/waiting.html", {"heading": heading, "text": text})
    response["Refresh"] = f"{seconds}; url={again}" if again else str(seconds)
    return response


@require_POST
def play(request: ShopRequest, slug: str) -> JsonResponse:
    """For the player: a session with its signed address. Made on play, so that looking starts no rental."""
    return _for_player(request, lambda token: video.start_playback(token, slug))


@require_POST
def progress(request: ShopRequest, slug: str) -> JsonResponse:
    """For the player: where it is, and renewed access to the film."""
    session, position = _report(request)
    if position is None:
        return JsonResponse({"detail": "The position is a number of seconds."}, status=400)
    return _for_player(request, lambda token: video.save_progress(token, slug, session=session, position=position))


@require_POST
def stop(request: ShopRequest, slug: str) -> JsonResponse:
    """For the player: it is closed. Sent as a beacon, so the position comes along."""
    session, position = _report(request)

    def end(token: str) -> dict[str, Any]:
        if position is not None:
            # A session that has lost its right to go on is still to be ended.
            with suppress(RemoteProblem):
                video.save_progress(token, slug, session=session, position=position)
        video.stop_playback(token, session)
        return {}

    return _for_player(request, end)


def _report(request: ShopRequest) -> tuple[str, float | None]:
    """Session and position, from JSON or (a beacon cannot send that with our token) from a form."""
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


def _for_player(request: ShopRequest, question: Callable[[str], dict[str, Any]]) -> JsonResponse:
    """The service's answer as JSON; refusals as `{detail}` that the player shows.

    The access to the stream that comes with it goes on as a cookie, so that what plays need not be loaded again.
    """
    token = request.shop.token
    if token is None:
        return JsonResponse({"detail": "Sign in again to go on watching."}, status=401)
    try:
        answer = question(token)
    except RemoteProblem as problem:
        return JsonResponse({"detail": problem.detail, "type": problem.slug}, status=problem.status)
    except Unavailable:
        return JsonResponse({"detail": "The screening room is out of reach. Try again in a moment."}, status=503)
    cookie = answer.pop("stream_cookie", None)
    response = JsonResponse(answer)
    if cookie:
        response.set_cookie(
            cookie["name"],
            cookie["value"],
            path=cookie["path"],
            expires=datetime.fromisoformat(answer["expires_at"]),
            secure=settings.SESSION_COOKIE_SECURE,
            httponly=True,
            samesite="Strict",
        )
    return response
