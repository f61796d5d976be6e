"""Refunds and return requests in the admin: read here, made and decided on the page of their order."""

from __future__ import annotations

from django.contrib import admin
from django.urls import reverse
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _
from unfold.admin import ModelAdmin
from unfold.decorators import display

from apps.common.admin_site.display import link, money
from apps.common.model_admin import ReadOnly
from apps.payment.orders.models import Order
from apps.payment.refunds.models import Refund, ReturnRequest


def order_link(order: Order) -> SafeString:
    return link(reverse("admin:orders_order_change", args=[order.pk]), order.number)


@admin.register(Refund)
class RefundAdmin(ReadOnly, ModelAdmin):
    list_display = ["requested_at", "shown_order", "shown_amount", "shown_state", "requested_by"]
    list_select_related = ["order"]
    list_filter = ["state"]
    search_fields = ["order__number", "reference"]
    search_help_text = _("Search by order number or the provider's reference")
    ordering = ["-requested_at"]
    show_full_result_count = False
    fields = readonly_fields = [
        "shown_order",
        "shown_amount",
        "state",
        "shown_failure",
        "reason",
        "requested_by",
        "reference",
        "requested_at",
        "completed_at",
    ]

    @admin.display(description=_("order"))
    def shown_order(self, refund: Refund) -> SafeString:
        return order_link(refund.order)

    @admin.display(description=_("amount"), ordering="amount")
    def shown_amount(self, refund: Refund) -> str:
        return money(refund.amount, refund.currency)

    @admin.display(description=_("error"))
    def shown_failure(self, refund: Refund) -> str:
        return refund.failure_sentence

    @display(
        description=_("state"),
        ordering="state",
        label={
            Refund.State.REQUESTED: "info",
            Refund.State.SENT: "info",
            Refund.State.COMPLETED: "success",
            Refund.State.FAILED: "danger",
        },
    )
    def shown_state(self, refund: Refund) -> tuple[str, str]:
        return refund.state, refund.get_state_display()


@admin.register(ReturnRequest)
class ReturnRequestAdmin(ReadOnly, ModelAdmin):
    list_display = ["requested_at", "shown_order", "reason", "shown_state", "decided_by"]
    list_select_related = ["order"]
    list_filter = ["state", "reason"]
    search_fields = ["order__number"]
    search_help_text = _("Search by order number")
    ordering = ["-requested_at"]
    show_full_result_count = False
    fields = readonly_fields = [
        "shown_order",
        "state",
        "reason",
        "comment",
        "response",
        "decided_by",
        "requested_at",
        "decided_at",
    ]

    @admin.display(description=_("order"))
    def shown_order(self, request: ReturnRequest) -> SafeString:
        return order_link(request.order)

    @display(
        description=_("state"),
        ordering="state",
        label={
            ReturnRequest.State.OPEN: "warning",
            ReturnRequest.State.ACCEPTED: "success",
            ReturnRequest.State.DECLINED: "",
        },
    )
    def shown_state(self, request: ReturnRequest) -> tuple[str, str]:
        return request.state, request.get_state_display()
