"""The comparison with the payment provider in the admin: read, checked again, and differences settled."""

from __future__ import annotations

from django.contrib import admin, messages
from django.db.models import Count, Q, QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils.safestring import SafeString
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _
from unfold.admin import ModelAdmin
from unfold.decorators import display

from apps.common.admin_site.display import link, money
from apps.common.model_admin import ReadOnly
from apps.common.numbers import grouped
from apps.payment.navigation import business_record_url
from apps.payment.reconciliation import services
from apps.payment.reconciliation.models import Difference, ReconciledDay


@admin.register(ReconciledDay)
class ReconciledDayAdmin(ReadOnly, ModelAdmin):
    list_display = ["day", "shown_state", "movement_count", "provider", "checked_at"]
    ordering = ["-day"]
    show_full_result_count = False
    fields = readonly_fields = ["day", "provider", "movement_count", "shown_state", "shown_differences", "checked_at"]
    actions = ["check_again"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[ReconciledDay]:
        is_open = Q(differences__isnull=False, differences__settled_at=None)
        return super().get_queryset(request).annotate(open_count=Count("differences", filter=is_open))

    @display(description=_("state"), label={"agrees": "success", "differs": "danger"})
    def shown_state(self, row: ReconciledDay) -> tuple[str, str]:
        count = row.open_count  # type: ignore[attr-defined]  # annotated
        if not count:
            return "agrees", gettext("Agrees")
        return "differs", ngettext("%(count)s difference", "%(count)s differences", count) % {"count": grouped(count)}

    @admin.display(description=_("differences"))
    def shown_differences(self, row: ReconciledDay) -> SafeString:
        address = reverse("admin:reconciliation_difference_changelist")
        return link(f"{address}?reconciled_day__id__exact={row.pk}", gettext("Differences of this day"))

    def has_check_permission(self, request: HttpRequest) -> bool:
        """The form is read-only; who may settle differences may look for them."""
        return request.user.has_perm("reconciliation.change_difference")

    @admin.action(description=_("Compare again"), permissions=["check"])
    def check_again(self, request: HttpRequest, queryset: QuerySet[ReconciledDay]) -> None:
        count = sum(services.reconcile(row.provider, row.day) for row in queryset)
        if count:
            sentence = ngettext("%(count)s difference is open.", "%(count)s differences are open.", count)
            messages.warning(request, sentence % {"count": grouped(count)})
        else:
            messages.success(request, gettext("The ledger agrees with the payment provider."))


class OpenFilter(admin.SimpleListFilter):
    title = _("state")
    parameter_name = "state"

    def lookups(self, request: HttpRequest, model_admin: object) -> list[tuple[str, str]]:
        return [("open", gettext("Open")), ("settled", gettext("Settled"))]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Difference]) -> QuerySet[Difference]:
        return queryset.filter(settled_at__isnull=self.value() == "open") if self.value() else queryset


@admin.register(Difference)
class DifferenceAdmin(ReadOnly, ModelAdmin):
    list_display = ["shown_kind", "shown_provider_amount", "shown_booked_amount", "shown_order", "day", "settled_at"]
    list_filter = [OpenFilter, "kind"]
    list_select_related = ["reconciled_day"]
    search_fields = ["order_number", "reference", "key"]
    search_help_text = _("Search by order number or reference")
    ordering = ["-found_at", "-id"]
    show_full_result_count = False
    fields = readonly_fields = [
        *("shown_kind", "day", "shown_order", "shown_provider_amount", "shown_booked_amount"),
        *("reference", "key", "found_at", "settled_at", "settled_by"),
    ]
    actions = ["settle"]

    @display(
        description=_("difference"),
        ordering="kind",
        label={Difference.Kind.NOT_BOOKED: "danger", Difference.Kind.NOT_AT_PROVIDER: "danger", "amount": "warning"},
    )
    def shown_kind(self, item: Difference) -> tuple[str, str]:
        return item.kind, item.get_kind_display()

    @admin.display(description=_("day"), ordering="reconciled_day__day")
    def day(self, item: Difference) -> object:
        return item.reconciled_day.day

    @admin.display(description=_("at the provider"))
    def shown_provider_amount(self, item: Difference) -> str:
        return "" if item.provider_amount is None else money(item.provider_amount, item.provider_currency)

    @admin.display(description=_("in the ledger"))
    def shown_booked_amount(self, item: Difference) -> str:
        return "" if item.booked_amount is None else money(item.booked_amount, item.booked_currency)

    @admin.display(description=_("order"), ordering="order_number")
    def shown_order(self, item: Difference) -> SafeString | str:
        if not item.order_number:
            return ""
        return link(business_record_url(item.order_number), item.order_number)

    def has_settle_permission(self, request: HttpRequest) -> bool:
        """The form is read-only; who may change differences may settle them."""
        return request.user.has_perm("reconciliation.change_difference")

    @admin.action(description=_("Mark as settled"), permissions=["settle"])
    def settle(self, request: HttpRequest, queryset: QuerySet[Difference]) -> None:
        count = services.settle(queryset.values_list("pk", flat=True), by=request.user.get_username())
        sentence = ngettext("%(count)s difference was settled.", "%(count)s differences were settled.", count)
        messages.success(request, sentence % {"count": grouped(count)})
