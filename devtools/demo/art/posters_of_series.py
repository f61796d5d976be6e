"""Posters of series, as those of films."""

from __future__ import annotations

from devtools.demo.art import poster_kit as kit
from devtools.demo.art.poster_kit import circle, ellipse, fitted, line, path, polar, polygon, rect, stroke
from devtools.demo.art.posters_to_1924 import Film, H, W, credit_lines

MASK = (
    "M344 590 Q420 486 500 548 Q580 486 656 590 Q640 690 556 676 Q518 668 500 632 Q482 668 444 676 Q360 690 344 590 Z"
)
ROOFS = [
    *((0, 1250), (90, 1250), (90, 1190), (120, 1190), (120, 1250), (210, 1160), (330, 1160), (330, 1110)),
    *((362, 1110), (362, 1220), (640, 1220), (640, 1140), (670, 1140), (670, 1190), (800, 1100), (905, 1190)),
    *((905, 1130), (936, 1130), (936, 1230), (W, 1230), (W, H), (0, H)),
]


def les_vampires(film: Film) -> str:
    red, dark, black, pale, gold = "#b4232c", "#7d1520", "#120c10", "#f3e6cf", "#e7b04a"
    x, y = 500, 560
    parts = [rect(0, 0, W, H, red), kit.rays(x, y, dark, count=24, near=0, far=1500, share=0.5, start=4)]
    parts.append(circle(x, y, 420, kit.mix(red, gold, 0.25), 'opacity=".45"'))
    # A question mark closes around the face.
    start, end = polar(x, y, 330, 168), polar(x, y, 330, 62)
    hook = f"M{start[0]:.1f} {start[1]:.1f} A330 330 0 1 1 {end[0]:.1f} {end[1]:.1f} Q540 930 520 1030"
    parts += [stroke(hook, black, 96), circle(516, 1148, 62, black)]
    parts += [
        ellipse(x, y + 10, 186, 232, black),
        path("M360 640 Q420 860 500 868 Q580 860 640 640 Q640 470 500 452 Q360 470 360 640 Z", pale),
        path(MASK, black),
    ]
    for side in (-1, 1):
        centre = x + side * 78
        parts += [
            path(f"M{centre - 46} 600 Q{centre} 552 {centre + 46} 600 Q{centre} 636 {centre - 46} 600 Z", pale),
            circle(centre, 598, 21, black),
            circle(centre + 7, 591, 6, pale),
        ]
    parts += [
        path("M436 772 Q474 744 500 762 Q526 744 564 772 Q500 826 436 772 Z", red),
        stroke("M442 772 Q500 786 558 772", kit.darker(red, 0.5), 5),
        fitted("QUI ?   QUOI ?   QUAND ?   OÙ ?", 500, 118, width=820, fill=pale, font="jost-bold", spacing_em=0.08),
    ]
    parts.append(polygon(ROOFS, black))
    # On the roofs, one of the gang in a cloak, seen against the rays.
    cloak = "M800 984 Q748 1040 726 1128 L768 1104 L800 1122 L832 1104 L874 1128 Q852 1040 800 984 Z"
    parts += [path(cloak, black), circle(800, 976, 24, black)]
    windows = ((30, 1264), (140, 1262), (250, 1190), (420, 1244), (560, 1252), (700, 1236), (868, 1246), (956, 1258))
    parts += [rect(left, top, 26, 34, gold, 2, 'opacity=".85"') for left, top in windows]
    parts.append(line(0, 1340, W, 1340, black, 2))
    parts.append(fitted(film["name"].upper(), 500, 1392, width=860, fill=pale, font="abril", most=118))
    return "".join(parts) + credit_lines(film, kit.mix(pale, red, 0.15), y=1436)
