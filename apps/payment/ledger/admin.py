"""The books in the admin: read, never written."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _
from unfold.admin import ModelAdmin, TabularInline

from apps.common.admin_site.csv_export import CsvExport
from apps.common.admin_site.display import link, money
from apps.common.model_admin import ReadOnly
from apps.common.money import Money
from apps.payment.ledger.models import JournalEntry, Posting
from apps.payment.navigation import business_record_url


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
class JournalEntryAdmin(CsvExport, ReadOnly, ModelAdmin):
    list_display = ["booked_at", "kind", "order_number"]
    list_filter = ["kind", "booked_at"]
    csv_columns = ("booked_at", "entry", "kind", "order", "account", "amount", "currency")
    csv_name = "journal"
    search_fields = ["order_number"]
    search_help_text = _("Search by order number")
    ordering = ["-booked_at"]
    show_full_result_count = False
    fields = readonly_fields = ["booked_at", "kind", "shown_order"]
    inlines = [PostingInline]

    def csv_rows(self, rows: QuerySet[JournalEntry]) -> Iterator[tuple[Any, ...]]:
        """A line for each posting; debits are positive, credits negative."""
        postings = Posting.objects.filter(entry__in=rows.order_by()).select_related("entry")
        for posting in postings.order_by("entry__booked_at", "entry_id", "id").iterator(chunk_size=1000):
            entry, amount = posting.entry, Money(posting.amount, posting.currency)
            booked_at = entry.booked_at.isoformat(timespec="seconds")
            yield (
                booked_at,
                entry.pk,
                entry.kind,
                entry.order_number,
                posting.account,
                amount.major_units,
                amount.currency,
            )

    @admin.display(description=_("order"))
    def shown_order(self, entry: JournalEntry) -> SafeString:
        return link(business_record_url(entry.order_number), entry.order_number)
