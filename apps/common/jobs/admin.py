"""Failures of periodic jobs: read-only, with an action that tries again."""

from __future__ import annotations

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from unfold.admin import ModelAdmin

from apps.common.jobs.models import JobFailure
from apps.common.model_admin import ReadOnly


@admin.register(JobFailure)
class JobFailureAdmin(ReadOnly, ModelAdmin):
    list_display = ["job", "item", "tries", "reason", "first_failed_at", "last_failed_at", "retry_at"]
    list_filter = ["job"]
    search_fields = ["item", "reason"]
    ordering = ["-last_failed_at"]
    show_full_result_count = False
    actions = ["try_again"]

    @admin.action(description="Try again", permissions=["view"])
    def try_again(self, request: HttpRequest, queryset: QuerySet[JobFailure]) -> None:
        queryset.delete()
