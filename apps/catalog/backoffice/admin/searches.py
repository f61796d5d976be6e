"""Searches without results, for purchasing."""

from __future__ import annotations

from django.contrib import admin
from unfold.admin import ModelAdmin

from apps.catalog.discovery.models import ZeroResultSearch
from apps.common.model_admin import ReadOnly
from apps.common.staff.paginator import BoundedPaginator


@admin.register(ZeroResultSearch)
class ZeroResultSearchAdmin(ReadOnly, ModelAdmin):
    """Read-only: searches are counted by day."""

    list_display = ["text", "day", "times"]
    list_filter = ["day"]
    search_fields = ["text__startswith"]
    ordering = ["-day", "-times", "text"]
    paginator = BoundedPaginator
    show_full_result_count = False
