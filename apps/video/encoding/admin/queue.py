"""The queue of encodings in the admin, which shows their progress while one looks at it."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.translation import gettext
from django.views.decorators.http import require_POST

from apps.common.admin_site.display import duration
from apps.common.problems import Problem
from apps.video.encoding import selectors, services
from apps.video.encoding.models import Encoding

# By how much a button moves an encoding before or behind others.
PRIORITY_STEP = 10
ACTIONS: dict[str, Callable[[Encoding], Encoding]] = {
    "cancel": services.cancel,
    "retry": services.retry,
    "sooner": lambda encoding: services.change_priority(encoding, by=PRIORITY_STEP),
    "later": lambda encoding: services.change_priority(encoding, by=-PRIORITY_STEP),
}


def may_act(request: HttpRequest) -> bool:
    """Encodings change what viewers get: whoever may change films may start, stop and order them."""
    return bool(request.user.has_perm("titles.change_title"))


def queue_page(request: HttpRequest) -> HttpResponse:
    """What is encoded, what waits and what ended last. The list in it is loaded again every few seconds."""
    _check_view(request)
    own = {"title": gettext("Queue of encodings"), "opts": Encoding._meta, **_rows(request)}
    return TemplateResponse(request, "encoding/queue.html", admin.site.each_context(request) | own)


def queue_rows(request: HttpRequest) -> HttpResponse:
    """The list alone. Whoever is signed out by now gets no page of sign-in into it."""
    if not admin.site.has_permission(request):
        return HttpResponse(status=401)
    _check_view(request)
    return TemplateResponse(request, "encoding/fragment_queue.html", _rows(request))


@require_POST
def act(request: HttpRequest) -> HttpResponse:
    """Do to an encoding what a button of the queue says."""
    if not may_act(request):
        raise PermissionDenied
    do = ACTIONS.get(request.POST.get("action", ""))
    encoding = encoding_of(request.POST.get("encoding", ""))
    if do is None:
        raise Http404
    try:
        do(encoding)
    except Problem as problem:
        messages.error(request, f"{encoding.source.title}: {problem}")
    return HttpResponseRedirect(reverse("admin:encoding_encoding_queue"))


def encoding_of(text: object) -> Encoding:
    """Raises Http404 for what is no encoding's id."""
    try:
        return Encoding.objects.select_related("source__title").get(pk=uuid.UUID(str(text)))
    except (ValueError, Encoding.DoesNotExist) as error:
        raise Http404 from error


def _check_view(request: HttpRequest) -> None:
    if not request.user.has_perm("encoding.view_encoding"):
        raise PermissionDenied


def _rows(request: HttpRequest) -> dict[str, Any]:
    return {
        "open_encodings": [(row, duration(row.seconds_left or 0)) for row in selectors.queue()],
        "ended_encodings": [(row, "") for row in selectors.recently_ended()],
        "may_act": may_act(request),
        "states": Encoding.State,
    }
