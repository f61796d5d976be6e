"""Stock in the admin: counts change with a reason; histories are read-only."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.http import HttpRequest
from unfold.admin import ModelAdmin, TabularInline
from unfold.widgets import UnfoldAdminIntegerFieldWidget, UnfoldAdminSelectWidget, UnfoldAdminTextInputWidget

from apps.catalog.inventory import services
from apps.catalog.inventory.models import Reservation, ReservationLine, StockItem, StockMovement
from apps.common.problems import Problem


class ReadOnlyAdmin(ModelAdmin):
    """History: looked at, never edited."""

    show_full_result_count = False

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


class AdjustForm(forms.ModelForm):
    change = forms.IntegerField(
        label="Add or take",
        initial=0,
        min_value=-services.MAX_ON_HAND,
        max_value=services.MAX_ON_HAND,
        widget=UnfoldAdminIntegerFieldWidget,
        help_text="12 adds, -3 takes.",
    )
    reason = forms.ChoiceField(choices=StockMovement.Reason, widget=UnfoldAdminSelectWidget)
    reference = forms.CharField(max_length=100, required=False, widget=UnfoldAdminTextInputWidget)

    class Meta:
        model = StockItem
        fields: list[str] = []

    def clean_change(self) -> int:
        change = self.cleaned_data["change"]
        if self.instance.on_hand + change < self.instance.reserved:
            raise forms.ValidationError(f"{self.instance.available} pieces can be taken; the others are promised.")
        return change


@admin.register(StockItem)
class StockItemAdmin(ModelAdmin):
    form = AdjustForm
    list_display = ["variant", "title", "on_hand", "reserved", "shown_available"]
    list_select_related = ["variant__product"]
    search_fields = ["variant__sku", "variant__product__title"]
    ordering = ["on_hand"]
    show_full_result_count = False
    readonly_fields = ["variant", "on_hand", "reserved"]
    fields = ["variant", "on_hand", "reserved", "change", "reason", "reference"]

    @admin.display(description="product")
    def title(self, item: StockItem) -> str:
        return item.variant.product.title

    @admin.display(description="available")
    def shown_available(self, item: StockItem) -> int:
        return item.available

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def save_model(self, request: HttpRequest, obj: StockItem, form: Any, change: bool) -> None:
        data = form.cleaned_data
        if not data["change"]:
            return
        try:
            services.adjust_stock(
                obj.variant, change=data["change"], reason=data["reason"], reference=data["reference"]
            )
        except Problem as problem:
            messages.error(request, str(problem))


@admin.register(StockMovement)
class StockMovementAdmin(ReadOnlyAdmin):
    list_display = ["created_at", "variant", "quantity", "reason", "reference"]
    list_select_related = ["variant"]
    list_filter = ["reason"]
    search_fields = ["variant__sku", "reference"]
    ordering = ["-created_at"]


class ReservationLineInline(TabularInline):
    model = ReservationLine
    extra = 0


@admin.register(Reservation)
class ReservationAdmin(ReadOnlyAdmin):
    list_display = ["order_id", "status", "expires_at", "created_at"]
    list_filter = ["status"]
    ordering = ["-created_at"]
    inlines = [ReservationLineInline]
