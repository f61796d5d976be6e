"""The grounds that the goods are shown on: a colour for each, and a table, a disc, an arch or nothing behind it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from devtools.demo.art import objects_1, objects_2, objects_3, svg
from devtools.demo.art.poster_kit import darker, mix

SIZE = 1200


@dataclass(frozen=True, slots=True)
class Look:
    """How one product is drawn: its drawing, the ground, what is behind, its main and its second colour."""

    draw: Callable[[str, str], str]
    ground: str
    behind: str
    main: str
    second: str


LOOKS = {
    "stoneware-mug": Look(objects_1.mug, "#f0d9c0", "table", "#b5533a", "#d9795a"),
    "popcorn-bowl": Look(objects_1.bowl, "#d8473c", "table", "#1f5f66", "#f3d9a4"),
    "enamel-kettle": Look(objects_1.kettle, "#9cc3bb", "table", "#f4ead2", "#22375a"),
    "oak-serving-board": Look(objects_1.board, "#e7d9b8", "plain", "#c48a55", "#e7d9b8"),
    "linen-napkins": Look(objects_1.cloth, "#c9d3c0", "plain", "#c4673f", "#e2cfa9"),
    "french-press": Look(objects_1.press, "#e8b9a2", "table", "#2a2f38", "#aab2b8"),
    "reading-lamp": Look(objects_1.lamp, "#17323b", "table", "#1f7f80", "#ffe9a8"),
    "wool-blanket": Look(objects_1.blanket, "#e9cdb5", "table", "#2f5d49", "#dcc9a0"),
    "beeswax-candles": Look(objects_1.candle, "#3a2a44", "table", "#e8b64c", "#c99a3f"),
    "floor-cushion": Look(objects_1.cushion, "#c9d6d8", "table", "#e0a430", "#22375a"),
    "wall-clock": Look(objects_1.clock, "#e9b949", "plain", "#22375a", "#c8452f"),
    "stoneware-vase": Look(objects_1.vase, "#efd3c2", "arch", "#6f7f52", "#d9674e"),
    "dot-grid-notebook": Look(objects_1.notebook, "#a9cdc8", "plain", "#ee735c", "#22375a"),
    "brass-pen": Look(objects_1.pen, "#2d3a4f", "plain", "#e8b64c", "#c99a3f"),
    "storyboard-pads": Look(objects_1.pad, "#aebfd4", "plain", "#d8473c", "#2d3a4f"),
    "letter-set": Look(objects_1.envelope, "#d9a0a0", "plain", "#7b2f3a", "#b5372b"),
    "desk-tray": Look(objects_1.tray, "#cfd8cf", "table", "#2f5d56", "#b5372b"),
    "wall-calendar": Look(objects_1.calendar, "#ecdcc2", "plain", "#3d6b8c", "#d8473c"),
    "the-silent-image": Look(objects_2.book, "#ead7b7", "plain", "#1f3a4d", "#e9b44c"),
    "shadows-on-the-wall": Look(objects_2.book2, "#b9b5c9", "plain", "#c8452f", "#f0c27b"),
    "falling-down-well": Look(objects_2.book3, "#a9cfc9", "plain", "#d98a2b", "#2a2f38"),
    "the-projectionists-handbook": Look(objects_2.book4, "#e8c2b0", "plain", "#2f5d56", "#f2d16b"),
    "postcards-from-premieres": Look(objects_2.postcards, "#d7c7a5", "plain", "#b5533a", "#c98a9b"),
    "poster-portfolio": Look(objects_2.portfolio, "#c7d2d9", "plain", "#3b3a45", "#e9b44c"),
    "merino-beanie": Look(objects_2.beanie, "#e3c9a8", "disc", "#a8432f", "#c25a41"),
    "canvas-tote": Look(objects_2.tote, "#d98b73", "plain", "#22375a", "#f4ead2"),
    "wool-socks": Look(objects_2.socks, "#c3cdb4", "plain", "#35594a", "#e0a13c"),
    "work-apron": Look(objects_2.apron, "#e6d5c3", "disc", "#3c5a78", "#c98d4e"),
    "usher-jacket": Look(objects_2.jacket, "#d5c08f", "disc", "#8e2331", "#1d1b20"),
    "silk-scarf": Look(objects_2.scarf, "#f0cfc7", "plain", "#2a2f45", "#d96a4f"),
    "over-ear-headphones": Look(objects_2.headphones, "#e3a14e", "disc", "#26323f", "#596a7a"),
    "tabletop-radio": Look(objects_2.radio, "#a9c5b8", "table", "#2f5d56", "#d8473c"),
    "pocket-projector": Look(objects_2.projector, "#33304a", "table", "#e6dfd0", "#d8473c"),
    "vinyl-film-scores": Look(objects_2.vinyl, "#f0c65a", "plain", "#b5372b", "#e9a24c"),
    "instant-camera": Look(objects_2.camera, "#c98a9b", "disc", "#f1e7d3", "#d8473c"),
    "film-canister-speaker": Look(objects_2.speaker, "#7f9fb0", "plain", "#c9d0d4", "#c48a55"),
    "wooden-puzzle": Look(objects_3.puzzle, "#bcd0c8", "plain", "#22375a", "#b5372b"),
    "chess-set": Look(objects_3.chess, "#8fa58a", "table", "#6b4428", "#f6efe2"),
    "playing-cards": Look(objects_3.cards, "#1f5f66", "plain", "#b5372b", "#d8473c"),
    "dominoes": Look(objects_3.dominoes, "#d9674e", "plain", "#c48a55", "#1d1b20"),
    "yo-yo": Look(objects_3.yoyo, "#5f8fa3", "disc", "#d8473c", "#f2d16b"),
    "thaumatrope-kit": Look(objects_3.thaumatrope, "#e0b25c", "plain", "#7b2f3a", "#2f6f8f"),
    "steel-flask": Look(objects_2.flask, "#d8c9a0", "table", "#2f6b57", "#c99a3f"),
    "wax-rucksack": Look(objects_2.rucksack, "#c9b48e", "table", "#59633a", "#7a4a2a"),
    "pocket-torch": Look(objects_2.torch, "#26324a", "plain", "#d98a2b", "#1d1b20"),
    "field-glasses": Look(objects_2.binoculars, "#b7c7a3", "table", "#3a3f34", "#c99a3f"),
    "picnic-blanket": Look(objects_2.picnic, "#a9c58b", "table", "#f4ead2", "#c8382b"),
    "umbrella": Look(objects_2.umbrella, "#9fb7c6", "plain", "#c8382b", "#8e2331"),
}


@dataclass(frozen=True, slots=True)
class Scene:
    """A picture in layers of SVG: a ground, and a figure that throws a soft shadow of this colour on it."""

    ground: str
    figure: str = ""
    shadow: str = "#000000"
    is_transparent: bool = False


def scene(look: Look, *, size: int = SIZE) -> Scene:
    """The layers of one product's picture, `size` pixels wide."""
    whole = (0, 0, SIZE, SIZE)
    return Scene(
        ground=svg.picture(size, size, svg.rect(0, 0, SIZE, SIZE, look.ground), _behind(look), box=whole),
        figure=svg.picture(size, size, look.draw(look.main, look.second), box=whole),
        shadow=darker(look.ground, 0.8),
    )


def _behind(look: Look) -> str:
    lit = mix(look.ground, "#fffaf0", 0.28)
    if look.behind == "table":
        return svg.rect(0, 800, SIZE, 400, darker(look.ground, 0.14)) + svg.rect(0, 800, SIZE, 5, lit)
    if look.behind == "disc":
        return svg.circle(600, 600, 500, lit)
    if look.behind == "arch":
        return svg.path("M190 1200V620a410 410 0 0 1 820 0v580z", lit)
    return ""
