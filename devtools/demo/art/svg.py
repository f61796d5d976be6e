"""A few words of SVG, so that drawings read as drawings."""

from __future__ import annotations

from html import escape

INK = "#1d1b20"


def rect(x: float, y: float, w: float, h: float, fill: str, *, r: float = 0, more: str = "") -> str:
    return f'<rect x="{x}" y="{y}" width="{w}" height="{h}" rx="{r}" fill="{fill}" {more}/>'


def circle(x: float, y: float, r: float, fill: str, *, more: str = "") -> str:
    return f'<circle cx="{x}" cy="{y}" r="{r}" fill="{fill}" {more}/>'


def oval(x: float, y: float, rx: float, ry: float, fill: str, *, more: str = "") -> str:
    return f'<ellipse cx="{x}" cy="{y}" rx="{rx}" ry="{ry}" fill="{fill}" {more}/>'


def path(d: str, fill: str, *, more: str = "") -> str:
    return f'<path d="{d}" fill="{fill}" {more}/>'


def line(d: str, colour: str, width: float, *, more: str = "") -> str:
    """A stroke with round ends."""
    return (
        f'<path d="{d}" fill="none" stroke="{colour}" stroke-width="{width}" '
        f'stroke-linecap="round" stroke-linejoin="round" {more}/>'
    )


def text(x: float, y: float, words: str, size: float, fill: str, *, font: str = "Fjalla One", more: str = "") -> str:
    """Centred unless `more` says otherwise."""
    anchor = "" if "text-anchor" in more else 'text-anchor="middle"'
    look = f'font-family="{font}" font-size="{size}" fill="{fill}" {anchor} {more}'
    return f'<text x="{x}" y="{y}" {look}>{escape(words)}</text>'


def group(*parts: str, transform: str = "", more: str = "") -> str:
    return f'<g transform="{transform}" {more}>{"".join(parts)}</g>' if transform or more else "".join(parts)


def shade(d: str, strength: float = 0.16) -> str:
    """A darker side."""
    return path(d, "#000", more=f'fill-opacity="{strength}"')


def light(d: str, strength: float = 0.25) -> str:
    """A lit side."""
    return path(d, "#fff", more=f'fill-opacity="{strength}"')


def picture(width: int, height: int, *parts: str, box: tuple[float, float, float, float] | None = None) -> str:
    """The whole document; `box` is the part of the drawing that it shows (left, top, width, height)."""
    body = "".join(parts)
    left, top, wide, tall = box or (0, 0, width, height)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}" '
        f'viewBox="{left:g} {top:g} {wide:g} {tall:g}">{body}</svg>'
    )
