"""What staff fill in about stock and warehouses, written by the services."""

from __future__ import annotations

import uuid
from typing import Any

from django import forms
from django.db import transaction
from unfold.widgets import UnfoldAdminIntegerFieldWidget, UnfoldAdminSelectWidget, UnfoldAdminTextInputWidget

from apps.catalog.inventory import services
from apps.catalog.inventory.models import StockItem, StockMovement, Warehouse
from apps.catalog.products.models import Variant
from apps.common.ids import uuid7
from apps.common.problems import Problem

POLICY = ("policy", "backorder_limit", "available_on", "low_stock_at")
COUNT = {"max_value": services.MAX_ON_HAND, "widget": UnfoldAdminIntegerFieldWidget}


class WritesByServices(forms.ModelForm):
    """A form whose `write` calls services; tried when it is checked, so that refusals stand beside the fields."""

    instance: Any

    def write(self, by: str) -> None:
        raise NotImplementedError

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        if self.errors:
            return data
        try:
            with transaction.atomic():
                self.write("")
                transaction.set_rollback(True)
        except Problem as problem:
            refusals = problem.errors or {"": [str(problem)]}
            for name, said in refusals.items():
                self.add_error(name if name in self.fields else None, said)
        return data

    def validate_constraints(self) -> None:
        """The services say it in words."""


class WarehouseField(forms.ModelChoiceField):
    def __init__(self, **kwargs: Any) -> None:
        rows = Warehouse.objects.order_by("priority", "id")
        super().__init__(rows, required=False, widget=UnfoldAdminSelectWidget, **kwargs)


class StockForm(WritesByServices):
    change = forms.IntegerField(
        label="Add or take",
        required=False,
        min_value=-services.MAX_ON_HAND,
        help_text="12 adds, -3 takes.",
        **COUNT,
    )
    warehouse = WarehouseField(empty_label="the first one")
    reason = forms.ChoiceField(
        choices=[("", "–"), *(choice for choice in StockMovement.Reason.choices if choice[0] in services.BY_HAND)],
        required=False,
        widget=UnfoldAdminSelectWidget,
    )
    reference = forms.CharField(max_length=100, required=False, widget=UnfoldAdminTextInputWidget)
    quantity = forms.IntegerField(label="Pieces to move", required=False, min_value=1, **COUNT)
    source = WarehouseField(label="from")
    target = WarehouseField(label="to")
    # The same page sent twice writes once.
    movement_id = forms.UUIDField(widget=forms.HiddenInput, required=False)

    class Meta:
        model = StockItem
        fields = POLICY

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.initial["movement_id"] = uuid7()

    def clean(self) -> dict[str, Any]:
        data = self.cleaned_data
        if data.get("change") and not data.get("reason"):
            self.add_error("reason", "Say why pieces are added or taken.")
        for name in ("source", "target"):
            if data.get("quantity") and not data.get(name):
                self.add_error(name, "Choose a warehouse.")
        return super().clean()

    @property
    def variant(self) -> Variant:
        return self.instance.variant

    @property
    def is_repeated(self) -> bool:
        """Whether this very page was saved before."""
        return StockMovement.objects.filter(pk__in=self._ids()).exists()

    def write(self, by: str) -> None:
        data = self.cleaned_data
        sign = {"reference": data["reference"], "by": by}
        counted, moved = self._ids()
        if changes := {name: data[name] for name in POLICY if name in self.changed_data}:
            services.set_policy(self.variant, changes)
        if data["change"]:
            facts = {name: data[name] for name in ("change", "reason", "warehouse")}
            services.adjust_stock(self.variant, **facts, **sign, movement_id=counted)
        if data["quantity"]:
            facts = {name: data[name] for name in ("quantity", "source", "target")}
            services.move_stock(self.variant, **facts, **sign, movement_id=moved)

    def _ids(self) -> tuple[uuid.UUID, uuid.UUID]:
        """Of the movements that it makes: one to add or take, one to move."""
        page = self.cleaned_data["movement_id"] or uuid7()
        return uuid.uuid5(page, f"{self.instance.pk} counted"), uuid.uuid5(page, f"{self.instance.pk} moved")


class WarehouseForm(WritesByServices):
    class Meta:
        model = Warehouse
        fields = ("name", "code", "country", "priority", "is_active")

    def write(self, by: str) -> None:
        data = self.cleaned_data
        if self.instance._state.adding:
            self.instance.pk = services.add_warehouse(**data).pk
        elif changes := {name: data[name] for name in self.changed_data}:
            services.change_warehouse(self.instance.code, changes)

    def clean_country(self) -> str:
        country = self.cleaned_data["country"].upper()
        if not (len(country) == 2 and country.isascii() and country.isalpha()):
            raise forms.ValidationError("Use two letters such as DE.")
        return country
