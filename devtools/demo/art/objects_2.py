"""Books, clothes, sound and what goes out of doors. Each takes (main colour, second colour)."""

from __future__ import annotations

import math

from devtools.demo.art.objects_1 import BRASS, CREAM, METAL, WOOD, WOOD_DARK
from devtools.demo.art.svg import INK, circle, group, light, line, oval, path, rect, shade, text


def _book(a: str, b: str, motif: str, words: tuple[str, str]) -> str:
    return group(
        rect(350, 215, 540, 760, "#e7e2d7", r=10)
        + rect(330, 200, 540, 760, a, r=12)
        + rect(330, 200, 54, 760, "#000", r=12, more='fill-opacity=".2"')
        + motif
        + text(625, 830, words[0], 62, CREAM)
        + text(625, 896, words[1], 40, b),
        transform="rotate(-5 600 600)",
    )


def book(a: str, b: str) -> str:
    return _book(
        a,
        b,
        circle(625, 480, 170, CREAM) + oval(625, 480, 120, 66, a) + circle(625, 480, 44, INK),
        ("THE SILENT", "IMAGE"),
    )


def book2(a: str, b: str) -> str:
    return _book(
        a,
        b,
        path("M430 700L560 300l60 400zM640 700l120-330 60 330z", b)
        + path("M430 700l60-190 240 190z", INK, more='fill-opacity=".6"'),
        ("SHADOWS", "ON THE WALL"),
    )


def book3(a: str, b: str) -> str:
    return _book(
        a,
        b,
        circle(700, 330, 44, CREAM)
        + line("M690 380l-60 130 100 80M630 510l-110-40M650 400l-120 10M730 590l80-70", CREAM, 34)
        + line("M440 720h370", b, 20),
        ("FALLING", "DOWN WELL"),
    )


def book4(a: str, b: str) -> str:
    reel = (
        circle(625, 490, 190, b)
        + "".join(circle(625 + 104 * math.cos(i * 1.2566), 490 + 104 * math.sin(i * 1.2566), 48, a) for i in range(5))
        + circle(625, 490, 34, a)
    )
    return _book(a, b, reel, ("PROJECTIONIST'S", "HANDBOOK"))


def postcards(a: str, b: str) -> str:
    def card(turn: int, sky: str) -> str:
        facade = (
            path("M420 760V560q180-120 360 0v200z", a)
            + rect(470, 640, 260, 40, "#ffe9a8")
            + "".join(rect(x, 690, 44, 70, INK) for x in (480, 578, 676))
        )
        return group(
            rect(330, 420, 540, 380, "#fbf8f1", r=12) + rect(352, 442, 496, 336, sky, r=6) + facade,
            transform=f"rotate({turn} 600 700)",
        )

    return card(-16, b) + card(9, "#42526e") + card(-2, "#2b2f45")


def portfolio(a: str, b: str) -> str:
    sheet = "".join(
        group(rect(360, 240, 460, 640, c, r=4) + circle(590, 470, 130, d), transform=f"rotate({t} 600 900)")
        for t, c, d in [(-14, "#16324f", "#f2d16b"), (-5, "#c8452f", "#f6efe2"), (5, "#f2d16b", "#1d1b20")]
    )
    return sheet + group(
        rect(340, 420, 540, 540, a, r=12)
        + line("M340 690h540", b, 26)
        + circle(610, 690, 44, b)
        + line("M610 700l-50 90M610 700l54 86", b, 22),
        transform="rotate(3 600 700)",
    )


def beanie(a: str, b: str) -> str:
    ribs = line("".join(f"M{360 + i * 60} 770v110" for i in range(9)), "#000", 10, more='stroke-opacity=".15"')
    return (
        path("M330 780q0-420 270-440q270 20 270 440z", a)
        + shade("M640 344q230 40 230 436H720q40-300-80-436z")
        + rect(300, 740, 600, 170, b, r=60)
        + ribs
        + circle(600, 330, 70, b)
    )


def tote(a: str, b: str) -> str:
    return (
        line("M440 520V330q0-110 160-110t160 110v190", a, 40)
        + path("M310 480h580l40 470q0 30-30 30H300q-30 0-30-30z", CREAM)
        + shade("M700 480h190l40 470q0 30-30 30H720q40-260-20-500z", 0.08)
        + line("M340 520h520", a, 10, more='stroke-dasharray="24 16"')
        + line("M360 640h130v-120M840 640H710v-120", a, 34)
    )


def socks(a: str, b: str) -> str:
    def one(x: int, turn: int) -> str:
        return group(
            path(f"M{x} 300h180v360q0 60 70 100l90 50q70 60 10 120t-150 10L{x + 20} 790q-40-40-30-130z", a)
            + rect(x - 10, 280, 200, 90, b, r=26)
            + path(f"M{x + 230} 760l110 50q70 60 10 120-40 40-100 26q-60-80-20-196z", b)
            + rect(x - 4, 440, 186, 30, CREAM)
            + rect(x - 4, 500, 186, 30, CREAM),
            transform=f"rotate({turn} {x} 600)",
        )

    return one(300, 6) + one(590, -4)


def apron(a: str, b: str) -> str:
    return (
        line("M470 330q130-180 260 0", a, 30)
        + path("M460 320h280l30 200 120 40v360q0 50-50 50H360q-50 0-50-50V560l120-40z", a)
        + shade("M660 320h80l30 200 120 40v360q0 50-50 50H700q60-330-40-650z", 0.12)
        + rect(450, 640, 300, 190, b, r=16)
        + line("M450 690h300M600 640v190", "#000", 8, more='stroke-opacity=".25"')
        + line("M310 600q-90 20-120 90M890 600q90 20 120 90", a, 24)
    )


def jacket(a: str, b: str) -> str:
    buttons = "".join(circle(x, y, 22, BRASS) for x in (540, 660) for y in (520, 640, 760))
    return (
        path("M430 330l-190 130 30 420h120V600l20 370h380l20-370v280h120l30-420-190-130-170 50z", a)
        + shade("M640 380l130-50 190 130-30 420H810V600l-20 370H650q40-330-10-590z", 0.14)
        + path("M492 322q108-64 216 0q-20 60-108 74-88-14-108-74z", INK)
        + path("M488 288L462 344q56 62 132 70v-52q-58-12-82-70zM712 288l26 56q-56 62-132 70v-52q58-12 82-70z", b)
        + path("M450 640h90v24h-90zM660 640h90v24h-90z", "#000", more='fill-opacity=".22"')
        + line("M262 850h92M846 850h92", BRASS, 12)
        + line("M600 390v580", "#000", 8, more='stroke-opacity=".3"')
        + buttons
    )


def scarf(a: str, b: str) -> str:
    holes = "".join(rect(300 + i * 76, y, 40, 30, CREAM, r=6) for i in range(8) for y in (318, 852))
    frames = "".join(
        rect(330 + (i % 3) * 190, 420 + (i // 3) * 200, 150, 160, c, r=8)
        for i, c in enumerate([b, CREAM, b, CREAM, b, CREAM])
    )
    return group(
        rect(270, 280, 660, 640, a, r=10) + holes + frames + shade("M930 280v640H600q240-300 330-640z", 0.12),
        transform="rotate(-10 600 600)",
    )


def headphones(a: str, b: str) -> str:
    return (
        line("M320 660q-20-400 280-410t280 410", a, 52)
        + line("M330 620q0-310 270-320t270 320", METAL, 12)
        + rect(250, 600, 150, 300, a, r=70)
        + rect(800, 600, 150, 300, a, r=70)
        + rect(370, 620, 70, 260, b, r=34)
        + rect(760, 620, 70, 260, b, r=34)
        + light("M280 660h30v180h-30zM830 660h24v180h-24z")
        + line("M325 900q-10 110 130 110", INK, 14)
    )


def radio(a: str, b: str) -> str:
    slots = "".join(line(f"M300 {470 + i * 46}h330", CREAM, 16, more='stroke-opacity=".75"') for i in range(8))
    return (
        line("M840 380L980 180", METAL, 16)
        + rect(230, 380, 740, 500, WOOD, r=50)
        + rect(230, 380, 740, 500, "none", r=50, more=f'stroke="{WOOD_DARK}" stroke-width="16"')
        + rect(270, 425, 390, 410, a, r=26)
        + slots
        + circle(810, 560, 110, CREAM)
        + circle(810, 560, 34, INK)
        + line("M810 560l60-70", b, 16)
        + circle(760, 760, 40, BRASS)
        + circle(870, 760, 40, BRASS)
        + rect(300, 880, 90, 36, WOOD_DARK, r=12)
        + rect(810, 880, 90, 36, WOOD_DARK, r=12)
    )


def projector(a: str, b: str) -> str:
    return (
        path("M640 620L1200 380v560L640 720z", "#fff6d6", more='fill-opacity=".5"')
        + rect(230, 480, 470, 370, a, r=56)
        + shade("M560 480h84q56 0 56 56v258q0 56-56 56h-84z")
        + circle(640, 670, 130, INK)
        + circle(640, 670, 88, "#8fb3d9")
        + circle(612, 640, 30, "#fff", more='fill-opacity=".8"')
        + rect(290, 540, 170, 26, b, r=13)
        + rect(290, 590, 110, 26, b, r=13)
        + rect(300, 850, 60, 40, INK, r=10)
        + rect(560, 850, 60, 40, INK, r=10)
    )


def vinyl(a: str, b: str) -> str:
    grooves = "".join(
        circle(690, 600, r, "none", more='stroke="#fff" stroke-opacity=".12" stroke-width="6"')
        for r in range(170, 330, 34)
    )
    return (
        circle(690, 600, 340, INK)
        + grooves
        + circle(690, 600, 120, b)
        + circle(690, 600, 18, CREAM)
        + rect(230, 290, 540, 620, a, r=10)
        + "".join(
            rect(300 + i * 66, 760 - h, 40, h, CREAM, r=8) for i, h in enumerate([150, 260, 340, 400, 330, 240, 130])
        )
        + line("M290 790h440", CREAM, 14)
    )


def camera(a: str, b: str) -> str:
    return (
        rect(420, 830, 360, 180, "#fbf8f1", r=8)
        + rect(450, 850, 300, 120, "#7da3b5")
        + rect(250, 340, 700, 520, a, r=70)
        + rect(250, 680, 700, 180, INK, r=60, more='fill-opacity=".22"')
        + circle(600, 570, 180, INK)
        + circle(600, 570, 140, "#3b4a5c")
        + circle(600, 570, 90, "#89a8c4")
        + circle(560, 530, 30, "#fff", more='fill-opacity=".8"')
        + rect(770, 400, 120, 70, INK, r=16)
        + rect(320, 400, 120, 70, INK, r=16)
        + circle(360, 780, 34, b)
        + rect(400, 820, 400, 16, INK, r=8)
    )


def speaker(a: str, b: str) -> str:
    dots = "".join(
        circle(600 + r * math.cos(k * math.tau / n), 600 + r * math.sin(k * math.tau / n), 13, INK)
        for r, n in [(60, 6), (120, 12), (180, 18), (240, 24)]
        for k in range(n)
    )
    return (
        circle(600, 620, 390, "#000", more='fill-opacity=".14"')
        + circle(600, 600, 380, METAL)
        + circle(600, 600, 346, a)
        + dots
        + circle(600, 600, 18, INK)
        + circle(600, 600, 300, "none", more='stroke="#fff" stroke-opacity=".35" stroke-width="8"')
        + path("M300 860l70 60-30 60-90-60z", b)
    )


def flask(a: str, b: str) -> str:
    return (
        rect(490, 190, 220, 150, METAL, r=30)
        + rect(450, 330, 300, 640, a, r=70)
        + rect(620, 330, 130, 640, "#000", r=70, more='fill-opacity=".16"')
        + rect(450, 390, 300, 40, METAL)
        + light("M490 470h36v420h-36z")
        + line("M740 470q130 20 110 170t-120 150", b, 28)
    )


def rucksack(a: str, b: str) -> str:
    return (
        line("M480 300q120-140 240 0", b, 34)
        + path("M330 420q0-120 130-120h280q130 0 130 120v460q0 90-90 90H420q-90 0-90-90z", a)
        + shade("M740 300q130 0 130 120v460q0 90-90 90h-90q80-360 50-670z")
        + rect(310, 380, 580, 150, a, r=50, more=f'stroke="{b}" stroke-width="14"')
        + rect(400, 660, 400, 240, "#000", r=40, more='fill-opacity=".14"')
        + "".join(rect(x, 470, 50, 200, b, r=12) + rect(x - 6, 600, 62, 44, BRASS, r=8) for x in (440, 710))
    )


def torch(a: str, b: str) -> str:
    return path("M700 420L1200 60v620L760 520z", "#fff3b0", more='fill-opacity=".75"') + group(
        rect(200, 560, 460, 130, a, r=40)
        + rect(620, 530, 130, 190, a, r=24)
        + rect(740, 520, 40, 210, METAL, r=14)
        + rect(200, 640, 460, 50, "#000", r=20, more='fill-opacity=".2"')
        + line("M280 570v110M320 570v110M360 570v110", "#000", 10, more='stroke-opacity=".25"')
        + rect(470, 530, 70, 34, b, r=14),
        transform="rotate(-34 480 620)",
    )


def binoculars(a: str, b: str) -> str:
    def tube(x: int) -> str:
        return (
            rect(x, 300, 150, 120, INK, r=26)
            + path(f"M{x - 10} 410h170l70 430q0 60-60 60H{x - 20}q-60 0-60-60z", a)
            + shade(f"M{x + 90} 410h70l70 430q0 60-60 60h-60q20-260-20-490z")
            + oval(x + 75, 880, 130, 44, INK)
            + oval(x + 75, 876, 96, 30, "#89a8c4")
        )

    return rect(540, 480, 120, 190, b, r=30) + tube(370) + tube(680)


def picnic(a: str, b: str) -> str:
    checks = "".join(rect(300 + i * 120, 420, 60, 300, b, more='fill-opacity=".45"') for i in range(5)) + "".join(
        rect(270, 450 + i * 100, 660, 50, b, more='fill-opacity=".45"') for i in range(3)
    )
    return (
        rect(270, 420, 660, 300, a, r=20)
        + checks
        + rect(250, 680, 700, 200, a, r=100)
        + circle(850, 780, 100, b)
        + circle(850, 780, 64, a)
        + circle(850, 780, 30, b)
        + "".join(rect(x, 670, 46, 220, WOOD_DARK, r=10) for x in (400, 640))
        + line("M424 670q120-130 240 0", WOOD_DARK, 24)
    )


def umbrella(a: str, b: str) -> str:
    return (
        line("M600 260v600q0 90 80 90t80-80", WOOD, 30)
        + path(
            "M180 620q40-370 420-380q380 10 420 380"
            "q-70-70-140 0-70-70-140 0-70-70-140 0-70-70-140 0-70-70-140 0-70-70-140 0z",
            a,
        )
        + shade("M600 240q380 10 420 380q-70-70-140 0-70-70-140 0q-10-260-140-380z")
        + line("M180 620q70-70 140 0 70-70 140 0 70-70 140 0 70-70 140 0 70-70 140 0 70-70 140 0", b, 12)
        + line("M600 240v-60", METAL, 16)
    )
