"""Template tags of dates and times."""

from __future__ import annotations

from datetime import date, datetime

from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext

from apps.ui.storefront import formats

register = template.Library()


@register.simple_tag
def local_time(moment: datetime) -> SafeString:
    """A time in the shop's zone; a script shows it in the visitor's own (dates.js)."""
    html = '<time datetime="{}" data-local>{}</time>'
    return format_html(html, moment.isoformat(timespec="seconds"), formats.format_zoned(moment))


@register.simple_tag
def arrival(earliest: date, latest: date) -> str:
    """`Arrives Tue 1 Dec – Thu 3 Dec`."""
    return gettext("Arrives %(days)s") % {"days": formats.format_days(earliest, latest)}


register.simple_tag(formats.format_days, name="delivery_days")
