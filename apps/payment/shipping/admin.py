"""Shipping zones and delivery methods in the admin."""

from __future__ import annotations

from typing import Any

from django.contrib import admin, messages
from django.db import IntegrityError
from django.db.models import Count, Prefetch, QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils.safestring import SafeString
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _
from unfold.admin import ModelAdmin, TabularInline

from apps.common.admin_site.display import link, money
from apps.common.admin_site.translated import with_translations
from apps.common.countries import country_name
from apps.common.languages import current_language
from apps.common.numbers import grouped
from apps.common.translated import merged_translations, text
from apps.payment.shipping.forms import MethodForm, PriceForm, PriceFormSet, ZoneForm
from apps.payment.shipping.models import ShippingMethod, ShippingPrice, ShippingZone

# More countries are counted.
SHOWN_COUNTRIES = 6


@admin.register(ShippingZone)
class ShippingZoneAdmin(ModelAdmin):
    form = ZoneForm
    list_display = ["name", "shown_countries", "shown_methods"]
    search_fields = ["name", "countries__code"]
    search_help_text = _("Search by name or country code")
    ordering = ["is_rest_of_world", "name"]
    fields = ["name", "is_rest_of_world", "country_codes"]
    conditional_fields = {"country_codes": "is_rest_of_world == false"}

    def get_queryset(self, request: HttpRequest) -> QuerySet[ShippingZone]:
        rows = super().get_queryset(request).prefetch_related("countries")
        return rows.annotate(method_count=Count("methods"))

    def save_model(self, request: HttpRequest, obj: ShippingZone, form: ZoneForm, change: bool) -> None:
        super().save_model(request, obj, form, change)
        try:
            form.save_countries()
        except IntegrityError:
            message = gettext("Another zone got one of the countries meanwhile. The countries were not changed.")
            messages.error(request, message)

    @admin.display(description=_("countries"))
    def shown_countries(self, zone: ShippingZone) -> str:
        if zone.is_rest_of_world:
            return gettext("All other countries")
        language = current_language()
        names = sorted(country_name(country.code, language) for country in zone.countries.all())
        shown = ", ".join(names[:SHOWN_COUNTRIES])
        more = len(names) - SHOWN_COUNTRIES
        return gettext("%(names)s and %(count)s more") % {"names": shown, "count": grouped(more)} if more > 0 else shown

    @admin.display(description=_("delivery methods"))
    def shown_methods(self, zone: Any) -> SafeString:
        url = reverse("admin:shipping_shippingmethod_changelist") + f"?zone__id__exact={zone.pk}"
        label = ngettext("%(count)s method", "%(count)s methods", zone.method_count)
        return link(url, label % {"count": grouped(zone.method_count)})


class ShippingPriceInline(TabularInline):
    model = ShippingPrice
    form = PriceForm
    formset = PriceFormSet
    extra = 0
    min_num = 1
    show_title = False


@admin.register(ShippingMethod)
class ShippingMethodAdmin(ModelAdmin):
    """Orders keep the name and the price of their method, so a change is one of later orders."""

    form = MethodForm
    list_display = ["shown_name", "zone", "shown_days", "shown_prices", "is_active"]
    list_filter = ["zone", "is_active"]
    list_select_related = ["zone"]
    search_fields = ["name", "code"]
    search_help_text = _("Search by name or code")
    ordering = ["zone__is_rest_of_world", "zone__name", "min_days", "id"]
    inlines = [ShippingPriceInline]

    def get_form(self, request: HttpRequest, obj: ShippingMethod | None = None, **kwargs: Any) -> Any:
        return super().get_form(request, obj, **{"form": with_translations(MethodForm)} | kwargs)

    def get_fieldsets(
        self, request: HttpRequest, obj: ShippingMethod | None = None
    ) -> list[tuple[Any, dict[str, Any]]]:
        names = with_translations(MethodForm).translation_fields()
        return [
            (None, {"fields": ["zone", "code", "name", "description", ("min_days", "max_days"), "requires_phone"]}),
            (_("Translations"), {"fields": names}),
            (_("Availability"), {"fields": ["is_active"]}),
        ]

    def get_queryset(self, request: HttpRequest) -> QuerySet[ShippingMethod]:
        return super().get_queryset(request).prefetch_related(Prefetch("prices"))

    def save_model(self, request: HttpRequest, obj: ShippingMethod, form: Any, change: bool) -> None:
        obj.translations = merged_translations(obj, form.translation_changes())
        super().save_model(request, obj, form, change)

    @admin.display(description=_("name"), ordering="name")
    def shown_name(self, method: ShippingMethod) -> str:
        return text(method, "name", current_language())

    @admin.display(description=_("working days"), ordering="min_days")
    def shown_days(self, method: ShippingMethod) -> str:
        if method.min_days == method.max_days:
            return str(method.min_days)
        return f"{method.min_days}–{method.max_days}"

    @admin.display(description=_("prices"))
    def shown_prices(self, method: ShippingMethod) -> str:
        """The dearest in each currency."""
        dearest: dict[str, int] = {}
        for price in method.prices.all():
            dearest[price.currency] = max(price.amount, dearest.get(price.currency, 0))
        return ", ".join(money(amount, currency) for currency, amount in sorted(dearest.items()))
