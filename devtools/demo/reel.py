"""The stills that a demo film is cut from: a leader that counts down, a title card, and three details of the poster."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from PIL import Image, ImageChops, ImageEnhance, ImageFilter

from devtools.demo.art import poster_kit as kit
from devtools.demo.art import svg
from devtools.demo.art.draw import raster
from devtools.demo.art.poster_details import DEFAULT_DETAILS, DETAILS

Film = dict[str, Any]
INK, PAPER = "#14110f", "#efe4c8"
# The first detail is higher than the picture by this share, so that the camera tilts over it. The others stand still:
# movement doubles what the encoder has to do, and the demo has to be ready soon.
TILT = 0.14
# The face that each kind of film is announced in.
FACES = {"Horror": "fraktur", "Comedy": "limelight", "Drama": "anton", "Science fiction": "limelight"}


def stills(film: Film, poster: Path, folder: Path, *, size: tuple[int, int]) -> list[Path]:
    """Leader 3, leader 2, title card and three details of the film, as PNG in `folder`."""
    width, height = size
    with Image.open(poster) as opened:
        art = opened.convert("RGB")
    frames = [_leader(count, size) for count in (3, 2)]
    frames.append(_title_card(film, art, size))
    for number, (centre_x, centre_y, wide) in enumerate(DETAILS.get(film["slug"], DEFAULT_DETAILS)):
        tall = height if number else round(height * (1 + TILT))
        frames.append(_detail(art, centre=(centre_x, centre_y), wide=wide, size=(width, tall)))
    paths = [folder / f"{number}.png" for number in range(len(frames))]
    for frame, path in zip(frames, paths, strict=True):
        frame.save(path, compress_level=1)
    return paths


def _leader(count: int, size: tuple[int, int]) -> Image.Image:
    """The leader of every reel, drawn on 1600 × 900."""
    sweep = kit.polygon([(800, 450), *(kit.polar(800, 450, 1100, -90 + 10 * step) for step in range(25))], "#2a2521")
    content = (
        svg.rect(0, 0, 1600, 900, INK)
        + sweep
        + kit.line(0, 450, 1600, 450, PAPER, 5)
        + kit.line(800, 0, 800, 900, PAPER, 5)
        + kit.ring(800, 450, 360, PAPER, 10)
        + kit.ring(800, 450, 320, PAPER, 4)
        + kit.text(str(count), 800, 600, size=440, fill=PAPER, font="gothic")
    )
    return _fitted(svg.picture(1600, 900, content), size)


def _title_card(film: Film, art: Image.Image, size: tuple[int, int]) -> Image.Image:
    """Name and maker beside the poster, on the poster's own darkest ground."""
    face = FACES.get(film["genre"], "abril")
    lines = _balanced(film["name"])
    most = min(kit.fitting(words, font=face, width=840) for words in lines)
    step = min(most, 150) * 1.12
    top = 430 - step * (len(lines) - 1) / 2
    words = "".join(
        kit.text(line, 540, top + index * step, size=min(most, 150), fill=PAPER, font=face)
        for index, line in enumerate(lines)
    )
    below = top + step * (len(lines) - 1) + 96
    content = (
        svg.rect(0, 0, 1600, 900, INK)
        + kit.rect(36, 36, 1528, 828, "none", 0, f'stroke="{PAPER}" stroke-width="3" opacity=".5"')
        + words
        + kit.line(440, below - 30, 640, below - 30, PAPER, 3)
        + kit.fitted(" & ".join(film["directors"]), 540, below + 40, width=800, fill=PAPER, font="jost", most=46)
        + kit.text(str(film["year"]), 540, below + 104, size=42, fill=PAPER, font="jost", spacing=8)
    )
    card = _fitted(svg.picture(1600, 900, content), size)
    height = round(size[1] * 0.82)
    sheet = art.resize((round(height / 1.5), height), Image.Resampling.LANCZOS)
    card.paste(sheet, (round(size[0] * 0.93) - sheet.width, (size[1] - height) // 2))
    return card


def _balanced(name: str) -> list[str]:
    """One line for a short name, two of about the same length for a long one."""
    words = name.split()
    if len(name) < 14 or len(words) == 1:
        return [name]
    cuts = [[" ".join(words[:cut]), " ".join(words[cut:])] for cut in range(1, len(words))]
    return min(cuts, key=lambda halves: abs(len(halves[0]) - len(halves[1])))


def _detail(art: Image.Image, *, centre: tuple[int, int], wide: int, size: tuple[int, int]) -> Image.Image:
    """A part of the poster in the shape of `size`, with darker corners."""
    tall = wide * size[1] / size[0]
    left = min(max(0, centre[0] - wide / 2), art.width - wide)
    top = min(max(0, centre[1] - tall / 2), art.height - tall)
    part = art.resize(size, Image.Resampling.BICUBIC, box=(left, top, left + wide, top + tall))
    light = Image.new("L", (64, 64), 255)
    light.paste(0, (0, 0, 64, 3))
    light.paste(0, (0, 61, 64, 64))
    light.paste(0, (0, 0, 3, 64))
    light.paste(0, (61, 0, 64, 64))
    light = ImageEnhance.Brightness(ImageChops.invert(light.filter(ImageFilter.GaussianBlur(7)))).enhance(0.7)
    corners = ImageChops.invert(light).resize(size, Image.Resampling.BICUBIC)
    return ImageChops.multiply(part, Image.merge("RGB", (corners, corners, corners)))


def _fitted(document: str, size: tuple[int, int]) -> Image.Image:
    return raster(document).convert("RGB").resize(size, Image.Resampling.LANCZOS)
