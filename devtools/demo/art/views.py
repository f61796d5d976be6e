"""Further pictures of what is drawn already: details, goods beside others, variants in their colours, film stills.

Each is made of the same drawing in SVG, so it costs no drawing of its own and is as sharp as the first one.
"""

from __future__ import annotations

from dataclasses import replace

from devtools.demo.art import objects_1, posters, stage, svg
from devtools.demo.art.poster_details import DETAILS
from devtools.demo.art.poster_kit import darker, fitting, mix, text
from devtools.demo.art.posters_to_1924 import Film, H, W
from devtools.demo.art.stage import SIZE, Look, Scene

# Of further pictures, in pixels: as wide as pages show them, and a quarter of the work of the first one.
VIEW_SIZE = 960
STILL_SIZE = (960, 540)
LOGO_SIZE = (960, 240)
# The faces of films that have a logo (`has_logo` in films.yaml).
LOGO_FACES = {"nosferatu": "fraktur", "metropolis": "limelight"}
# The part of the drawing that a detail shows: left, top, width.
DETAIL_BOX = (310, 250, 580)
# The same of what lies low in its drawing.
LOW_DETAIL_BOX = (330, 440, 540)
LOW = (objects_1.tray, objects_1.cushion)
# Where goods stand beside each other: left, top and scale, the product first.
PLACES = ((-110, 190, 0.86), (520, 20, 0.64), (560, 520, 0.6))
# What the names of variants look like.
COLOURS = {
    "Black": "#26323f",
    "Chalk": "#ece5d6",
    "Clay red": "#b5533a",
    "Coral": "#ee735c",
    "Cream": "#f4ead2",
    "Ink": "#22375a",
    "Ink blue": "#22375a",
    "Milk white": "#f3ecdf",
    "Moss": "#6f7f52",
    "Moss green": "#6f7f52",
    "Mustard": "#e0a430",
    "Oat": "#dcc9a0",
    "Petrol": "#1f7f80",
    "Pine": "#2f5d49",
    "Red": "#c8382b",
    "Rust": "#b5573a",
    "Sand": "#d9c29a",
}
LIGHT = "#fffaf0"
# Where a variant would vanish in the product's usual ground.
OTHER_GROUND = "#7f9a98"
# Sums of the differences of red, green and blue: shades of one colour, and what cannot be told apart from a ground.
SHADES, TOO_CLOSE = 170, 100


def detail(look: Look) -> Scene:
    """A part of the drawing, twice as large, on a lighter ground."""
    left, top, width = LOW_DETAIL_BOX if look.draw in LOW else DETAIL_BOX
    ground = mix(look.ground, LIGHT, 0.3)
    return Scene(
        ground=svg.picture(VIEW_SIZE, VIEW_SIZE, svg.rect(0, 0, VIEW_SIZE, VIEW_SIZE, ground)),
        figure=svg.picture(VIEW_SIZE, VIEW_SIZE, look.draw(look.main, look.second), box=(left, top, width, width)),
        shadow=darker(ground, 0.8),
    )


def together(look: Look, others: list[Look]) -> Scene:
    """The product on a table with others that go with it."""
    ground = mix(look.ground, LIGHT, 0.15)
    table = svg.rect(0, 700, SIZE, 500, darker(ground, 0.16)) + svg.rect(0, 700, SIZE, 5, mix(ground, LIGHT, 0.4))
    standing = list(zip([look, *others], PLACES, strict=False))
    drawn = [
        svg.group(one.draw(one.main, one.second), transform=f"translate({left} {top}) scale({scale})")
        for one, (left, top, scale) in reversed(standing)
    ]
    whole = (0, 0, SIZE, SIZE)
    return Scene(
        ground=svg.picture(VIEW_SIZE, VIEW_SIZE, svg.rect(0, 0, SIZE, SIZE, ground), table, box=whole),
        figure=svg.picture(VIEW_SIZE, VIEW_SIZE, *drawn, box=whole),
        shadow=darker(ground, 0.8),
    )


def in_colour(look: Look, name: str) -> Scene:
    """The product in the colour of a variant. Raises KeyError for a colour that nobody has chosen."""
    colour = COLOURS[name]
    second = look.second
    if difference(colour, look.second) < TOO_CLOSE:
        second = look.main
    elif difference(look.main, look.second) < SHADES:
        is_lighter = sum(_channels(look.second)) > sum(_channels(look.main))
        second = mix(colour, LIGHT, 0.3) if is_lighter else darker(colour, 0.3)
    ground = look.ground if difference(colour, look.ground) >= TOO_CLOSE else OTHER_GROUND
    return stage.scene(replace(look, main=colour, second=second, ground=ground), size=VIEW_SIZE)


def stills(film: Film) -> list[Scene]:
    """Details of the poster in the shape of a screen, those of the film's clip but the widest one, which comes last."""
    drawing = posters.POSTERS[film["slug"]](film)
    width, height = STILL_SIZE
    scenes = []
    for centre_x, centre_y, wide in DETAILS[film["slug"]][:2]:
        tall = wide * height / width
        left = min(max(0.0, centre_x - wide / 2), W - wide)
        top = min(max(0.0, centre_y - tall / 2), H - tall)
        scenes.append(Scene(svg.picture(width, height, drawing, box=(left, top, wide, tall))))
    return scenes


def logo(film: Film) -> Scene:
    """The film's name in the face of its poster, light on nothing, for the dark ground of its page."""
    width, height = LOGO_SIZE
    face = LOGO_FACES[film["slug"]]
    size = fitting(film["name"], font=face, width=width * 0.98, most=height * 0.9)
    words = text(film["name"], 0, height / 2 + size * 0.34, size=size, fill=LIGHT, font=face, anchor="start")
    return Scene(svg.picture(width, height, words), is_transparent=True)


def _channels(colour: str) -> tuple[int, ...]:
    return tuple(int(colour[start : start + 2], 16) for start in (1, 3, 5))


def difference(first: str, second: str) -> int:
    """How far two colours are apart: 0 for the same, 765 for black and white."""
    return sum(abs(a - b) for a, b in zip(_channels(first), _channels(second), strict=True))
