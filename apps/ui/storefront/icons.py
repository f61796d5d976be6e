"""Icons of the storefront, drawn by strokes in the colour of the text around them."""

from __future__ import annotations

from functools import cache

from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe

# Shapes within 24 by 24 units.
SHAPES = {
    "arrow": '<path d="M5 12h14m-5-5 5 5-5 5"/>',
    "back": '<path d="M19 12H5m5-5-5 5 5 5"/>',
    "box": '<path d="M4 8.500 12 4l8 4.500v7L12 20l-8-4.500zM4 8.500l8 4.500 8-4.500M12 13v7"/>',
    "cart": '<path d="M3 4h2.200l2.600 11.500h10.400L20.500 8H6.200"/>'
    '<circle cx="9.500" cy="19.500" r="1.300"/><circle cx="17" cy="19.500" r="1.300"/>',
    "check": '<path d="m5 12.500 4.500 4.500L19 7"/>',
    "cross": '<path d="M6 6l12 12M18 6 6 18"/>',
    "down": '<path d="m6 9.500 6 6 6-6"/>',
    "filter": '<path d="M4 7h16M7 12h10M10 17h4"/>',
    "globe": '<circle cx="12" cy="12" r="8.500"/>'
    '<path d="M3.500 12h17M12 3.500c2.700 2.500 4 5.300 4 8.500s-1.300 6-4 8.500'
    'c-2.700-2.500-4-5.300-4-8.500s1.300-6 4-8.500z"/>',
    "heart": '<path d="M12 19.500C7 15.800 4 12.900 4 9.300A4.300 4.300 0 0 1 12 7a4.300 4.300 0 0 1 8 2.300'
    'c0 3.600-3 6.500-8 10.200z"/>',
    "home": '<path d="m4 11 8-7 8 7v9h-5.500v-6h-5v6H4z"/>',
    "info": '<circle cx="12" cy="12" r="8.500"/><path d="M12 11v5.500M12 7.500v.2"/>',
    "mail": '<path d="M3.500 6h17v12h-17zM4 6.500l8 6.500 8-6.500"/>',
    "menu": '<path d="M4 7h16M4 12h16M4 17h16"/>',
    "minus": '<path d="M5 12h14"/>',
    "next": '<path d="m9.500 6 6 6-6 6"/>',
    "person": '<circle cx="12" cy="8" r="4"/><path d="M4.500 20.500c1-4 4-6 7.500-6s6.500 2 7.500 6"/>',
    "play": '<path d="M7 4.500v15l12.500-7.500z" fill="currentColor"/>',
    "plus": '<path d="M5 12h14M12 5v14"/>',
    "previous": '<path d="m14.500 6-6 6 6 6"/>',
    "print": '<path d="M7 9V4h10v5M7 17H4V9h16v8h-3M7 14h10v6H7z"/>',
    "return": '<path d="M4 9h11a5 5 0 0 1 0 10H8M8 5 4 9l4 4"/>',
    "search": '<circle cx="10.500" cy="10.500" r="6.500"/><path d="m15.500 15.500 5 5"/>',
    "share": '<path d="M12 15V4M8 7.500 12 3.500l4 4M5 12v8h14v-8"/>',
    "star": '<path d="m12 4 2.500 5.200 5.500.8-4 4 1 5.700-5-2.700-5 2.700 1-5.700-4-4 5.500-.8z"/>',
    "trash": '<path d="M4.500 7h15M9.500 7V4.500h5V7M6.500 7l1 13h9l1-13M10 11v5M14 11v5"/>',
    "zoom": '<circle cx="10.500" cy="10.500" r="6.500"/><path d="m15.500 15.500 5 5M8 10.500h5M10.500 8v5"/>',
    "truck": '<path d="M3 6h11v10H3zM14 9.500h4l3 3.500v3h-7"/><circle cx="7" cy="17.500" r="1.700"/>'
    '<circle cx="17" cy="17.500" r="1.700"/>',
}
# Those that point along the text turn with its direction.
DIRECTED = frozenset({"arrow", "back", "next", "previous", "return"})


@cache
def icon(name: str) -> SafeString:
    """The icon as SVG, hidden from screen readers: the text beside it says the same. Raises KeyError for no icon."""
    classes = f"icon icon-{name}" + (" icon-directed" if name in DIRECTED else "")
    return format_html(
        '<svg class="{}" aria-hidden="true" viewBox="0 0 24 24" width="22" height="22" fill="none"'
        ' stroke="currentColor" stroke-width="1.900" stroke-linecap="round" stroke-linejoin="round">{}</svg>',
        classes,
        mark_safe(SHAPES[name]),  # noqa: S308  (the shapes above)
    )
