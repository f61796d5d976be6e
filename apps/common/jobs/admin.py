"""Failures of periodic jobs: read-only, with an action that tries again."""

from __future__ import annotations

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from unfold.admin import ModelAdmin

from apps.common.jobs.models import JobFailure
from apps.common.model_admin import ReadOnly


@admin.register(JobFailure)
class JobFailureAdmin(ReadOnly, ModelAdmin):
    list_display = ["item", "job", "reason", "tries", "first_failed_at", "last_failed_at", "retry_at"]
    list_filter = ["job"]
    search_fields = ["item", "reason"]
    search_help_text = _("Search by item or reason")
    ordering = ["-last_failed_at"]
    show_full_result_count = False
    actions = ["try_again"]

    @admin.action(description=_("Try again"), permissions=["view"])
    def try_again(self, request: HttpRequest, queryset: QuerySet[JobFailure]) -> None:
        queryset.delete()
