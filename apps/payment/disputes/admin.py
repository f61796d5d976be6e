"""Disputes in the admin: read here; evidence goes to the provider on its own page."""

from __future__ import annotations

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.safestring import SafeString
from django.utils.timezone import localtime
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from unfold.admin import ModelAdmin, TabularInline
from unfold.decorators import display

from apps.common.admin_site.display import link, money
from apps.common.model_admin import ReadOnly
from apps.payment.disputes.models import Dispute, DisputeChange
from apps.payment.navigation import business_record_url

State = Dispute.State


class OpenFilter(admin.SimpleListFilter):
    title = _("decided")
    parameter_name = "open"

    def lookups(self, request: HttpRequest, model_admin: object) -> list[tuple[str, str]]:
        return [("yes", gettext("Open")), ("no", gettext("Decided"))]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Dispute]) -> QuerySet[Dispute]:
        if self.value() == "yes":
            return queryset.filter(state__in=Dispute.OPEN)
        return queryset.exclude(state__in=Dispute.OPEN) if self.value() == "no" else queryset


class ChangeInline(ReadOnly, TabularInline):
    model = DisputeChange
    extra = 0
    show_title = False
    fields = readonly_fields = ["at", "state"]
    ordering = ["id"]


@admin.register(Dispute)
class DisputeAdmin(ReadOnly, ModelAdmin):
    # Narrow, for phones; the first column leads to the dispute.
    list_display = ["number", "shown_amount", "shown_state", "due_date", "at_provider"]
    list_filter = [OpenFilter, "state"]
    search_fields = ["number", "reference"]
    search_help_text = _("Search by number or the provider's reference")
    ordering = ["-opened_at", "-id"]
    show_full_result_count = False
    fields = readonly_fields = [
        *("shown_subject", "shown_amount", "state", "reason", "due_at", "at_provider"),
        *("provider", "reference", "opened_at", "updated_at"),
    ]
    inlines = [ChangeInline]

    @admin.display(description=_("due"), ordering="due_at")
    def due_date(self, dispute: Dispute) -> str:
        return date_format(localtime(dispute.due_at), "DATE_FORMAT") if dispute.due_at else ""

    @admin.display(description=_("order or subscription"))
    def shown_subject(self, dispute: Dispute) -> SafeString:
        if dispute.order_id:
            return link(reverse("admin:orders_order_change", args=[dispute.order_id]), dispute.number)
        return link(business_record_url(dispute.number), dispute.number)

    @admin.display(description=_("amount"), ordering="amount")
    def shown_amount(self, dispute: Dispute) -> str:
        return money(dispute.amount, dispute.currency)

    @admin.display(description=_("at the provider"))
    def at_provider(self, dispute: Dispute) -> SafeString | str:
        return link(dispute.url, gettext("Open")) if dispute.url else ""

    @display(
        description=_("state"),
        ordering="state",
        label={
            State.INQUIRY: "warning",
            State.NEEDS_RESPONSE: "danger",
            State.UNDER_REVIEW: "info",
            State.CLOSED: "",
            State.LOST: "danger",
            State.WON: "success",
        },
    )
    def shown_state(self, dispute: Dispute) -> tuple[str, str]:
        return dispute.state, dispute.get_state_display()
