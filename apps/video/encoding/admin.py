"""Encodings in the admin: read-only, with an action that encodes again."""

from __future__ import annotations

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _
from unfold.admin import ModelAdmin
from unfold.decorators import display

from apps.common.admin_site.display import link
from apps.common.model_admin import ReadOnly
from apps.video.encoding import services
from apps.video.encoding.models import Encoding

State = Encoding.State


@admin.register(Encoding)
class EncodingAdmin(ReadOnly, ModelAdmin):
    list_display = ["title", "shown_state", "shown_progress", "attempt", "reason", "created_at", "finished_at"]
    list_select_related = ["source__title"]
    list_filter = ["state"]
    search_fields = ["source__title__name"]
    search_help_text = _("Search by film")
    ordering = ["-created_at"]
    show_full_result_count = False
    actions = ["encode_again"]
    fields = readonly_fields = [
        "film",
        "source",
        "state",
        "shown_progress",
        "reason",
        "attempt",
        "created_at",
        "finished_at",
    ]

    @admin.display(description=_("film"), ordering="source__title__name")
    def title(self, encoding: Encoding) -> str:
        return encoding.source.title.name

    @admin.display(description=_("film"))
    def film(self, encoding: Encoding) -> SafeString:
        title = encoding.source.title
        return link(reverse("admin:titles_title_change", args=[title.pk]), title)

    @admin.display(description=_("progress"), ordering="progress")
    def shown_progress(self, encoding: Encoding) -> str:
        return f"{encoding.progress} %"

    @display(
        description=_("state"),
        ordering="state",
        label={State.QUEUED: "", State.RUNNING: "info", State.DONE: "success", State.FAILED: "danger"},
    )
    def shown_state(self, encoding: Encoding) -> tuple[str, str]:
        return encoding.state, encoding.get_state_display()

    @admin.action(description=_("Encode again"), permissions=["view"])
    def encode_again(self, request: HttpRequest, queryset: QuerySet[Encoding]) -> None:
        for encoding in queryset.select_related("source"):
            services.request_encoding(encoding.source)
