"""Vouchers in the admin: terms, single codes and batches, and how often they were used."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.contrib import admin, messages
from django.db.models import Count, QuerySet, Sum
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.safestring import SafeString
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _
from unfold.admin import ModelAdmin, TabularInline
from unfold.decorators import display

from apps.common.admin_site.csv_export import CsvExport
from apps.common.admin_site.display import link, money
from apps.common.languages import current_language
from apps.common.model_admin import ReadOnly
from apps.common.numbers import grouped, percentage
from apps.common.problems import Problem
from apps.payment.vouchers import services
from apps.payment.vouchers.forms import NUMBERS, VoucherForm
from apps.payment.vouchers.models import Redemption, Voucher, VoucherCode

Kind = Voucher.Kind
BASIS_POINTS = 100


@admin.register(Voucher)
class VoucherAdmin(ModelAdmin):
    """Vouchers are switched off and not deleted: orders name their codes."""

    form = VoucherForm
    list_display = ["name", "shown_benefit", "shown_codes", "shown_uses", "shown_state", "starts_at", "ends_at"]
    list_filter = ["kind", "is_active"]
    search_fields = ["name", "codes__code"]
    search_help_text = _("Search by name or code")
    ordering = ["-created_at"]
    show_full_result_count = False
    readonly_fields = ["shown_codes", "shown_uses"]
    # What each kind needs, as apps.payment.vouchers.forms.NUMBERS has it, shown once the kind is chosen.
    conditional_fields = {name: f"kind == '{kind}'" for kind, names in NUMBERS.items() for name in names}
    fieldsets = [
        (None, {"fields": ["name", "is_active"]}),
        (
            _("Discount"),
            {"fields": ["kind", ("percentage", "amount"), ("buy_quantity", "free_quantity"), "currency"]},
        ),
        (
            _("Applies to"),
            {"fields": ["product_kind", "categories", "excludes_sale_items", "minimum_amount"]},
        ),
        (
            _("Validity"),
            {"fields": ["starts_at", "ends_at", ("max_uses_per_code", "max_uses_per_customer")]},
        ),
        (_("Codes"), {"fields": ["code", ("batch_size", "batch_prefix"), "shown_codes", "shown_uses"]}),
    ]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Voucher]:
        counts = {"code_count": Count("codes"), "use_sum": Sum("codes__use_count")}
        return super().get_queryset(request).annotate(**counts)

    def get_fieldsets(self, request: HttpRequest, obj: Voucher | None = None) -> list[tuple[Any, dict[str, Any]]]:
        """Without what a new voucher has none of yet, and without what those who only look cannot enter."""
        may_write = self.has_change_permission(request, obj) if obj else self.has_add_permission(request)
        *others, (title, options) = super().get_fieldsets(request, obj)
        entered = options["fields"][:2] if may_write else []
        shown = options["fields"][2:] if obj else []
        return [*others, (title, {"fields": [*entered, *shown]})]

    def has_delete_permission(self, request: HttpRequest, obj: Voucher | None = None) -> bool:
        return False

    def save_model(self, request: HttpRequest, obj: Voucher, form: VoucherForm, change: bool) -> None:
        super().save_model(request, obj, form, change)
        try:
            if form.cleaned_data.get("code"):
                services.add_code(obj, form.cleaned_data["code"])
            if count := form.cleaned_data.get("batch_size"):
                services.add_random_codes(obj, count=count, prefix=form.cleaned_data["batch_prefix"])
                sentence = ngettext("%(count)s code was generated.", "%(count)s codes were generated.", count)
                messages.success(request, sentence % {"count": grouped(count)})
        except Problem as problem:
            # Another window was faster; the voucher itself is saved.
            messages.error(request, str(problem))

    @admin.display(description=_("discount"))
    def shown_benefit(self, voucher: Voucher) -> str:
        match voucher.kind:
            case Kind.PERCENTAGE:
                return percentage(int((voucher.percentage or 0) * BASIS_POINTS), current_language())
            case Kind.FIXED_AMOUNT:
                return money(voucher.amount or 0, voucher.currency)
            case Kind.BUY_X_GET_Y:
                numbers = {"bought": voucher.buy_quantity, "free": voucher.free_quantity}
                return gettext("Buy %(bought)s, get %(free)s free") % numbers
        return voucher.get_kind_display()

    @admin.display(description=_("codes"))
    def shown_codes(self, voucher: Any) -> SafeString:
        """How many, leading to them."""
        url = reverse("admin:vouchers_vouchercode_changelist") + f"?voucher__id__exact={voucher.pk}"
        count = voucher.code_count
        label = ngettext("%(count)s code", "%(count)s codes", count) % {"count": grouped(count)}
        return link(url, label)

    @admin.display(description=_("uses"))
    def shown_uses(self, voucher: Any) -> str:
        return grouped(voucher.use_sum or 0)

    @display(
        description=_("state"),
        label={"active": "success", "scheduled": "info", "expired": "", "inactive": "warning"},
    )
    def shown_state(self, voucher: Voucher) -> tuple[str, str]:
        now = timezone.now()
        if not voucher.is_active:
            return "inactive", gettext("Inactive")
        if voucher.ends_at and voucher.ends_at <= now:
            return "expired", gettext("Expired")
        if voucher.starts_at > now:
            return "scheduled", gettext("Scheduled")
        return "active", gettext("Active")


class RedemptionInline(ReadOnly, TabularInline):
    model = Redemption
    extra = 0
    show_title = False
    fields = readonly_fields = ["redeemed_at", "shown_order", "released_at"]
    ordering = ["-redeemed_at"]
    per_page = 50

    @admin.display(description=_("order"))
    def shown_order(self, redemption: Redemption) -> SafeString:
        return link(reverse("admin:orders_order_change", args=[redemption.order_id]), gettext("Open the order"))


@admin.register(VoucherCode)
class VoucherCodeAdmin(CsvExport, ReadOnly, ModelAdmin):
    list_display = ["code", "voucher", "shown_uses", "is_active", "created_at"]
    list_filter = ["is_active"]
    list_select_related = ["voucher"]
    search_fields = ["code"]
    search_help_text = _("Search by code")
    ordering = ["-created_at", "code"]
    show_full_result_count = False
    csv_columns = ("code", "uses", "uses_per_code", "active")
    csv_name = "voucher-codes"
    fields = readonly_fields = ["code", "voucher", "shown_uses", "is_active", "created_at"]
    inlines = [RedemptionInline]
    actions = ["deactivate", "activate"]

    def csv_rows(self, rows: QuerySet[VoucherCode]) -> Iterator[tuple[Any, ...]]:
        """Codes begin with a letter or a digit, so no spreadsheet takes one for a formula."""
        for code in rows.select_related("voucher").iterator(chunk_size=1000):
            limit = code.voucher.max_uses_per_code
            yield code.code, code.use_count, "" if limit is None else limit, int(code.is_active)

    @admin.display(description=_("uses"), ordering="use_count")
    def shown_uses(self, code: VoucherCode) -> str:
        limit = code.voucher.max_uses_per_code
        if limit is None:
            return grouped(code.use_count)
        return gettext("%(uses)s of %(limit)s") % {"uses": grouped(code.use_count), "limit": grouped(limit)}

    def has_switch_permission(self, request: HttpRequest) -> bool:
        """The form is read-only; who may change codes may switch them."""
        return request.user.has_perm("vouchers.change_vouchercode")

    @admin.action(description=_("Deactivate"), permissions=["switch"])
    def deactivate(self, request: HttpRequest, queryset: QuerySet[VoucherCode]) -> None:
        self._switch(request, queryset, is_active=False)

    @admin.action(description=_("Activate"), permissions=["switch"])
    def activate(self, request: HttpRequest, queryset: QuerySet[VoucherCode]) -> None:
        self._switch(request, queryset, is_active=True)

    def _switch(self, request: HttpRequest, queryset: QuerySet[VoucherCode], *, is_active: bool) -> None:
        count = services.set_codes_active(list(queryset.values_list("pk", flat=True)), is_active=is_active)
        sentence = ngettext("%(count)s code was changed.", "%(count)s codes were changed.", count)
        messages.success(request, sentence % {"count": grouped(count)})
