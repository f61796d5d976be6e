"""Forms, with autocomplete and input modes. They give early feedback; the services validate again."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from django import forms
from django.conf import settings
from django.http import QueryDict
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from apps.common.emails import AccountEmailFormField, EmailFormField
from apps.common.http import RemoteProblem
from apps.common.text import message_text, one_line, with_plain_line_breaks
from apps.ui.storefront.formats import own_language_name

if TYPE_CHECKING:
    from django.utils.functional import _StrPromise

# As payment has it.
MAX_GIFT_MESSAGE = 300


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


class GiftCodeForm(ShopForm):
    """A gift code, as it is printed."""

    code = text(
        _("Gift code"),
        autocomplete="off",
        length=80,
        autocapitalize="characters",
        help_text=_("It’s on your gift card or in the mail that you got."),
    )


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
