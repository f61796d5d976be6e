"""Payments in the admin: read, never written."""

from __future__ import annotations

from django.contrib import admin
from django.contrib.auth.models import Group
from django.urls import reverse
from django.utils.safestring import SafeString
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from unfold.admin import ModelAdmin
from unfold.decorators import display

from apps.common.admin_site.display import link, money
from apps.common.model_admin import ReadOnly
from apps.payment.payments.models import Payment

State = Payment.State
# Permissions come with the roles of one's account.
admin.site.unregister(Group)


@admin.register(Payment)
class PaymentAdmin(ReadOnly, ModelAdmin):
    list_display = ["updated_at", "shown_amount", "shown_state", "method", "reference"]
    list_select_related = ["method"]
    list_filter = ["state"]
    search_fields = ["reference"]
    search_help_text = _("Search by the provider's reference")
    ordering = ["-updated_at"]
    show_full_result_count = False
    fields = readonly_fields = [
        "shown_order",
        "shown_amount",
        "state",
        "method",
        "reference",
        "decline_code",
        "updated_at",
    ]

    @admin.display(description=_("amount"), ordering="amount")
    def shown_amount(self, payment: Payment) -> str:
        return money(payment.amount, payment.currency)

    @admin.display(description=_("order"))
    def shown_order(self, payment: Payment) -> SafeString:
        return link(reverse("admin:orders_order_change", args=[payment.order_id]), gettext("Open the order"))

    @display(
        description=_("state"),
        ordering="state",
        label={
            State.CREATED: "",
            State.REQUIRES_ACTION: "warning",
            State.AUTHORISED: "info",
            State.CAPTURED: "success",
            State.DECLINED: "danger",
            State.VOIDED: "",
            State.REFUNDED: "",
        },
    )
    def shown_state(self, payment: Payment) -> tuple[str, str]:
        return payment.state, payment.get_state_display()
