"""Form fields for lists of short texts, which are JSON text areas otherwise."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from babel import Locale, UnknownLocaleError
from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from unfold.widgets import UnfoldAdminTextareaWidget

from apps.common.text import one_line


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
