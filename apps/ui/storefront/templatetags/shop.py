"""Filters and tags of the shop's templates."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString

from apps.ui.storefront.clients.reading import cursor_of
from apps.ui.storefront.forms import COUNTRY_NAMES

register = template.Library()
AVAILABILITY = {
    "in_stock": "In stock",
    "low_stock": "Only a few left",
    "out_of_stock": "Sold out",
    "digital": "Watch at once",
}
STATES = {
    "pending": "In progress",
    "reserved": "Waiting for payment",
    "authorised": "Payment confirmed",
    "paid": "Paid",
    "fulfilled": "On its way",
    "cancelled": "Cancelled",
    "failed": "Not paid",
    "partially_refunded": "Partly refunded",
    "refunded": "Refunded",
}
LANGUAGES = {
    "de": "German",
    "en": "English",
    "es": "Spanish",
    "fr": "French",
    "it": "Italian",
    "ja": "Japanese",
    "ru": "Russian",
    "sv": "Swedish",
}
MINUTE = 60

register.filter("cursor", cursor_of)


@register.filter
def availability(value: str) -> str:
    """A stock state in words."""
    return AVAILABILITY.get(value, value)


@register.filter
def order_state(value: str) -> str:
    """An order's state in words."""
    return STATES.get(value, value)


@register.filter
def country(code: str) -> str:
    """A country by its name; the code for one that we do not send to."""
    return COUNTRY_NAMES.get(code, code)


@register.filter
def language(code: str) -> str:
    """A language by its name; the code for one that we have no name for."""
    return LANGUAGES.get(code, code)


@register.filter
def runtime(seconds: int | None) -> str:
    """`1 h 32 min`, or seconds for what is shorter than two minutes."""
    if not seconds:
        return ""
    if seconds < 2 * MINUTE:
        return f"{seconds} s"
    hours, minutes = divmod(round(seconds / MINUTE), MINUTE)
    return f"{hours} h {minutes} min" if hours else f"{minutes} min"


@register.simple_tag
def stars(average: float | None) -> SafeString:
    """Five stars; the text beside them says the number for those who do not see them."""
    full = round(average or 0)
    html = '<span class="stars" aria-hidden="true">{}<span class="off">{}</span></span>'
    return format_html(html, "★" * full, "★" * (5 - full))


@register.simple_tag(takes_context=True)
def query(context: dict[str, Any], **changes: Any) -> str:
    """The page's query string with some parameters changed, for links that keep the filters."""
    values = {name: value for name, value in context["request"].GET.items() if value and name != "cursor"}
    values |= changes
    return "?" + urlencode({name: value for name, value in values.items() if value not in ("", None)})
