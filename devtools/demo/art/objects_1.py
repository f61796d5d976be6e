"""Things for kitchen, home and desk. Each takes (main colour, second colour) and draws on 1200 × 1200."""

from __future__ import annotations

from devtools.demo.art.svg import INK, circle, group, light, line, oval, path, rect, shade, text

WOOD, WOOD_DARK, METAL, BRASS, CREAM = "#c48a55", "#9c6a3c", "#aab2b8", "#c99a3f", "#f6efe2"


def mug(a: str, b: str) -> str:
    return (
        line("M770 520c150-40 200 60 170 160s-130 140-200 120", a, 58)
        + path("M350 430h440l-24 400q-10 80-90 80H464q-80 0-90-80z", a)
        + shade("M640 430h150l-24 400q-10 80-90 80h-70q60-200 34-480z")
        + light("M420 500h44l24 320h-44z")
        + oval(570, 430, 220, 46, b)
        + oval(570, 438, 188, 32, "#4a2c1b")
        + line("M500 340q-40-50 0-100t0-100M620 340q-40-50 0-100t0-100", "#fff", 16, more='stroke-opacity=".7"')
    )


def bowl(a: str, b: str) -> str:
    kernels = "".join(
        circle(x, y, 62, c)
        for x, y, c in [
            (390, 500, "#fff3cf"),
            (480, 440, "#fde7a9"),
            (590, 410, "#fff3cf"),
            (700, 430, "#fde7a9"),
            (800, 490, "#fff3cf"),
            (540, 500, "#fff9e6"),
            (660, 500, "#fff3cf"),
            (600, 350, "#fff9e6"),
            (500, 370, "#fff3cf"),
        ]
    )
    return (
        kernels
        + path("M260 540h680q-20 330-240 360H500Q280 870 260 540z", a)
        + shade("M640 540h300q-20 330-240 360h-90q90-120 30-360z")
        + rect(470, 895, 260, 36, WOOD, r=18)
        + line("M270 560h660", b, 26)
    )


def kettle(a: str, b: str) -> str:
    return (
        line("M404 600C390 230 810 230 796 600", WOOD_DARK, 40)
        + path("M820 600l150-110 40 44-150 200z", a)
        + path("M360 900q-70-300 120-400h240q190 100 120 400z", a)
        + shade("M650 500h70q190 100 120 400H700q60-240-50-400z")
        + rect(470, 466, 260, 46, b, r=23)
        + circle(600, 440, 34, WOOD_DARK)
        + light("M430 620q20-60 60-80l20 40q-50 80-40 240h-40q-20-120 0-200z")
    )


def board(a: str, b: str) -> str:
    return group(
        rect(320, 300, 560, 640, WOOD, r=60)
        + rect(530, 170, 140, 170, WOOD, r=50)
        + circle(600, 230, 30, b)
        + line("M400 380v480M800 380v480", WOOD_DARK, 8, more='stroke-opacity=".6"')
        + line(
            "M470 420q60 200 0 420M600 400q-50 220 20 450M720 420q40 190-20 420",
            WOOD_DARK,
            10,
            more='stroke-opacity=".45"',
        )
        + oval(690, 700, 100, 76, "#e9b44c")
        + oval(690, 684, 100, 76, "#f6d27a")
        + oval(690, 684, 60, 44, "#fff3cf"),
        transform="rotate(-14 600 600)",
    )


def cloth(a: str, b: str) -> str:
    sheets = "".join(
        group(rect(340, 340 + i * 10, 520, 520, c, r=14), transform=f"rotate({-12 + i * 7} 600 600)")
        for i, c in enumerate([b, CREAM, a])
    )
    return (
        sheets
        + group(
            rect(
                360,
                380,
                480,
                480,
                "none",
                r=8,
                more='stroke="#fff" stroke-width="10" stroke-dasharray="26 18" stroke-opacity=".7"',
            ),
            transform="rotate(2 600 600)",
        )
        + shade("M850 340l30 540-200 0q140-240 170-540z", 0.08)
    )


def press(a: str, b: str) -> str:
    return (
        rect(592, 170, 16, 250, METAL)
        + circle(600, 170, 34, INK)
        + path("M430 400q170-80 340 0v40H430z", METAL)
        + rect(440, 440, 320, 460, "#dfeaf0", r=20)
        + rect(440, 600, 320, 300, "#4a2c1b", r=20)
        + rect(440, 590, 320, 26, METAL)
        + line("M770 500h90q50 0 50 60v160q0 60-60 60h-80", a, 36)
        + line("M440 480h320M440 880h320M440 480v400M760 480v400", METAL, 22)
        + light("M480 470h36v400h-36z", 0.35)
        + rect(460, 900, 280, 30, WOOD, r=15)
    )


def lamp(a: str, b: str) -> str:
    return (
        path("M250 900L420 470h330L960 900z", "#ffe9a8", more='fill-opacity=".55"')
        + oval(600, 940, 210, 40, a)
        + rect(586, 460, 28, 480, BRASS)
        + path("M470 220h260l120 260H350z", a)
        + shade("M640 220h90l120 260H700z")
        + oval(600, 480, 250, 34, "#fff3cf")
        + circle(600, 700, 34, BRASS)
        + light("M500 250h36l-50 200h-40z")
    )


def blanket(a: str, b: str) -> str:
    folds = "".join(rect(270, 420 + i * 130, 660, 130, c, r=62) for i, c in enumerate([a, b, a, b]))
    zig = "".join(
        line(
            "".join(f"{'M' if x == 0 else 'L'}{330 + x * 45} {465 + i * 130 + (x % 2) * 36}" for x in range(13)),
            CREAM,
            9,
            more='stroke-opacity=".55"',
        )
        for i in range(4)
    )
    fringe = line("".join(f"M{310 + i * 30} 940v44" for i in range(20)), a, 9)
    return fringe + folds + zig


def candle(a: str, b: str) -> str:
    def one(x: float, top: float) -> str:
        return (
            rect(x - 42, top, 84, 860 - top, "#e8b64c", r=16)
            + rect(x + 8, top, 34, 860 - top, "#000", r=10, more='fill-opacity=".1"')
            + line(f"M{x} {top}v-34", INK, 8)
            + path(f"M{x} {top - 170}q70 90 0 140q-70-50 0-140z", "#ff9d3c")
            + path(f"M{x} {top - 110}q34 46 0 76q-34-30 0-76z", "#fff3cf")
            + oval(x, 890, 120, 34, BRASS)
            + rect(x - 60, 840, 120, 50, BRASS, r=12)
        )

    return one(480, 400) + one(730, 320)


def cushion(a: str, b: str) -> str:
    return (
        path("M300 480q300-90 600 0q80 200 0 380q-300 90-600 0q-80-190 0-380z", a)
        + shade("M700 452q120 8 200 28q80 200 0 380q-110 34-230 44q140-220 30-452z")
        + line("M330 520q270-70 540 0M330 820q270 70 540 0", b, 14)
        + circle(600, 670, 30, b)
        + line("M600 640l-60-110M600 640l70-110M600 700l-70 130M600 700l60 130", "#000", 8, more='stroke-opacity=".16"')
    )


def clock(a: str, b: str) -> str:
    ticks = "".join(
        group(rect(588, 268, 24, 84 if i % 3 == 0 else 44, INK, r=6), transform=f"rotate({i * 30} 600 600)")
        for i in range(12)
    )
    return (
        circle(600, 600, 390, a)
        + circle(600, 600, 350, "#fbf8f1")
        + ticks
        + group(rect(582, 390, 36, 230, INK, r=14), transform="rotate(-56 600 600)")
        + group(rect(588, 300, 24, 320, INK, r=10), transform="rotate(64 600 600)")
        + circle(600, 600, 34, b)
    )


def vase(a: str, b: str) -> str:
    stems = line("M600 470q-20-160-150-250M600 470q10-190 90-310M600 470q30-110 150-170", "#55724f", 14)
    leaves = "".join(
        circle(x, y, r, c)
        for x, y, r, c in [
            (440, 210, 56, b),
            (500, 280, 36, "#f4d6c6"),
            (695, 150, 60, "#f4d6c6"),
            (660, 240, 34, b),
            (760, 290, 50, b),
        ]
    )
    return (
        stems
        + leaves
        + path("M550 450h100q0 90 90 170q120 160 0 300q-20 24-60 24H520q-40 0-60-24q-120-140 0-300q90-80 90-170z", a)
        + shade("M620 450h30q0 90 90 170q120 160 0 300q-20 24-60 24h-60q140-200 30-330q-40-70-30-164z")
        + oval(600, 450, 50, 14, INK)
    )


def notebook(a: str, b: str) -> str:
    return group(
        rect(370, 250, 500, 700, "#fbf8f1", r=20)
        + rect(340, 230, 500, 700, a, r=24)
        + rect(340, 230, 80, 700, "#000", r=24, more='fill-opacity=".18"')
        + rect(760, 230, 26, 700, b)
        + rect(490, 400, 220, 130, CREAM, r=10)
        + line("M520 450h160M520 490h110", INK, 10, more='stroke-opacity=".5"')
        + path("M560 930h44v90l-22-26-22 26z", b),
        transform="rotate(-8 600 600)",
    )


def pen(a: str, b: str) -> str:
    return group(
        rect(180, 545, 700, 90, BRASS, r=14)
        + rect(180, 545, 700, 30, "#fff", r=10, more='fill-opacity=".35"')
        + rect(180, 606, 700, 29, "#000", r=10, more='fill-opacity=".18"')
        + path("M880 545l130 36v18l-130 36z", METAL)
        + rect(1004, 580, 40, 20, INK, r=8)
        + rect(130, 565, 56, 50, METAL, r=12)
        + rect(300, 520, 250, 24, METAL, r=10),
        transform="rotate(-34 600 600)",
    ) + line("M300 900q90-70 160 0t160 0 160 0 130-30", a, 16)


def pad(a: str, b: str) -> str:
    frames = "".join(
        rect(
            370 + (i % 2) * 240,
            400 + (i // 2) * 180,
            210,
            118,
            b if i in (1, 4) else "#e8e4dc",
            r=8,
            more=f'stroke="{INK}" stroke-width="6"',
        )
        for i in range(6)
    )
    return group(
        rect(330, 250, 560, 720, "#d9d3c7", r=12)
        + rect(318, 238, 560, 720, "#e7e2d7", r=12)
        + rect(306, 226, 560, 720, "#fbf8f1", r=12)
        + rect(306, 226, 560, 110, a, r=12)
        + frames
        + line(
            "M380 545h180M620 545h150M380 725h150M620 725h190M380 905h190M620 905h120",
            INK,
            6,
            more='stroke-opacity=".4"',
        ),
        transform="rotate(6 600 600)",
    )


def envelope(a: str, b: str) -> str:
    return group(rect(300, 330, 620, 420, CREAM, r=10), transform="rotate(9 600 600)") + group(
        rect(280, 460, 640, 430, "#fbf8f1", r=14)
        + path("M280 474L600 720 920 474v-8l-640 0z", a)
        + path("M280 890l250-230 70 60 70-60 250 230z", "#f0e9db")
        + circle(600, 720, 56, b)
        + text(600, 742, "S", 62, "#fff"),
        transform="rotate(-6 600 650)",
    )


def tray(a: str, b: str) -> str:
    return (
        path("M210 600h780l-60 250H270z", WOOD)
        + path("M270 640h660l-36 160H306z", a)
        + shade("M600 640h330l-36 160H640z", 0.1)
        + group(
            rect(340, 560, 420, 40, BRASS, r=18) + path("M760 560l60 20-60 20z", INK), transform="rotate(8 600 600)"
        )
        + group(
            rect(640, 600, 230, 120, b, r=14)
            + circle(640, 660, 16, a)
            + circle(870, 660, 16, a)
            + text(755, 682, "ROW K", 56, "#fff"),
            transform="rotate(-7 760 660)",
        )
        + path("M210 600h780l-8 34H218z", WOOD_DARK)
    )


def calendar(a: str, b: str) -> str:
    days = "".join(
        rect(360 + (i % 7) * 72, 560 + (i // 7) * 84, 52, 58, b if i in (9, 17) else "#e8e4dc", r=8) for i in range(28)
    )
    return (
        rect(300, 250, 600, 700, "#fbf8f1", r=16)
        + rect(300, 250, 600, 250, a, r=16)
        + circle(480, 400, 80, "#ffe9a8")
        + path("M300 500l170-120 120 80 130-110 180 150z", "#000", more='fill-opacity=".25"')
        + days
        + "".join(rect(x, 215, 26, 80, METAL, r=12) for x in (420, 590, 760))
    )
