"""Films as staff watch them, and the editor of captions beside the film."""

from __future__ import annotations

import uuid
from typing import Any

from django.conf import settings
from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.template.response import TemplateResponse
from django.urls import URLPattern, path
from django.utils.translation import gettext
from django.views.decorators.http import require_POST
from rest_framework.exceptions import APIException

from apps.common.admin_site.display import language_name
from apps.common.api.parsers import load_json
from apps.common.problems import Problem
from apps.video.media.captions import clock, cues_of_rows, read_captions, write_webvtt
from apps.video.playback import services
from apps.video.titles.models import CaptionTrack, Title
from apps.video.titles.selectors import caption_names
from apps.video.titles.services import set_captions

# hls.js feeds the video element from a blob, and empties its caption track by a data: address.
POLICY = {"media-src": ["'self'", "blob:", "data:"], "worker-src": ["'self'", "blob:"]}


def urls() -> list[URLPattern]:
    """Addresses below the admin's."""
    guarded = admin.site.admin_view
    return [
        path("preview/<uuid:title_id>/", guarded(preview_page), name="preview"),
        path("preview/<uuid:title_id>/stream/", guarded(stream), name="preview-stream"),
        path("captions/<uuid:title_id>/<str:language>/", guarded(captions_page), name="edit-captions"),
    ]


def preview_page(request: HttpRequest, title_id: uuid.UUID) -> HttpResponse:
    title = _title(request, title_id, "titles.view_title")
    return _page(request, "playback/preview.html", title, gettext("Preview: %(film)s") % {"film": title.name})


@require_POST
def stream(request: HttpRequest, title_id: uuid.UUID) -> JsonResponse:
    """Addresses for the player; it asks again before they end. The cookie renews those that it holds."""
    title = _title(request, title_id, "titles.view_title")
    try:
        access = services.preview(title, staff=str(request.user.pk))
    except Problem as problem:
        return JsonResponse({"detail": str(problem)}, status=problem.status_code)
    response = JsonResponse(
        {
            "manifest_url": access.url(access.manifest),
            "renew_seconds": services.heartbeat_seconds(),
        }
    )
    cookie = access.cookie
    response.set_cookie(
        cookie["name"],
        cookie["value"],
        path=cookie["path"],
        expires=access.expires_at,
        secure=settings.SESSION_COOKIE_SECURE,
        httponly=True,
        samesite="Strict",
    )
    response["Cache-Control"] = "no-store"
    return response


def captions_page(request: HttpRequest, title_id: uuid.UUID, language: str) -> HttpResponse:
    """The cues of a caption track, to be changed beside the film; saved as JSON."""
    title = _title(request, title_id, "titles.change_captiontrack")
    track = CaptionTrack.objects.filter(title=title, language=language).first()
    if track is None:
        raise Http404
    if request.method == "POST":
        return _save(request, track)
    cues = [
        {"start": clock(cue.start), "end": clock(cue.end), "text": cue.text, "settings": cue.settings}
        for cue in read_captions(track.webvtt)
    ]
    names = {"film": title.name, "language": language_name(track.language)}
    heading = gettext("Captions of “%(film)s”: %(language)s") % names
    return _page(request, "playback/captions.html", title, heading, track=track, cues=cues)


def _save(request: HttpRequest, track: CaptionTrack) -> JsonResponse:
    """`{cues: [{start, end, text, settings}]}`; what cannot be saved comes back by its row, and nothing is saved."""
    try:
        body = load_json(request.body or b"{}")
    except APIException:
        body = None
    rows = body.get("cues") if isinstance(body, dict) else None
    if not isinstance(rows, list):
        return JsonResponse({"detail": gettext("Send the cues as a list.")}, status=400)
    cues, errors = cues_of_rows(rows)
    if errors:
        detail = gettext("Nothing was saved. Correct the marked rows.")
        return JsonResponse({"detail": detail, "errors": errors}, status=422)
    try:
        set_captions(track.title, language=track.language, label=track.label, webvtt=write_webvtt(cues))
    except Problem as problem:
        return JsonResponse({"detail": str(problem)}, status=problem.status_code)
    return JsonResponse({"detail": gettext("Saved. Viewers get the captions within seconds.")})


def _title(request: HttpRequest, title_id: uuid.UUID, permission: str) -> Title:
    if not request.user.has_perm(permission):
        raise PermissionDenied
    title = Title.objects.filter(pk=title_id).prefetch_related(caption_names()).first()
    if title is None:
        raise Http404
    return title


def _page(request: HttpRequest, template: str, title: Title, heading: str, **more: Any) -> HttpResponse:
    own = {"title": heading, "film": title, "opts": Title._meta, **more}
    response = TemplateResponse(request, template, admin.site.each_context(request) | own)
    response._csp_update = POLICY  # type: ignore[attr-defined]  # as django-csp's decorators do
    return response
