"""Forms, with autocomplete and input modes. They give early feedback; the services validate again."""

from __future__ import annotations

from collections.abc import Collection
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from django import forms
from django.conf import settings
from django.http import QueryDict
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from apps.common.addresses import address_rules
from apps.common.countries import COUNTRIES, COUNTRIES_TAXED_BY_STATE, countries_by_name
from apps.common.emails import AccountEmailFormField, EmailFormField
from apps.common.http import RemoteProblem
from apps.common.languages import current_language
from apps.common.text import message_text, one_line, with_plain_line_breaks
from apps.ui.storefront.address_rules import city_label, postal_code_label, region_label
from apps.ui.storefront.formats import own_language_name

if TYPE_CHECKING:
    from django.utils.functional import _StrPromise

HOME_COUNTRY = "DE"
# As payment has it.
MAX_GIFT_MESSAGE = 300


def known_country(code: str, countries: Collection[str]) -> str:
    """The country if it is one of them, else the shop's own, else the first of them."""
    return next((known for known in (code, HOME_COUNTRY) if known in countries), min(countries, default=HOME_COUNTRY))


class WriteOnlyInput(forms.TextInput):
    """A text field whose submitted value is never rendered."""

    def format_value(self, value: Any) -> None:
        return None


class WriteOnlyHiddenInput(forms.HiddenInput):
    """A hidden field whose submitted value is never rendered."""

    def format_value(self, value: Any) -> None:
        return None


def typed_values(data: QueryDict, prefix: str) -> dict[str, str]:
    """What was entered in the form with this prefix, to fill it in again."""
    start = f"{prefix}-"
    return {name.removeprefix(start): str(data[name]) for name in data if name.startswith(start)}


def language_choices() -> list[tuple[str, str]]:
    """The languages of the shop, each by its own name."""
    return [(code, own_language_name(code)) for code in settings.SHOP_LANGUAGES]


def text(
    label: str | _StrPromise,
    *,
    autocomplete: str,
    length: int = 150,
    required: bool = True,
    help_text: str | _StrPromise = "",
    widget_class: type[forms.TextInput] = forms.TextInput,
    **attrs: str,
) -> forms.CharField:
    """A one-line field."""
    widget = widget_class(attrs={"autocomplete": autocomplete, **attrs})
    return forms.CharField(
        label=label, max_length=length, required=required, help_text=help_text, widget=widget, validators=[one_line]
    )


def password(label: str | _StrPromise, autocomplete: str, **kwargs: Any) -> forms.CharField:
    """A password field; its value is neither stripped nor rendered."""
    widget = forms.PasswordInput(attrs={"autocomplete": autocomplete})
    return forms.CharField(label=label, max_length=1024, strip=False, widget=widget, **kwargs)


def email() -> EmailFormField:
    """The e-mail address of a new account or an order."""
    widget = forms.EmailInput(attrs={"autocomplete": "email", "inputmode": "email", "autocapitalize": "none"})
    return EmailFormField(label=_("E-mail"), max_length=254, widget=widget)


def account_email() -> AccountEmailFormField:
    """The e-mail address of an existing account, also one that a new account could not have."""
    widget = forms.EmailInput(attrs={"autocomplete": "email", "inputmode": "email", "autocapitalize": "none"})
    return AccountEmailFormField(label=_("E-mail"), widget=widget)


class ShopForm(forms.Form):
    """Base form: errors are shown beside the fields, not by the browser's own validation."""

    use_required_attribute = False

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.set_error_messages()

    def set_error_messages(self) -> None:
        """The shop's sentences for what is missing or wrong; also for fields that a form adds by itself."""
        for field in self.fields.values():
            field.error_messages |= {
                "required": gettext("Please fill in this field."),
                "max_length": gettext("This is too long. The limit is %(limit_value)d characters."),
            }
            if isinstance(field, forms.EmailField):
                field.error_messages["invalid"] = gettext("Please enter an e-mail address such as name@example.com.")
            if isinstance(field, forms.ChoiceField):
                field.error_messages["invalid_choice"] = gettext("Please choose one of the list.")

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
    password = password(_("Password"), "current-password")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["email"].widget.attrs["autocomplete"] = "username"


class RegisterForm(ShopForm):
    name = text(_("Name"), autocomplete="name")
    email = email()
    password = password(_("Password"), "new-password", help_text=_("At least 10 characters. A sentence is fine."))


class EmailForm(ShopForm):
    email = account_email()


class VoucherForm(ShopForm):
    code = forms.CharField(
        label=_("Voucher code"),
        max_length=100,
        widget=forms.TextInput(attrs={"autocomplete": "off", "autocapitalize": "characters", "spellcheck": "false"}),
    )

    def __init__(self, *args: Any, form_id: str = "", **kwargs: Any) -> None:
        """`form_id`: the form that the field belongs to, where it stands outside of it."""
        super().__init__(*args, **kwargs)
        if form_id:
            self.fields["code"].widget.attrs["form"] = form_id
        self.fields["code"].error_messages["required"] = gettext("Please enter a code.")

    def add_refusal(self, problem: RemoteProblem) -> None:
        """Whatever is wrong is wrong with the code, or with how many were tried."""
        sentences = problem.errors.get("code") or [problem.detail]
        if problem.status == 429:
            sentences = [gettext("Too many codes were tried from your connection. Please try again later.")]
        self.add_error("code", sentences[0])


class GiftMessageForm(ShopForm):
    message = forms.CharField(
        label=_("Gift message"),
        required=False,
        help_text=_("We print it on a card and put it into the parcel."),
        widget=forms.Textarea(attrs={"rows": 4, "autocomplete": "off", "maxlength": MAX_GIFT_MESSAGE}),
    )

    def clean_message(self) -> str:
        """As payment counts it: a line break is one character."""
        message = with_plain_line_breaks(self.cleaned_data["message"]).strip()
        if len(message) > MAX_GIFT_MESSAGE:
            sentence = gettext("This is too long. The limit is %(limit_value)d characters.")
            raise forms.ValidationError(sentence % {"limit_value": MAX_GIFT_MESSAGE})
        message_text(message)
        return message


class NewPasswordForm(ShopForm):
    token = forms.CharField(max_length=1024, widget=forms.HiddenInput)
    password = password(_("New password"), "new-password", help_text=_("At least 10 characters. A sentence is fine."))


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


class ProfileForm(ShopForm):
    name = text(_("Name"), autocomplete="name")
    language = forms.ChoiceField(
        label=_("Language of your e-mails"),
        choices=language_choices,
        help_text=_("Order confirmations and other mails"),
    )


class PasswordChangeForm(ShopForm):
    current_password = password(_("Current password"), "current-password")
    new_password = password(
        _("New password"), "new-password", help_text=_("At least 10 characters. A sentence is fine.")
    )


class DeleteAccountForm(ShopForm):
    password = password(_("Password"), "current-password")


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


class CancelSubscriptionForm(ShopForm):
    """Which contract is cancelled without signing in."""

    number = text(
        _("Subscription number"),
        autocomplete="off",
        length=20,
        autocapitalize="characters",
        help_text=_("It’s in every e-mail about your subscription, for example SUB-7K2M9PQ4."),
    )
    email = email()


class FindOrderForm(ShopForm):
    """How a guest finds an order again."""

    number = text(
        _("Order number"),
        autocomplete="off",
        length=16,
        autocapitalize="characters",
        help_text=_("It’s in the subject of your order confirmation, for example SC-7K2M9PQ4."),
    )
    email = email()


class StripeCardForm(ShopForm):
    """What Stripe's script in the browser made of a card; the number itself never comes here. The token is of use once,
    so it is not rendered again."""

    token = forms.CharField(label=_("Card"), max_length=64, widget=WriteOnlyHiddenInput)
    keep = forms.BooleanField(label=_("Save this card for my next orders"), required=False)

    def __init__(self, *args: Any, can_save: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["token"].error_messages["required"] = gettext("Please enter your card.")
        if not can_save:
            del self.fields["keep"]


class CardForm(ShopForm):
    """A card; signed-in customers may save it. Its number is passed on and never rendered again."""

    number = text(
        _("Card number"), widget_class=WriteOnlyInput, autocomplete="cc-number", length=30, inputmode="numeric"
    )
    expiry = text(
        _("Expiry date"),
        widget_class=WriteOnlyInput,
        autocomplete="cc-exp",
        length=9,
        inputmode="numeric",
        help_text=_("Month and year, such as 12/34"),
    )
    cvc = text(
        _("Security code"),
        widget_class=WriteOnlyInput,
        autocomplete="cc-csc",
        length=4,
        inputmode="numeric",
        help_text=_("Three or four digits on the card"),
    )
    keep = forms.BooleanField(label=_("Save this card for my next orders"), required=False)

    def __init__(self, *args: Any, can_save: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not can_save:
            del self.fields["keep"]

    def clean_expiry(self) -> tuple[int, int]:
        """`(month, year)`, from 12/34, 12 / 2034 or 1234."""
        digits = "".join(character for character in self.cleaned_data["expiry"] if character in "0123456789")
        if len(digits) not in (4, 6) or not 1 <= int(digits[:2]) <= 12:
            raise forms.ValidationError(gettext("Please enter month and year, such as 12/34."))
        month, year = int(digits[:2]), int(digits[2:]) + (2000 if len(digits) == 4 else 0)
        now = datetime.now(UTC)
        if (year, month) < (now.year, now.month):
            raise forms.ValidationError(gettext("This card has expired."))
        if year >= 2100:
            raise forms.ValidationError(gettext("Please enter month and year, such as 12/34."))
        return month, year

    def card(self) -> dict[str, Any]:
        """The card for the payment service."""
        month, year = self.cleaned_data["expiry"]
        data = self.cleaned_data
        return {"number": data["number"], "exp_month": month, "exp_year": year, "cvc": data["cvc"]}
