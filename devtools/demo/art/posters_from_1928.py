"""Posters of the films from 1928 on, 1000 × 1500 like the earlier ones."""

from __future__ import annotations

import random

from devtools.demo.art import poster_kit as kit
from devtools.demo.art.poster_kit import circle, ellipse, fitted, line, path, polygon, rect, ring, stroke, turned
from devtools.demo.art.posters_to_1924 import Film, H, W, credit_lines


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
    parts.append(kit.group(front, transform="translate(545 1130) rotate(9) skewX(-6) scale(.86 .80)"))
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
    dice = random.Random(1968)  # noqa: S311  (hands)
    parts = [
        rect(0, 0, W, H, kit.mix(black, green, 0.22)),
        circle(620, 720, 300, green),
        circle(620, 720, 262, kit.mix(green, bone, 0.35)),
    ]
    parts += [
        circle(x, y, r, kit.mix(green, bone, 0.12), 'opacity=".6"')
        for x, y, r in ((500, 640, 44), (760, 760, 60), (730, 560, 28), (590, 820, 34))
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
    tree = (
        "M150 1000 Q172 800 150 640 L96 540 M152 690 L216 560 L200 480 M216 560 L266 500 M118 582 L60 "
        "560 M152 760 L90 690"
    )
    parts.append(
        stroke(tree, black, 20)
        + stroke("M96 540 L90 470 M96 540 L50 500 M200 480 L176 430 M266 500 L300 490", black, 9)
    )
    hands = ((92, 0.85, -10), (258, 1.05, 5), (424, 0.85, -5), (590, 1.08, 8), (758, 0.9, -7), (918, 1.0, 6))
    for x, scale, lean in hands:
        tall = dice.uniform(0, 40)
        hand = path(
            "M-34 400 L-30 110 Q-64 60 -74 4 Q-70 -14 -54 -4 L-34 44 L-46 -70 Q-40 -90 -26 -72 L-12 20 "
            "L-8 -98 Q2 -114 12 -98 L14 20 L30 -80"
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
            "M0 1318 L40 1290 L90 1322 L150 1284 L220 1320 L290 1288 L360 1324 L440 1286 L520 1322 L600 "
            "1290 L680 1324 L760 1286 L840 1320 L920 1288 L1000 1316 L1000 1500 L0 1500 Z",
            black,
        )
    )
    parts.append(fitted("NIGHT OF THE", 500, 138, width=560, fill=bone, font="gothic", spacing_em=0.12))
    parts.append(fitted("LIVING DEAD", 500, 388, width=900, fill=bone, font="gothic"))
    parts.append(rect(50, 410, 900, 8, red))
    return "".join(parts) + credit_lines(film, bone, y=1410, soft=green)
