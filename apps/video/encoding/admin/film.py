"""What there is of a film in the admin: files, tracks, renditions and their bytes, and how it is encoded again."""

from __future__ import annotations

import uuid

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.translation import gettext, ngettext
from django.views.decorators.http import require_POST

from apps.common.admin_site.display import language_name
from apps.common.problems import Problem
from apps.video.encoding import selectors, services
from apps.video.encoding.admin.queue import encoding_of, may_act
from apps.video.encoding.forms import EncodeAgainForm
from apps.video.encoding.models import Encoding, Rendition
from apps.video.media.facts import Probe
from apps.video.titles.models import Title
from apps.video.titles.selectors import caption_names

Kind = Rendition.Kind
# ISO 639-2: the language was not determined.
UNDETERMINED = "und"


def film_page(request: HttpRequest, title_id: uuid.UUID) -> HttpResponse:
    """Files, tracks and renditions of a film; its form encodes the film again."""
    if not request.user.has_perm("encoding.view_encoding"):
        raise PermissionDenied
    title = Title.objects.filter(pk=title_id).prefetch_related(caption_names()).first()
    if title is None:
        raise Http404
    form = EncodeAgainForm(request.POST or None)
    if request.method == "POST":
        if not may_act(request):
            raise PermissionDenied
        if form.is_valid() and _encode_again(request, title, form):
            return HttpResponseRedirect(reverse("admin:encoding_encoding_queue"))
    stored = selectors.stored(title)
    own = {
        "title": gettext("Encoding and storage: %(film)s") % {"film": title.name},
        "film": title,
        "opts": Encoding._meta,
        "stored": stored,
        "tracks": _tracks(stored.probe) if stored.probe else [],
        "form": form,
        "may_act": may_act(request),
        "kinds": Rendition.Kind,
    }
    status = 422 if form.is_bound else 200
    return TemplateResponse(request, "encoding/film.html", admin.site.each_context(request) | own, status=status)


def _tracks(found: Probe) -> list[str]:
    """Each track of a delivered file, as people read it."""
    rows = [(Kind.VIDEO, [found.video.codec, f"{found.video.width} × {found.video.height}"])]
    for sound in found.audio:
        channels = ngettext("%(count)s channel", "%(count)s channels", sound.channels) % {"count": sound.channels}
        rows.append((Kind.AUDIO, [sound.codec, channels, _language(sound.language)]))
    rows += [(Kind.CAPTIONS, [track.codec, _language(track.language)]) for track in found.subtitles]
    return [f"{kind.label}: {', '.join(filter(None, facts))}" for kind, facts in rows]


def _language(code: str) -> str:
    """Its name; empty where the file does not say."""
    return "" if code in ("", UNDETERMINED) else language_name(code)


def _encode_again(request: HttpRequest, title: Title, form: EncodeAgainForm) -> bool:
    settings = form.cleaned_data
    try:
        services.encode_again(title.slug, priority=settings["priority"], codecs=settings["codecs"])
    except Problem as problem:
        form.add_error(None, str(problem))
        return False
    messages.success(request, gettext("The film is in the queue. Viewers get the new encoding when it is done."))
    return True


@require_POST
def encode_rendition_again(request: HttpRequest, encoding_id: uuid.UUID, name: str) -> HttpResponse:
    """Encode one rendition again; all others stay."""
    if not may_act(request):
        raise PermissionDenied
    encoding = encoding_of(encoding_id)
    try:
        services.encode_rendition_again(encoding, name)
    except Problem as problem:
        messages.error(request, str(problem))
        return HttpResponseRedirect(reverse("admin:encoding_encoding_film", args=[encoding.source.title_id]))
    return HttpResponseRedirect(reverse("admin:encoding_encoding_queue"))
