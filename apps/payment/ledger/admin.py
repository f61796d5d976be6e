"""The books in the admin: read, never written."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from unfold.admin import ModelAdmin, TabularInline

from apps.payment.ledger.models import JournalEntry, Posting


class ReadOnly:
    """Nobody writes here by hand."""

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


class PostingInline(ReadOnly, TabularInline):
    model = Posting
    extra = 0


@admin.register(JournalEntry)
class JournalEntryAdmin(ReadOnly, ModelAdmin):
    list_display = ["booked_at", "kind", "order_number"]
    list_filter = ["kind"]
    search_fields = ["order_number"]
    ordering = ["-booked_at"]
    show_full_result_count = False
    inlines = [PostingInline]
