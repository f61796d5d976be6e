"""Forms, with autocomplete and keyboards as browsers want them. The services check again; here it is for people."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from django import forms

COUNTRIES = [
    ("DE", "Germany"),
    ("AT", "Austria"),
    ("BE", "Belgium"),
    ("CH", "Switzerland"),
    ("DK", "Denmark"),
    ("ES", "Spain"),
    ("FI", "Finland"),
    ("FR", "France"),
    ("GB", "United Kingdom"),
    ("IE", "Ireland"),
    ("IT", "Italy"),
    ("NL", "Netherlands"),
    ("NO", "Norway"),
    ("PL", "Poland"),
    ("PT", "Portugal"),
    ("SE", "Sweden"),
    ("US", "United States"),
]


def text(label: str, *, autocomplete: str, length: int = 150, required: bool = True, **attrs: str) -> forms.CharField:
    """A one-line field."""
    widget = forms.TextInput(attrs={"autocomplete": autocomplete, **attrs})
    return forms.CharField(label=label, max_length=length, required=required, widget=widget)


def password(label: str, autocomplete: str, **kwargs: Any) -> forms.CharField:
    widget = forms.PasswordInput(attrs={"autocomplete": autocomplete})
    return forms.CharField(label=label, max_length=1024, strip=False, widget=widget, **kwargs)


def email() -> forms.EmailField:
    return forms.EmailField(
        label="E-mail", max_length=254, widget=forms.EmailInput(attrs={"autocomplete": "email", "inputmode": "email"})
    )


class KindForm(forms.Form):
    """A form whose fields tell assistive technology about their errors and hints."""

    use_required_attribute = False

    def add_remote_errors(self, errors: dict[str, list[str]], detail: str) -> None:
        """Put what a service found wrong beside the fields it means, and the rest on top."""
        known = False
        for name, sentences in errors.items():
            field = name.rsplit(".", 1)[-1]
            for sentence in sentences:
                self.add_error(field if field in self.fields else None, sentence)
                known = True
        if not known:
            self.add_error(None, detail)


class SignInForm(KindForm):
    email = email()
    password = password("Password", "current-password")


class RegisterForm(KindForm):
    name = text("Name", autocomplete="name")
    email = email()
    password = password("Password", "new-password", help_text="Ten characters or more.")


class EmailForm(KindForm):
    email = email()


class NewPasswordForm(KindForm):
    token = forms.CharField(max_length=1024, widget=forms.HiddenInput)
    password = password("New password", "new-password", help_text="Ten characters or more.")


class NameForm(KindForm):
    name = text("Name", autocomplete="name")


class AddressForm(KindForm):
    name = text("Name", autocomplete="shipping name")
    line1 = text("Street and number", autocomplete="shipping address-line1", length=200)
    line2 = text("Addition", autocomplete="shipping address-line2", length=200, required=False)
    postal_code = text("Postal code", autocomplete="shipping postal-code", length=20)
    city = text("City", autocomplete="shipping address-level2", length=100)
    country = forms.ChoiceField(
        label="Country", choices=COUNTRIES, widget=forms.Select(attrs={"autocomplete": "shipping country"})
    )

    def address(self) -> dict[str, str]:
        """What the APIs want."""
        return {name: self.cleaned_data[name] for name in AddressForm.base_fields}


class ContactForm(KindForm):
    email = email()


class CardForm(KindForm):
    """A card. Its number is passed on and never shown again."""

    number = text(
        "Card number", autocomplete="cc-number", length=30, inputmode="numeric", placeholder="4242 4242 4242 4242"
    )
    expiry = text("Valid until", autocomplete="cc-exp", length=7, inputmode="numeric", placeholder="MM/YY")
    cvc = text("Security code", autocomplete="cc-csc", length=4, inputmode="numeric", placeholder="123")

    def clean_expiry(self) -> tuple[int, int]:
        """`(month, year)`, from 12/34, 12/2034 or 1234."""
        digits = "".join(character for character in self.cleaned_data["expiry"] if character.isdigit())
        if len(digits) in (4, 6) and 1 <= int(digits[:2]) <= 12:
            year = int(digits[2:]) + (2000 if len(digits) == 4 else 0)
            if datetime.now(UTC).year <= year < 2100:
                return int(digits[:2]), year
        raise forms.ValidationError("Use month and year, such as 12/34.")

    def card(self) -> dict[str, Any]:
        """What the payment service wants."""
        month, year = self.cleaned_data["expiry"]
        data = self.cleaned_data
        return {"number": data["number"], "exp_month": month, "exp_year": year, "cvc": data["cvc"]}

    def without_secrets(self) -> CardForm:
        """The same errors over empty fields: a card number is never sent back to a page."""
        clean = CardForm(data={}, prefix=self.prefix)
        clean._errors = self.errors
        clean.cleaned_data = {}
        return clean


class ReviewForm(KindForm):
    rating = forms.TypedChoiceField(
        label="Rating", coerce=int, choices=[(n, f"{n} of 5") for n in (5, 4, 3, 2, 1)], widget=forms.Select
    )
    title = text("In short", autocomplete="off", length=120)
    body = forms.CharField(label="In detail", max_length=4000, required=False, widget=forms.Textarea(attrs={"rows": 4}))
