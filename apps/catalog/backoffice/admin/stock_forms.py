"""Forms of stock and warehouses."""

from __future__ import annotations

import uuid
from typing import Any

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from unfold.widgets import UnfoldAdminIntegerFieldWidget, UnfoldAdminSelectWidget, UnfoldAdminTextInputWidget

from apps.catalog.backoffice.admin.service_forms import ServiceForm
from apps.catalog.inventory import services
from apps.catalog.inventory.models import StockItem, StockMovement, Warehouse
from apps.common.ids import uuid7

POLICY = ("policy", "backorder_limit", "available_on", "low_stock_at")
REASONS = [(value, label) for value, label in StockMovement.Reason.choices if value in services.BY_HAND]
COUNT = {"max_value": services.MAX_ON_HAND, "widget": UnfoldAdminIntegerFieldWidget}


class WarehouseField(forms.ModelChoiceField):
    def __init__(self, **kwargs: Any) -> None:
        rows = Warehouse.objects.order_by("priority", "id")
        super().__init__(rows, required=False, widget=UnfoldAdminSelectWidget, **kwargs)


class StockForm(ServiceForm):
    """Adjusts, transfers and sets the policy of stock. Its fingerprint covers the policy alone, as sales change the
    counts all the time."""

    change = forms.IntegerField(
        label=_("Adjustment"),
        required=False,
        min_value=-services.MAX_ON_HAND,
        help_text=_("Use a negative number to remove units."),
        **COUNT,
    )
    warehouse = WarehouseField(label=_("Warehouse"), empty_label=_("Default warehouse"))
    reason = forms.ChoiceField(
        label=_("Reason"),
        choices=[("", _("Select a reason")), *REASONS],
        required=False,
        widget=UnfoldAdminSelectWidget,
    )
    reference = forms.CharField(label=_("Reference"), max_length=100, required=False, widget=UnfoldAdminTextInputWidget)
    quantity = forms.IntegerField(label=_("Units to transfer"), required=False, min_value=1, **COUNT)
    source = WarehouseField(label=_("From"), empty_label=_("Select a warehouse"))
    target = WarehouseField(label=_("To"), empty_label=_("Select a warehouse"))
    # Makes a page that is sent twice count once; see `_movement_ids`.
    movement_id = forms.UUIDField(widget=forms.HiddenInput, required=False)

    class Meta:
        model = StockItem
        fields = POLICY

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.initial["movement_id"] = uuid7()

    @classmethod
    def fingerprint_of(cls, row: StockItem) -> str:
        return repr(services.Policy.of(row))

    def clean(self) -> dict[str, Any]:
        data = self.cleaned_data
        if data.get("change") and not data.get("reason"):
            self.add_error("reason", gettext("Select a reason."))
        for name in ("source", "target"):
            if data.get("quantity") and not data.get(name):
                self.add_error(name, gettext("Select a warehouse."))
        return super().clean()

    @property
    def is_repeated(self) -> bool:
        """Whether this page was already saved."""
        return StockMovement.objects.filter(pk__in=self._movement_ids()).exists()

    def write(self, by: str) -> None:
        """Save the policy, the adjustment and the transfer in the admin's transaction; `by` is the user's e-mail.

        Raises Problem.
        """
        data, variant = self.cleaned_data, self.instance.variant
        entry = {"reference": data["reference"], "by": by}
        adjustment_id, transfer_id = self._movement_ids()
        if changes := {name: data[name] for name in POLICY if name in self.changed_data}:
            services.set_policy(variant, changes, check=self.guard)
        if data["change"]:
            facts = {name: data[name] for name in ("change", "reason", "warehouse")}
            services.adjust_stock(variant, **facts, **entry, movement_id=adjustment_id)
        if data["quantity"]:
            facts = {name: data[name] for name in ("quantity", "source", "target")}
            services.move_stock(variant, **facts, **entry, movement_id=transfer_id)

    def _movement_ids(self) -> tuple[uuid.UUID, uuid.UUID]:
        """The ids of the adjustment's and of the transfer's movement; the same when a page is sent twice."""
        page = self.cleaned_data["movement_id"] or uuid7()
        return uuid.uuid5(page, f"{self.instance.pk} counted"), uuid.uuid5(page, f"{self.instance.pk} moved")


class WarehouseForm(ServiceForm):
    class Meta:
        model = Warehouse
        fields = ("name", "code", "country", "priority", "is_active")

    def clean_country(self) -> str:
        return self.cleaned_data["country"].upper()
