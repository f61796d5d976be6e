"""Plans in the admin."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _
from unfold.admin import ModelAdmin

from apps.common.admin_site.display import lines, money
from apps.common.languages import current_language
from apps.payment.subscriptions.forms import PlanForm, plan_fields
from apps.payment.subscriptions.models import Plan


@admin.register(Plan)
class PlanAdmin(ModelAdmin):
    """Plans are switched off and not deleted: subscriptions name them."""

    form = PlanForm
    list_display = ["shown_name", "code", "shown_prices", "interval", "package", "trial_days", "is_active"]
    list_filter = ["is_active", "interval"]
    search_fields = ["code", "package"]
    search_help_text = _("Search by code or film package")
    ordering = ["position", "code"]
    show_full_result_count = False

    def get_queryset(self, request: HttpRequest) -> QuerySet[Plan]:
        return super().get_queryset(request).prefetch_related("prices")

    def get_form(self, request: HttpRequest, obj: Plan | None = None, change: bool = False, **kwargs: Any) -> Any:
        """With a field for each language and currency."""
        declared = type("PlanForm", (PlanForm,), plan_fields())
        kwargs["fields"] = PlanForm.Meta.fields
        return super().get_form(request, obj, change, form=declared, **kwargs)

    def get_fieldsets(self, request: HttpRequest, obj: Plan | None = None) -> list[tuple[Any, dict[str, Any]]]:
        texts = [name for name in plan_fields() if not name.startswith("price_")]
        prices = [name for name in plan_fields() if name.startswith("price_")]
        may_write = self.has_change_permission(request, obj) if obj else self.has_add_permission(request)
        own = (None, {"fields": ["code", "package", "interval", "trial_days", "position", "is_active"]})
        if not may_write:
            return [own]
        return [own, (_("Texts"), {"fields": texts}), (_("Prices"), {"fields": prices})]

    def get_readonly_fields(self, request: HttpRequest, obj: Plan | None = None) -> list[str]:
        """Events and invoices name the code, and periods are counted by the interval."""
        return ["code", "interval"] if obj else []

    def save_model(self, request: HttpRequest, obj: Plan, form: Any, change: bool) -> None:
        form.write_texts()
        super().save_model(request, obj, form, change)
        form.write_prices()

    def has_delete_permission(self, request: HttpRequest, obj: Plan | None = None) -> bool:
        return False

    @admin.display(description=_("name"))
    def shown_name(self, plan: Plan) -> str:
        return plan.name_in(current_language())

    @admin.display(description=_("prices"))
    def shown_prices(self, plan: Plan) -> SafeString:
        return lines(money(row.amount, row.currency) for row in plan.prices.all())
