"""The books in the admin: read, never written."""

from __future__ import annotations

from django.contrib import admin
from django.urls import reverse
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _
from unfold.admin import ModelAdmin, TabularInline

from apps.common.admin_site.display import link, money
from apps.common.model_admin import ReadOnly
from apps.payment.ledger.models import JournalEntry, Posting


class PostingInline(ReadOnly, TabularInline):
    model = Posting
    extra = 0
    show_title = False
    fields = readonly_fields = ["account", "debit", "credit"]
    ordering = ["id"]

    @admin.display(description=_("debit"))
    def debit(self, posting: Posting) -> str:
        return money(posting.amount, posting.currency) if posting.amount > 0 else ""

    @admin.display(description=_("credit"))
    def credit(self, posting: Posting) -> str:
        return money(-posting.amount, posting.currency) if posting.amount < 0 else ""


@admin.register(JournalEntry)
class JournalEntryAdmin(ReadOnly, ModelAdmin):
    list_display = ["booked_at", "kind", "order_number"]
    list_filter = ["kind"]
    search_fields = ["order_number"]
    search_help_text = _("Search by order number")
    ordering = ["-booked_at"]
    show_full_result_count = False
    fields = readonly_fields = ["booked_at", "kind", "shown_order"]
    inlines = [PostingInline]

    @admin.display(description=_("order"))
    def shown_order(self, entry: JournalEntry) -> SafeString:
        """The list of orders finds the number: the books hold no id, and know no orders."""
        return link(reverse("admin:orders_order_changelist") + f"?q={entry.order_number}", entry.order_number)
