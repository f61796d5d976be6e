"""Payments in the admin: read, never written."""

from __future__ import annotations

from django.contrib import admin
from django.contrib.auth.models import Group
from unfold.admin import ModelAdmin

from apps.common.model_admin import ReadOnly
from apps.payment.payments.models import Payment

# Permissions come with the roles of one's account.
admin.site.unregister(Group)


@admin.register(Payment)
class PaymentAdmin(ReadOnly, ModelAdmin):
    list_display = ["order_id", "state", "amount", "currency", "method", "updated_at"]
    list_select_related = ["method"]
    list_filter = ["state"]
    search_fields = ["reference"]
    ordering = ["-updated_at"]
    show_full_result_count = False
