"""Forms, with autocomplete and input modes. They give early feedback; the services validate again."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from django import forms

from apps.common.countries import DELIVERY_COUNTRIES
from apps.common.emails import AccountEmailFormField, EmailFormField
from apps.common.text import one_line
from apps.ui.storefront.formats import country_name

if TYPE_CHECKING:
    from django.utils.functional import _StrPromise

HOME_COUNTRY = "DE"


def country_choices() -> list[tuple[str, str]]:
    """The countries to deliver to, by name in the language of the page."""
    return sorted(((code, country_name(code)) for code in DELIVERY_COUNTRIES), key=lambda choice: choice[1])


class WriteOnlyInput(forms.TextInput):
    """A text field whose submitted value is never rendered."""

    def format_value(self, value: Any) -> None:
        return None


def text(
    label: str | _StrPromise,
    *,
    autocomplete: str,
    length: int = 150,
    required: bool = True,
    widget_class: type[forms.TextInput] = forms.TextInput,
    **attrs: str,
) -> forms.CharField:
    """A one-line field."""
    widget = widget_class(attrs={"autocomplete": autocomplete, **attrs})
    return forms.CharField(label=label, max_length=length, required=required, widget=widget, validators=[one_line])


def password(label: str, autocomplete: str, **kwargs: Any) -> forms.CharField:
    """A password field; its value is neither stripped nor rendered."""
    widget = forms.PasswordInput(attrs={"autocomplete": autocomplete})
    return forms.CharField(label=label, max_length=1024, strip=False, widget=widget, **kwargs)


def email() -> EmailFormField:
    """The e-mail address of a new account or an order."""
    widget = forms.EmailInput(attrs={"autocomplete": "email", "inputmode": "email", "autocapitalize": "none"})
    return EmailFormField(label="E-mail", max_length=254, widget=widget)


def account_email() -> AccountEmailFormField:
    """The e-mail address of an existing account, also one that a new account could not have."""
    widget = forms.EmailInput(attrs={"autocomplete": "email", "inputmode": "email", "autocapitalize": "none"})
    return AccountEmailFormField(label="E-mail", widget=widget)


class ShopForm(forms.Form):
    """Base form: errors are shown beside the fields, not by the browser's own validation."""

    use_required_attribute = False

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for field in self.fields.values():
            field.error_messages["required"] = "Please fill in this field."

    def add_remote_errors(self, errors: dict[str, list[str]], detail: str) -> None:
        """Add a service's errors to the fields they name, and the others to the form."""
        has_errors = False
        for name, sentences in errors.items():
            field = name.rsplit(".", 1)[-1]
            for sentence in sentences:
                self.add_error(field if field in self.fields else None, sentence)
                has_errors = True
        if not has_errors:
            self.add_error(None, detail)


class SignInForm(ShopForm):
    """Sign-in. The e-mail field has the autocomplete value `username`, which password managers look for."""

    email = account_email()
    password = password("Password", "current-password")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["email"].widget.attrs["autocomplete"] = "username"


class RegisterForm(ShopForm):
    name = text("Name", autocomplete="name")
    email = email()
    password = password("Password", "new-password", help_text="At least 10 characters. A sentence is fine.")


class EmailForm(ShopForm):
    email = account_email()


class NewPasswordForm(ShopForm):
    token = forms.CharField(max_length=1024, widget=forms.HiddenInput)
    password = password("New password", "new-password", help_text="At least 10 characters. A sentence is fine.")


class NameForm(ShopForm):
    name = text("Name", autocomplete="name")


class AddressForm(ShopForm):
    name = text("Name", autocomplete="shipping name")
    line1 = text("Street and number", autocomplete="shipping address-line1", length=200)
    line2 = text("Apartment, floor or company", autocomplete="shipping address-line2", length=200, required=False)
    postal_code = text("Postal code", autocomplete="shipping postal-code", length=20)
    city = text("City", autocomplete="shipping address-level2", length=100)
    country = forms.ChoiceField(
        label="Country",
        choices=country_choices,
        initial=HOME_COUNTRY,
        widget=forms.Select(attrs={"autocomplete": "shipping country"}),
    )

    def address(self) -> dict[str, str]:
        """The address for the APIs, without empty fields."""
        return {name: self.cleaned_data[name] for name in AddressForm.base_fields if self.cleaned_data[name]}


class CheckoutAddressForm(AddressForm):
    """A delivery address; signed-in customers may save it."""

    keep = forms.BooleanField(label="Save this address to my account", required=False)

    def __init__(self, *args: Any, can_save: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not can_save:
            del self.fields["keep"]


class CardForm(ShopForm):
    """A card. Its number is passed on and never rendered again."""

    number = text("Card number", widget_class=WriteOnlyInput, autocomplete="cc-number", length=30, inputmode="numeric")
    expiry = text(
        "Expiry date",
        widget_class=WriteOnlyInput,
        autocomplete="cc-exp",
        length=9,
        inputmode="numeric",
        placeholder="MM/YY",
    )
    cvc = text("Security code", widget_class=WriteOnlyInput, autocomplete="cc-csc", length=4, inputmode="numeric")

    def clean_expiry(self) -> tuple[int, int]:
        """`(month, year)`, from 12/34, 12 / 2034 or 1234."""
        digits = "".join(character for character in self.cleaned_data["expiry"] if character in "0123456789")
        if len(digits) not in (4, 6) or not 1 <= int(digits[:2]) <= 12:
            raise forms.ValidationError("Please enter month and year, such as 12/34.")
        month, year = int(digits[:2]), int(digits[2:]) + (2000 if len(digits) == 4 else 0)
        now = datetime.now(UTC)
        if (year, month) < (now.year, now.month):
            raise forms.ValidationError("This card has expired.")
        if year >= 2100:
            raise forms.ValidationError("Please enter month and year, such as 12/34.")
        return month, year

    def card(self) -> dict[str, Any]:
        """The card for the payment service."""
        month, year = self.cleaned_data["expiry"]
        data = self.cleaned_data
        return {"number": data["number"], "exp_month": month, "exp_year": year, "cvc": data["cvc"]}
