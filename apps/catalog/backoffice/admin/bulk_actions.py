"""Bulk actions of the product list; their rules and limits are in `products.services.bulk`."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.contrib.admin import AdminSite, helpers
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _
from treebeard.forms import TreeNodeChoiceField
from unfold.widgets import UnfoldAdminSelectWidget

from apps.catalog.products.models import Category, Collection, Product
from apps.catalog.products.selectors import shop_currency
from apps.catalog.products.services import bulk
from apps.common.admin_site.display import money
from apps.common.admin_site.fields import CurrencyField, LocalDecimalField
from apps.common.numbers import grouped
from apps.common.problems import Problem

SHOWN = 100
REFUSALS_SHOWN = 10


class RepriceForm(forms.Form):
    percent = LocalDecimalField(
        label=_("Change in percent"),
        max_digits=5,
        decimal_places=2,
        min_value=bulk.MIN_PERCENT,
        max_value=bulk.MAX_PERCENT,
        help_text=_("For example, -10 lowers prices by 10 percent and 2.5 raises them by 2.5 percent."),
    )
    rounding = forms.ChoiceField(
        label=_("Rounding"),
        choices=[("1", _("Nearest cent")), ("5", _("Nearest 5 cents")), ("99", _("Prices ending in .99"))],
        widget=UnfoldAdminSelectWidget,
    )
    currency = CurrencyField()


class MoveForm(forms.Form):
    category = TreeNodeChoiceField(
        label=_("Category"),
        queryset=Category.objects.order_by("path"),
        empty_label=None,
        widget=UnfoldAdminSelectWidget,
    )


class CollectForm(forms.Form):
    collection = forms.ModelChoiceField(
        label=_("Collection"),
        queryset=Collection.objects.filter(kind=Collection.Kind.MANUAL).order_by("title"),
        empty_label=None,
        widget=UnfoldAdminSelectWidget,
    )


def _changed(count: int, status: str) -> str:
    """`2,000 products published.`"""
    if status == Product.Status.PUBLISHED:
        sentence = ngettext("%(count)s product published.", "%(count)s products published.", count)
    else:
        sentence = ngettext("%(count)s product archived.", "%(count)s products archived.", count)
    return sentence % {"count": grouped(count)}


class BulkAdmin:
    """Mixin before ModelAdmin with the bulk actions of products."""

    admin_site: AdminSite
    has_change_permission: Callable[..., bool]
    actions = ["publish", "archive", "change_prices", "move", "collect"]

    def get_actions(self, request: HttpRequest) -> dict[str, Any]:
        actions = super().get_actions(request)  # type: ignore[misc]  # ModelAdmin's, behind this one
        actions.pop("delete_selected", None)
        return actions

    @admin.action(description=_("Publish"), permissions=["change"])
    def publish(self, request: HttpRequest, queryset: QuerySet[Product]) -> None:
        self._set_status(request, queryset, Product.Status.PUBLISHED)

    @admin.action(description=_("Archive"), permissions=["change"])
    def archive(self, request: HttpRequest, queryset: QuerySet[Product]) -> None:
        self._set_status(request, queryset, Product.Status.ARCHIVED)

    def _set_status(self, request: HttpRequest, queryset: QuerySet[Product], status: str) -> None:
        try:
            changed, refused = bulk.set_statuses(bulk.selected_ids(queryset), status)
        except Problem as problem:
            messages.error(request, str(problem))
            return
        if changed:
            messages.success(request, _changed(changed, status))
        for sentence in refused[:REFUSALS_SHOWN]:
            messages.error(request, sentence)
        if (further := len(refused) - REFUSALS_SHOWN) > 0:
            sentence = ngettext(
                "%(count)s more product could not be published.",
                "%(count)s more products could not be published.",
                further,
            )
            messages.error(request, sentence % {"count": grouped(further)})

    @admin.action(description=_("Change prices…"), permissions=["change"])
    def change_prices(self, request: HttpRequest, queryset: QuerySet[Product]) -> HttpResponse | None:
        """A page that asks for a percentage and previews the new prices before they are applied."""
        form = RepriceForm(request.POST if "percent" in request.POST else None, initial={"currency": shop_currency()})
        plan: list[bulk.Repricing] = []
        try:
            ids = bulk.selected_ids(queryset)
            if form.is_valid():
                if "seen" in request.POST and "apply" in request.POST:
                    changed = bulk.apply_prices(ids, **form.cleaned_data, seen=request.POST["seen"])
                    sentence = ngettext("%(count)s price updated.", "%(count)s prices updated.", changed)
                    messages.success(request, sentence % {"count": grouped(changed)})
                    return None
                plan = bulk.plan_prices(ids, **form.cleaned_data)
        except bulk.PricesChanged as problem:
            messages.warning(request, str(problem))
            plan = bulk.plan_prices(ids, **form.cleaned_data)
        except Problem as problem:
            messages.error(request, str(problem))
            if isinstance(problem, bulk.TooMany):
                return None
        context = {
            "title": gettext("Change prices"),
            "lines": [
                (line, money(line.before, line.currency), money(line.after, line.currency)) for line in plan[:SHOWN]
            ],
            "line_count": len(plan),
            "further": max(0, len(plan) - SHOWN),
            "seen": bulk.fingerprint(plan) if plan else "",
            "is_asked": form.is_bound and form.is_valid(),
        }
        return self._confirmation(request, queryset, "change_prices", form, context)

    @admin.action(description=_("Move to a category…"), permissions=["change"])
    def move(self, request: HttpRequest, queryset: QuerySet[Product]) -> HttpResponse | None:
        form = MoveForm(request.POST if "apply" in request.POST else None)
        if form.is_valid():
            category = form.cleaned_data["category"]

            def move() -> str:
                moved = bulk.move_products(bulk.selected_ids(queryset), category)
                sentence = ngettext(
                    "%(count)s product moved to %(category)s.", "%(count)s products moved to %(category)s.", moved
                )
                return sentence % {"count": grouped(moved), "category": category}

            self._run(request, move)
            return None
        return self._confirmation(request, queryset, "move", form, {"title": gettext("Move to a category")})

    def has_collect_permission(self, request: HttpRequest) -> bool:
        """Adding products to a collection changes the collection."""
        return self.has_change_permission(request) and request.user.has_perm("products.change_collection")

    @admin.action(description=_("Add to a collection…"), permissions=["collect"])
    def collect(self, request: HttpRequest, queryset: QuerySet[Product]) -> HttpResponse | None:
        form = CollectForm(request.POST if "apply" in request.POST else None)
        if form.is_valid():
            collection = form.cleaned_data["collection"]

            def add() -> str:
                added = bulk.add_to_collection(bulk.selected_ids(queryset), collection)
                sentence = ngettext(
                    "%(count)s product added to %(collection)s.", "%(count)s products added to %(collection)s.", added
                )
                return sentence % {"count": grouped(added), "collection": collection}

            self._run(request, add)
            return None
        return self._confirmation(request, queryset, "collect", form, {"title": gettext("Add to a collection")})

    def _run(self, request: HttpRequest, change: Callable[[], str]) -> None:
        """Call a function that returns its success message; a Problem becomes an error message."""
        try:
            messages.success(request, change())
        except Problem as problem:
            messages.error(request, str(problem))

    def _confirmation(
        self, request: HttpRequest, queryset: QuerySet[Product], action: str, form: forms.Form, context: dict[str, Any]
    ) -> HttpResponse:
        """A confirmation page that submits the list's action again."""
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
