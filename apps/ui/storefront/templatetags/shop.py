"""Template filters and tags of the storefront."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import date, datetime
from functools import lru_cache
from typing import Any

from django import template
from django.template import Context
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from apps.common.languages import current_language
from apps.common.money import Money
from apps.ui.storefront import formats, icons
from apps.ui.storefront.clients.catalog_schemas import ProductCard, ReviewPage, Variant
from apps.ui.storefront.clients.decoding import cursor_of
from apps.ui.storefront.clients.subscriptions import Plan
from apps.ui.storefront.currency import current_currency
from apps.ui.storefront.review_filters import ReviewFilters
from apps.ui.storefront.slots import mark_slot, render_slot

register = template.Library()
# Rendered cards that a process keeps, the least recently used leave first; one takes 3 kB.
MAX_CARDS = 4_000
AVAILABILITY = {
    "in_stock": _("In stock"),
    "low_stock": _("Only a few left"),
    "backorder": _("On backorder"),
    "preorder": _("Pre-order"),
    "out_of_stock": _("Sold out"),
    "digital": _("Watch instantly"),
}
STATES = {
    "pending": _("Processing"),
    "reserved": _("Awaiting payment"),
    "authorised": _("Payment confirmed"),
    "paid": _("Paid"),
    "fulfilled": _("Shipped"),
    "cancelled": _("Cancelled"),
    "failed": _("Payment failed"),
    "partially_refunded": _("Partially refunded"),
    "refunded": _("Refunded"),
}
CARD_OUTCOMES = {
    "ok": _("The payment succeeds"),
    "challenge": _("The bank asks for confirmation"),
    "card_declined": _("The card is declined"),
    "insufficient_funds": _("Insufficient funds"),
    "processing_error": _("The bank is unavailable"),
}
MINUTE = 60
# Characters that could end a script element or begin markup, as JSON escapes.
SUBSCRIPTION_STATES = {
    "incomplete": _("Waiting for payment"),
    "trialing": _("Free trial"),
    "active": _("Active"),
    "past_due": _("Payment overdue"),
    "ended": _("Ended"),
}
JSON_ESCAPES = {ord("<"): "\\u003C", ord(">"): "\\u003E", ord("&"): "\\u0026"}

register.filter("cursor", cursor_of)
register.filter("rate", formats.format_rate)
register.filter("day", formats.format_day)
register.filter("long_date", formats.format_date)
register.filter("country", formats.country_name)
register.filter("language", formats.language_name)


@register.filter
def money(value: Money | None) -> str:
    """An amount with its currency; a dash for an unknown one."""
    return "–" if value is None else formats.format_money(value)


@register.filter
def less(value: Money) -> str:
    """What is taken off, with its minus sign: `-€5.00`."""
    return formats.format_money(-value)


@register.filter
def moment(value: datetime) -> str:
    """`1 December, 10:00 UTC`."""
    return f"{formats.format_day(value)}, {formats.format_time(value)}"


@register.filter
def long_moment(value: datetime) -> str:
    """`1 December 2026, 10:00 UTC`."""
    return f"{formats.format_date(value)}, {formats.format_time(value)}"


@register.filter
def interval_name(plan: Plan) -> str:
    """`Monthly`, for how often a plan is paid."""
    return gettext("Yearly") if plan.interval == "year" else gettext("Monthly")


@register.filter
def per_interval(plan: Plan) -> str:
    """`per month`, behind a price."""
    return gettext("per year") if plan.interval == "year" else gettext("per month")


@register.filter
def subscription_state(value: str) -> str:
    """Label of a subscription's state."""
    return str(SUBSCRIPTION_STATES.get(value, value))


@register.filter
def availability(value: str) -> str:
    """Label of an availability."""
    return str(AVAILABILITY.get(value, value))


@register.filter
def stock_label(variant: Variant) -> str:
    """A variant's availability: with the number of units when few are left, or the date when it ships."""
    day = _day(variant.available_on)
    if variant.availability == "low_stock" and variant.available:
        return ngettext("Only %(count)s left", "Only %(count)s left", variant.available) % {"count": variant.available}
    if variant.availability == "backorder":
        return gettext("On backorder, ships from %(day)s") % {"day": day} if day else gettext("On backorder")
    if variant.availability == "preorder":
        return gettext("Pre-order now, available from %(day)s") % {"day": day} if day else gettext("Pre-order now")
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
    return str(STATES.get(value, value))


@register.filter
def card_outcome(value: str) -> str:
    """What a payment with a test card leads to."""
    return str(CARD_OUTCOMES.get(value, value))


@register.filter
def runtime(seconds: int | None) -> str:
    """`1 h 32 min`, or seconds for what is shorter than two minutes."""
    if not seconds:
        return ""
    if seconds < 2 * MINUTE:
        return f"{seconds} s"
    hours, minutes = divmod(round(seconds / MINUTE), MINUTE)
    return f"{hours} h {minutes} min" if hours else f"{minutes} min"


@register.filter
def clock(seconds: float) -> str:
    """A time in a film as players show it: `12:40`, or `1:02:03` from an hour on."""
    hours, rest = divmod(int(seconds), MINUTE * MINUTE)
    minutes, seconds = divmod(rest, MINUTE)
    return f"{hours}:{minutes:02}:{seconds:02}" if hours else f"{minutes}:{seconds:02}"


@register.simple_tag
def stars(average: float | None) -> SafeString:
    """Five stars filled to the nearest half, hidden from screen readers: the text beside them has the number."""
    tenths = round((average or 0) * 2) * 5
    html = (
        '<span class="stars" aria-hidden="true"><span class="stars-off">★★★★★</span>'
        '<span class="stars-on" data-tenths="{}">★★★★★</span></span>'
    )
    return format_html(html, tenths)


@register.filter
def entered_price(amount: int) -> str:
    """Minor units of the page's currency as they are entered in a field: `19` for 1900, `2.99` for 299."""
    major = Money(amount, current_currency()).major_units
    return str(int(major)) if major == int(major) else str(major)


@register.simple_tag
def older_reviews(filters: ReviewFilters, page: ReviewPage) -> str:
    """Query string of the reviews after this page."""
    return filters.query(cursor=cursor_of(page.next))


@register.filter
def plain(number: float | None) -> str:
    """`10` for 10.0, `2.5` for 2.5."""
    return "" if number is None else f"{number:g}" if abs(number) < 10**6 else f"{number:.0f}"


@register.simple_tag
def structured_data(data: Any) -> SafeString:
    """JSON-LD for search engines. Browsers do not run it, so the Content-Security-Policy needs no exception."""
    text = json.dumps(data, ensure_ascii=False).translate(JSON_ESCAPES)
    return mark_safe(f'<script type="application/ld+json">{text}</script>')  # noqa: S308  (escaped above)


@register.simple_tag
def card(product: ProductCard, *, first: bool = False, eager: bool = False) -> SafeString:
    """A product in a grid or a row. `first` is the one that the page shows first, `eager` those beside it."""
    return _card(product, current_language(), first, eager)


@lru_cache(maxsize=MAX_CARDS)
def _card(product: ProductCard, code: str, first: bool, eager: bool) -> SafeString:
    return render_to_string("storefront/fragment_card.html", {"product": product, "first": first, "eager": eager})


@register.filter
def decimal(value: float | None) -> str:
    """A rating's average: `4.5`, in German `4,5`."""
    return "" if value is None else formats.format_average(value)


@register.filter
def names(values: Sequence[str]) -> str:
    """Names as a sentence lists them: `A, B and C`."""
    return formats.format_names(list(values))


@register.simple_tag
def icon(name: str) -> SafeString:
    """An icon by its name in `icons`."""
    return icons.icon(name)


@register.simple_tag(takes_context=True)
def slot(context: Context, name: str) -> SafeString:
    """A part of the page that differs between visitors; a shared page is cut here."""
    if context.get("is_shared"):
        return mark_safe(mark_slot(name))  # noqa: S308  (no text of anybody)
    values = {str(key): value for key, value in context.flatten().items()}
    return mark_safe(render_slot(name, values))  # noqa: S308  (a template of ours, which escapes)
