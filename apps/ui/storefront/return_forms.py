"""The form with which customers ask to return what they bought."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from apps.ui.storefront.clients.payment_schemas import Order
from apps.ui.storefront.forms import ShopForm

PREFIX = "line-"


class ReturnForm(ShopForm):
    """How many units of each line, and why. Lines that are refunded already are left out."""

    reason = forms.ChoiceField(
        label=_("Reason"),
        choices=[
            ("", _("Choose")),
            ("changed_mind", _("I changed my mind")),
            ("damaged", _("It arrived damaged")),
            ("wrong_item", _("I received the wrong item")),
            ("not_as_described", _("It is not as described")),
            ("too_late", _("It took too long")),
            ("other", _("Another reason")),
        ],
    )
    comment = forms.CharField(
        label=_("Details"), max_length=1000, required=False, widget=forms.Textarea(attrs={"rows": 3})
    )

    def __init__(self, *args: Any, order: Order, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        lines = [line for line in order.lines if line.returnable_quantity]
        only = len(lines) == 1
        for line in lines:
            self.fields[f"{PREFIX}{line.position}"] = forms.TypedChoiceField(
                label=line.title,
                help_text=line.variant_name,
                choices=[(units, units) for units in range(line.returnable_quantity + 1)],
                coerce=int,
                initial=line.returnable_quantity if only else 0,
            )
        self.set_error_messages()
        # What comes back stands before the reason.
        self.order_fields([name for name in self.fields if name.startswith(PREFIX)])

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if not self.errors and not self.quantities():
            self.add_error(None, gettext("Choose at least one item."))
        return cleaned

    def quantities(self) -> dict[int, int]:
        """Units by the position of their line; only those that come back."""
        chosen = {name: units for name, units in self.cleaned_data.items() if name.startswith(PREFIX) and units}
        return {int(name.removeprefix(PREFIX)): units for name, units in chosen.items()}
