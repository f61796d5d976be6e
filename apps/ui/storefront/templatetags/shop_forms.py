"""Template tags of forms: the error summary, and what a page's title says about errors."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django import template
from django.forms import BaseForm
from django.utils.translation import gettext

from apps.common.addresses import address_rules

register = template.Library()


@dataclass(frozen=True, slots=True)
class FormError:
    """An error as the summary shows it; `target` is the id of its field, empty for an error of the whole form."""

    text: str
    target: str


def form_errors(*forms: BaseForm | None) -> list[FormError]:
    """Every error of these forms in the order of their fields; those of whole forms first."""
    bound = [form for form in forms if form and form.is_bound]
    found = [FormError(str(text), "") for form in bound for text in form.non_field_errors()]
    for form in bound:
        for field in form:
            if field.errors:
                text = " ".join(str(error) for error in field.errors)
                found.append(FormError(f"{field.label}: {text}" if field.label else text, field.id_for_label))
    return found


@register.inclusion_tag("storefront/fragment_error_summary.html")
def error_summary(*forms: BaseForm | None, failure: dict[str, Any] | None = None) -> dict[str, Any]:
    """What is wrong, with links to the fields. It takes the focus when the page opens, so nobody overlooks it.

    `failure` is what is wrong with no field: heading, text and optionally `url` and `label` of a link.
    """
    return {"failure": failure, "errors": form_errors(*forms)}


@register.simple_tag
def error_prefix(*forms: BaseForm | None, failure: dict[str, Any] | None = None) -> str:
    """`Error: ` for the title of a page with errors, which screen readers read first."""
    return gettext("Error: ") if failure or form_errors(*forms) else ""


@register.filter
def town_line(address: Any) -> str:
    """`10115 Berlin`, or `Springfield, IL 62704`: postal code, town and region in the order of the country."""
    if address_rules(address.country).is_postal_code_last:
        return f"{', '.join(part for part in (address.city, address.region) if part)} {address.postal_code}"
    return " ".join(part for part in (address.postal_code, address.city, address.region) if part)


@register.simple_tag
def account_navigation() -> list[tuple[str, str]]:
    """The pages of the account: name of the page, and label."""
    return [
        ("account", gettext("Overview")),
        ("orders", gettext("Orders")),
        ("subscription", gettext("Subscription")),
        ("addresses", gettext("Addresses")),
        ("cards", gettext("Saved cards")),
        ("profile", gettext("Profile")),
        ("password", gettext("Password")),
        ("devices", gettext("Devices")),
        ("account-data", gettext("Your data")),
    ]
