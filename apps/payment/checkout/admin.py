"""Orders in the admin."""

from __future__ import annotations

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest
from unfold.admin import ModelAdmin, TabularInline

from apps.common.model_admin import ReadOnly
from apps.common.problems import Problem
from apps.payment.checkout import services
from apps.payment.orders.models import Order, OrderLine, OrderTransition
from apps.payment.orders.selectors import payments_of


class LineInline(ReadOnly, TabularInline):
    model = OrderLine
    extra = 0
    fields = ["quantity", "title", "variant_name", "sku", "unit_amount"]
    ordering = ["position"]


class TransitionInline(ReadOnly, TabularInline):
    model = OrderTransition
    extra = 0
    fields = readonly_fields = ["at", "state", "note"]
    ordering = ["id"]


@admin.register(Order)
class OrderAdmin(ReadOnly, ModelAdmin):
    list_display = ["number", "email", "state", "shown_total", "placed_at"]
    list_filter = ["state"]
    search_fields = ["number", "email"]
    ordering = ["-placed_at"]
    show_full_result_count = False
    inlines = [LineInline, TransitionInline]
    readonly_fields = ["shown_payment"]
    actions = ["cancel"]

    @admin.display(description="total")
    def shown_total(self, order: Order) -> str:
        return order.total.format()

    @admin.display(description="payment")
    def shown_payment(self, order: Order) -> str:
        payment = payments_of([order]).get(order.pk)
        return f"{payment.state}, {payment.method}, {payment.reference}" if payment else "none"

    def has_cancel_permission(self, request: HttpRequest) -> bool:
        """Names no model permission of its own: who may change orders may cancel them."""
        return request.user.has_perm("orders.change_order")

    @admin.action(description="Cancel unpaid orders", permissions=["cancel"])
    def cancel(self, request: HttpRequest, queryset: QuerySet[Order]) -> None:
        for order in queryset:
            try:
                services.cancel_order(order, by="the shop")
            except Problem as problem:
                messages.error(request, str(problem))
