"""Template filters and tags of the storefront."""

from __future__ import annotations

import json
from datetime import date, datetime
from typing import Any

from django import template
from django.template import Context
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe

from apps.common.money import Money
from apps.ui.storefront import formats
from apps.ui.storefront.clients.catalog_schemas import Variant
from apps.ui.storefront.clients.decoding import cursor_of
from apps.ui.storefront.slots import mark_slot, render_slot

register = template.Library()
AVAILABILITY = {
    "in_stock": "In stock",
    "low_stock": "Only a few left",
    "backorder": "On backorder",
    "preorder": "Pre-order",
    "out_of_stock": "Sold out",
    "digital": "Watch instantly",
}
STATES = {
    "pending": "Processing",
    "reserved": "Awaiting payment",
    "authorised": "Payment confirmed",
    "paid": "Paid",
    "fulfilled": "Shipped",
    "cancelled": "Cancelled",
    "failed": "Payment failed",
    "partially_refunded": "Partially refunded",
    "refunded": "Refunded",
}
MINUTE = 60
# Characters that could end a script element or begin markup, as JSON escapes.
JSON_ESCAPES = {ord("<"): "\\u003C", ord(">"): "\\u003E", ord("&"): "\\u0026"}

register.filter("cursor", cursor_of)
register.filter("day", formats.format_day)
register.filter("long_date", formats.format_date)
register.filter("country", formats.country_name)
register.filter("language", formats.language_name)


@register.filter
def money(value: Money | None) -> str:
    """An amount with its currency; a dash for an unknown one."""
    return "–" if value is None else formats.format_money(value)


@register.filter
def moment(value: datetime) -> str:
    """`1 December, 10:00 UTC`."""
    return f"{formats.format_day(value)}, {formats.format_time(value)}"


@register.filter
def long_moment(value: datetime) -> str:
    """`1 December 2026, 10:00 UTC`."""
    return f"{formats.format_date(value)}, {formats.format_time(value)}"


@register.filter
def availability(value: str) -> str:
    """Label of an availability."""
    return AVAILABILITY.get(value, value)


@register.filter
def stock_label(variant: Variant) -> str:
    """A variant's availability: with the number of units when few are left, or the date when it ships."""
    day = _day(variant.available_on)
    if variant.availability == "low_stock" and variant.available:
        return f"Only {variant.available} left"
    if variant.availability == "backorder":
        return f"On backorder, ships from {day}" if day else "On backorder"
    if variant.availability == "preorder":
        return f"Pre-order now, available from {day}" if day else "Pre-order now"
    return availability(variant.availability)


def _day(day: date | None) -> str:
    """`1 March`, or `1 March 2099` in another year; empty for a date in the past."""
    today = timezone.now().date()
    if day is None or day <= today:
        return ""
    return formats.format_day(day) if day.year == today.year else formats.format_date(day)


@register.filter
def order_state(value: str) -> str:
    """Label of an order's state."""
    return STATES.get(value, value)


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
    """Five stars, hidden from screen readers: the text beside them has the number."""
    full = round(average or 0)
    html = '<span class="stars" aria-hidden="true">{}<span class="off">{}</span></span>'
    return format_html(html, "★" * full, "★" * (5 - full))


@register.filter
def euros(cents: int) -> str:
    """An amount in cents as it is entered in a field: `19` for 1900, `2.99` for 299."""
    return f"{cents // 100}" if cents % 100 == 0 else f"{cents / 100:.2f}"


@register.filter
def plain(number: float | None) -> str:
    """`10` for 10.0, `2.5` for 2.5."""
    return "" if number is None else f"{number:g}" if abs(number) < 10**6 else f"{number:.0f}"


@register.simple_tag
def structured_data(data: Any) -> SafeString:
    """JSON-LD for search engines. Browsers do not run it, so the Content-Security-Policy needs no exception."""
    text = json.dumps(data, ensure_ascii=False).translate(JSON_ESCAPES)
    return mark_safe(f'<script type="application/ld+json">{text}</script>')  # noqa: S308  (escaped above)


@register.simple_tag(takes_context=True)
def slot(context: Context, name: str) -> SafeString:
    """A part of the page that differs between visitors; a shared page is cut here."""
    # Both are markup of our own templates.
    if context.get("is_shared"):
        return mark_safe(mark_slot(name))  # noqa: S308
    return mark_safe(render_slot(name, {str(key): value for key, value in context.flatten().items()}))  # noqa: S308
