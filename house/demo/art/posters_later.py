"""Posters of the films from 1925 on, 1000 × 1500 like the earlier ones."""

from __future__ import annotations

import random

from house.demo.art import poster_kit as kit
from house.demo.art.poster_kit import circle, ellipse, fitted, line, path, polar, polygon, rect, ring, stroke, turned
from house.demo.art.posters_silent import Film, H, W, credit_lines


def potemkin(film: Film) -> str:
    red, black, cream = "#d3261a", "#15110f", "#f2e7d0"
    parts = [rect(0, 0, W, H, cream), polygon([(0, 0), (1000, 0), (1000, 150), (0, 900)], red)]
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
    parts.append(
        line(150, 820, 150, 330, black, 14)
        + path("M157 330 L410 392 L157 470 Z", red, f'stroke="{cream}" stroke-width="10"')
    )
    for index in range(9):
        y = 812 + index * 66
        left = 1000 - (index + 1) * 118
        parts.append(polygon([(left, y), (1000, y - 60), (1000, y + 6), (left, y + 66)], black if index % 2 else cream))
        parts.append(
            polygon(
                [(left, y), (left, y + 66), (left - 118, y + 66), (left - 118, y + 58)],
                red if index % 2 else red,
                'opacity="0"',
            )
        )
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
    parts.append(
        kit.group(
            circle(0, 20, 250, cream) + ring(0, 20, 250, black, 12) + pram, transform="translate(300 920) rotate(-28)"
        )
    )
    title = fitted("POTEMKIN", 0, 0, width=900, fill=cream, font="anton")
    parts.append(rect(0, 1170, W, 330, black))
    parts.append(kit.group(title, transform="translate(500 1370)"))
    parts.append(
        turned(
            kit.text("BATTLESHIP", 60, 596, size=150, fill=cream, font="anton", anchor="start", spacing=10),
            -36.8,
            60,
            596,
        )
    )
    return "".join(parts) + credit_lines(film, cream, y=1424)


def gold_rush(film: Film) -> str:
    ice, snow, gold, ink, blue = "#bcd7df", "#fbfaf4", "#e9aa2b", "#20242c", "#7fabbb"
    dice = random.Random(1925)
    parts = [
        rect(0, 0, W, H, ice),
        circle(500, 560, 330, gold),
        ring(500, 560, 372, gold, 10),
        ring(500, 560, 402, gold, 4),
    ]
    parts += [
        polygon([(0, 800), (170, 520), (290, 690), (400, 590), (560, 860), (560, 1100), (0, 1100)], blue),
        polygon([(170, 520), (230, 606), (196, 640), (160, 606), (120, 640), (106, 626)], snow),
        polygon([(1000, 740), (880, 560), (760, 740), (640, 900), (1000, 1000)], kit.mix(blue, ink, 0.12)),
        polygon([(880, 560), (826, 640), (866, 620), (890, 660), (922, 624)], snow),
        path(
            "M0 1000 Q200 900 470 880 L640 884 Q690 900 672 960 Q650 1020 690 1080 Q720 1160 660 1240 L640 1500 L0 1500 Z",
            snow,
        ),
        path(
            "M640 884 Q690 900 672 960 Q650 1020 690 1080 Q720 1160 660 1240 L640 1500 L560 1500 Q600 1240 610 1120 Q590 1000 600 884 Z",
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
        + rect(112, -470, 54, 120, ink)
        + polygon([(-268, -238), (0, -430), (268, -238)], ink)
        + path(
            "M-286 -236 L-6 -446 Q0 -450 6 -446 L286 -236 Q262 -206 232 -236 Q200 -270 168 -244 Q120 -300 60 -300 Q0 -330 -60 -290 Q-120 -300 -170 -244 Q-220 -200 -286 -236 Z",
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
    parts.append(stroke("M330 900 Q262 930 210 1010", kit.mix(snow, blue, 0.7), 10, 'stroke-dasharray="2 26"'))
    parts.append(kit.group(tramp, transform="translate(196 950) scale(1.12)"))
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
    parts.append(polygon([(0, 1252), (1000, 1252), (1000, 1500), (0, 1500)], dark))
    parts.append(turned(kit.text("THE", 178, 246, size=150, fill=cream, font="gothic", spacing=6), -8, 178, 246))
    parts.append(fitted("GENERAL", 500, 1394, width=520, fill=cream, font="gothic", spacing_em=0.09))
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
    parts.append(fitted("METROPOLIS", 500, 1342, width=900, fill=gold, font="limelight"))
    parts += [
        rect(24, 24, 952, 1452, "none", 0, f'stroke="{gold}" stroke-width="6"'),
        rect(40, 40, 920, 1420, "none", 0, f'stroke="{gold}" stroke-width="2"'),
    ]
    return "".join(parts) + credit_lines(film, pale, y=1396, soft=gold)


def steamboat_bill(film: Film) -> str:
    sky, cream, brick, ink, sand = "#86c5bd", "#f8edd3", "#cf4f2d", "#24262d", "#e8b04f"
    parts = [rect(0, 0, W, H, sky)]
    for index in range(11):
        y = 300 + index * 96
        parts.append(
            stroke(
                f"M{-60 + index * 37 % 200} {y} q120 -46 240 0 t240 0 t240 0 t240 0 t240 0",
                kit.mix(sky, cream, 0.5),
                8,
                'stroke-dasharray="190 70"',
            )
        )
    parts.append(polygon([(0, 1190), (1000, 1160), (1000, 1500), (0, 1500)], sand))
    boards = "".join(
        rect(-400, -620 + i * 62, 800, 58, kit.mix(cream, brick, 0.05 if i % 2 else 0.0)) for i in range(10)
    )
    front = (
        polygon([(-400, -600), (0, -930), (400, -600)], cream)
        + boards
        + polygon([(-452, -580), (0, -960), (452, -580), (412, -560), (0, -900), (-412, -560)], brick)
        + "".join(
            rect(x - 74, y - 98, 148, 196, brick, 4)
            + rect(x - 56, y - 82, 112, 164, ink)
            + line(x, y - 82, x, y + 82, cream, 8)
            + line(x - 56, y, x + 56, y, cream, 8)
            for x, y in ((-250, -420), (250, -420), (-250, -140), (250, -140))
        )
        + rect(-70, -230, 140, 230, brick, 6)
        + rect(-52, -212, 104, 212, ink)
        + circle(34, -104, 9, sand)
        + rect(-92, -800, 184, 232, brick, 6)
        + rect(-70, -778, 140, 190, sky)
    )
    parts.append(polygon([(240, 1235), (900, 1215), (980, 1330), (120, 1350)], kit.mix(sand, ink, 0.35)))
    parts.append(kit.group(front, transform="translate(560 1130) rotate(9) skewX(-6) scale(.86 .80)"))
    bill = (
        path("M-44 -170 Q0 -190 44 -170 L54 -30 L-54 -30 Z", ink)
        + rect(-42, -36, 36, 150, ink)
        + rect(8, -36, 36, 150, ink)
        + path("M-62 110 h58 v20 h-66 Z M62 110 h-58 v20 h66 Z", kit.darker(brick, 0.5))
        + circle(0, -216, 38, "#f0caa5")
        + ellipse(0, -246, 66, 10, brick)
        + rect(-40, -286, 80, 40, brick, 6)
        + rect(-40, -262, 80, 14, cream)
        + circle(-13, -212, 5, ink)
        + circle(14, -212, 5, ink)
        + line(-10, -194, 12, -194, ink, 4)
        + stroke("M-42 -160 L-66 -66 L-54 -20", ink, 24)
        + stroke("M42 -160 L68 -66 L58 -20", ink, 24)
        + polygon([(-14, -176), (14, -176), (0, -128)], cream)
        + polygon([(-5, -168), (5, -168), (7, -120), (0, -108), (-7, -120)], brick)
    )
    parts.append(kit.group(bill, transform="translate(180 1150) scale(1.05)"))
    for x, y, angle in ((120, 560, 20), (250, 760, -30), (90, 860, 70), (900, 420, 40)):
        parts.append(turned(rect(x, y, 96, 16, brick), angle, x, y))
    parts.append(fitted("STEAMBOAT", 500, 158, width=900, fill=ink, font="abril"))
    parts.append(fitted("Bill, Jr.", 264, 296, width=400, fill=brick, font="playfair"))
    return "".join(parts) + credit_lines(film, ink, y=1416)


def his_girl_friday(film: Film) -> str:
    rose, ink, cream, mint = "#ef7a68", "#1f1c24", "#fbf3e2", "#2f6f6b"
    parts = [rect(0, 0, W, H, rose)]
    parts += [circle(x * 50 + (y % 2) * 25, y * 44, 5, kit.mix(rose, cream, 0.4)) for y in range(36) for x in range(21)]
    sheet = (
        rect(0, 0, 640, 820, cream)
        + rect(44, 48, 552, 7, ink)
        + rect(44, 62, 552, 2, ink)
        + fitted("THE MORNING POST", 320, 122, width=552, fill=ink, font="fraktur", most=66)
        + rect(44, 144, 552, 2, ink)
        + rect(44, 150, 552, 5, ink)
        + fitted("HIS GIRL", 320, 306, width=552, fill=ink, font="typewriter")
        + fitted("FRIDAY", 320, 472, width=552, fill=mint, font="typewriter")
        + rect(44, 500, 552, 3, ink)
    )
    sheet += "".join(
        rect(44 + c * 192, 524 + r * 26, 168 if (r + c) % 4 else 110, 9, kit.mix(cream, ink, 0.42))
        for c in range(3)
        for r in range(10)
    )
    parts.append(
        turned(
            rect(196, 106, 640, 820, kit.mix(rose, ink, 0.45)) + kit.group(sheet, transform="translate(180 90)"),
            -3,
            500,
            500,
        )
    )
    machine = (
        path("M120 800 Q130 742 190 742 L810 742 Q870 742 880 800 L900 880 L100 880 Z", ink)
        + rect(60, 772, 880, 66, kit.mix(ink, cream, 0.16), 33)
        + rect(30, 786, 70, 40, mint, 12)
        + rect(900, 786, 70, 40, mint, 12)
        + stroke("M60 780 Q20 720 60 690", kit.mix(ink, cream, 0.3), 14)
        + path("M150 860 L850 860 L940 1290 Q944 1330 900 1330 L100 1330 Q56 1330 60 1290 Z", mint)
        + path("M200 884 Q500 1010 800 884 L812 930 Q500 1060 188 930 Z", ink)
        + "".join(
            line(500 + i * 26, 1000 - abs(i) * 7, 500 + i * 8, 900, kit.mix(ink, cream, 0.4), 5) for i in range(-9, 10)
        )
    )
    rows = (("QWERTYUIOP", 1072), ("ASDFGHJKL", 1160), ("ZXCVBNM", 1248))
    for letters, y in rows:
        for index, letter in enumerate(letters):
            x = 500 + (index - (len(letters) - 1) / 2) * 76
            hot = letter in "FRIDAY"
            machine += circle(x, y + 8, 33, ink) + circle(x, y, 33, rose if hot else cream) + ring(x, y, 33, ink, 5)
            machine += kit.text(letter, x, y + 12, size=34, fill=ink, font="typewriter")
    parts.append(kit.group(machine, transform="translate(0 10)"))
    parts.append(rect(0, 1346, W, 154, ink))
    return "".join(parts) + credit_lines(film, cream, y=1416, soft=rose)


def living_dead(film: Film) -> str:
    black, green, bone, red = "#0d1110", "#8fa63a", "#e9e6cf", "#b3261e"
    dice = random.Random(1968)
    parts = [
        rect(0, 0, W, H, kit.mix(black, green, 0.22)),
        circle(640, 640, 330, green),
        circle(640, 640, 286, kit.mix(green, bone, 0.35)),
    ]
    parts += [
        circle(x, y, r, kit.mix(green, bone, 0.12), 'opacity=".6"')
        for x, y, r in ((540, 560, 50), (720, 720, 70), (730, 520, 28), (600, 760, 34))
    ]
    parts.append(path("M0 1010 Q240 930 480 948 Q760 960 1000 1020 L1000 1500 L0 1500 Z", black))
    house = (
        rect(430, 700, 330, 262, black)
        + polygon([(392, 712), (594, 532), (800, 712)], black)
        + rect(680, 540, 46, 130, black)
        + rect(300, 800, 150, 160, black)
        + polygon([(276, 806), (372, 726), (470, 806)], black)
        + rect(480, 760, 76, 92, "#f4c44e")
        + rect(632, 760, 76, 92, black)
        + rect(552, 868, 70, 94, kit.mix(black, green, 0.3))
        + turned(rect(466, 782, 104, 16, black), -12, 518, 790)
        + turned(rect(466, 818, 104, 16, black), 10, 518, 826)
        + rect(574, 630, 42, 50, "#f4c44e")
        + line(595, 630, 595, 680, black, 6)
    )
    parts.append(house)
    tree = "M150 1000 Q172 800 150 640 L96 540 M152 690 L216 560 L200 480 M216 560 L266 500 M118 582 L60 560 M152 760 L90 690"
    parts.append(
        stroke(tree, black, 20)
        + stroke("M96 540 L90 470 M96 540 L50 500 M200 480 L176 430 M266 500 L300 490", black, 9)
    )
    for x, scale, lean in (
        (96, 0.9, -12),
        (270, 1.15, 6),
        (455, 0.85, -5),
        (610, 1.2, 10),
        (790, 1.0, -8),
        (930, 1.15, 5),
    ):
        tall = dice.uniform(0, 40)
        hand = path(
            "M-34 400 L-30 110 Q-64 60 -74 4 Q-70 -14 -54 -4 L-34 44 L-46 -70 Q-40 -90 -26 -72 L-12 20 L-8 -98 Q2 -114 12 -98 L14 20 L30 -80 "
            "Q42 -94 50 -76 L38 34 L58 -24 Q72 -32 76 -16 Q66 60 36 112 L40 400 Z",
            bone,
        )
        sleeve = path(
            "M-50 400 L-46 196 L-30 214 L-14 190 L4 214 L22 190 L34 212 L52 198 L56 400 Z", kit.mix(black, green, 0.45)
        )
        parts.append(
            kit.group(hand + sleeve, transform=f"translate({x} {1110 - tall:.0f}) rotate({lean}) scale({scale})")
        )
    parts.append(
        path(
            "M0 1318 L40 1290 L90 1322 L150 1284 L220 1320 L290 1288 L360 1324 L440 1286 L520 1322 L600 1290 L680 1324 L760 1286 L840 1320 L920 1288 L1000 1316 L1000 1500 L0 1500 Z",
            black,
        )
    )
    parts.append(fitted("NIGHT OF THE", 500, 138, width=560, fill=bone, font="gothic", spacing_em=0.12))
    parts.append(fitted("LIVING DEAD", 500, 388, width=900, fill=bone, font="gothic"))
    parts.append(rect(50, 410, 900, 8, red))
    return "".join(parts) + credit_lines(film, bone, y=1410, soft=green)
