"""The player of a film, and what it reports."""

from __future__ import annotations

import math
from collections.abc import Callable
from contextlib import suppress
from datetime import datetime
from typing import Any

from csp.constants import NONCE
from django.conf import settings
from django.http import HttpResponse, JsonResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST, require_safe
from rest_framework.exceptions import APIException

from apps.common.api.parsers import load_json
from apps.common.http import RemoteProblem, Unavailable
from apps.common.numbers import whole_number
from apps.ui.storefront.clients import catalog, video
from apps.ui.storefront.clients.video import PlayerReport
from apps.ui.storefront.errors import page
from apps.ui.storefront.formats import format_zoned
from apps.ui.storefront.library import episode_list, forget_continue_watching, is_demo_clip
from apps.ui.storefront.parallel import fetch_or_default
from apps.ui.storefront.session import ShopRequest

# A film that was just paid for arrives within seconds: how often its page reloads, and how many times.
REFRESH_SECONDS = 3
MAX_REFRESHES = 20
# Of what was watched last: enough for the episodes of a series that somebody is in the middle of.
MAX_HISTORY = 100
# As much as video takes of what a player measured.
MAX_TOTAL_SECONDS = 86_400
MAX_REBUFFERS = 100_000
# The player's controls bring style sheets in their shadow trees: those that know this page's nonce are let in.
PLAYER_POLICY = {"style-src": [NONCE]}

LINKS = (("library", _("Your library")), ("shop", _("Continue shopping")))


@require_safe
def watch(request: ShopRequest, slug: str) -> HttpResponse:
    """The player, for a film in the customer's library; of a series or a season its episodes."""
    token = request.shop.require_token()
    deadline = video.OPTIONAL_TIMEOUT_SECONDS
    whole = fetch_or_default(lambda: video.title(slug, deadline=deadline), None)
    watched = fetch_or_default(lambda: video.history(token, limit=MAX_HISTORY).results, ())
    sold_as = fetch_or_default(lambda: catalog.product(slug), None)
    try:
        item = video.library_item(token, slug)
    except RemoteProblem as problem:
        if problem.slug != "not-released":
            raise
        return _not_released(request, whole.result(), datetime.fromisoformat(problem.body["available_from"]))
    if item is None:
        return _not_in_library(request, slug)
    if not item.is_ready:
        heading = gettext("%(film)s will be available soon") % {"film": item.name}
        text = gettext("It’s already in your library. This page updates automatically.")
        return _waiting_page(request, heading, text, seconds=15)
    below = whole.result()
    episodes = episode_list(below, watched.result()) if below else None
    if item.title is not None and item.title.has_episodes:
        context = {"item": item, "title": item.title, "product": sold_as.result(), "episodes": episodes}
        return render(request, "storefront/series.html", context)
    product = sold_as.result()
    is_clip = item.title is not None and is_demo_clip(item.title, product)
    context = {
        "item": item,
        "title": item.title,
        "product": product,
        "is_demo_clip": is_clip,
        "extras": episodes.extras if episodes else (),
    }
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
    return page(request, 403, heading=gettext("This film isn’t in your library"), text=text, links=LINKS)


def _not_released(request: ShopRequest, title: video.Title | None, moment: datetime) -> HttpResponse:
    """An episode of a series that the customer has, before its day."""
    heading = gettext("This film isn’t released yet")
    if title is not None:
        heading = gettext("%(film)s will be available soon") % {"film": title.name}
    text = gettext("You can watch it from %(moment)s.") % {"moment": format_zoned(moment)}
    return page(request, 403, heading=heading, text=text, links=LINKS)


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
    """Save the player's position and what it measured, and renew its access to the stream."""
    report = _report(request)
    if report is None:
        return JsonResponse({"detail": "The position is a number of seconds."}, status=400)
    return _player_response(request, lambda token: _save(request, token, slug, report))


@require_POST
def stop(request: ShopRequest, slug: str) -> JsonResponse:
    """End a playback session of the account; the beacon of a player includes its last position."""
    body = _body(request)
    report = _report(request)

    def end(token: str) -> dict[str, Any]:
        if report is not None:
            # A session that has lost its entitlement still has to be ended.
            with suppress(RemoteProblem):
                _save(request, token, slug, report)
        video.stop_playback(token, _session(body))
        return {}

    return _player_response(request, end)


def _save(request: ShopRequest, token: str, slug: str, report: PlayerReport) -> dict[str, Any]:
    try:
        return video.save_progress(token, slug, report)
    finally:
        # Also when it is refused: the position is kept in any case.
        forget_continue_watching(request)


def _body(request: ShopRequest) -> dict[str, Any]:
    """JSON, or a form: a beacon cannot send JSON with a CSRF token. Empty when it is neither."""
    if request.content_type != "application/json":
        return request.POST.dict()
    try:
        body = load_json(request.body or b"{}")
    except APIException:
        return {}
    return body if isinstance(body, dict) else {}


def _session(body: dict[str, Any]) -> str:
    return str(body.get("session", ""))[:64]


def _report(request: ShopRequest) -> PlayerReport | None:
    """None without a position. What a player measured is left out where it makes no sense."""
    body = _body(request)
    position = _measured(body, "position", at_most=math.inf)
    if position is None:
        return None
    watched = _measured(body, "watched_seconds", at_most=MAX_TOTAL_SECONDS)
    stalls = _measured(body, "rebuffer_count", at_most=MAX_REBUFFERS)
    return PlayerReport(
        session=_session(body),
        position_seconds=position,
        watched_seconds=None if watched is None else int(watched),
        rebuffer_count=None if stalls is None else int(stalls),
        rebuffer_seconds=_measured(body, "rebuffer_seconds", at_most=MAX_TOTAL_SECONDS),
    )


def _measured(body: dict[str, Any], name: str, *, at_most: float) -> float | None:
    """A finite number from 0 on, cut at `at_most`; None for anything else."""
    try:
        number = float(body.get(name, ""))
    except (TypeError, ValueError, OverflowError):
        return None
    return min(number, at_most) if math.isfinite(number) and number >= 0 else None


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
        refusal: dict[str, Any] = {"detail": problem.detail, "type": problem.slug}
        if isinstance(playing := problem.body.get("sessions"), list):
            # The devices that play, for the customer to stop one of them.
            refusal["sessions"] = playing
        return JsonResponse(refusal, status=problem.status)
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
