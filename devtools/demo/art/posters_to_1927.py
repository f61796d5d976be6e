"""Posters of the films of 1925 to 1927, 1000 × 1500 like the earlier ones."""

from __future__ import annotations

import random

from devtools.demo.art import poster_kit as kit
from devtools.demo.art.poster_kit import circle, ellipse, fitted, line, path, polar, polygon, rect, ring, stroke, turned
from devtools.demo.art.posters_to_1924 import Film, H, W, credit_lines


def potemkin(film: Film) -> str:
    red, black, cream = "#d3261a", "#15110f", "#f2e7d0"
    parts = [rect(0, 0, W, H, cream), polygon([(0, 0), (1000, 0), (1000, 120), (0, 800)], red)]
    hull = (
        polygon([(1000, 300), (455, 560), (560, 800), (1000, 700)], black)
        + polygon([(1000, 120), (770, 230), (770, 430), (1000, 330)], black)
        + polygon([(700, 262), (742, 242), (742, 470), (700, 488)], black)
        + polygon([(846, 40), (906, 12), (906, 200), (846, 220)], black)
        + "".join(
            polygon([(780, 360 + i * 0), (520 - i * 40, 404 + i * 46), (520 - i * 40, 422 + i * 46), (780, 382)], black)
            for i in range(2)
        )
        + "".join(circle(640 + i * 92, 622 - i * 30, 19, cream) for i in range(4))
    )
    parts.append(hull)
    pram = (
        path("M-120 -20 L120 -20 Q118 92 20 100 L-30 100 Q-112 92 -120 -20 Z", black)
        + path("M0 -20 L0 -150 A122 130 0 0 1 122 -20 Z", red, f'stroke="{black}" stroke-width="12"')
        + line(0, -20, 60, -132, black, 9)
        + line(0, -20, 108, -82, black, 9)
        + stroke("M-120 -20 L-176 -84 L-204 -76", black, 13)
        + "".join(
            ring(x, 140, 48, black, 13)
            + circle(x, 140, 11, black)
            + "".join(line(x, 140, *polar(x, 140, 44, a), black, 5) for a in range(0, 360, 45))
            for x in (-72, 76)
        )
    )
    stairs, step, fall = [(1000, 770)], 125, 50
    for index in range(8):
        x, y = 1000 - index * step, 770 + index * fall
        stairs += [(x - step, y), (x - step, y + fall)]
    spot = circle(0, 20, 236, cream) + ring(0, 20, 236, black, 12)
    parts.append(kit.group(spot + pram, transform="translate(352 815) rotate(-22)"))
    parts.append(polygon([*stairs, (0, 1500), (1000, 1500)], black))
    parts += [rect(1000 - (i + 1) * step, 770 + i * fall, step, 12, red) for i in range(8)]
    parts.append(fitted("POTEMKIN", 500, 1376, width=900, fill=cream, font="anton"))
    name = kit.text("BATTLESHIP", 104, 574, size=140, fill=cream, font="anton", anchor="start", spacing=10)
    parts.append(turned(name, -34.2, 104, 574))
    return "".join(parts) + credit_lines(film, cream, y=1424)


def gold_rush(film: Film) -> str:
    ice, snow, gold, ink, blue = "#bcd7df", "#fbfaf4", "#e9aa2b", "#20242c", "#7fabbb"
    dice = random.Random(1925)  # noqa: S311  (where snowflakes fall)
    parts = [
        rect(0, 0, W, H, ice),
        circle(500, 640, 320, gold),
    ]
    parts += [
        polygon([(0, 800), (170, 520), (330, 740), (470, 900), (560, 1100), (0, 1100)], blue),
        polygon([(170, 520), (230, 606), (196, 640), (160, 606), (120, 640), (106, 626)], snow),
        polygon([(1000, 740), (880, 560), (760, 740), (640, 900), (1000, 1000)], kit.mix(blue, ink, 0.12)),
        polygon([(880, 560), (826, 640), (866, 620), (890, 660), (922, 624)], snow),
        path(
            "M0 1000 Q200 900 470 880 L640 884 Q690 900 672 960 Q650 1020 690 1080 Q720 1160 660 1240 "
            "L640 1500 L0 1500 Z",
            snow,
        ),
        path(
            "M640 884 Q690 900 672 960 Q650 1020 690 1080 Q720 1160 660 1240 L640 1500 L560 1500 Q600 "
            "1240 610 1120 Q590 1000 600 884 Z",
            kit.mix(snow, blue, 0.4),
        ),
    ]
    logs = "".join(rect(-210, -250 + i * 50, 420, 46, kit.mix("#7a4a2a", ink, 0.15 * (i % 2)), 20) for i in range(5))
    hut = (
        logs
        + rect(-60, -190, 110, 190, ink, 4)
        + rect(96, -190, 84, 78, gold, 4)
        + line(138, -190, 138, -112, ink, 8)
        + line(96, -150, 180, -150, ink, 8)
        + rect(112, -446, 54, 150, ink)
        + polygon([(-268, -238), (0, -430), (268, -238)], ink)
        + path(
            "M-286 -236 L-6 -446 Q0 -450 6 -446 L286 -236 Q262 -206 232 -236 Q200 -270 168 -244 Q120 -300 "
            "60 -300 Q0 -330 -60 -290 Q-120 -300 -170 -244 Q-220 -200 -286 -236 Z",
            snow,
        )
    )
    tramp = (
        path("M-30 -84 Q0 -98 30 -84 L42 20 L-42 20 Z", ink)
        + rect(-30, 16, 26, 74, ink)
        + rect(6, 16, 26, 74, ink)
        + path("M-52 88 q20 -20 48 -4 v12 h-52 Z M58 88 q-20 -20 -48 -4 v12 h52 Z", ink)
        + circle(0, -116, 27, "#f0caa5")
        + ellipse(0, -136, 40, 8, ink)
        + path("M-26 -138 Q-26 -176 0 -176 Q26 -176 26 -138 Z", ink)
        + rect(-7, -110, 14, 8, ink)
        + stroke("M30 -74 L66 -20", ink, 16)
        + stroke("M66 -24 L92 92", ink, 6)
        + stroke("M-30 -74 L-58 -14", ink, 16)
    )
    parts.append(kit.group(hut, transform="translate(598 900) rotate(14)"))
    parts.append(stroke("M430 910 Q390 990 330 1060", kit.mix(snow, blue, 0.7), 10, 'stroke-dasharray="2 26"'))
    parts.append(kit.group(tramp, transform="translate(226 1110) scale(1.7)"))
    for _ in range(130):
        parts.append(
            circle(dice.uniform(0, W), dice.uniform(0, 1150), dice.choice((3, 4, 6, 8)), snow, 'opacity=".85"')
        )
    parts.append(kit.text("THE", 500, 116, size=70, fill=ink, font="rye", spacing=14))
    parts.append(fitted("GOLD RUSH", 500, 262, width=860, fill=ink, font="rye"))
    parts.append(rect(0, 1340, W, 160, ink))
    return "".join(parts) + credit_lines(film, snow, y=1412, soft=gold)


def the_general(film: Film) -> str:
    green, dark, rust, cream, brass = "#23453b", "#12201d", "#c24a26", "#f1e3c3", "#d9a441"
    parts = [rect(0, 0, W, H, rust), kit.rays(500, 700, kit.mix(rust, cream, 0.13), count=36, far=1300)]
    for x, y, r in ((500, 250, 120), (610, 200, 130), (730, 130, 150), (390, 180, 90), (860, 60, 160), (660, 60, 150)):
        parts.append(circle(x, y, r, cream))
    parts.append(polygon([(0, 1110), (1000, 1110), (1000, 1500), (0, 1500)], kit.mix(dark, rust, 0.2)))
    for index in range(7):
        y, half = 1128 + index * index * 7.2, 330 + index * 46
        parts.append(rect(500 - half, y, 2 * half, 16 + index * 4, kit.mix(dark, cream, 0.2), 4))
    parts += [
        polygon([(300, 1110), (330, 1110), (200, 1500), (130, 1500)], cream),
        polygon([(670, 1110), (700, 1110), (870, 1500), (800, 1500)], cream),
    ]
    engine = (
        polygon([(430, 500), (400, 330), (360, 270), (640, 270), (600, 330), (570, 500)], dark)
        + rect(344, 246, 312, 34, brass, 8)
        + rect(396, 392, 208, 14, brass)
        + rect(232, 560, 536, 440, dark, 26)
        + circle(500, 690, 262, green)
        + ring(500, 690, 262, brass, 16)
        + ring(500, 690, 216, kit.mix(green, dark, 0.5), 10)
        + "".join(circle(*polar(500, 690, 238, a), 8, brass) for a in range(0, 360, 20))
        + circle(500, 690, 96, dark)
        + ring(500, 690, 96, brass, 10)
        + kit.text("3", 500, 738, size=138, fill=cream, font="abril")
        + rect(418, 446, 164, 130, brass, 14)
        + circle(500, 510, 56, cream)
        + ring(500, 510, 56, dark, 8)
        + circle(500, 510, 26, brass)
        + rect(176, 930, 648, 66, rust, 10)
        + rect(176, 930, 648, 12, brass)
        + "".join(circle(x, 964, 22, brass) + circle(x, 964, 11, dark) for x in (230, 770))
        + polygon([(210, 996), (790, 996), (900, 1226), (100, 1226)], dark)
        + "".join(
            polygon(
                [
                    (500 + i * 54 - 9, 1000),
                    (500 + i * 54 + 9, 1000),
                    (500 + i * 78 + 14, 1218),
                    (500 + i * 78 - 14, 1218),
                ],
                brass if i % 2 == 0 else rust,
            )
            for i in range(-4, 5)
        )
        + rect(94, 1212, 812, 30, brass, 6)
    )
    parts.append(engine)
    parts.append(polygon([(0, 1241), (1000, 1241), (1000, 1500), (0, 1500)], dark))
    parts.append(turned(kit.text("THE", 178, 246, size=150, fill=cream, font="gothic", spacing=6), -8, 178, 246))
    parts.append(fitted("GENERAL", 500, 1384, width=520, fill=cream, font="gothic", spacing_em=0.09))
    parts += [
        line(60, 1340, 195, 1340, brass, 8),
        line(805, 1340, 940, 1340, brass, 8),
        line(60, 1360, 195, 1360, brass, 3),
        line(805, 1360, 940, 1360, brass, 3),
    ]
    return "".join(parts) + credit_lines(film, cream, y=1436, soft=brass)


def metropolis(film: Film) -> str:
    black, gold, copper, pale = "#100e12", "#d6a34a", "#8e5a2c", "#f0dcae"
    parts = [
        rect(0, 0, W, H, black),
        kit.rays(500, 560, kit.mix(black, copper, 0.28), count=40, far=1300, share=0.42, start=2),
    ]
    for index, (x, wide, top) in enumerate(
        ((40, 120, 620), (150, 110, 470), (250, 96, 720), (654, 96, 720), (740, 110, 470), (840, 120, 620))
    ):
        tone = kit.mix(black, copper, 0.42 if index in (1, 4) else 0.3)
        parts.append(
            polygon(
                [
                    (x, 1200),
                    (x, top + 90),
                    (x + wide * 0.25, top + 90),
                    (x + wide * 0.25, top + 30),
                    (x + wide * 0.5, top - 50),
                    (x + wide * 0.75, top + 30),
                    (x + wide * 0.75, top + 90),
                    (x + wide, top + 90),
                    (x + wide, 1200),
                ],
                tone,
            )
        )
        parts += [
            rect(x + 20 + c * 28, y, 8, 20, gold, 0, 'opacity=".7"')
            for c in range(3)
            for y in range(top + 120, 1180, 44)
        ]
    for r, width in ((330, 10), (372, 5), (404, 3)):
        parts.append(ring(500, 470, r, gold, width))
    parts += [rect(290, 470 - 80, 420, 1, gold), ellipse(500, 470, 300, 300, kit.mix(black, copper, 0.22))]
    skull = "M372 420 Q372 250 500 250 Q628 250 628 420 L620 560 Q606 660 548 700 L452 700 Q394 660 380 560 Z"
    bust = (
        path("M180 1210 Q190 960 330 884 L440 842 L560 842 L670 884 Q810 960 820 1210 Z", copper)
        + path("M500 842 L560 842 L670 884 Q810 960 820 1210 L500 1210 Z", kit.mix(copper, black, 0.35))
        + polygon([(446, 680), (554, 680), (574, 880), (426, 880)], kit.mix(copper, black, 0.25))
        + "".join(line(438, 740 + i * 34, 562, 740 + i * 34, gold, 7) for i in range(4))
        + path(skull, gold)
        + path("M500 250 Q628 250 628 420 L620 560 Q606 660 548 700 L500 700 Z", copper)
        + path("M484 250 Q500 244 516 250 L516 480 L500 500 L484 480 Z", pale)
        + path("M404 462 Q440 436 480 462 Q444 486 404 462 Z M596 462 Q560 436 520 462 Q556 486 596 462 Z", black)
        + path("M500 470 L486 580 L514 580 Z", pale)
        + rect(456, 616, 88, 12, black, 6)
        + rect(470, 640, 60, 7, black, 3)
        + rect(346, 404, 34, 150, copper, 12)
        + rect(620, 404, 34, 150, kit.mix(copper, black, 0.4), 12)
        + "".join(
            path(
                f"M{372 - 0} {408 + i * 0} Q500 {300 - i * 26} 628 408",
                "none",
                f'stroke="{black}" stroke-width="4" opacity=".55"',
            )
            for i in range(3)
        )
        + circle(500, 1010, 74, black)
        + ring(500, 1010, 74, gold, 9)
        + ring(500, 1010, 46, gold, 5)
        + circle(500, 1010, 18, pale)
        + "".join(
            path(
                f"M{300 - i * 42} 1210 Q{310 - i * 36} {1010 - i * 6} {420 - i * 34} {930 + i * 8}",
                "none",
                f'stroke="{gold}" stroke-width="6"',
            )
            + path(
                f"M{700 + i * 42} 1210 Q{690 + i * 36} {1010 - i * 6} {580 + i * 34} {930 + i * 8}",
                "none",
                f'stroke="{gold}" stroke-width="6"',
            )
            for i in range(3)
        )
    )
    parts.append(bust)
    parts.append(polygon([(0, 1180), (500, 1130), (1000, 1180), (1000, 1500), (0, 1500)], black))
    parts.append(polygon([(0, 1180), (500, 1130), (1000, 1180), (1000, 1190), (500, 1142), (0, 1190)], gold))
    parts.append(fitted("METROPOLIS", 500, 1330, width=870, fill=gold, font="limelight"))
    parts += [
        rect(24, 24, 952, 1452, "none", 0, f'stroke="{gold}" stroke-width="6"'),
        rect(40, 40, 920, 1420, "none", 0, f'stroke="{gold}" stroke-width="2"'),
    ]
    return "".join(parts) + credit_lines(film, pale, y=1396, soft=gold)
