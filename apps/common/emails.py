"""E-mail addresses: one form in which they are stored and compared, and form fields that bring every input into it.

The form is ASCII, so that two addresses are the same exactly when they look the same, and nothing in one can break a
header: compatibility characters are replaced (NFKC: full-width letters, `ſ`), the domain is written as DNS has it
(IDNA), everything is lower-case. RFC 5321 lets the part before the @ be case-sensitive, but no mail provider of note
uses that. Letters beyond ASCII before the @ are refused: hardly a mail server takes them, and many look like others.
"""

from __future__ import annotations

import unicodedata
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import get_language, gettext
from email_validator import EmailNotValidError, validate_email

from apps.common.problems import ValidationProblem

MAX_LENGTH = 254
# What can become an address by normalising is not much longer than one.
MAX_INPUT_LENGTH = 1000


class InvalidEmail(ValidationProblem):
    """The problem's detail is a sentence that says what is wrong."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason, errors={"email": [reason]})


def normalise_email(text: str) -> str:
    """The form in which an address is stored and compared; the same again for what it returned.

    Syntax alone is checked: no name server is asked. Raises InvalidEmail.
    """
    if len(text) > MAX_INPUT_LENGTH:
        raise InvalidEmail(gettext("This address is too long."))
    plain = unicodedata.normalize("NFKC", text.strip())
    try:
        found = validate_email(plain, check_deliverability=False, allow_smtputf8=False, strict=True)
    except EmailNotValidError as error:
        raise InvalidEmail(_reason(error)) from error
    address = f"{found.local_part}@{found.ascii_domain}".lower()
    if len(address) > MAX_LENGTH:
        raise InvalidEmail(gettext("This address is too long."))
    return address


def _reason(error: EmailNotValidError) -> str:
    """What the library says, which speaks English alone."""
    if (get_language() or "en").startswith("en"):
        return f"{str(error).rstrip('.')}."
    return gettext("This is not a valid e-mail address. Please check the spelling.")


def lookup_email(text: str) -> str:
    """How an account is looked up by what somebody types: normalised where that is possible.

    No new account has an address that cannot be (of an intranet, from before the rule); one that is there keeps it, so
    that its owner can still sign in.
    """
    try:
        return normalise_email(text)
    except InvalidEmail:
        return text.strip().lower()[:MAX_LENGTH]


def is_normalised(address: str) -> bool:
    """Whether a new account could have the address as it is."""
    try:
        return normalise_email(address) == address
    except InvalidEmail:
        return False


class EmailFormField(forms.EmailField):
    """For forms: the cleaned value is normalised."""

    def to_python(self, value: Any) -> str:
        text = super().to_python(value) or ""
        if not text:
            return text
        try:
            return normalise_email(text)
        except InvalidEmail as error:
            raise ValidationError(str(error), code="invalid") from error


class AccountEmailFormField(forms.EmailField):
    """For forms that name an account which is there: the cleaned value is what it is looked up by."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**({"max_length": MAX_LENGTH} | kwargs))

    def to_python(self, value: Any) -> str:
        text = super().to_python(value) or ""
        return lookup_email(text) if text else text
