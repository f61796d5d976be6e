"""Stock in the admin: adjustments and transfers with a reason, warehouses, read-only movements and reservations."""

from __future__ import annotations

import uuid
from typing import Any

from django.contrib import admin, messages
from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.html import format_html_join
from django.utils.http import urlencode
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _
from unfold.admin import ModelAdmin, TabularInline

from apps.catalog.backoffice import stock_selectors
from apps.catalog.backoffice.admin.order_links import linked_reference, order_link, order_name
from apps.catalog.backoffice.admin.service_forms import FormSets, ServiceAdmin
from apps.catalog.backoffice.admin.stock_forms import StockForm, WarehouseForm
from apps.catalog.discovery.models import Listing
from apps.catalog.inventory import selectors, services
from apps.catalog.inventory.models import Reservation, ReservationLine, StockItem, StockMovement, Warehouse
from apps.catalog.products.models import Variant
from apps.common.model_admin import ReadOnly
from apps.common.problems import Problem
from apps.common.staff.paginator import BoundedPaginator
from apps.common.staff.services import staff_email

# The names of `selectors.LISTED`, in its order.
STATES = (_("Low stock"), _("Out of stock"), _("Backordered"), _("Backorders allowed"), _("Preorder"))


class StateFilter(admin.SimpleListFilter):
    title, parameter_name = _("state"), "state"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [(state, str(name)) for state, name in zip(selectors.LISTED, STATES, strict=True)]

    def queryset(self, request: HttpRequest, queryset: QuerySet[StockItem]) -> QuerySet[StockItem]:
        state = selectors.LISTED.get(self.value() or "")
        return queryset.filter(state) if state else queryset


class WarehouseFilter(admin.SimpleListFilter):
    title, parameter_name = _("warehouse"), "warehouse"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [(row.code, row.name) for row in Warehouse.objects.order_by("priority", "id")]

    def queryset(self, request: HttpRequest, queryset: QuerySet[StockItem]) -> QuerySet[StockItem]:
        return queryset.filter(selectors.in_warehouse(code)) if (code := self.value()) else queryset


@admin.register(StockItem)
class StockItemAdmin(ServiceAdmin[StockItem, StockForm]):
    """Rows are created and deleted together with their variants."""

    form = StockForm
    show_full_result_count = False
    paginator = BoundedPaginator
    list_display = ["variant", "title", "on_hand", "reserved", "shown_available", "where", "shown_state", "policy"]
    list_filter = [StateFilter, WarehouseFilter]
    list_per_page = 50
    search_fields = ["variant__sku"]
    search_help_text = _("Search by product or the start of a SKU.")
    ordering = ["-pk"]
    sortable_by: list[str] = []
    readonly_fields = ["variant", "title", "on_hand", "reserved", "shown_available", "where"]
    fieldsets = [
        (None, {"fields": [("variant", "title"), ("on_hand", "reserved", "shown_available"), "where"]}),
        (_("Adjust stock"), {"fields": [("change", "warehouse"), ("reason", "reference"), "movement_id"]}),
        (_("Transfer"), {"fields": [("quantity", "source", "target")]}),
        (_("Backorders and preorders"), {"fields": [("policy", "backorder_limit"), ("available_on", "low_stock_at")]}),
    ]

    def get_queryset(self, request: HttpRequest) -> QuerySet[StockItem]:
        return stock_selectors.listed_stock({})

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[StockItem], search_term: str
    ) -> tuple[QuerySet[StockItem], bool]:
        text = search_term.strip()
        return (queryset.filter(stock_selectors.matching_text(text)) if text else queryset), False

    @admin.display(description=_("product"))
    def title(self, item: StockItem) -> str:
        return item.variant.product.title

    @admin.display(description=_("available"))
    def shown_available(self, item: StockItem) -> int:
        return item.available

    @admin.display(description=_("state"))
    def shown_state(self, item: StockItem) -> str:
        return str(Listing.Availability(item.state).label)

    @admin.display(description=_("warehouses"))
    def where(self, item: StockItem) -> str:
        levels = item.variant.stock_levels.all()
        places = ((level.warehouse.name, level.on_hand) for level in levels if level.on_hand or level.reserved)
        return format_html_join(", ", "{}: {}", places) or "–"

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def history_view(
        self, request: HttpRequest, object_id: str, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """The history of a stock item is the list of its movements."""
        item = self.get_object(request, object_id)
        query = urlencode({"q": item.variant.sku if item else object_id})
        return HttpResponseRedirect(f"{reverse('admin:inventory_stockmovement_changelist')}?{query}")

    def save_related(self, request: HttpRequest, form: StockForm, formsets: FormSets, change: bool) -> None:
        """Saves the page in the name of the user."""
        is_repeated = form.is_repeated
        form.write(staff_email(request))
        if is_repeated:
            messages.warning(request, gettext("This page was already saved. The units were counted only once."))


class ReadOnlyHistoryAdmin(ReadOnly, ModelAdmin):
    """Read-only history, newest first."""

    show_full_result_count = False
    paginator = BoundedPaginator
    # The key grows with time and needs no further index.
    ordering = ["-pk"]
    sortable_by: list[str] = []


@admin.register(StockMovement)
class StockMovementAdmin(ReadOnlyHistoryAdmin):
    list_display = ["created_at", "variant", "quantity", "warehouse", "reason", "shown_reference", "moved_by"]
    fields = ["created_at", "variant", "quantity", "warehouse", "reason", "shown_reference", "moved_by"]
    readonly_fields = ["shown_reference"]
    list_select_related = ["variant", "warehouse"]
    list_filter = ["reason"]
    search_fields = ["reference"]
    search_help_text = _("Search by exact SKU or reference.")

    @admin.display(description=_("reference"))
    def shown_reference(self, movement: StockMovement) -> str:
        return linked_reference(movement.reference)

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[StockMovement], search_term: str
    ) -> tuple[QuerySet[StockMovement], bool]:
        text = search_term.strip()
        variants = list(Variant.objects.filter(sku=text).values_list("pk", flat=True))
        return (queryset.filter(Q(variant__in=variants) | Q(reference=text)) if text else queryset), False


class ReservationLineInline(ReadOnly, TabularInline):
    model = ReservationLine
    extra = 0
    ordering = ["position"]
    fields = ["sku", "quantity"]
    show_title = False


@admin.register(Reservation)
class ReservationAdmin(ReadOnlyHistoryAdmin):
    list_display = ["created_at", "shown_order", "status", "expires_at"]
    fields = ["shown_order", "status", "created_at", "expires_at"]
    readonly_fields = ["shown_order"]
    list_filter = ["status"]
    search_fields = ["order_id"]
    search_help_text = _("Search by order ID.")
    inlines = [ReservationLineInline]
    actions = ["release"]

    @admin.display(description=_("order"))
    def shown_order(self, reservation: Reservation) -> str:
        return order_link(reservation.order_id)

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Reservation], search_term: str
    ) -> tuple[QuerySet[Reservation], bool]:
        if not search_term.strip():
            return queryset, False
        try:
            return queryset.filter(order_id=uuid.UUID(search_term.strip())), False
        except ValueError:
            return queryset.none(), False

    def has_release_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm("inventory.change_reservation")

    @admin.action(description=_("Release selected reservations"), permissions=["release"])
    def release(self, request: HttpRequest, queryset: QuerySet[Reservation]) -> None:
        released = 0
        for reservation in queryset:
            try:
                services.release_reservation(reservation.pk)
            except Problem as problem:
                messages.error(
                    request,
                    f"{order_name(reservation.order_id)}: {problem}",
                )
                continue
            released += 1
            self.log_change(request, reservation, gettext("Released."))
        if released:
            messages.success(
                request,
                ngettext("%(count)s reservation released.", "%(count)s reservations released.", released)
                % {"count": released},
            )


@admin.register(Warehouse)
class WarehouseAdmin(ServiceAdmin[Warehouse, WarehouseForm]):
    form = WarehouseForm
    list_display = ["name", "code", "country", "priority", "is_active"]
    ordering = ["priority", "id"]
    fields = ["name", "code", "country", "priority", "is_active"]

    def get_readonly_fields(self, request: HttpRequest, obj: Warehouse | None = None) -> list[str]:
        return ["code"] if obj else []

    def write(self, form: WarehouseForm, formsets: FormSets) -> Warehouse:
        if form.is_new:
            return services.add_warehouse(**form.columns())
        return services.change_warehouse(form.instance.code, form.columns(), check=form.guard)

    def remove(self, row: Warehouse, *, seen: str) -> None:
        services.delete_warehouse(row.code, check=self.form.guard_of(seen))
