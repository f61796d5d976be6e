"""Stock in the admin: counts change with a reason, by the services; histories are read-only."""

from __future__ import annotations

import uuid
from typing import Any

from django.contrib import admin, messages
from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.html import format_html, format_html_join
from unfold.admin import ModelAdmin, TabularInline

from apps.catalog.history.admin import HistoryAdmin
from apps.catalog.inventory import selectors, services
from apps.catalog.inventory.forms import StockForm, WarehouseForm
from apps.catalog.inventory.models import Reservation, ReservationLine, StockItem, StockMovement, Warehouse
from apps.catalog.products.models import Variant
from apps.common.problems import Problem
from apps.common.staff.paginator import BoundedPaginator


class ServicesAdmin(ModelAdmin):
    """Writes by its form's services."""

    show_full_result_count = False
    paginator = BoundedPaginator

    def changeform_view(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """What others did between check and write is told, and nothing is written."""
        try:
            return super().changeform_view(request, *args, **kwargs)
        except Problem as problem:
            messages.error(request, str(problem))
            return HttpResponseRedirect(request.get_full_path())

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        form.write(request.user.email)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


class ReadOnlyAdmin(ModelAdmin):
    """History: looked at, never edited."""

    show_full_result_count = False
    paginator = BoundedPaginator
    # The key grows with time and needs no further index.
    ordering = ["-pk"]
    sortable_by: list[str] = []

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


class StateFilter(admin.SimpleListFilter):
    title, parameter_name = "state", "state"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        names = ["Runs low", "Out of stock", "Owed to orders", "Sold before it is here", "Preorder"]
        return list(zip(selectors.LISTED, names, strict=True))

    def queryset(self, request: HttpRequest, queryset: QuerySet[StockItem]) -> QuerySet[StockItem]:
        state = selectors.LISTED.get(self.value() or "")
        return queryset.filter(state) if state else queryset


class WarehouseFilter(admin.SimpleListFilter):
    title, parameter_name = "warehouse", "warehouse"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [(row.code, row.name) for row in Warehouse.objects.order_by("priority", "id")]

    def queryset(self, request: HttpRequest, queryset: QuerySet[StockItem]) -> QuerySet[StockItem]:
        return queryset.filter(selectors.lying_in(code)) if (code := self.value()) else queryset


@admin.register(StockItem)
class StockItemAdmin(ServicesAdmin):
    form = StockForm
    list_display = ["variant", "title", "on_hand", "reserved", "shown_available", "where", "shown_state", "policy"]
    list_filter = [StateFilter, WarehouseFilter]
    list_per_page = 50
    search_fields = ["variant__sku"]
    search_help_text = "The start of a SKU, or words of the product."
    ordering = ["-pk"]
    sortable_by: list[str] = []
    readonly_fields = ["variant", "title", "on_hand", "reserved", "shown_available", "where", "past"]
    fieldsets = [
        (None, {"fields": [("variant", "title"), ("on_hand", "reserved", "shown_available"), ("where", "past")]}),
        ("Add or take", {"fields": [("change", "warehouse"), ("reason", "reference"), "movement_id"]}),
        ("Move", {"fields": [("quantity", "source", "target")]}),
        ("Sell before it is here", {"fields": [("policy", "backorder_limit"), ("available_on", "low_stock_at")]}),
    ]

    def get_queryset(self, request: HttpRequest) -> QuerySet[StockItem]:
        return selectors.listed_stock({})

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[StockItem], search_term: str
    ) -> tuple[QuerySet[StockItem], bool]:
        text = search_term.strip().replace("\x00", "")
        return (queryset.filter(selectors.named(text)) if text else queryset), False

    @admin.display(description="product")
    def title(self, item: StockItem) -> str:
        return item.variant.product.title

    @admin.display(description="available")
    def shown_available(self, item: StockItem) -> int:
        return item.available

    @admin.display(description="state")
    def shown_state(self, item: StockItem) -> str:
        return item.state.replace("_", " ")

    @admin.display(description="where")
    def where(self, item: StockItem) -> str:
        levels = item.variant.stock_levels.all()
        places = ((level.warehouse.name, level.on_hand) for level in levels if level.on_hand or level.reserved)
        return format_html_join(", ", "{}: {}", places) or "–"

    @admin.display(description="history")
    def past(self, item: StockItem) -> str:
        address = reverse("admin:inventory_stockmovement_changelist")
        return format_html('<a href="{}?variant={}">Movements</a>', address, item.pk)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def save_model(self, request: HttpRequest, obj: StockItem, form: Any, change: bool) -> None:
        if form.is_repeated:
            messages.warning(request, "This was saved before; the pieces were counted once.")
        super().save_model(request, obj, form, change)


class VariantFilter(admin.SimpleListFilter):
    """Comes by a link from the stock of one variant."""

    title, parameter_name = "variant", "variant"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        pk = request.GET.get(self.parameter_name)
        variant = Variant.objects.filter(pk=pk).first() if _is_uuid(pk) else None
        return [(str(variant.pk), variant.sku)] if variant else []

    def queryset(self, request: HttpRequest, queryset: QuerySet[StockMovement]) -> QuerySet[StockMovement]:
        return queryset.filter(variant=self.value()) if _is_uuid(self.value()) else queryset


@admin.register(StockMovement)
class StockMovementAdmin(ReadOnlyAdmin):
    list_display = ["created_at", "variant", "quantity", "warehouse", "reason", "reference", "moved_by"]
    list_select_related = ["variant", "warehouse"]
    list_filter = ["reason", VariantFilter]
    search_fields = ["reference"]
    search_help_text = "A whole SKU or reference."

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[StockMovement], search_term: str
    ) -> tuple[QuerySet[StockMovement], bool]:
        text = search_term.strip().replace("\x00", "")
        variants = list(Variant.objects.filter(sku=text).values_list("pk", flat=True))
        return (queryset.filter(Q(variant__in=variants) | Q(reference=text)) if text else queryset), False


class ReservationLineInline(TabularInline):
    model = ReservationLine
    extra = 0
    ordering = ["position"]
    fields = ["position", "sku", "quantity"]


@admin.register(Reservation)
class ReservationAdmin(ReadOnlyAdmin):
    list_display = ["order_id", "status", "expires_at", "created_at"]
    list_filter = ["status"]
    search_fields = ["order_id"]
    search_help_text = "An order's id."
    inlines = [ReservationLineInline]
    actions = ["release"]

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Reservation], search_term: str
    ) -> tuple[QuerySet[Reservation], bool]:
        if not search_term.strip():
            return queryset, False
        return (queryset.filter(order_id=search_term) if _is_uuid(search_term) else queryset.none()), False

    def has_release_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm("inventory.change_reservation")

    @admin.action(description="Release: give the pieces back", permissions=["release"])
    def release(self, request: HttpRequest, queryset: QuerySet[Reservation]) -> None:
        released = 0
        for reservation in queryset:
            try:
                services.release_reservation(reservation.pk)
            except Problem as problem:
                messages.error(request, f"Order {reservation.order_id}: {problem}")
                continue
            released += 1
            self.log_change(request, reservation, "Released.")
        messages.success(request, f"{released} reservation{'' if released == 1 else 's'} released.")


@admin.register(Warehouse)
class WarehouseAdmin(HistoryAdmin, ServicesAdmin):
    form = WarehouseForm
    list_display = ["name", "code", "country", "priority", "is_active"]
    ordering = ["priority", "id"]

    def get_readonly_fields(self, request: HttpRequest, obj: Warehouse | None = None) -> list[str]:
        return ["code"] if obj else []

    def get_actions(self, request: HttpRequest) -> dict[str, Any]:
        return {}

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return ModelAdmin.has_delete_permission(self, request, obj)

    def get_deleted_objects(self, objs: Any, request: HttpRequest) -> tuple[list[str], dict[str, int], set[str], list]:
        """The service knows what is in the way; empty levels are not."""
        return [str(warehouse) for warehouse in objs], {"warehouses": len(objs)}, set(), []

    def delete_view(self, request: HttpRequest, object_id: str, *args: Any, **kwargs: Any) -> HttpResponse:
        """Where pieces lie or have a history, the warehouse stays and is told why."""
        try:
            return super().delete_view(request, object_id, *args, **kwargs)
        except Problem as problem:
            messages.error(request, str(problem))
            return HttpResponseRedirect(reverse("admin:inventory_warehouse_change", args=[object_id]))

    def delete_model(self, request: HttpRequest, obj: Warehouse) -> None:
        services.delete_warehouse(obj.code)


def _is_uuid(text: str | None) -> bool:
    try:
        return bool(uuid.UUID(text or ""))
    except ValueError:
        return False
