"""Rows of inlines that refer to something, or stand at a position."""

from __future__ import annotations

from typing import Any

from django import forms
from django.urls import reverse
from django.utils.safestring import SafeString

from apps.common.admin_site.display import link


class LinkWidget(forms.Widget):
    """Shows a referenced object as a link to its page, in place of a select."""

    def render(self, name: str, value: Any, attrs: Any = None, renderer: Any = None) -> SafeString:
        address = reverse(f"admin:{value._meta.app_label}_{value._meta.model_name}_change", args=[value.pk])
        return link(address, value)


def place_last(form: forms.ModelForm) -> None:
    """Put a new row without a position last; the model's default of 0 would put it first."""
    form.fields["position"].required = False
    if form.instance._state.adding:
        form.initial["position"] = None


class FixedReferenceForm(forms.ModelForm):
    """A row of an inline that references another object, by the field `reference`, at a position.

    The reference of a saved row cannot be changed: a link needs no query, a select would need one for each row.
    """

    reference = ""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if "position" in self.fields:
            place_last(self)
        if not self.instance._state.adding and self.reference in self.fields:
            self.fields[self.reference] = forms.Field(disabled=True, widget=LinkWidget)
            self.initial[self.reference] = getattr(self.instance, self.reference)


def ordered_forms(formset: forms.BaseInlineFormSet) -> list[Any]:
    """The forms of new rows and of those that are not deleted, by position; those without a position come last."""
    remaining = [form for form in formset.forms if form.cleaned_data and not form.cleaned_data.get("DELETE")]

    def sort_key(form: forms.ModelForm) -> tuple[bool, int]:
        position = form.cleaned_data.get("position")
        return (position is None, position or 0)

    return sorted(remaining, key=sort_key)
