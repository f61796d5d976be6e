"""The books in the admin: read, never written."""

from __future__ import annotations

from django.contrib import admin
from unfold.admin import ModelAdmin, TabularInline

from apps.common.model_admin import ReadOnly
from apps.payment.ledger.models import JournalEntry, Posting


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
