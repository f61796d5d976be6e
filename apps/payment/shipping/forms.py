"""Forms of zones, delivery methods and their prices in the admin."""

from __future__ import annotations

from typing import Any

from django import forms
from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from unfold.widgets import UnfoldAdminSelect2MultipleWidget, UnfoldAdminSelectWidget

from apps.common.admin_site.fields import MoneyField, as_minor_units
from apps.common.admin_site.translated import TranslatedForm
from apps.common.countries import COUNTRIES, countries_by_name, country_name
from apps.common.languages import current_language
from apps.common.money import Money
from apps.payment.shipping.models import ShippingMethod, ShippingPrice, ShippingZone, ZoneCountry

AMOUNTS = ("amount", "from_value")


def country_choices() -> list[tuple[str, str]]:
    """All countries by their names in the active language."""
    return countries_by_name(COUNTRIES, current_language())


class ZoneForm(forms.ModelForm):
    """A zone with its countries; none that another zone has."""

    country_codes = forms.MultipleChoiceField(
        label=_("Countries"), required=False, choices=country_choices, widget=UnfoldAdminSelect2MultipleWidget
    )

    class Meta:
        model = ShippingZone
        fields = ["name", "is_rest_of_world"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.instance.pk:
            self.initial["country_codes"] = sorted(self.instance.countries.values_list("code", flat=True))

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        codes = data.get("country_codes", [])
        if data.get("is_rest_of_world") and codes:
            self.add_error("country_codes", gettext("A zone for all other countries lists none."))
        elif not data.get("is_rest_of_world") and not codes and "country_codes" not in self.errors:
            self.add_error("country_codes", gettext("Choose at least one country."))
        taken = ZoneCountry.objects.filter(code__in=codes).exclude(zone=self.instance.pk).select_related("zone")
        for country in taken:
            name = country_name(country.code, current_language())
            sentence = gettext("%(country)s is in the zone %(zone)s already.")
            self.add_error("country_codes", sentence % {"country": name, "zone": country.zone.name})
        return data

    def save_countries(self) -> None:
        """Make the zone's countries those of the form. Raises IntegrityError when another zone got one meanwhile."""
        codes = set(self.cleaned_data["country_codes"])
        with transaction.atomic():
            self.instance.countries.exclude(code__in=codes).delete()
            kept = set(self.instance.countries.values_list("code", flat=True))
            ZoneCountry.objects.bulk_create(ZoneCountry(zone=self.instance, code=code) for code in sorted(codes - kept))


class MethodForm(TranslatedForm):
    """A delivery method with its texts in each language."""

    class Meta:
        model = ShippingMethod
        fields = ["zone", "code", "name", "description", "min_days", "max_days", "requires_phone", "is_active"]


class PriceForm(forms.ModelForm):
    """Amounts are entered in major units, `4.90`, and kept in minor ones."""

    currency = forms.ChoiceField(label=_("Currency"), widget=UnfoldAdminSelectWidget)
    amount = MoneyField(label=_("Price"))
    from_value = MoneyField(label=_("From order value"), required=False)

    class Meta:
        model = ShippingPrice
        fields = ["currency", "amount", "from_value", "max_weight_grams"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if "currency" not in self.fields:
            return
        # A currency that the shop gave up stays readable.
        codes = dict.fromkeys([*settings.SHOP_CURRENCIES, *filter(None, [self.instance.currency])])
        self.fields["currency"].choices = [(code, code) for code in codes]  # type: ignore[attr-defined]  # a ChoiceField
        if self.instance.pk:
            for name in AMOUNTS:
                self.initial[name] = Money(getattr(self.instance, name), self.instance.currency).major_units

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        currency = data.get("currency")
        data["from_value"] = data.get("from_value") or 0
        for name in AMOUNTS:
            if currency and data.get(name):
                try:
                    data[name] = as_minor_units(data[name], currency)
                except forms.ValidationError as error:
                    self.add_error(name, error)
        return data


class PriceFormSet(forms.BaseInlineFormSet):
    """No two prices with the same conditions; of an active method, one for every cart that is light enough, whatever
    its value and currency."""

    def clean(self) -> None:
        super().clean()
        if any(self.errors):
            return
        kept = [form.cleaned_data for form in self.forms if form.cleaned_data and not form.cleaned_data.get("DELETE")]
        conditions = [(data["currency"], data["from_value"], data["max_weight_grams"]) for data in kept]
        if len(set(conditions)) < len(conditions):
            raise forms.ValidationError(gettext("There is a price with these conditions already."))
        served = {data["currency"] for data in kept if not data["from_value"]}
        missing = [code for code in settings.SHOP_CURRENCIES if code not in served]
        if self.instance.is_active and missing:
            sentence = gettext("Enter a price from an order value of 0 in: %(currencies)s.")
            raise forms.ValidationError(sentence % {"currencies": ", ".join(missing)})
