"""Form fields for lists of short texts (JSON text areas otherwise), and for numbers and amounts as people write
them."""

from __future__ import annotations

import re
from collections.abc import Callable
from decimal import Decimal
from typing import Any

from babel import Locale, UnknownLocaleError
from django import forms
from django.core.exceptions import ValidationError
from django.utils.formats import get_format
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from unfold.widgets import UnfoldAdminTextareaWidget, UnfoldAdminTextInputWidget

from apps.common.currencies import CURRENCIES
from apps.common.money import digits_of
from apps.common.text import one_line

MAX_MAJOR = 10**9


class LinesField(forms.CharField):
    """A list of texts, one on each line; for an ArrayField or a JSON list. Empty lines are left out."""

    default_error_messages = {
        "item_too_long": _("Line %(number)d is longer than %(limit)d characters."),
        "item_repeated": _("Line %(number)d says the same as another line."),
        "item_invalid": _("Line %(number)d: %(reason)s"),
    }

    def __init__(self, *, item_length: int, item_validator: Callable[[str], None] = one_line, **options: Any) -> None:
        options.setdefault("help_text", _("One per line."))
        super().__init__(widget=UnfoldAdminTextareaWidget(attrs={"rows": 4}), **options)
        self.item_length = item_length
        self.item_validator = item_validator

    def prepare_value(self, value: Any) -> Any:
        return "\n".join(value) if isinstance(value, list) else value

    def clean(self, value: Any) -> list[str]:
        numbered = [(number, line.strip()) for number, line in enumerate(super().clean(value).splitlines(), start=1)]
        items: list[str] = []
        errors = []
        for number, item in numbered:
            if not item:
                continue
            if error := self._error_of(number, item, items):
                errors.append(error)
            items.append(item)
        if errors:
            raise ValidationError(errors)
        return items

    def has_changed(self, initial: Any, data: Any) -> bool:
        given = [line.strip() for line in (data or "").splitlines() if line.strip()]
        return list(initial or []) != given

    def _error_of(self, number: int, item: str, others: list[str]) -> ValidationError | None:
        def error(code: str, **values: Any) -> ValidationError:
            return ValidationError(self.error_messages[code], code=code, params={"number": number, **values})

        if len(item) > self.item_length:
            return error("item_too_long", limit=self.item_length)
        if item in others:
            return error("item_repeated")
        try:
            self.item_validator(item)
        except ValidationError as refusal:
            return error("item_invalid", reason=" ".join(refusal.messages))
        return None


def validate_language(code: str) -> None:
    """Accepts what CLDR knows as a language: `de`, `pt-BR`."""
    try:
        Locale.parse(code, sep="-")
    except (UnknownLocaleError, ValueError) as error:
        message = gettext("“%(code)s” is no language code; use codes such as de or pt-BR.") % {"code": code}
        raise ValidationError(message, code="language") from error


def as_minor_units(value: Decimal, currency: str) -> int:
    """Raises forms.ValidationError when `value` has more digits after the point than the currency."""
    scaled = value.scaleb(digits_of(currency))
    if scaled != scaled.to_integral_value():
        raise forms.ValidationError(
            gettext("Prices in %(currency)s have %(digits)s decimal places.")
            % {"currency": currency, "digits": digits_of(currency)}
        )
    return int(scaled)


class LocalDecimalField(forms.DecimalField):
    """A number as the active language writes it: `1,234.5` in English, `1.234,5` in German; thousands may be apart."""

    def __init__(self, **kwargs: Any) -> None:
        widget = UnfoldAdminTextInputWidget(attrs={"inputmode": "decimal"})
        super().__init__(**{"localize": True, "widget": widget} | kwargs)

    def to_python(self, value: Any) -> Any:
        if isinstance(value, str):
            mark = get_format("THOUSAND_SEPARATOR")
            if re.fullmatch(rf"[-+]?[0-9]{{1,3}}(?:{re.escape(mark)}[0-9]{{3}})+(?:[^0-9][0-9]+)?", value.strip()):
                value = value.replace(mark, "")
        return super().to_python(value)


class MoneyField(LocalDecimalField):
    """An amount in major units: `19.99`, in German `19,99`."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**{"min_value": 0, "max_value": MAX_MAJOR} | kwargs)


class CurrencyField(forms.CharField):
    """A currency code of ISO 4217; lower case is accepted."""

    def __init__(self, **kwargs: Any) -> None:
        defaults = {"label": _("Currency"), "max_length": 3, "widget": UnfoldAdminTextInputWidget}
        super().__init__(**defaults | kwargs)

    def clean(self, value: Any) -> str:
        code = super().clean(value).upper()
        if code and code not in CURRENCIES:
            raise forms.ValidationError(gettext("Enter a currency code of ISO 4217, such as EUR."))
        return code
