"""The books in the admin: read, never written."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import URLPattern, path
from django.utils.safestring import SafeString
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from unfold.admin import ModelAdmin, TabularInline

from apps.common.admin_site.csv_export import CsvExport
from apps.common.admin_site.display import link, money
from apps.common.model_admin import ReadOnly
from apps.common.money import Money
from apps.payment.ledger.models import Account, JournalEntry, Posting
from apps.payment.ledger.selectors import balances
from apps.payment.navigation import business_record_url


@dataclass(frozen=True, slots=True)
class BalanceRow:
    """An account with its balance on one of two sides."""

    account: str
    debit: str
    credit: str


@dataclass(frozen=True, slots=True)
class BalanceTable:
    """All accounts of a currency; the sums of both sides are equal."""

    currency: str
    rows: list[BalanceRow]
    debits: str
    credits: str


def _balance_table(currency: str, amounts: dict[str, int]) -> BalanceTable:
    def on_side(amount: int) -> str:
        return money(amount, currency) if amount > 0 else ""

    rows = [
        BalanceRow(str(account.label), on_side(amounts[account]), on_side(-amounts[account]))
        for account in Account
        if account in amounts
    ]
    debits = sum(amount for amount in amounts.values() if amount > 0)
    credit_sum = -sum(amount for amount in amounts.values() if amount < 0)
    return BalanceTable(currency, rows, money(debits, currency), money(credit_sum, currency))


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

    def get_urls(self) -> list[URLPattern]:
        own = path("balances/", self.admin_site.admin_view(self.balances_view), name="ledger_balances")
        return [own, *super().get_urls()]

    def balances_view(self, request: HttpRequest) -> HttpResponse:
        """What stands on each account, by currency."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        tables = [_balance_table(currency, amounts) for currency, amounts in balances().items()]
        context = self.admin_site.each_context(request) | {"title": gettext("Balances"), "tables": tables}
        return render(request, "ledger/balances.html", context)

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
        """A list finds the number: the books hold no id, and know no orders. Payouts belong to none."""
        if not entry.order_number:
            return SafeString("")
        return link(business_record_url(entry.order_number), entry.order_number)
