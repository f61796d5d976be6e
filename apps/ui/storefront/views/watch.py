"""The library and the player."""

from __future__ import annotations

import json
import math

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.views.decorators.http import require_POST, require_safe

from apps.common.http import RemoteProblem
from apps.ui.storefront.clients import video
from apps.ui.storefront.errors import SignInNeeded, page


@require_safe
def library(request: HttpRequest) -> HttpResponse:
    token = request.shop.token  # type: ignore[attr-defined]  # set by ShopSessionMiddleware
    if token is None:
        raise SignInNeeded
    items = video.library(token)
    unfinished = [i for i in items if i["progress"] and not i["progress"]["is_finished"] and i["title"]]
    return render(request, "storefront/library.html", {"items": items, "unfinished": unfinished})


@require_safe
def watch(request: HttpRequest, slug: str) -> HttpResponse:
    token = request.shop.token  # type: ignore[attr-defined]  # set by ShopSessionMiddleware
    if token is None:
        raise SignInNeeded
    item = next((i for i in video.library(token) if i["title_slug"] == slug), None)
    if item is None:
        text = "Buy or rent it, and it is here at once. A rental that has ended can be rented again."
        return page(request, 403, heading="This film is not in your library", text=text)
    if item["title"] is None or item["title"]["state"] != "ready":
        return page(request, 404, heading="This film is still being prepared", text="Look again in a few minutes.")
    return render(request, "storefront/watch.html", {"item": item, "title": item["title"]})


@require_POST
def play(request: HttpRequest, slug: str) -> JsonResponse:
    """For the player: a session with its signed address. Made on play, so that looking starts no rental."""
    return _for_player(request, lambda token: video.start_playback(token, slug))


@require_POST
def progress(request: HttpRequest, slug: str) -> JsonResponse:
    """For the player: where it is."""
    body = _json(request)
    position = body.get("position")
    if not isinstance(position, int | float) or not math.isfinite(position):
        return JsonResponse({"detail": "The position is a number of seconds."}, status=400)
    session = str(body.get("session", ""))
    return _for_player(request, lambda token: video.save_progress(token, slug, session=session, position=position))


@require_POST
def stop(request: HttpRequest, slug: str) -> JsonResponse:
    """For the player: it is closed. Sent as a beacon, so the position comes along."""
    body = _json(request)
    position, session = body.get("position"), str(body.get("session", ""))

    def end(token: str) -> dict:
        if isinstance(position, int | float) and math.isfinite(position):
            video.save_progress(token, slug, session=session, position=position)
        video.stop_playback(token, session)
        return {}

    return _for_player(request, end)


def _json(request: HttpRequest) -> dict:
    try:
        body = json.loads(request.body or b"{}")
    except ValueError:
        return {}
    return body if isinstance(body, dict) else {}


def _for_player(request: HttpRequest, ask) -> JsonResponse:
    """The service's answer as JSON; refusals as `{detail}` that the player shows."""
    token = request.shop.token  # type: ignore[attr-defined]  # set by ShopSessionMiddleware
    if token is None:
        return JsonResponse({"detail": "Sign in again to go on watching."}, status=401)
    try:
        return JsonResponse(ask(token))
    except RemoteProblem as problem:
        return JsonResponse({"detail": problem.detail}, status=problem.status)
