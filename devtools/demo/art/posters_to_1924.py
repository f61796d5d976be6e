"""Posters of the films up to 1924. Each is 1000 × 1500 and shows its film in one picture and three or four colours."""

from __future__ import annotations

import random
from math import pi, sin
from typing import Any

from devtools.demo.art import poster_kit as kit
from devtools.demo.art.poster_kit import circle, ellipse, fitted, line, path, polar, polygon, rect, ring, stroke, turned

Film = dict[str, Any]
W, H = 1000, 1500


def credit_lines(film: Film, fill: str, *, y: float = 1414, soft: str | None = None) -> str:
    """Names and year, at the foot of every poster."""
    cast = "   ·   ".join(film["cast"][:3]).upper()
    makers = " & ".join(film["directors"])
    return fitted(cast, W / 2, y, width=860, fill=fill, font="jost-bold", spacing_em=0.06, most=25) + fitted(
        f"Directed by {makers}   ·   {film['year']}", W / 2, y + 40, width=820, fill=soft or fill, font="jost", most=26
    )


def trip_to_the_moon(film: Film) -> str:
    night, deep, cream, gold, rust = "#12294a", "#0b1a33", "#f4e7c6", "#e6a93c", "#b5482f"
    dice = random.Random(1902)  # noqa: S311  (stars)
    parts = [rect(0, 0, W, H, night)]
    parts += [ring(500, 690, r, kit.mix(night, deep, 0.65), 2) for r in range(470, 1100, 34)]
    for _ in range(90):
        x, y, r = dice.uniform(30, 970), dice.uniform(30, 1250), dice.choice((1.6, 2.2, 3.4))
        if (x - 500) ** 2 + (y - 690) ** 2 > 470**2 and not 40 < y < 260:
            parts.append(circle(x, y, r, cream, 'opacity=".8"'))
    for x, y, r in ((120, 330, 26), (890, 1030, 22), (150, 1120, 16), (865, 385, 15)):
        points = [polar(x, y, r if i % 2 == 0 else r * 0.28, 45 * i - 90) for i in range(8)]
        parts.append(polygon(points, gold))
    shade, face = kit.mix(cream, gold, 0.45), kit.mix(cream, gold, 0.12)
    moon = circle(500, 690, 400, face)
    craters = "".join(
        circle(x, y, r, shade, 'opacity=".55"')
        for x, y, r in (
            (250, 560, 46),
            (215, 700, 26),
            (700, 960, 58),
            (610, 370, 40),
            (820, 830, 30),
            (395, 395, 22),
            (330, 985, 30),
        )
    )
    crescent = path("M500 290 A400 400 0 0 1 500 1090 A520 520 0 0 0 500 290 Z", shade, 'opacity=".45"')
    parts.append(kit.clipped("moon", moon, moon + craters + crescent))
    brow = kit.mix(rust, deep, 0.55)
    parts += [
        stroke("M275 615 Q345 560 420 612", brow, 16),
        path("M285 668 Q350 618 415 668 Q350 706 285 668 Z", cream, f'stroke="{brow}" stroke-width="9"'),
        circle(352, 665, 22, brow),
        stroke("M500 660 Q470 770 455 800 Q480 832 525 812", brow, 13),
        stroke("M370 905 Q470 985 600 890", brow, 15),
        path("M398 922 Q480 985 575 905 Q500 935 398 922 Z", rust),
        stroke("M352 880 Q362 905 384 908", brow, 10),
        stroke("M618 862 Q618 890 594 896", brow, 10),
        circle(305, 820, 46, rust, 'opacity=".28"'),
        circle(690, 815, 46, rust, 'opacity=".28"'),
    ]
    shell = (
        path("M-62 130 L-62 -60 Q-62 -170 0 -230 Q62 -170 62 -60 L62 130 Z", rust)
        + path("M0 -230 Q62 -170 62 -60 L62 130 L12 130 L12 -215 Z", kit.darker(rust, 0.28))
        + rect(-72, 96, 144, 34, gold)
        + rect(-66, -62, 132, 16, gold)
        + circle(0, 10, 26, deep)
        + ring(0, 10, 26, gold, 9)
        + "".join(circle(x, 113, 5, deep) for x in (-52, -26, 0, 26, 52))
    )
    crater = ellipse(0, 0, 112, 74, kit.mix(brow, deep, 0.2))
    parts.append(kit.group(crater, transform="translate(652 634) rotate(42)"))
    parts.append(kit.group(shell, transform="translate(764 508) rotate(222) scale(1.18)"))
    lip = path("M-112 0 A112 74 0 0 0 112 0 Q118 92 0 104 Q-118 92 -112 0 Z", kit.mix(face, shade, 0.5))
    parts.append(kit.group(lip, transform="translate(652 634) rotate(42)"))
    parts.append(stroke("M572 742 q-8 26 -2 46 M622 768 q0 22 10 38", brow, 9))
    parts.append(fitted("A TRIP", 500, 158, width=900, fill=cream, font="abril", most=150, spacing_em=0.16))
    parts.append(fitted("to the Moon", 500, 246, width=560, fill=gold, font="playfair", most=100))
    parts.append(fitted("Le Voyage dans la Lune", 500, 1268, width=700, fill=cream, font="abril"))
    parts.append(line(390, 1318, 610, 1318, gold, 4))
    return "".join(parts) + credit_lines(film, cream, y=1392, soft=gold)


def caligari(film: Film) -> str:
    ink, bone, fire, teal = "#14110f", "#efe4c8", "#d9481c", "#2b6a63"
    parts = [
        rect(0, 0, W, H, bone),
        polygon([(0, 0), (430, 0), (300, 620), (0, 880)], ink),
        polygon([(1000, 0), (700, 0), (640, 540), (1000, 940)], ink),
        polygon([(430, 0), (700, 0), (640, 540), (300, 620)], fire),
        polygon([(0, 880), (300, 620), (365, 1010), (0, 1500)], teal),
        polygon([(1000, 940), (640, 540), (690, 1000), (1000, 1500)], kit.darker(teal, 0.45)),
        polygon([(300, 620), (640, 540), (690, 1000), (365, 1010)], kit.mix(bone, fire, 0.16)),
        polygon([(365, 1010), (690, 1000), (1000, 1500), (0, 1500)], ink),
        polygon([(430, 1008), (620, 1002), (760, 1500), (250, 1500)], bone),
    ]
    for (x, y), wide, tall, lean in (
        ((120, 130), 92, 150, -13),
        ((70, 430), 110, 160, 9),
        ((812, 210), 96, 170, 12),
        ((830, 560), 92, 150, -10),
    ):
        window = polygon([(0, 14), (wide, 0), (wide - 16, tall), (12, tall - 22)], bone)
        window += line(wide * 0.48, 8, wide * 0.46, tall - 10, ink, 9) + line(
            4, tall * 0.5, wide - 6, tall * 0.38, ink, 9
        )
        parts.append(kit.group(window, transform=f"translate({x} {y}) rotate({lean})"))
    sleeper = (
        path(
            "M470 1110 L492 790 L440 905 L420 895 L482 700 Q500 668 528 668 L544 668 Q572 670 586 702 L650 880 "
            "L632 892 L574 792 L606 1108 L552 1108 L538 930 L522 1110 Z",
            ink,
        )
        + path("M492 610 Q494 560 535 556 Q578 560 578 610 Q576 656 536 668 Q496 656 492 610 Z", bone)
        + path("M486 622 Q478 538 536 534 Q596 538 586 622 Q580 590 566 578 Q534 588 506 578 Q492 592 486 622 Z", ink)
        + polygon([(504, 604), (530, 600), (526, 622), (508, 622)], ink)
        + polygon([(544, 600), (568, 604), (564, 622), (546, 622)], ink)
        + stroke("M522 646 L550 643", fire, 6)
    )
    parts.append(polygon([(470, 1056), (606, 1054), (800, 1300), (640, 1300)], kit.mix(ink, bone, 0.62)))
    parts.append(kit.group(sleeper, transform="translate(0 -52)"))
    parts.append(
        polygon(
            [(0, 1062), (330, 1046), (420, 1084), (690, 1052), (760, 1092), (1000, 1060), (1000, 1500), (0, 1500)], bone
        )
    )
    sizes = [206 + (index % 3) * 24 for index in range(8)]
    widths = [
        1.22 * size / kit.fitting(letter, font="gothic", width=1)
        for letter, size in zip("CALIGARI", sizes, strict=True)
    ]
    gap = (880 - sum(widths)) / 7
    for index, letter in enumerate("CALIGARI"):
        x = 60 + sum(widths[:index]) + index * gap + widths[index] / 2
        lean, drop = (-9, 7, -4, 8, -8, 6, -9, 5)[index], (0, 16, -8, 12, -4, 18, 2, 10)[index]
        word = kit.text(letter, 0, 0, size=sizes[index], fill=fire if index % 3 == 1 else ink, font="gothic")
        parts.append(kit.group(word, transform=f"translate({x:.0f} {1352 + drop}) rotate({lean}) scale(1.22 1)"))
    strip = polygon([(0, 1378), (1000, 1394), (1000, 1500), (0, 1500)], ink)
    heading = kit.text("DAS CABINET DES DR.", 66, 1140, size=62, fill=fire, font="gothic", anchor="start", spacing=7)
    parts += [turned(heading, -2.5, 66, 1140), strip]
    return "".join(parts) + credit_lines(film, bone, y=1440, soft=kit.mix(bone, fire, 0.35))


def nosferatu(film: Film) -> str:
    black, sick, pale, blood = "#0f1310", "#a9b88a", "#dfe3c1", "#a3211b"
    parts = [rect(0, 0, W, H, sick)]
    parts += [
        circle(690, 430, r, kit.mix(sick, pale, share)) for r, share in ((640, 0.25), (500, 0.5), (360, 0.75), (230, 1))
    ]
    steps = [(0, 1500), (0, 1230)]
    for index in range(9):
        steps += [(index * 118, 1230 - index * 62), ((index + 1) * 118, 1230 - index * 62)]
    steps += [(1062, 1500)]
    shadow = (
        path(
            "M392 1500 Q330 1180 372 960 Q398 820 470 748 Q520 700 520 640 Q452 610 446 520 Q430 300 560 262 "
            "Q690 252 716 392 Q726 452 718 500 L752 560 Q756 580 726 584 L722 628 Q716 668 660 664 "
            "Q652 720 690 752 Q790 816 820 960 Q850 1180 800 1500 Z",
            black,
        )
        + path("M474 470 Q430 430 404 320 Q470 356 502 420 Z", black)
        + path("M640 420 Q668 396 700 414 Q676 440 640 434 Z", pale)
        + polygon([(684, 604), (706, 602), (696, 640)], pale)
        + polygon([(716, 602), (728, 600), (722, 632)], pale)
    )
    hand = path(
        "M470 900 Q330 842 262 700 L210 640 Q196 612 218 604 L268 650 L232 470 Q232 440 256 446 L300 620 "
        "L302 420 Q314 394 330 420 L336 616 L384 446 Q402 430 410 456 L374 640 L430 560 Q452 552 450 580 "
        "L392 704 Q430 790 560 830 Z",
        black,
    )
    nails = "".join(
        path(f"M{x} {y} q{dx} {dy} {dx * 1.3} {dy * 2.1} q{-dx * 0.2 + 10} {-dy * 0.9} 14 {-dy * 2.0} Z", black)
        for x, y, dx, dy in (
            (206, 622, -18, -34),
            (230, 458, -10, -44),
            (302, 420, 2, -46),
            (388, 450, 12, -44),
            (434, 568, 14, -34),
        )
    )
    rail = "".join(line(60 + i * 118, 1230 - i * 62, 60 + i * 118, 1040 - i * 62, black, 10) for i in range(9))
    parts += [shadow, hand, nails, rail, line(-40, 1092, 1100, 492, black, 24)]
    parts.append(polygon(steps, black))
    parts += [
        line(i * 118, 1230 - i * 62, (i + 1) * 118, 1230 - i * 62, kit.mix(black, sick, 0.5), 5) for i in range(9)
    ]
    parts.append(rect(0, 1190, W, 310, black))
    parts.append(fitted("Nosferatu", 500, 1358, width=780, fill=pale, font="fraktur"))
    parts.append(
        circle(112, 118, 52, blood)
        + kit.text(str(film["year"]), 112, 132, size=40, fill=pale, font="gothic", spacing=2)
    )
    return "".join(parts) + credit_lines(film, sick, y=1440)


def safety_last(film: Film) -> str:
    cream, red, navy, sky = "#f5e8cb", "#d63c2b", "#1b2a49", "#8fc1c9"
    parts = [rect(0, 0, W, H, sky)]
    dice = random.Random(1923)  # noqa: S311  (houses)
    x = -20.0
    while x < W:
        wide, tall = dice.uniform(60, 120), dice.uniform(80, 330)
        parts.append(rect(x, 1500 - tall - 250, wide, tall + 250, kit.mix(sky, navy, dice.uniform(0.18, 0.4))))
        x += wide
    tower = polygon([(430, 0), (1000, 0), (1000, 1500), (210, 1500)], cream)
    parts.append(tower + polygon([(430, 0), (500, 0), (330, 1500), (210, 1500)], kit.mix(cream, navy, 0.28)))
    windows = []
    for row in range(9):
        y = 40 + row * 168
        left = 520 - y * 0.118
        windows += [rect(left + column * (150 + y * 0.012), y, 92, 116, navy, 4) for column in range(4)]
        windows.append(rect(430 - y * 0.147, y + 136, 700, 12, kit.mix(cream, navy, 0.2)))
    parts.append(kit.clipped("tower", tower, "".join(windows)))
    cx, cy, r = 610, 560, 330
    parts += [
        circle(cx + 12, cy + 18, r + 26, navy, 'opacity=".35"'),
        circle(cx, cy, r + 26, navy),
        circle(cx, cy, r, "#fffaf0"),
    ]
    for hour in range(12):
        (x1, y1), (x2, y2) = (
            polar(cx, cy, r - 18, hour * 30),
            polar(cx, cy, r - (70 if hour % 3 == 0 else 48), hour * 30),
        )
        parts.append(line(x1, y1, x2, y2, navy, 16 if hour % 3 == 0 else 8))
    for number, angle in (("12", -90), ("3", 0), ("9", 180)):
        x, y = polar(cx, cy, r - 110, angle)
        parts.append(kit.text(number, x, y + 28, size=82, fill=navy, font="abril"))
    (hx, hy), (mx, my) = polar(cx, cy, 180, -142), polar(cx, cy, 296, 160)
    parts += [
        line(cx, cy, hx, hy, navy, 24, 'stroke-linecap="round"'),
        line(cx, cy, mx, my, red, 22, 'stroke-linecap="round"'),
    ]
    parts.append(circle(cx, cy, 28, navy))
    climber = (
        stroke("M-6 6 Q-30 70 -26 132", navy, 34)
        + stroke("M28 20 Q40 76 22 128", navy, 34)
        + path("M-54 120 Q-60 230 -46 306 L58 306 Q66 220 54 116 Q0 98 -54 120 Z", navy)
        + stroke("M-28 300 Q-54 380 -20 440 L-52 506", navy, 44)
        + stroke("M34 300 Q64 380 96 420 L86 494", navy, 44)
        + path("M-84 500 h62 v26 h-70 Z M58 488 h62 v26 h-70 Z", kit.darker(navy, 0.5))
        + circle(4, 102, 42, "#f0c9a4")
        + ellipse(4, 72, 84, 15, cream)
        + path("M-42 72 Q-40 20 4 20 Q48 20 50 72 Z", cream)
        + rect(-42, 54, 92, 18, red)
        + ring(-14, 106, 14, navy, 5)
        + ring(24, 106, 14, navy, 5)
        + rect(-54, 288, 112, 16, red)
    )
    parts.append(kit.group(climber, transform=f"translate({mx + 8:.0f} {my - 4:.0f}) scale(.86)"))
    parts.append(rect(0, 1158, W, 342, red))
    parts.append(fitted("SAFETY LAST!", 500, 1356, width=900, fill=cream, font="anton"))
    return "".join(parts) + credit_lines(film, cream, y=1420)


def sherlock_jr(film: Film) -> str:
    teal, deep, amber, cream = "#0e5460", "#08303a", "#f2a72e", "#f8ecd0"
    cx, cy, r = 500, 620, 325
    parts = [rect(0, 0, W, H, teal)]
    parts.append(kit.rays(cx, cy, kit.mix(teal, deep, 0.45), count=28, near=0, far=1300))
    handle = rect(-70, 0, 140, 640, deep, 18)
    handle += "".join(rect(x, 30 + i * 62, 22, 34, cream, 5) for i in range(10) for x in (-60, 38))
    handle += "".join(
        rect(-30, 22 + i * 124, 60, 104, amber if i % 2 else kit.mix(amber, cream, 0.5), 4) for i in range(5)
    )
    parts.append(kit.group(handle, transform=f"translate({cx + 236} {cy + 236}) rotate(-45)"))
    inside = rect(cx - r, cy - r, 2 * r, 2 * r, cream)
    beam = polygon(
        [(cx - 400, cy - 160), (cx + 120, cy - 250), (cx + 120, cy + 120), (cx - 400, cy - 120)], amber, 'opacity=".6"'
    )
    figure = (
        path("M420 1000 Q402 860 440 780 Q470 742 540 742 Q612 742 640 780 Q676 860 664 1000 Z", deep)
        + path("M508 690 h64 v60 q-32 28 -64 0 Z", "#e7bd97")
        + path("M470 560 Q470 500 540 500 Q612 500 612 560 L606 660 Q590 712 540 714 Q490 712 476 660 Z", "#f0caa5")
        + ellipse(541, 546, 138, 26, deep)
        + path("M462 542 L474 470 Q540 446 608 470 L620 542 Q540 562 462 542 Z", deep)
        + path("M464 540 L468 512 Q540 532 614 512 L618 540 Q540 560 464 540 Z", amber)
        + stroke("M492 590 L522 584 M562 584 L592 590", deep, 8)
        + circle(510, 612, 9, deep)
        + circle(574, 612, 9, deep)
        + stroke("M544 604 L536 646 L550 648", kit.mix("#f0caa5", deep, 0.4), 6)
        + stroke("M518 680 L566 680", deep, 7)
        + polygon([(508, 744), (540, 770), (572, 744), (560, 800), (540, 772), (520, 800)], cream)
    )
    parts.append(
        kit.clipped("lens", circle(cx, cy, r, cream), inside + beam + kit.group(figure, transform="translate(-40 20)"))
    )
    parts += [ring(cx, cy, r + 16, deep, 50), ring(cx, cy, r + 16, amber, 14)]
    parts.append(
        path(
            f"M{cx - 250} {cy - 120} A 280 280 0 0 1 {cx - 90} {cy - 262}",
            "none",
            'stroke="#fff" stroke-width="20" stroke-linecap="round" opacity=".7"',
        )
    )
    parts.append(fitted("SHERLOCK", 500, 196, width=850, fill=amber, font="monoton"))
    parts.append(kit.text("JR.", 262, 1276, size=230, fill=amber, font="monoton"))
    bulbs = [(28 + i * 59, y) for i in range(17) for y in (30, 1470)] + [
        (x, 30 + i * 60) for i in range(1, 24) for x in (28, 972)
    ]
    parts += [circle(x, y, 9, cream if (i + int(sin(i) * pi)) % 2 else amber) for i, (x, y) in enumerate(bulbs)]
    return "".join(parts) + credit_lines(film, cream, y=1390)
