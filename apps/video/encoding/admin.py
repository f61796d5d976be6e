"""Encodings in the admin: read-only, with an action that encodes again."""

from __future__ import annotations

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from unfold.admin import ModelAdmin

from apps.common.model_admin import ReadOnly
from apps.video.encoding import services
from apps.video.encoding.models import Encoding


@admin.register(Encoding)
class EncodingAdmin(ReadOnly, ModelAdmin):
    list_display = ["title", "state", "progress", "attempt", "reason", "created_at", "finished_at"]
    list_select_related = ["source__title"]
    list_filter = ["state"]
    ordering = ["-created_at"]
    show_full_result_count = False
    actions = ["encode_again"]

    @admin.display(description="title")
    def title(self, encoding: Encoding) -> str:
        return encoding.source.title.name

    @admin.action(description="Encode again", permissions=["view"])
    def encode_again(self, request: HttpRequest, queryset: QuerySet[Encoding]) -> None:
        for encoding in queryset.select_related("source"):
            services.request_encoding(encoding.source)
