"""Searches without results, for those who buy for the shop."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from unfold.admin import ModelAdmin

from apps.catalog.browse.models import FruitlessSearch
from apps.common.staff.paginator import BoundedPaginator


@admin.register(FruitlessSearch)
class FruitlessSearchAdmin(ModelAdmin):
    """Counted by the shop, by day; nobody writes here."""

    list_display = ["text", "day", "times"]
    list_filter = ["day"]
    search_fields = ["text__startswith"]
    ordering = ["-day", "-times", "text"]
    paginator = BoundedPaginator
    show_full_result_count = False

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False
