"""Forms, with autocomplete and keyboards as browsers want them. The services check again; here it is for people."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from django import forms

from apps.common.countries import country_name
from apps.common.emails import AccountEmailFormField, EmailFormField
from apps.common.text import one_line

SENT_TO = (
    "AT",
    "BE",
    "CH",
    "CZ",
    "DE",
    "DK",
    "ES",
    "FI",
    "FR",
    "GB",
    "IE",
    "IT",
    "LU",
    "NL",
    "NO",
    "PL",
    "PT",
    "SE",
    "US",
)
COUNTRY_NAMES = {code: country_name(code, "en") for code in SENT_TO}
COUNTRIES = sorted(COUNTRY_NAMES.items(), key=lambda country: country[1])
HOME_COUNTRY = "DE"


def text(label: str, *, autocomplete: str, length: int = 150, required: bool = True, **attrs: str) -> forms.CharField:
    """A one-line field."""
    widget = forms.TextInput(attrs={"autocomplete": autocomplete, **attrs})
    return forms.CharField(label=label, max_length=length, required=required, widget=widget, validators=[one_line])


def password(label: str, autocomplete: str, **kwargs: Any) -> forms.CharField:
    """Never trimmed, never shown again."""
    widget = forms.PasswordInput(attrs={"autocomplete": autocomplete})
    return forms.CharField(label=label, max_length=1024, strip=False, widget=widget, **kwargs)


def email() -> EmailFormField:
    """Where mail goes, and the name of an account."""
    widget = forms.EmailInput(attrs={"autocomplete": "email", "inputmode": "email", "autocapitalize": "none"})
    return EmailFormField(label="E-mail", max_length=254, widget=widget)


def account_email() -> AccountEmailFormField:
    """Of an account that is there: `auth` looks it up, also one that no new account could have."""
    widget = forms.EmailInput(attrs={"autocomplete": "email", "inputmode": "email", "autocapitalize": "none"})
    return AccountEmailFormField(label="E-mail", widget=widget)


class KindForm(forms.Form):
    """A form that says what is wrong beside the field, in the page rather than in the browser's bubbles."""

    use_required_attribute = False

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for field in self.fields.values():
            field.error_messages["required"] = "Please fill this in."

    def add_remote_errors(self, errors: dict[str, list[str]], detail: str) -> None:
        """Put what a service found wrong beside the fields it means, and the rest on top."""
        is_said = False
        for name, sentences in errors.items():
            field = name.rsplit(".", 1)[-1]
            for sentence in sentences:
                self.add_error(field if field in self.fields else None, sentence)
                is_said = True
        if not is_said:
            self.add_error(None, detail)


class SignInForm(KindForm):
    """`autocomplete` says username: password managers look for it."""

    email = account_email()
    password = password("Password", "current-password")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["email"].widget.attrs["autocomplete"] = "username"


class RegisterForm(KindForm):
    name = text("Name", autocomplete="name")
    email = email()
    password = password("Password", "new-password", help_text="Ten characters or more. A sentence is fine.")


class EmailForm(KindForm):
    email = account_email()


class NewPasswordForm(KindForm):
    token = forms.CharField(max_length=1024, widget=forms.HiddenInput)
    password = password("New password", "new-password", help_text="Ten characters or more. A sentence is fine.")


class NameForm(KindForm):
    name = text("Name", autocomplete="name")


class AddressForm(KindForm):
    name = text("Name", autocomplete="shipping name")
    line1 = text("Street and number", autocomplete="shipping address-line1", length=200)
    line2 = text("Flat, floor, company", autocomplete="shipping address-line2", length=200, required=False)
    postal_code = text("Postal code", autocomplete="shipping postal-code", length=20)
    city = text("City", autocomplete="shipping address-level2", length=100)
    country = forms.ChoiceField(
        label="Country",
        choices=COUNTRIES,
        initial=HOME_COUNTRY,
        widget=forms.Select(attrs={"autocomplete": "shipping country"}),
    )

    def address(self) -> dict[str, str]:
        """What the APIs want; what was left empty is left out."""
        return {name: self.cleaned_data[name] for name in AddressForm.base_fields if self.cleaned_data[name]}


class CheckoutAddressForm(AddressForm):
    """With a choice to keep it, for people with an account."""

    keep = forms.BooleanField(label="Keep this address in my account", required=False)

    def __init__(self, *args: Any, can_keep: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not can_keep:
            del self.fields["keep"]


class CardForm(KindForm):
    """A card. Its number is passed on and never shown again."""

    number = text("Card number", autocomplete="cc-number", length=30, inputmode="numeric")
    expiry = text("Valid until", autocomplete="cc-exp", length=9, inputmode="numeric", placeholder="MM/YY")
    cvc = text("Security code", autocomplete="cc-csc", length=4, inputmode="numeric")

    def clean_expiry(self) -> tuple[int, int]:
        """`(month, year)`, from 12/34, 12 / 2034 or 1234."""
        digits = "".join(character for character in self.cleaned_data["expiry"] if character in "0123456789")
        if len(digits) not in (4, 6) or not 1 <= int(digits[:2]) <= 12:
            raise forms.ValidationError("Use month and year, such as 12/34.")
        month, year = int(digits[:2]), int(digits[2:]) + (2000 if len(digits) == 4 else 0)
        now = datetime.now(UTC)
        if (year, month) < (now.year, now.month):
            raise forms.ValidationError("This card has expired.")
        if year >= 2100:
            raise forms.ValidationError("Use month and year, such as 12/34.")
        return month, year

    def card(self) -> dict[str, Any]:
        """What the payment service wants."""
        month, year = self.cleaned_data["expiry"]
        data = self.cleaned_data
        return {"number": data["number"], "exp_month": month, "exp_year": year, "cvc": data["cvc"]}

    def without_secrets(self) -> CardForm:
        """The same errors over empty fields: a card number is never sent back to a page."""
        if not self.is_bound:
            return self
        empty = CardForm(data={}, prefix=self.prefix)
        empty._errors, empty.cleaned_data = self.errors, {}
        return empty


class ReportForm(KindForm):
    """Why a review should not be there."""

    reason = forms.ChoiceField(
        label="What is wrong with it?",
        choices=[
            ("offensive", "It is offensive"),
            ("spam", "It is advertising"),
            ("private", "It tells private data of somebody"),
            ("off_topic", "It is not about the product"),
        ],
    )
    comment = forms.CharField(
        label="More about it", max_length=500, required=False, widget=forms.Textarea(attrs={"rows": 3})
    )


class ReviewForm(KindForm):
    rating = forms.TypedChoiceField(
        label="Rating",
        coerce=int,
        choices=[("", "Choose"), (5, "5, wonderful"), (4, "4, good"), (3, "3, fine"), (2, "2, meh"), (1, "1, no")],
    )
    title = text("In short", autocomplete="off", length=120)
    body = forms.CharField(label="In detail", max_length=4000, required=False, widget=forms.Textarea(attrs={"rows": 4}))
