"""Forms of what staff do with an order. Amounts are entered in major units, `5.00`."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from typing import Any

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from unfold.widgets import (
    UnfoldAdminSelectWidget,
    UnfoldAdminTextareaWidget,
    UnfoldAdminTextInputWidget,
    UnfoldBooleanSwitchWidget,
)

from apps.common.admin_site.fields import MoneyField, as_minor_units
from apps.common.text import one_line
from apps.payment.orders.models import Order, OrderLine
from apps.payment.orders.services import MAX_NOTE_LENGTH
from apps.payment.refunds.planning import RefundChoice, shipping_left
from apps.payment.refunds.returns import MAX_TEXT_LENGTH
from apps.payment.shipments.carriers import localised_choices


class UnitsInput(UnfoldAdminTextInputWidget):
    input_type = "number"


class UnitsForm(forms.Form):
    """A number of units for each line of an order that has some left."""

    def __init__(self, *args: Any, order: Order, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.order = order
        self.lines = [line for line in sorted(order.lines.all(), key=lambda row: row.position) if self.left(line)]
        for line in self.lines:
            self.fields[f"quantity_{line.position}"] = forms.IntegerField(
                label=line.title,
                min_value=0,
                max_value=self.left(line),
                required=False,
                initial=self.initial_quantity(line),
                widget=UnitsInput(attrs={"inputmode": "numeric"}),
            )

    def left(self, line: OrderLine) -> int:
        """How many units can be chosen."""
        raise NotImplementedError

    def initial_quantity(self, line: OrderLine) -> int:
        return 0

    def rows(self) -> Iterator[dict[str, Any]]:
        """Lines with their fields, for a table."""
        for line in self.lines:
            restock = f"restock_{line.position}"
            yield {
                "line": line,
                "left": self.left(line),
                "quantity": self[f"quantity_{line.position}"],
                "restock": self[restock] if restock in self.fields else None,
            }

    def other_fields(self) -> list[forms.BoundField]:
        """The fields that belong to no line."""
        of_lines = ("quantity_", "restock_")
        return [field for field in self.visible_fields() if not field.name.startswith(of_lines)]

    def quantities(self) -> dict[int, int]:
        """Chosen units by the position of their line."""
        chosen = {line.position: self.cleaned_data.get(f"quantity_{line.position}") or 0 for line in self.lines}
        return {position: quantity for position, quantity in chosen.items() if quantity}


class RefundForm(UnitsForm):
    """What to give back. `seen` is what was refunded when the page was made, `key` makes a double click one refund."""

    key = forms.CharField(widget=forms.HiddenInput, max_length=40)
    seen = forms.IntegerField(widget=forms.HiddenInput)
    shipping = MoneyField(label=_("Shipping"), required=False)
    goodwill = MoneyField(
        label=_("Free amount"),
        required=False,
        help_text=_("Lowers the price of everything that is left of the order; takes no items back."),
    )
    reason = forms.CharField(
        label=_("Reason"),
        max_length=300,
        required=False,
        validators=[one_line],
        widget=UnfoldAdminTextInputWidget,
        help_text=_("For staff; customers do not see it."),
    )

    def __init__(self, *args: Any, order: Order, **kwargs: Any) -> None:
        super().__init__(*args, order=order, **kwargs)
        for line in self.lines:
            if not line.is_film:
                self.fields[f"restock_{line.position}"] = forms.BooleanField(
                    label=_("Back into the stock"), required=False, widget=UnfoldBooleanSwitchWidget
                )
        if not shipping_left(order):
            del self.fields["shipping"]

    def left(self, line: OrderLine) -> int:
        return line.refundable_quantity

    def choice(self) -> RefundChoice:
        """What was entered, in minor units."""
        restocked = {line.position for line in self.lines if self.cleaned_data.get(f"restock_{line.position}")}
        return RefundChoice(
            self.quantities(),
            frozenset(restocked),
            shipping_amount=self.cleaned_data.get("shipping", 0),
            goodwill_amount=self.cleaned_data["goodwill"],
        )

    def clean_shipping(self) -> int:
        return self._minor_units("shipping")

    def clean_goodwill(self) -> int:
        return self._minor_units("goodwill")

    def _minor_units(self, name: str) -> int:
        amount: Decimal | None = self.cleaned_data[name]
        return as_minor_units(amount, self.order.currency) if amount else 0


class ShipForm(UnitsForm):
    """A parcel; all that has yet to be sent is in it unless other numbers are entered."""

    key = forms.CharField(widget=forms.HiddenInput, max_length=40)
    carrier = forms.ChoiceField(label=_("Carrier"), choices=localised_choices, widget=UnfoldAdminSelectWidget)
    tracking_number = forms.CharField(
        label=_("Tracking number"),
        max_length=60,
        required=False,
        validators=[one_line],
        widget=UnfoldAdminTextInputWidget,
    )
    tracking_url = forms.URLField(
        label=_("Tracking link"),
        max_length=500,
        required=False,
        assume_scheme="https",
        widget=UnfoldAdminTextInputWidget,
        help_text=_("The carrier’s own page if left out."),
    )

    def left(self, line: OrderLine) -> int:
        return line.shippable_quantity

    def initial_quantity(self, line: OrderLine) -> int:
        return line.shippable_quantity


class ConfirmForm(forms.Form):
    """Nothing to enter but the click."""

    key = forms.CharField(widget=forms.HiddenInput, max_length=40)


class ReturnDecisionForm(ConfirmForm):
    restock = forms.BooleanField(label=_("Goods back into the stock"), required=False, widget=UnfoldBooleanSwitchWidget)
    response = forms.CharField(
        label=_("Message to the customer"),
        max_length=MAX_TEXT_LENGTH,
        required=False,
        widget=UnfoldAdminTextareaWidget(attrs={"rows": 4}),
        help_text=_("Only needed to decline; the customer reads it in a mail and with the order."),
    )


class MailForm(forms.Form):
    """Which mail is sent again."""

    def __init__(self, *args: Any, choices: list[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["mail"] = forms.ChoiceField(label=_("Mail"), choices=choices, widget=UnfoldAdminSelectWidget)


class NoteForm(forms.Form):
    text = forms.CharField(
        label=_("Note"), max_length=MAX_NOTE_LENGTH, widget=UnfoldAdminTextareaWidget(attrs={"rows": 5})
    )

    def clean_text(self) -> str:
        text = self.cleaned_data["text"].strip()
        if not text:
            raise forms.ValidationError(gettext("Write something first."))
        return text
