"""Who the invoice of an order is for: a company, and an address where it is not the delivery address."""

from __future__ import annotations

from typing import Any

from django.http import QueryDict
from django.utils.translation import gettext

from apps.ui.storefront.address_forms import BillingAddressForm, CompanyForm
from apps.ui.storefront.forms import typed_values

DIFFERENT = "different"


class Billing:
    """The choice of the page: whether there is a billing address of its own, and the forms of it and of the company.

    `typed` is what is filled in again, `data` what is being ordered (None: nothing yet).
    """

    def __init__(self, typed: QueryDict, data: QueryDict | None, *, requires_shipping: bool) -> None:
        self.requires_shipping = requires_shipping
        self.has_address = typed.get("billing") == DIFFERENT
        self.address = BillingAddressForm(
            data if self.has_address else None,
            prefix="bill",
            country=typed.get("bill-country", ""),
            initial=typed_values(typed, "bill"),
        )
        self.company = CompanyForm(data, prefix="company", initial=typed_values(typed, "company"))
        self.vat_id = typed.get("company-vat_id", "").strip()
        self.region = typed.get("bill-region", "")

    @property
    def country(self) -> str:
        """Where the buyer is, as far as the address says."""
        return self.address.country_code if self.has_address else ""

    @property
    def validated_address(self) -> BillingAddressForm | None:
        """The address form where it counts; an empty one that is not asked for is no error."""
        return self.address if self.has_address else None

    def is_valid(self) -> bool:
        """Validates both forms. A business that buys films alone says where it is."""
        results = [self.company.is_valid(), not self.has_address or self.address.is_valid()]
        is_business = any(getattr(self.company, "cleaned_data", {}).values())
        if is_business and not (self.requires_shipping or self.has_address):
            self.company.add_error("company", gettext("Add the company’s billing address."))
            return False
        return all(results)

    def order_fields(self) -> dict[str, Any]:
        """What the order says of it."""
        fields: dict[str, Any] = dict(self.company.cleaned_data)
        if self.has_address:
            fields["billing_address"] = self.address.address()
        return fields

    def add_remote_errors(self, errors: dict[str, list[str]], detail: str) -> bool:
        """Add what payment says of address and company to their fields; False when it is about neither."""
        of_address = {name: texts for name, texts in errors.items() if name.startswith("billing_address")}
        of_company = {name: texts for name, texts in errors.items() if name in self.company.fields}
        if of_address and self.has_address:
            self.address.add_remote_errors(of_address, detail)
        elif of_address:
            self.company.add_error("company", gettext("Add the company’s billing address."))
        if of_company:
            self.company.add_remote_errors(of_company, detail)
        return bool(of_address or of_company)
