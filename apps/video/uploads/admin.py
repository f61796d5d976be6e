"""Uploads in the admin: the page on which a film is sent, and the list of what was."""

from __future__ import annotations

import uuid
from typing import Any

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.template.defaultfilters import filesizeformat
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils.translation import get_language, gettext
from django.utils.translation import gettext_lazy as _
from unfold.admin import ModelAdmin
from unfold.decorators import display

from apps.common.model_admin import ReadOnly
from apps.video.titles.models import Title
from apps.video.uploads import direct_storage
from apps.video.uploads.models import Upload
from apps.video.uploads.selectors import latest_of, percent_received

State = Upload.State


@admin.register(Upload)
class UploadAdmin(ReadOnly, ModelAdmin):
    list_display = ["__str__", "title", "shown_state", "shown_size", "shown_reason", "created_at"]
    list_select_related = ["title__parent__parent"]
    list_filter = ["state"]
    search_fields = ["title__name", "filename"]
    search_help_text = _("Search by film")
    ordering = ["-created_at"]
    show_full_result_count = False
    fields = readonly_fields = [
        "title",
        "filename",
        "state",
        "shown_size",
        "shown_received",
        "shown_reason",
        "encoding",
        "created_at",
        "expires_at",
        "finished_at",
    ]

    def get_urls(self) -> list[URLPattern]:
        def page(address: str, view: Any, name: str) -> URLPattern:
            return path(address, self.admin_site.admin_view(view), name=f"uploads_upload_{name}")

        return [
            page("film/<uuid:title_id>/", self.film_view, "film"),
            page("film/<uuid:title_id>/state/", self.state_view, "state"),
            *super().get_urls(),
        ]

    def film_view(self, request: HttpRequest, title_id: uuid.UUID) -> HttpResponse:
        """Where a film is chosen and sent; the script does the sending, by the API."""
        title = self._title(request, title_id)
        is_direct = direct_storage.is_available()
        own = {
            "title": gettext("Upload “%(film)s”") % {"film": title.name},
            "film": title,
            "opts": self.model._meta,
            "is_direct": is_direct,
            "endpoint": reverse("direct-uploads" if is_direct else "uploads"),
            "language": get_language(),
            **self._state_of(title),
        }
        response = TemplateResponse(request, "uploads/film.html", self.admin_site.each_context(request) | own)
        if is_direct:
            # As django-csp's decorators do.
            response._csp_update = {"connect-src": [direct_storage.origin()]}  # type: ignore[attr-defined]
        return response

    def state_view(self, request: HttpRequest, title_id: uuid.UUID) -> HttpResponse:
        """The part of the page that says what became of the last upload; the script asks for it again and again."""
        return TemplateResponse(request, "uploads/fragment_state.html", self._state_of(self._title(request, title_id)))

    def _title(self, request: HttpRequest, title_id: uuid.UUID) -> Title:
        if not request.user.has_perm("titles.change_title"):
            raise PermissionDenied
        title = Title.objects.filter(pk=title_id).first()
        if title is None:
            raise Http404
        return title

    def _state_of(self, title: Title) -> dict[str, Any]:
        upload = latest_of(title.pk)
        return {"upload": upload, "received": percent_received(upload) if upload else 0, "states": State}

    @display(
        description=_("state"),
        ordering="state",
        label={
            State.RECEIVING: "info",
            State.CHECKING: "info",
            State.ACCEPTED: "success",
            State.REFUSED: "danger",
            State.REMOVED: "",
        },
    )
    def shown_state(self, upload: Upload) -> tuple[str, str]:
        return upload.state, upload.get_state_display()

    @admin.display(description=_("size"), ordering="length")
    def shown_size(self, upload: Upload) -> str:
        return filesizeformat(upload.length)

    @admin.display(description=_("received"))
    def shown_received(self, upload: Upload) -> str:
        return "" if upload.state == State.REMOVED else f"{percent_received(upload)} %"

    @admin.display(description=_("reason"))
    def shown_reason(self, upload: Upload) -> str:
        return upload.reason
