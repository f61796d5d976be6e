"""What posters are made of beyond devtools.demo.art.svg: measured type, bursts and mixed colours."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from html import escape
from math import cos, radians, sin
from pathlib import Path

from PIL import ImageFont

# Brought by scripts/setup, see package.json beside the demo. Where they are missing, any other face has to do.
FONTS = Path(__file__).parents[1] / "node_modules" / "@expo-google-fonts"
# Width of an average letter, in em, where no face can be measured.
AVERAGE_LETTER = 0.56


@dataclass(frozen=True, slots=True)
class Face:
    """One font file, and how SVG has to ask for it."""

    file: str
    family: str
    weight: int = 400
    style: str = "normal"


FACES = {
    "abril": Face("abril-fatface/400Regular/AbrilFatface_400Regular.ttf", "Abril Fatface"),
    "anton": Face("anton/400Regular/Anton_400Regular.ttf", "Anton"),
    "fjalla": Face("fjalla-one/400Regular/FjallaOne_400Regular.ttf", "Fjalla One"),
    "fraktur": Face("unifrakturcook/700Bold/UnifrakturCook_700Bold.ttf", "UnifrakturCook", 700),
    "gothic": Face("league-gothic/400Regular/LeagueGothic_400Regular.ttf", "League Gothic"),
    "jost": Face("jost/500Medium/Jost_500Medium.ttf", "Jost", 500),
    "jost-bold": Face("jost/700Bold/Jost_700Bold.ttf", "Jost", 700),
    "limelight": Face("limelight/400Regular/Limelight_400Regular.ttf", "Limelight"),
    "monoton": Face("monoton/400Regular/Monoton_400Regular.ttf", "Monoton"),
    "playfair": Face(
        "playfair-display/500Medium_Italic/PlayfairDisplay_500Medium_Italic.ttf", "Playfair Display", 500, "italic"
    ),
    "rye": Face("rye/400Regular/Rye_400Regular.ttf", "Rye"),
    "typewriter": Face("special-elite/400Regular/SpecialElite_400Regular.ttf", "Special Elite"),
}


def font_files() -> list[str]:
    """Every typeface that is there, as resvg wants them."""
    return [str(FONTS / face.file) for face in FACES.values() if (FONTS / face.file).is_file()]


@cache
def _measure(face: str) -> ImageFont.FreeTypeFont | None:
    file = FONTS / FACES[face].file
    return ImageFont.truetype(file, 1000) if file.is_file() else None


def fitting(words: str, *, font: str, width: float, spacing_em: float = 0, most: float = 1000) -> float:
    """The font size at which the words are `width` pixels wide, at most `most`."""
    measure = _measure(font)
    letters = measure.getlength(words) / 1000 if measure else AVERAGE_LETTER * len(words)
    return min(most, width / (letters + spacing_em * (len(words) - 1)))


def text(
    words: str,
    x: float,
    y: float,
    *,
    size: float,
    fill: str,
    font: str = "jost",
    anchor: str = "middle",
    spacing: float = 0,
    extra: str = "",
) -> str:
    """One line of text on the base line y; `spacing` in pixels."""
    face = FACES[font]
    # The space after the last letter would push centred lines to the left, and right-aligned ones off their edge.
    shift = {"middle": spacing / 2, "end": spacing}.get(anchor, 0)
    return (
        f'<text x="{x + shift:.1f}" y="{y:.1f}" font-family="{face.family}" font-weight="{face.weight}" '
        f'font-style="{face.style}" font-size="{size:.1f}" fill="{fill}" text-anchor="{anchor}" '
        f'letter-spacing="{spacing:.2f}" {extra}>{escape(words)}</text>'
    )


def fitted(
    words: str, x: float, y: float, *, width: float, fill: str, font: str, spacing_em: float = 0, most: float = 1000
) -> str:
    """One centred line, as large as `width` allows."""
    size = fitting(words, font=font, width=width, spacing_em=spacing_em, most=most)
    return text(words, x, y, size=size, fill=fill, font=font, spacing=spacing_em * size)


def rect(x: float, y: float, w: float, h: float, fill: str, r: float = 0, extra: str = "") -> str:
    return f'<rect x="{x:.1f}" y="{y:.1f}" width="{w:.1f}" height="{h:.1f}" rx="{r}" fill="{fill}" {extra}/>'


def circle(x: float, y: float, r: float, fill: str, extra: str = "") -> str:
    return f'<circle cx="{x:.1f}" cy="{y:.1f}" r="{r:.1f}" fill="{fill}" {extra}/>'


def ring(x: float, y: float, r: float, colour: str, width: float, extra: str = "") -> str:
    return circle(x, y, r, "none", f'stroke="{colour}" stroke-width="{width}" {extra}')


def ellipse(x: float, y: float, rx: float, ry: float, fill: str, extra: str = "") -> str:
    return f'<ellipse cx="{x:.1f}" cy="{y:.1f}" rx="{rx:.1f}" ry="{ry:.1f}" fill="{fill}" {extra}/>'


def line(x1: float, y1: float, x2: float, y2: float, colour: str, width: float, extra: str = "") -> str:
    ends = f'x1="{x1:.1f}" y1="{y1:.1f}" x2="{x2:.1f}" y2="{y2:.1f}"'
    return f'<line {ends} stroke="{colour}" stroke-width="{width}" {extra}/>'


def path(d: str, fill: str = "none", extra: str = "") -> str:
    return f'<path d="{d}" fill="{fill}" {extra}/>'


def stroke(d: str, colour: str, width: float, extra: str = "") -> str:
    """An open path with round ends."""
    look = f'stroke="{colour}" stroke-width="{width}" stroke-linecap="round" stroke-linejoin="round"'
    return path(d, "none", f"{look} {extra}")


def polygon(points: Iterable[tuple[float, float]], fill: str, extra: str = "") -> str:
    return f'<polygon points="{" ".join(f"{x:.1f},{y:.1f}" for x, y in points)}" fill="{fill}" {extra}/>'


def group(content: str, *, transform: str = "", extra: str = "") -> str:
    return f'<g transform="{transform}" {extra}>{content}</g>'


def turned(content: str, degrees: float, x: float, y: float) -> str:
    return group(content, transform=f"rotate({degrees} {x} {y})")


def clipped(name: str, shape: str, content: str) -> str:
    """The content inside the shape only; `name` is unique within a picture."""
    return f'<clipPath id="{name}">{shape}</clipPath><g clip-path="url(#{name})">{content}</g>'


def polar(x: float, y: float, r: float, degrees: float) -> tuple[float, float]:
    """The point at a distance and an angle (0 is right, 90 is down)."""
    return x + r * cos(radians(degrees)), y + r * sin(radians(degrees))


def rays(
    x: float, y: float, fill: str, *, count: int, near: float = 0, far: float, share: float = 0.5, start: float = 0
) -> str:
    """A sunburst: `share` of each sector is filled."""
    parts = []
    for index in range(count):
        a = start + index * 360 / count
        b = a + share * 360 / count
        corners = [polar(x, y, near, a), polar(x, y, far, a), polar(x, y, far, b), polar(x, y, near, b)]
        parts.append(polygon(corners, fill))
    return "".join(parts)


def mix(first: str, second: str, share: float) -> str:
    """The colour `share` of the way from the first to the second, both as #rrggbb."""
    a, b = (tuple(int(c[i : i + 2], 16) for i in (1, 3, 5)) for c in (first, second))
    return "#" + "".join(f"{round(p + (q - p) * share):02x}" for p, q in zip(a, b, strict=True))


def darker(colour: str, share: float = 0.2) -> str:
    return mix(colour, "#0d0a14", share)
