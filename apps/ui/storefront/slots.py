"""Slots: the parts of a page that differ between visitors. A shared page has a mark where each of them stands."""

from __future__ import annotations

import secrets
from typing import Any

from django.template.loader import render_to_string

# Separates slots from text. No text of a product or a visitor can contain it.
MARK = f"\x00{secrets.token_hex(8)}\x00"


def render_slot(name: str, context: dict[str, Any]) -> str:
    """The HTML of a slot, from its template."""
    return render_to_string(f"storefront/slot_{name}.html", context)


def mark_slot(name: str) -> str:
    """Where a slot stands in a shared page."""
    return f"{MARK}{name}{MARK}"


def split_at_slots(html: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The texts around the slots, one more than slots, and the slots' names."""
    parts = html.split(MARK)
    return tuple(parts[0::2]), tuple(parts[1::2])
