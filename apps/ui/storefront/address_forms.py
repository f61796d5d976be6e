"""Forms of addresses, companies and countries, with the fields of each country."""

from __future__ import annotations

from collections.abc import Collection
from typing import TYPE_CHECKING, Any

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from apps.common.addresses import address_rules
from apps.common.countries import COUNTRIES, COUNTRIES_TAXED_BY_STATE, countries_by_name
from apps.common.languages import current_language
from apps.ui.storefront.address_rules import city_label, postal_code_label, region_label

if TYPE_CHECKING:
    pass
from apps.ui.storefront.forms import ShopForm, text

HOME_COUNTRY = "DE"


def known_country(code: str, countries: Collection[str]) -> str:
    """The country if it is one of them, else the shop's own, else the first of them."""
    return next((known for known in (code, HOME_COUNTRY) if known in countries), min(countries, default=HOME_COUNTRY))


class AddressForm(ShopForm):
    """An address with the fields of its country: `country` (of a new form; a sent form says it itself) decides them.

    It is one of `countries`; all that there are if left out.
    """

    country = forms.ChoiceField(
        label=_("Country"),
        widget=forms.Select(attrs={"autocomplete": "shipping country"}),
    )
    name = text(_("Name"), autocomplete="shipping name")
    line1 = text(_("Street and number"), autocomplete="shipping address-line1", length=200)
    line2 = text(_("Apartment, floor or company"), autocomplete="shipping address-line2", length=200, required=False)
    postal_code = text(_("Postal code"), autocomplete="shipping postal-code", length=20)
    city = text(_("City"), autocomplete="shipping address-level2", length=100)
    region = text(_("Region"), autocomplete="shipping address-level1", length=100, required=False)
    phone = text(
        _("Phone"),
        autocomplete="shipping tel",
        length=40,
        required=False,
        inputmode="tel",
        help_text=_("For questions about the delivery"),
    )

    def __init__(
        self, *args: Any, country: str = HOME_COUNTRY, countries: Collection[str] = COUNTRIES, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        choices = countries_by_name(countries, current_language())
        self.fields["country"].choices = choices  # type: ignore[attr-defined]  # it is a ChoiceField
        sent = self.data.get(self.add_prefix("country"), "") if self.is_bound else country
        self.country_code = known_country(sent, countries)
        self.initial["country"] = self.country_code
        self.rules = address_rules(self.country_code)
        self._set_fields()

    def _set_fields(self) -> None:
        rules = self.rules
        labels = {"postal_code": postal_code_label(rules), "city": city_label(rules), "region": region_label(rules)}
        for name, label in labels.items():
            if name in rules.order:
                self.fields[name].label = label
                self.fields[name].required = name in rules.required
            else:
                del self.fields[name]
        if "postal_code" in rules.order and rules.has_digits_alone:
            self.fields["postal_code"].widget.attrs["inputmode"] = "numeric"
        if "region" in rules.order and rules.regions:
            self.fields["region"] = forms.ChoiceField(
                label=labels["region"],
                required="region" in rules.required,
                choices=[("", _("Choose")), *rules.regions],
                widget=forms.Select(attrs={"autocomplete": "shipping address-level1"}),
                error_messages={
                    "required": gettext("Please fill in this field."),
                    "invalid_choice": gettext("Please choose one of the list."),
                },
            )
        self.order_fields(["country", *rules.order, "phone"])

    def clean_postal_code(self) -> str:
        """The postal code in the form of its country."""
        code: str = self.cleaned_data["postal_code"].upper()
        if code and not self.rules.is_postal_code(code):
            raise forms.ValidationError(self.rules.postal_code_sentence())
        return code

    def address(self) -> dict[str, str]:
        """The address for the APIs, without empty fields."""
        return {name: value for name in AddressForm.base_fields if (value := self.cleaned_data.get(name))}


class CheckoutAddressForm(AddressForm):
    """A delivery address; signed-in customers may save it."""

    keep = forms.BooleanField(label=_("Save this address to my account"), required=False)

    def __init__(self, *args: Any, can_save: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not can_save:
            del self.fields["keep"]

    def require_phone(self) -> None:
        """The carrier or customs ask for it."""
        self.fields["phone"].required = True


class CompanyForm(ShopForm):
    """What a business adds to its order."""

    company = text(_("Company"), autocomplete="shipping organization", required=False)
    vat_id = text(
        _("VAT ID"),
        autocomplete="off",
        length=40,
        required=False,
        autocapitalize="characters",
        help_text=_("Only for businesses in the European Union, such as FR40303265045."),
    )
    # The total depends on it.
    vat_id.widget.attrs["data-updates"] = ""


class BillingAddressForm(AddressForm):
    """The address of an invoice: without a phone number, and filled in by browsers as a billing address."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        del self.fields["phone"]
        for field in self.fields.values():
            hint = field.widget.attrs.get("autocomplete", "")
            field.widget.attrs["autocomplete"] = hint.replace("shipping ", "billing ")
        for name in ("country", "region"):
            if name in self.fields:
                # The form and the total depend on it.
                self.fields[name].widget.attrs["data-updates"] = ""


class SavedAddressForm(AddressForm):
    """An entry of the address book."""

    is_default = forms.BooleanField(label=_("Use as my default address"), required=False)


def all_countries() -> list[tuple[str, str]]:
    """Films are watched anywhere; by name in the language of the page."""
    return countries_by_name(COUNTRIES, current_language())


class HomeForm(ShopForm):
    """Where a customer lives, whose tax is in the price of a subscription; the state where states levy it."""

    country = forms.ChoiceField(
        label=_("Country"),
        choices=all_countries,
        initial=HOME_COUNTRY,
        widget=forms.Select(attrs={"autocomplete": "billing country", "data-updates": ""}),
    )
    region = forms.ChoiceField(
        label=_("State"),
        choices=[],
        widget=forms.Select(attrs={"autocomplete": "billing address-level1", "data-updates": ""}),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        sent = self.data if self.is_bound else self.initial
        self.country_code = known_country(sent.get(self.add_prefix("country")) or sent.get("country", ""), COUNTRIES)
        if self.country_code in COUNTRIES_TAXED_BY_STATE:
            regions = address_rules(self.country_code).regions
            self.fields["region"].choices = [("", _("Choose")), *regions]  # type: ignore[attr-defined]  # a ChoiceField
        else:
            del self.fields["region"]


class SubscriberCompanyForm(CompanyForm):
    """What a business adds to its subscription: its invoices name its address."""

    line1 = text(_("Street and number"), autocomplete="billing address-line1", length=200, required=False)
    postal_code = text(_("Postal code"), autocomplete="billing postal-code", length=20, required=False)
    city = text(_("City"), autocomplete="billing address-level2", length=100, required=False)

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if any(cleaned.values()):
            for name in ("company", "line1", "city"):
                if not cleaned.get(name) and name not in self.errors:
                    self.add_error(name, gettext("Please fill in this field."))
        return cleaned

    def billing(self, home: HomeForm) -> dict[str, Any]:
        """What the API gets of it; nothing for a consumer. The company is in the customer's country and state."""
        data = self.cleaned_data
        if not any(data.values()):
            return {}
        address = {"name": data["company"], "line1": data["line1"], "city": data["city"]}
        address |= {"postal_code": data["postal_code"], **home.cleaned_data}
        return {"company": data["company"], "vat_id": data["vat_id"], "billing_address": address}
