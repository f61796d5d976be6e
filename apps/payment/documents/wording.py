"""Words of documents in the active language."""

from __future__ import annotations

from django.utils.translation import gettext

from apps.payment.documents.facts import Line


def line_title(line: Line) -> str:
    """`Blue mug, large`; shipping by its method, and a reduction by what became cheaper."""
    if line.kind == "shipping":
        return gettext("Shipping: %(method)s") % {"method": line.title} if line.title else gettext("Shipping")
    title = f"{line.title}, {line.variant}" if line.variant else line.title
    return gettext("Price reduction: %(title)s") % {"title": title} if line.kind == "reduction" else title


def discount_reason(line: Line) -> str:
    """Why a line costs less than its price."""
    return gettext("Credit for unused days") if line.kind == "subscription" else gettext("Discount")
