"""The fields with which staff edit a collection's rule."""

from __future__ import annotations

from typing import Any

from django import forms
from django.conf import settings
from django.utils.functional import Promise
from django.utils.text import format_lazy
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _
from unfold.widgets import (
    UnfoldAdminSelect2Widget,
    UnfoldAdminSelectWidget,
    UnfoldAdminTextareaWidget,
    UnfoldAdminTextInputWidget,
    UnfoldBooleanSwitchWidget,
)

from apps.catalog.backoffice.admin.fields import lines_of, named_lines
from apps.catalog.products.models import Brand, Category, Product
from apps.common.admin_site.fields import MoneyField, as_minor_units
from apps.common.money import Money

ANY = ("", _("Any"))
PREFIX = "rule_"
PRICES = ("min_price", "max_price")
SWITCHES = ("in_stock", "featured")


def rule_fields() -> dict[str, forms.Field]:
    """One field for each filter of the product list, and one for all attributes."""
    return {
        "rule_category": forms.ChoiceField(
            label=_("Category"),
            required=False,
            widget=UnfoldAdminSelect2Widget,
            help_text=_("Includes its subcategories."),
        ),
        "rule_brand": forms.ChoiceField(label=_("Brand"), required=False, widget=UnfoldAdminSelect2Widget),
        "rule_kind": forms.ChoiceField(
            label=_("Kind"),
            required=False,
            choices=[ANY, *Product.Kind.choices],
            widget=UnfoldAdminSelectWidget,
        ),
        "rule_min_price": _price(_("Price from")),
        "rule_max_price": _price(_("Price up to")),
        "rule_rating": forms.ChoiceField(
            label=_("Rating"),
            required=False,
            choices=_ratings,
            widget=UnfoldAdminSelectWidget,
        ),
        "rule_in_stock": forms.BooleanField(label=_("In stock only"), required=False, widget=UnfoldBooleanSwitchWidget),
        "rule_featured": forms.BooleanField(label=_("Featured only"), required=False, widget=UnfoldBooleanSwitchWidget),
        "rule_attributes": forms.CharField(
            label=_("Attributes"),
            required=False,
            widget=UnfoldAdminTextareaWidget(attrs={"rows": 3}),
            help_text=_("One per line, by code: “material: oak, ash” or “height: 10..40”."),
        ),
        "rule_q": forms.CharField(
            label=_("Search terms"), required=False, max_length=200, strip=True, widget=UnfoldAdminTextInputWidget
        ),
    }


def _ratings() -> list[tuple[str, Any]]:
    """The least ratings to choose from, in the language of the page."""
    counted = {
        stars: ngettext("%(count)s star or more", "%(count)s stars or more", stars) % {"count": stars}
        for stars in (4, 3, 2, 1)
    }
    return [ANY, *((str(stars), label) for stars, label in counted.items())]


def _price(label: Promise) -> MoneyField:
    return MoneyField(label=format_lazy("{} ({})", label, settings.SHOP_CURRENCY), required=False)


def set_choices(fields: dict[str, forms.Field], rule: dict[str, str]) -> None:
    """Fill the selects with categories and brands, and with those of the rule that were deleted since."""
    known = {
        "category": [(path, path) for path in Category.objects.order_by("path").values_list("full_path", flat=True)],
        "brand": list(Brand.objects.order_by("name").values_list("slug", "name")),
    }
    for name, choices in known.items():
        kept = rule.get(name, "")
        gone = [(kept, gettext("%(name)s (deleted)") % {"name": kept})] if kept and kept not in dict(choices) else []
        fields[PREFIX + name].choices = [ANY, *gone, *choices]  # type: ignore[attr-defined]  # a ChoiceField


def initial_of_rule(rule: dict[str, str]) -> dict[str, Any]:
    """The initial values of the fields for a rule."""
    initial: dict[str, Any] = {
        PREFIX + name: value for name, value in rule.items() if not name.startswith("attr.") and name not in PRICES
    }
    for name in set(PRICES) & rule.keys():
        initial[PREFIX + name] = Money(int(rule[name]), settings.SHOP_CURRENCY).major_units
    for name in SWITCHES:
        initial[PREFIX + name] = rule.get(name) in ("true", "1")
    attributes = {name.removeprefix("attr."): value for name, value in rule.items() if name.startswith("attr.")}
    return initial | {"rule_attributes": lines_of(attributes)}


def rule_of_form(data: dict[str, Any]) -> dict[str, str]:
    """The rule entered in the fields, not yet validated by `read_rule`. Raises forms.ValidationError by field."""
    rule = {
        name: data[PREFIX + name] for name in ("category", "brand", "kind", "rating", "q") if data.get(PREFIX + name)
    }
    for name in PRICES:
        if (value := data.get(PREFIX + name)) is not None:
            try:
                rule[name] = str(as_minor_units(value, settings.SHOP_CURRENCY))
            except forms.ValidationError as error:
                raise forms.ValidationError({PREFIX + name: error.messages}) from error
    if "min_price" in rule and "max_price" in rule and int(rule["min_price"]) > int(rule["max_price"]):
        raise forms.ValidationError({"rule_max_price": gettext("The range ends before it begins.")})
    rule |= {name: "true" for name in SWITCHES if data.get(PREFIX + name)}
    return rule | _attributes(data.get("rule_attributes", ""))


def _attributes(text: str) -> dict[str, str]:
    try:
        return {f"attr.{code}": value for code, value in named_lines(text)}
    except forms.ValidationError as error:
        raise forms.ValidationError({"rule_attributes": error.messages}) from error
