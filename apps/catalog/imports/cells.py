"""What stands in one cell: how each kind of value is read from a file, and how it is written so that reading it again
gives the same value. Empty cells and CLEAR never come here.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from decimal import Decimal, InvalidOperation
from typing import Any, Protocol
from zoneinfo import ZoneInfo

from django.conf import settings
from django.core.exceptions import ValidationError
from django.utils.functional import Promise
from django.utils.translation import gettext

from apps.catalog.imports import notation
from apps.catalog.products.attribute_values import read_truth_value
from apps.catalog.products.barcodes import validate_barcode
from apps.catalog.products.models.pricing import MAX_AMOUNT
from apps.catalog.products.rules import option_errors
from apps.common.money import Money, digits_of
from apps.common.numbers import grouped
from apps.common.problems import ValidationProblem

# An empty cell leaves things as they are; this one empties them.
CLEAR = "-"
MAX_CELL = 20_000
# Spreadsheets run what begins so as a formula; plain numbers are harmless.
FORMULA = re.compile(r"'*[=+\-@\t\r]")
ESCAPED = re.compile(r"'+[=+\-@\t\r]")
NUMBER = re.compile(r"-?\d+(\.\d+)?", re.ASCII)
CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ufffe\uffff]")
# What no file holds in earnest: controls and halves of characters.
INVALID = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff\ufffe\uffff]")
SLUG = re.compile(r"[-_]*[a-zA-Z0-9][-a-zA-Z0-9_]*")
SKU = re.compile(r"[A-Za-z0-9][A-Za-z0-9._+-]{0,39}")
AMOUNT = re.compile(r"\d{1,12}(?:\.\d{1,4})?", re.ASCII)
WHOLE = re.compile(r"\d{1,12}(?:\.0+)?", re.ASCII)


def tidy(text: str) -> str:
    """Normalise a text for comparison and storage: one kind of line end, no space around, no unprintable character."""
    if "\r" in text:
        text = text.replace("\r\n", "\n").replace("\r", "\n")
    return (CONTROL.sub("", text) if CONTROL.search(text) else text).strip()


def escape(text: str) -> str:
    """For a file: nothing that a spreadsheet would run (CSV injection, OWASP), and no text that means CLEAR."""
    return f"'{text}" if FORMULA.match(text) and not NUMBER.fullmatch(text) else text


def unescape(text: str) -> str:
    """Undo `escape`."""
    return text[1:] if ESCAPED.match(text) else text


class Kind(Protocol):
    """A type of cell: how its text is parsed and written."""

    def read(self, text: str) -> Any:
        """The value that `text` says. Raises ValidationProblem with a sentence for whoever wrote the file."""

    def show(self, value: Any) -> str:
        """The text that reads as `value`; empty for no value."""


def shortened(text: str) -> str:
    """A cell's text, shortened for a message."""
    return repr(text if len(text) <= 60 else f"{text[:60]}…")


class Numeric:
    """A kind of cell that holds a number, which a file may write in the notation of its country."""

    __slots__ = ()

    def number_in(self, text: str) -> str:
        """The part of the cell that is the number."""
        return text


@dataclass(frozen=True, slots=True)
class Text:
    limit: int

    def read(self, text: str) -> str:
        if len(text) > self.limit:
            raise ValidationProblem(
                gettext("Use at most %(limit)s characters; these are %(count)s.")
                % {"limit": grouped(self.limit), "count": grouped(len(text))}
            )
        return tidy(text)

    def show(self, value: str) -> str:
        return tidy(value)


@dataclass(frozen=True, slots=True)
class Slug:
    limit: int = 120

    def read(self, text: str) -> str:
        if len(text) > self.limit or not SLUG.fullmatch(text):
            raise ValidationProblem(
                gettext("Use letters, digits and dashes only, at most %(limit)s: blue-mug.") % {"limit": self.limit}
            )
        return text

    def show(self, value: str) -> str:
        return value


@dataclass(frozen=True, slots=True)
class OneOf:
    """One of a fixed set of words."""

    words: tuple[str, ...]

    def read(self, text: str) -> str:
        word = text.lower()
        if word not in self.words:
            raise ValidationProblem(gettext("Use one of: %(names)s.") % {"names": ", ".join(self.words)})
        return word

    def show(self, value: str) -> str:
        return value


@dataclass(frozen=True, slots=True)
class Reference:
    """A row of the catalogue, such as a brand, by its name; the value is its id."""

    what: str | Promise
    names: Mapping[int, str]
    ids: Mapping[str, int] = field(repr=False)

    def read(self, text: str) -> int:
        found = self.ids.get(text) or self.ids.get(text.casefold())
        if found is None:
            raise ValidationProblem(
                gettext("There is no %(what)s %(text)s. Make it first, or correct the name.")
                % {"what": self.what, "text": repr(text[:80])}
            )
        return found

    def show(self, value: int | None) -> str:
        return "" if value is None else self.names[value]


@dataclass(frozen=True, slots=True)
class WholeNumber(Numeric):
    """A whole number; nothing is 0 where `empty` says so."""

    low: int
    high: int

    def read(self, text: str) -> int:
        if not WHOLE.fullmatch(text) or not self.low <= (number := int(text.partition(".")[0])) <= self.high:
            raise ValidationProblem(
                gettext("Use a whole number from %(low)s to %(high)s.")
                % {"low": grouped(self.low), "high": grouped(self.high)}
            )
        return number

    def show(self, value: int | None) -> str:
        return "" if value is None else str(value)


@dataclass(frozen=True, slots=True)
class YesNo:
    def read(self, text: str) -> bool:
        return read_truth_value(text)

    def show(self, value: bool) -> str:
        return "yes" if value else "no"


@dataclass(frozen=True, slots=True)
class Moment:
    """A point in time, in the shop's time zone where the text names no other.

    With `ends_day` a date alone lasts until that day is over, else it begins with that day.
    """

    ends_day: bool = False

    def read(self, text: str) -> datetime:
        zone = ZoneInfo(settings.SHOP_TIME_ZONE)
        return notation.read_moment(text, zone=zone, ends_day=self.ends_day).astimezone(UTC)

    def show(self, value: datetime | None) -> str:
        return "" if value is None else value.astimezone(UTC).isoformat().replace("+00:00", "Z")


@dataclass(frozen=True, slots=True)
class Amount(Numeric):
    """A price in major units (19.99), kept in minor ones (1999)."""

    currency: str

    def read(self, text: str) -> int:
        digits = digits_of(self.currency)
        if not AMOUNT.fullmatch(text):
            raise ValidationProblem(gettext("Use a price such as 19.99, without a sign or a currency."))
        scaled = Decimal(text).scaleb(digits)
        if scaled != scaled.to_integral_value():
            raise ValidationProblem(
                gettext("%(currency)s has %(digits)s digits after the point.")
                % {"currency": self.currency, "digits": digits}
            )
        if scaled > MAX_AMOUNT:
            raise ValidationProblem(gettext("Use at most %(limit)s.") % {"limit": grouped(MAX_AMOUNT // 10**digits)})
        return int(scaled)

    def show(self, value: int | None) -> str:
        if value is None:
            return ""
        return str(Money(value, self.currency).major_units)


@dataclass(frozen=True, slots=True)
class Barcode:
    def read(self, text: str) -> str:
        try:
            validate_barcode(text)
        except ValidationError as error:
            raise ValidationProblem(str(error.message)) from error
        return text

    def show(self, value: str) -> str:
        return value


@dataclass(frozen=True, slots=True)
class Options:
    """`Colour=Blue;Size=L`; a backslash before `;`, `=` or a backslash that is part of a name or value."""

    PAIR = re.compile(r"((?:[^\\;=]|\\.)+)=((?:[^\\;=]|\\.)+)(?:;|\Z)", re.DOTALL)

    def read(self, text: str) -> dict[str, str]:
        options: dict[str, str] = {}
        place = 0
        while place < len(text):
            match = self.PAIR.match(text, place)
            name, value = (_plain(part) for part in match.groups()) if match else ("", "")
            if not match or not name or not value or name in options:
                raise ValidationProblem(gettext("Use names and values such as Colour=Blue;Size=L, each name once."))
            options[name] = value
            place = match.end()
        if sentences := option_errors(options):
            raise ValidationProblem(" ".join(sentences))
        return options

    def show(self, value: Mapping[str, Any]) -> str:
        return ";".join(f"{_guarded(name)}={_guarded(value[name])}" for name in sorted(value))


def _plain(text: str) -> str:
    return re.sub(r"\\(.)", r"\1", text, flags=re.DOTALL).strip()


def _guarded(value: Any) -> str:
    return re.sub(r"([\\;=])", r"\\\1", tidy(str(value)))


def decimal_text(number: Decimal) -> str:
    """`34` for 34.0000, `0.5` for 0.5000."""
    try:
        return format(number.normalize() + 0, "f")
    except InvalidOperation:
        return str(number)
