"""What the fields of an address are called in a country."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.utils.translation import gettext_lazy as _

from apps.common.addresses import AddressRules

if TYPE_CHECKING:
    from django.utils.functional import _StrPromise

POSTAL_CODE_LABELS: dict[str, str | _StrPromise] = {
    "postal": _("Postal code"),
    "zip": _("ZIP code"),
    "eircode": _("Eircode"),
    "pin": _("PIN code"),
}
CITY_LABELS: dict[str, str | _StrPromise] = {"city": _("City"), "post_town": _("Town or city")}
REGION_LABELS: dict[str, str | _StrPromise] = {
    "state": _("State"),
    "province": _("Province"),
    "county": _("County"),
    "prefecture": _("Prefecture"),
    "area": _("Area"),
}


def postal_code_label(rules: AddressRules) -> str | _StrPromise:
    """What a postal code is called there."""
    return POSTAL_CODE_LABELS.get(rules.postal_code_kind, _("Postal code"))


def city_label(rules: AddressRules) -> str | _StrPromise:
    """What a city is called there."""
    return CITY_LABELS.get(rules.city_kind, _("City"))


def region_label(rules: AddressRules) -> str | _StrPromise:
    """What a region is called there."""
    return REGION_LABELS.get(rules.region_kind, _("Region"))
