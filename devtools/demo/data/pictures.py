"""Which pictures products have beyond their first one, and what is said of them in words."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from devtools.demo.data.files import SECOND_LANGUAGE, goods, read, translations

# Companions of a product in one picture.
MAX_COMPANIONS = 2
STILLS = 2
# The variant that a product's first picture shows already.
FIRST_VARIANTS = {
    "stoneware-mug": "CLAY",
    "enamel-kettle": "CREAM",
    "linen-napkins": "RUST",
    "reading-lamp": "TEAL",
    "wool-blanket": "PINE",
    "floor-cushion": "MUSTARD",
    "stoneware-vase": "MOSS",
    "dot-grid-notebook": "CORAL",
    "merino-beanie": "RUST",
    "over-ear-headphones": "BLACK",
    "instant-camera": "CREAM",
    "yo-yo": "RED",
    "steel-flask": "PINE",
    "umbrella": "RED",
}
# Of each view, in the shop's two languages.
WORDS = {
    "detail": ("Drawing: {title}, detail", "Zeichnung: {title}, Nahaufnahme"),
    "together": ("Drawing: {title} with other products", "Zeichnung: {title} mit anderen Artikeln"),
    "colour": ("Drawing: {title}, {colour}", "Zeichnung: {title}, {colour}"),
    "still": ("Scene from {title}, drawn", "Szene aus {title}, gezeichnet"),
}


@dataclass(frozen=True, slots=True)
class Picture:
    """A further picture: the name of its file without suffix, its view (see WORDS), and the variant that it shows."""

    name: str
    view: str
    variant: str = ""
    colour: str = ""


def further_pictures(good: dict[str, Any]) -> list[Picture]:
    """The further pictures of goods, in the order of the page."""
    slug = good["slug"]
    others = [(suffix, name) for suffix, name in colour_variants(good) if suffix != FIRST_VARIANTS[slug]]
    pictures = [Picture(f"{slug}.{suffix.lower()}", "colour", suffix, name) for suffix, name in others]
    pictures.append(Picture(f"{slug}.detail", "detail"))
    if companions(good):
        pictures.append(Picture(f"{slug}.together", "together"))
    return pictures


def colour_variants(good: dict[str, Any]) -> list[tuple[str, str]]:
    """Suffix and name of the variants that differ in colour; a product in one colour has none."""
    names = {name for listed in read("colours").values() for name in listed}
    coloured = [(suffix, name) for suffix, name, _, _ in good["variants"] if name in names]
    return coloured if len(coloured) > 1 else []


def companions(good: dict[str, Any]) -> list[str]:
    """Slugs of the goods that are recommended beside it."""
    known = {other["slug"] for other in goods()}
    return [slug for slug in good.get("related", ()) if slug in known][:MAX_COMPANIONS]


def stills(film: dict[str, Any]) -> list[Picture]:
    """The stills of a film."""
    return [Picture(f"{film['slug']}.still-{number}", "still") for number in range(1, STILLS + 1)]


def image_entry(picture: Picture, *, title: str, translated_title: str) -> dict[str, Any]:
    """The picture as `import_products` takes it."""
    first, second = WORDS[picture.view]
    colours = translations("variants")
    return {
        "file": f"{picture.name}.webp",
        "alt": first.format(title=title, colour=picture.colour),
        "translations": {
            SECOND_LANGUAGE: {
                "alt": second.format(title=translated_title, colour=colours.get(picture.colour, picture.colour))
            }
        },
    }
