"""Actions on many products of the list. Rules and limits stand in `products.services.bulk`."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.contrib.admin import helpers
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from treebeard.forms import TreeNodeChoiceField
from unfold.widgets import UnfoldAdminDecimalFieldWidget, UnfoldAdminSelectWidget

from apps.catalog.backoffice.admin.forms import CurrencyField
from apps.catalog.products.models import Category, Collection, Product
from apps.catalog.products.selectors import shop_currency
from apps.catalog.products.services import bulk
from apps.common.money import Money
from apps.common.problems import Problem

SHOWN = 100
REFUSALS_SHOWN = 10


class RepriceForm(forms.Form):
    percent = forms.DecimalField(
        label="Change in percent",
        max_digits=5,
        decimal_places=2,
        min_value=bulk.MIN_PERCENT,
        max_value=bulk.MAX_PERCENT,
        widget=UnfoldAdminDecimalFieldWidget,
        help_text="-10 makes everything a tenth cheaper, 2.5 a fortieth dearer.",
    )
    rounding = forms.ChoiceField(
        choices=[("1", "to the cent"), ("5", "to five cents"), ("99", "to an ending of .99")],
        widget=UnfoldAdminSelectWidget,
    )
    currency = CurrencyField()


class MoveForm(forms.Form):
    category = TreeNodeChoiceField(
        queryset=Category.objects.order_by("path"), empty_label=None, widget=UnfoldAdminSelectWidget
    )


class CollectForm(forms.Form):
    collection = forms.ModelChoiceField(
        queryset=Collection.objects.filter(kind=Collection.Kind.MANUAL).order_by("title"),
        empty_label=None,
        widget=UnfoldAdminSelectWidget,
    )


class BulkAdmin:
    """Mixed into the admin of products, before it."""

    admin_site: Any
    actions = ["publish", "archive", "change_prices", "move", "collect"]

    def get_actions(self, request: HttpRequest) -> dict[str, Any]:
        actions = super().get_actions(request)  # type: ignore[misc]  # ModelAdmin's, behind this one
        actions.pop("delete_selected", None)
        return actions

    @admin.action(description="Publish", permissions=["change"])
    def publish(self, request: HttpRequest, queryset: QuerySet[Product]) -> None:
        self._set_status(request, queryset, Product.Status.PUBLISHED)

    @admin.action(description="Archive", permissions=["change"])
    def archive(self, request: HttpRequest, queryset: QuerySet[Product]) -> None:
        self._set_status(request, queryset, Product.Status.ARCHIVED)

    def _set_status(self, request: HttpRequest, queryset: QuerySet[Product], status: str) -> None:
        try:
            changed, refused = bulk.set_statuses(bulk.chosen(queryset), status)
        except Problem as problem:
            messages.error(request, str(problem))
            return
        messages.success(request, f"{changed:,} products are {status} now.")
        for sentence in refused[:REFUSALS_SHOWN]:
            messages.error(request, sentence)
        if (further := len(refused) - REFUSALS_SHOWN) > 0:
            messages.error(request, f"{further:,} more products could not be published.")

    @admin.action(description="Change prices…", permissions=["change"])
    def change_prices(self, request: HttpRequest, queryset: QuerySet[Product]) -> HttpResponse | None:
        """Ask for a percentage, show what would become of each price, then do it."""
        form = RepriceForm(request.POST if "percent" in request.POST else None, initial={"currency": shop_currency()})
        plan: list[bulk.Repricing] = []
        try:
            ids = bulk.chosen(queryset)
            if form.is_valid():
                if "seen" in request.POST and "apply" in request.POST:
                    changed = bulk.apply_prices(ids, **form.cleaned_data, seen=request.POST["seen"])
                    messages.success(request, f"{changed:,} prices were changed.")
                    return None
                plan = bulk.plan_prices(ids, **form.cleaned_data)
        except bulk.PricesChanged as problem:
            messages.warning(request, str(problem))
            plan = bulk.plan_prices(ids, **form.cleaned_data)
        except Problem as problem:
            messages.error(request, str(problem))
            if isinstance(problem, bulk.TooMany):
                return None
        lines = [(line, Money(line.before, line.currency), Money(line.after, line.currency)) for line in plan[:SHOWN]]
        context = {
            "title": "Change prices",
            "lines": [(line, before.format(), after.format()) for line, before, after in lines],
            "line_count": len(plan),
            "further": max(0, len(plan) - SHOWN),
            "seen": bulk.fingerprint(plan) if plan else "",
            "is_asked": form.is_bound and form.is_valid(),
        }
        return self._confirmation(request, queryset, "change_prices", form, context)

    @admin.action(description="Move to a category…", permissions=["change"])
    def move(self, request: HttpRequest, queryset: QuerySet[Product]) -> HttpResponse | None:
        form = MoveForm(request.POST if "apply" in request.POST else None)
        if form.is_valid():
            category = form.cleaned_data["category"]
            self._do(
                request,
                lambda: f"{bulk.move_products(bulk.chosen(queryset), category):,} products are in {category} now.",
            )
            return None
        return self._confirmation(request, queryset, "move", form, {"title": "Move to a category"})

    @admin.action(description="Add to a collection…", permissions=["change"])
    def collect(self, request: HttpRequest, queryset: QuerySet[Product]) -> HttpResponse | None:
        form = CollectForm(request.POST if "apply" in request.POST else None)
        if form.is_valid():
            collection = form.cleaned_data["collection"]
            self._do(
                request,
                lambda: (
                    f"{bulk.add_to_collection(bulk.chosen(queryset), collection):,} products are new in {collection}."
                ),
            )
            return None
        return self._confirmation(request, queryset, "collect", form, {"title": "Add to a collection"})

    def _do(self, request: HttpRequest, work: Any) -> None:
        try:
            messages.success(request, work())
        except Problem as problem:
            messages.error(request, str(problem))

    def _confirmation(
        self, request: HttpRequest, queryset: QuerySet[Product], action: str, form: forms.Form, context: dict[str, Any]
    ) -> HttpResponse:
        """A page between the list and the deed, which sends the list's own action again."""
        whole = {
            **self.admin_site.each_context(request),
            "opts": Product._meta,
            "form": form,
            "action": action,
            "selected": request.POST.getlist(helpers.ACTION_CHECKBOX_NAME),
            "select_across": request.POST.get("select_across", "0"),
            "action_checkbox_name": helpers.ACTION_CHECKBOX_NAME,
            "chosen": queryset.order_by()[: bulk.MAX_PRODUCTS].count(),
            **context,
        }
        return TemplateResponse(request, "backoffice/bulk.html", whole)
