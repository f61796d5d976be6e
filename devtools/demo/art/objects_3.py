"""Games and toys. Each takes (main colour, second colour) and draws on 1200 × 1200."""

from __future__ import annotations

from devtools.demo.art.objects_1 import CREAM, METAL, WOOD, WOOD_DARK
from devtools.demo.art.svg import INK, circle, group, line, path, rect, shade, text


def puzzle(a: str, b: str) -> str:
    """A moon that a shell has hit, cut into nine, with one piece still to come."""
    across = "v70a36 36 0 1 1 0 60v70"
    along = "h70a36 36 0 1 1 60 0h70"
    cuts = f"M500 300{across * 3}M700 300{across * 3}M300 500{along * 3}M300 700{along * 3}"
    piece = "M700 700h70a36 36 0 1 1 60 0h70v200h-200v-70a36 36 0 1 0 0-60z"
    stars = "".join(circle(x, y, 8, CREAM) for x, y in ((350, 360), (830, 340), (860, 560), (360, 850), (560, 860)))
    moon = (
        circle(560, 620, 210, "#f6dfa4")
        + circle(470, 700, 34, "#e3bd6c")
        + circle(600, 770, 26, "#e3bd6c")
        + circle(450, 560, 20, "#e3bd6c")
        + path("M476 610q36-26 70 0-34 24-70 0z", INK)
        + line("M500 706q60 50 130 6", INK, 12)
    )
    shell = group(
        path("M-40 96V-40q0-76 40-110 40 34 40 110V96z", b)
        + rect(-48, 66, 96, 34, "#e9b44c", r=6)
        + circle(0, -20, 18, INK),
        transform="translate(700 500) rotate(222)",
    )
    loose = group(
        path(piece, a) + circle(830, 830, 8, CREAM) + circle(760, 790, 5, CREAM) + line("M716 884h168", CREAM, 4),
        transform="translate(96 72) rotate(16 800 800)",
    )
    return (
        rect(260, 260, 680, 680, WOOD_DARK, r=26)
        + rect(300, 300, 600, 600, a)
        + stars
        + moon
        + shell
        + path(piece, WOOD_DARK)
        + line(cuts, "#000", 7, more='stroke-opacity=".28"')
        + loose
    )


def chess(a: str, b: str) -> str:
    """A folding board seen from the player's chair, with three of the men on it."""

    def corner(column: int, row: int) -> str:
        half = 330 + row * 55
        return f"{600 - half + column * half / 3:.0f} {760 + row * 85}"

    squares = "".join(
        path(
            f"M{corner(c, r)}L{corner(c + 1, r)}L{corner(c + 1, r + 1)}L{corner(c, r + 1)}z",
            "#e6c799" if (c + r) % 2 else WOOD_DARK,
        )
        for c in range(6)
        for r in range(2)
    )
    board = path("M250 742h700l130 210v44H120v-44z", a) + squares
    knight = group(
        path(
            "M470 660h190q-10-90-40-150 60-120-20-220l-70-70-16 60q-120 60-150 190l46 46 76-40q20 60-36 184z",
            INK,
        )
        + rect(440, 650, 250, 60, INK, r=20)
        + circle(530, 330, 14, "#e6c799"),
        transform="translate(-75 -60) scale(1.25)",
    )
    pawn = (
        circle(880, 590, 62, b)
        + path("M826 800q42-90 34-176h40q-8 86 34 176z", b)
        + rect(800, 786, 160, 50, b, r=18)
        + path("M896 640h8q-8 86 30 160v36h-50z", "#000", more='fill-opacity=".1"')
    )
    rook = (
        path("M262 430h44v40h34v-40h48v40h34v-40h44v92l-36 36 24 226H274l24-226-36-36z", b)
        + rect(240, 776, 248, 58, b, r=18)
        + path("M390 560h40l24 226v48h-60z", "#000", more='fill-opacity=".1"')
    )
    return board + group(rook, transform="translate(-50 20) scale(.96)") + pawn + knight


def cards(a: str, b: str) -> str:
    def one(turn: int, face: str) -> str:
        return group(
            rect(430, 300, 380, 560, "#fbf8f1", r=30, more='stroke="#d9d3c7" stroke-width="6"') + face,
            transform=f"rotate({turn} 620 960)",
        )

    star = "M620 450l42 92 100 12-74 70 20 100-88-50-88 50 20-100-74-70 100-12z"
    return (
        one(-24, rect(460, 330, 320, 500, a, r=18))
        + one(-2, path("M620 700q-160-120-90-210 60-50 90 30 30-80 90-30 70 90-90 210z", b))
        + one(20, path(star, INK) + text(480, 380, "K", 70, INK) + text(760, 830, "K", 70, INK))
    )


def dominoes(a: str, b: str) -> str:
    def stone(x: int, y: int, turn: int, top: list, bottom: list) -> str:
        pips = "".join(circle(x + px, y + py, 18, INK) for px, py in top) + "".join(
            circle(x + px, y + 220 + py, 18, INK) for px, py in bottom
        )
        return group(
            rect(x, y, 200, 430, WOOD, r=26)
            + rect(x, y, 200, 430, "#fff", r=26, more='fill-opacity=".18"')
            + line(f"M{x + 24} {y + 215}h152", INK, 8)
            + pips,
            transform=f"rotate({turn} {x + 100} {y + 215})",
        )

    four, two, one = [(55, 60), (145, 60), (55, 150), (145, 150)], [(55, 60), (145, 150)], [(100, 105)]
    return (
        stone(280, 420, -18, four, one)
        + stone(510, 380, -4, two, [*four, *one])
        + stone(740, 430, 16, [*two, *one], two)
    )


def yoyo(a: str, b: str) -> str:
    return (
        line("M600 120v420", CREAM, 10)
        + circle(600, 690, 270, a)
        + circle(600, 690, 200, b)
        + circle(600, 690, 120, WOOD)
        + circle(600, 690, 30, METAL)
        + shade("M690 436a270 270 0 0 1 0 508a330 330 0 0 0 0-508z")
        + line("M570 120q30-60 60 0", CREAM, 16)
    )


def thaumatrope(a: str, b: str) -> str:
    cage = circle(790, 640, 210, CREAM) + line(
        "M700 740V600q90-120 180 0v140M745 560v180M790 545v195M835 560v180M690 740h200", INK, 12
    )
    bird = (
        circle(420, 560, 210, CREAM)
        + path(
            "M330 600q10-110 110-110 20-60 80-50 40 10 40 50l40 20-44 16q-10 110-120 120l-40 60-10-60q-60-10-56-46z", b
        )
        + circle(512, 476, 10, INK)
    )
    return line("M60 520l170 20M620 590l-20 0M1000 660l150 30", a, 14) + bird + cage
