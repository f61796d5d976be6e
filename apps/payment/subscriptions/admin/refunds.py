"""Refunds of subscriptions in the admin: read here, made on the page of their subscription."""

from __future__ import annotations

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils.safestring import SafeString
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from unfold.admin import ModelAdmin
from unfold.decorators import display

from apps.common.admin_site.display import link, money
from apps.common.model_admin import ReadOnly
from apps.payment.subscriptions.models import PeriodRefund

State = PeriodRefund.State


class OpenFilter(admin.SimpleListFilter):
    title = _("completed")
    parameter_name = "open"

    def lookups(self, request: HttpRequest, model_admin: object) -> list[tuple[str, str]]:
        return [("yes", gettext("Not completed")), ("no", gettext("Completed"))]

    def queryset(self, request: HttpRequest, queryset: QuerySet[PeriodRefund]) -> QuerySet[PeriodRefund]:
        if self.value() == "yes":
            return queryset.exclude(state=State.COMPLETED)
        return queryset.filter(state=State.COMPLETED) if self.value() == "no" else queryset


@admin.register(PeriodRefund)
class PeriodRefundAdmin(ReadOnly, ModelAdmin):
    list_display = ["requested_at", "shown_subscription", "shown_amount", "shown_state", "requested_by"]
    list_select_related = ["period__subscription"]
    list_filter = [OpenFilter, "state"]
    search_fields = ["period__subscription__number", "reference"]
    search_help_text = _("Search by subscription number or the provider's reference")
    ordering = ["-requested_at"]
    show_full_result_count = False
    fields = readonly_fields = [
        *("shown_subscription", "period", "shown_amount", "state", "shown_failure", "reason", "ends_subscription"),
        *("requested_by", "reference", "requested_at", "completed_at"),
    ]

    @admin.display(description=_("subscription"))
    def shown_subscription(self, refund: PeriodRefund) -> SafeString:
        subscription = refund.period.subscription
        return link(reverse("admin:subscriptions_subscription_change", args=[subscription.pk]), subscription.number)

    @admin.display(description=_("amount"), ordering="amount")
    def shown_amount(self, refund: PeriodRefund) -> str:
        return money(refund.amount, refund.currency)

    @admin.display(description=_("error"))
    def shown_failure(self, refund: PeriodRefund) -> str:
        return refund.failure_sentence

    @display(
        description=_("state"),
        ordering="state",
        label={State.REQUESTED: "info", State.SENT: "info", State.COMPLETED: "success", State.FAILED: "danger"},
    )
    def shown_state(self, refund: PeriodRefund) -> tuple[str, str]:
        return refund.state, refund.get_state_display()
