"""Filters of the shop's templates."""

from __future__ import annotations

from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

from django import template
from django.utils.dateparse import parse_datetime
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from apps.common.money import Money

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


@register.filter
def money(value: dict[str, Any] | None) -> str:
    """`{"amount", "currency"}` for people."""
    return Money(value["amount"], value["currency"]).format() if value else "–"


@register.filter
def when(value: str | None) -> Any:
    """An ISO time as a datetime, for the date filter."""
    return parse_datetime(value) if value else None


@register.filter
def availability(value: str) -> str:
    return AVAILABILITY.get(value, value)


@register.filter
def order_state(value: str) -> str:
    return STATES.get(value, value)


@register.filter
def runtime(seconds: int | None) -> str:
    """`1 h 32 min`, or seconds for what is shorter than two minutes."""
    if not seconds:
        return ""
    if seconds < 120:
        return f"{seconds} s"
    hours, minutes = divmod(round(seconds / 60), 60)
    return f"{hours} h {minutes} min" if hours else f"{minutes} min"


@register.filter
def srcset(image: dict[str, Any]) -> str:
    """An image's renditions as the attribute wants them."""
    return ", ".join(f"{source['url']} {source['width']}w" for source in image["srcset"])


@register.filter
def cursor(link: str | None) -> str:
    """The cursor inside an API's link to another page."""
    return parse_qs(urlsplit(link).query).get("cursor", [""])[0] if link else ""


@register.filter
def percent(progress: dict[str, Any]) -> int:
    """How much of a film was watched."""
    duration = progress["duration_seconds"]
    return min(100, round(100 * progress["position_seconds"] / duration)) if duration else 0


@register.simple_tag
def stars(average: float | None) -> SafeString:
    """Five stars; the text beside them says the number for those who do not see them."""
    full = round(average or 0)
    marks = format_html_join("", "<span{}>★</span>", ((" class=off" if i >= full else "",) for i in range(5)))
    return format_html('<span class="stars" aria-hidden="true">{}</span>', marks)


@register.simple_tag(takes_context=True)
def query(context: dict[str, Any], **changes: Any) -> str:
    """The page's query string with some parameters changed, for links that keep the filters."""
    values = {name: value for name, value in context["request"].GET.items() if value}
    values.pop("cursor", None)
    values |= {name: value for name, value in changes.items() if value not in ("", None)}
    for name, value in changes.items():
        if value in ("", None):
            values.pop(name, None)
    return "?" + urlencode(values)
