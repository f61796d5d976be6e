"""How values look in the admin, in the language of the page."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from babel import Locale, UnknownLocaleError
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe

from apps.common.countries import country_name
from apps.common.languages import current_language
from apps.common.money import Money

BREAK = mark_safe("<br>")
ADDRESS_LINES = ("name", "line1", "line2")


def money(amount: int, currency: str) -> str:
    """Minor units as people write them: `€19.99`, `19,99 €`."""
    return Money(amount, currency).format(current_language())


def lines(values: Iterable[object]) -> SafeString:
    """Each value on a line of its own; empty ones are left out."""
    return format_html_join(BREAK, "{}", ((value,) for value in values if value))


def address(value: Mapping[str, Any] | None) -> SafeString | str:
    """A delivery address as on an envelope, with the country's name; empty for none."""
    if not value:
        return ""
    town = " ".join(str(value[name]) for name in ("postal_code", "city") if value.get(name))
    country = country_name(str(value.get("country", "")), current_language())
    return lines([*(value.get(name) for name in ADDRESS_LINES), town, value.get("region"), country, value.get("phone")])


def language_name(code: str) -> str:
    """`German` for `de`; the code for what has no name."""
    if not code:
        return ""
    try:
        return Locale.parse(code, sep="-").get_display_name(current_language()) or code
    except (UnknownLocaleError, ValueError):
        return code


def link(url: str, label: object) -> SafeString:
    """A link that looks like one."""
    return format_html('<a class="admin-link" href="{}">{}</a>', url, label)


def duration(seconds: float) -> str:
    """`1:32:05` for hours, minutes and seconds; empty for none."""
    if not seconds:
        return ""
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{rest:02}"
