"""The list of encodings in the admin: read-only, with actions that encode again, cancel and go on."""

from __future__ import annotations

from collections.abc import Callable

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.defaultfilters import filesizeformat
from django.urls import URLPattern, path, reverse
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _
from unfold.admin import ModelAdmin
from unfold.decorators import action, display

from apps.common.admin_site.display import duration, lines, link
from apps.common.model_admin import ReadOnly
from apps.common.problems import Problem
from apps.video.encoding import services
from apps.video.encoding.admin import film, queue
from apps.video.encoding.models import Encoding

State = Encoding.State


@admin.register(Encoding)
class EncodingAdmin(ReadOnly, ModelAdmin):
    list_display = ["title", "shown_state", "phase", "shown_progress", "shown_reason", "created_at", "finished_at"]
    list_select_related = ["source__title__parent__parent"]
    list_filter = ["state"]
    search_fields = ["source__title__name"]
    search_help_text = _("Search by film")
    ordering = ["-created_at"]
    show_full_result_count = False
    actions = ["encode_again", "cancel", "retry"]
    actions_list = ["show_queue"]
    fields = readonly_fields = [
        "film",
        "source",
        "state",
        "phase",
        "shown_progress",
        "shown_time_left",
        "shown_reason",
        "attempt",
        "priority",
        "codecs",
        "encoder",
        "shown_renditions",
        "created_at",
        "finished_at",
    ]

    def get_urls(self) -> list[URLPattern]:
        guarded = self.admin_site.admin_view
        return [
            path("queue/", guarded(queue.queue_page), name="encoding_encoding_queue"),
            # It guards itself: the redirect to the page of sign-in would end inside the page that asks for it.
            path("queue/rows/", queue.queue_rows, name="encoding_encoding_queue_rows"),
            path("queue/act/", guarded(queue.act), name="encoding_encoding_queue_act"),
            path("film/<uuid:title_id>/", guarded(film.film_page), name="encoding_encoding_film"),
            path(
                "<uuid:encoding_id>/renditions/<slug:name>/",
                guarded(film.encode_rendition_again),
                name="encoding_encoding_rendition",
            ),
            *super().get_urls(),
        ]

    @action(description=_("Queue"), url_path="show-queue", permissions=["view"], icon="hourglass_top")
    def show_queue(self, request: HttpRequest) -> HttpResponse:
        return HttpResponseRedirect(reverse("admin:encoding_encoding_queue"))

    @admin.display(description=_("film"), ordering="source__title__name")
    def title(self, encoding: Encoding) -> str:
        return str(encoding.source.title)

    @admin.display(description=_("film"))
    def film(self, encoding: Encoding) -> SafeString:
        title = encoding.source.title
        return link(reverse("admin:titles_title_change", args=[title.pk]), title)

    @admin.display(description=_("reason"))
    def shown_reason(self, encoding: Encoding) -> str:
        return encoding.reason

    @admin.display(description=_("renditions"))
    def shown_renditions(self, encoding: Encoding) -> str:
        """Each with its progress, and its size once it is done."""
        return lines(
            f"{row.name} ({row.get_kind_display()}): {filesizeformat(row.size) if row.size else f'{row.progress} %'}"
            for row in encoding.renditions.order_by("-kind", "name")
        )

    @admin.display(description=_("time left"))
    def shown_time_left(self, encoding: Encoding) -> str:
        return duration(encoding.seconds_left) if encoding.seconds_left else ""

    @admin.display(description=_("progress"), ordering="progress")
    def shown_progress(self, encoding: Encoding) -> str:
        return f"{encoding.progress} %"

    @display(
        description=_("state"),
        ordering="state",
        label={
            State.QUEUED: "",
            State.RUNNING: "info",
            State.DONE: "success",
            State.FAILED: "danger",
            State.CANCELLED: "warning",
        },
    )
    def shown_state(self, encoding: Encoding) -> tuple[str, str]:
        return encoding.state, encoding.get_state_display()

    def has_act_permission(self, request: HttpRequest) -> bool:
        return queue.may_act(request)

    @admin.action(description=_("Encode again"), permissions=["act"])
    def encode_again(self, request: HttpRequest, queryset: QuerySet[Encoding]) -> None:
        for encoding in queryset.select_related("source"):
            services.request_encoding(encoding.source)

    @admin.action(description=_("Cancel"), permissions=["act"])
    def cancel(self, request: HttpRequest, queryset: QuerySet[Encoding]) -> None:
        self._each(request, queryset, services.cancel)

    @admin.action(description=_("Go on where it stopped"), permissions=["act"])
    def retry(self, request: HttpRequest, queryset: QuerySet[Encoding]) -> None:
        self._each(request, queryset, services.retry)

    def _each(self, request: HttpRequest, queryset: QuerySet[Encoding], act: Callable[[Encoding], Encoding]) -> None:
        for encoding in queryset.select_related("source__title"):
            try:
                act(encoding)
            except Problem as problem:
                messages.error(request, f"{encoding.source.title}: {problem}")
