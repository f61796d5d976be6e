"""Fields of the admin's forms: amounts and numbers as the active language writes them, options line by line."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django import forms
from django.core.validators import ProhibitNullCharactersValidator
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from unfold.widgets import UnfoldAdminTextareaWidget

from apps.catalog.products.rules import option_errors


def named_lines(text: str) -> Iterator[tuple[str, str]]:
    """`Colour: Blue` line by line. Raises forms.ValidationError for a line without a name, a colon and a value."""
    seen = set()
    for line in filter(None, (line.strip() for line in text.splitlines())):
        name, colon, value = (part.strip() for part in line.partition(":"))
        if not (name and colon and value):
            raise forms.ValidationError(
                gettext("Enter a name, a colon and a value instead of “%(line)s”.") % {"line": line}
            )
        if name in seen:
            raise forms.ValidationError(gettext("%(name)s is listed twice.") % {"name": name})
        seen.add(name)
        yield name, value


def lines_of(named: dict[str, Any]) -> str:
    """The text that `named_lines` reads."""
    return "\n".join(f"{name}: {value}" for name, value in named.items())


def shown_options(variant: Any) -> str:
    """A variant's options for those who may not change them: `Colour: Blue, Size: L`."""
    return ", ".join(f"{name}: {value}" for name, value in variant.options.items()) or "–"


class OptionsField(forms.CharField):
    """How a variant differs from the others, a line for each option: `Colour: Blue`."""

    def __init__(self, *, encoder: Any = None, decoder: Any = None, **kwargs: Any) -> None:
        # JSON's `encoder` and `decoder` come from the model's field, which names this one by `Meta.field_classes`.
        kwargs["widget"] = UnfoldAdminTextareaWidget(attrs={"rows": 3})
        kwargs["help_text"] = _("One per line: “Colour: Blue”.")
        super().__init__(**kwargs)

    def prepare_value(self, value: Any) -> Any:
        return lines_of(value) if isinstance(value, dict) else value

    def to_python(self, value: Any) -> Any:
        text = super().to_python(value) or ""
        # CharField's own validators see the options, no longer the text.
        ProhibitNullCharactersValidator()(text)
        options = dict(named_lines(text))
        if sentences := option_errors(options):
            raise forms.ValidationError(sentences)
        return options

    def has_changed(self, initial: Any, data: Any) -> bool:
        try:
            return self.to_python(data) != (initial or {})
        except forms.ValidationError:
            return True
