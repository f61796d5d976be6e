"""The image that messengers and social networks show with a link: drawn from a product's image, title and price."""

from __future__ import annotations

import io
import threading
from dataclasses import dataclass

from PIL import Image, ImageDraw, ImageEnhance, ImageFilter, ImageFont, ImageOps

from apps.catalog.products import typeface

# What networks ask for, in pixels.
WIDTH, HEIGHT = 1200, 630
QUALITY = 86
MARGIN = 56
# The shop's colours, as the storefront's tokens.css has them.
PAPER, INK, SOFT, ACCENT = "#fffefb", "#1b1915", "#625d53", "#a3231b"
STAGE, STAGE_INK, STAGE_SOFT, STAGE_ACCENT = "#17140f", "#f5f0e4", "#beb5a3", "#f0795e"
SHOP = "StreamCart"
TITLE_SIZES = (78, 70, 62, 54, 48, 42, 38)
MAX_TITLE_LINES = 4
# The mark is drawn larger by this factor and scaled down, for smooth edges.
OVERSAMPLING = 4
# Of a film's backdrop: how soft, and how bright of 1.
BLUR, BRIGHTNESS = 22, 0.34
# Threads draw one after the other, so that a process needs the memory of one.
_drawing = threading.Lock()


@dataclass(frozen=True, slots=True)
class ShareContent:
    """What the image shows. `over` is a line above the title; `image` and `price` may be missing."""

    title: str
    over: str
    price: str
    is_film: bool
    image: bytes | None


def draw(content: ShareContent) -> bytes:
    """The image as JPEG, WIDTH × HEIGHT."""
    with _drawing:
        picture = _opened(content.image)
        canvas = _film(content, picture) if content.is_film else _goods(content, picture)
        buffer = io.BytesIO()
        canvas.save(buffer, "JPEG", quality=QUALITY, optimize=True, progressive=True)
        return buffer.getvalue()


def _opened(content: bytes | None) -> Image.Image | None:
    """One of our own renditions; without it when the file is broken, as a link is better with half an image."""
    if content is None:
        return None
    try:
        with Image.open(io.BytesIO(content), formats=("WEBP", "JPEG")) as image:
            opened = image.convert("RGBA")
    except (OSError, ValueError):
        return None
    ground = Image.new("RGB", opened.size, "#ffffff")
    ground.paste(opened, mask=opened.getchannel("A"))
    return ground


def _goods(content: ShareContent, picture: Image.Image | None) -> Image.Image:
    """The image in a square at the left, words on paper beside it."""
    canvas = Image.new("RGB", (WIDTH, HEIGHT), PAPER)
    left = MARGIN
    if picture:
        canvas.paste(ImageOps.fit(picture, (HEIGHT, HEIGHT), Image.Resampling.LANCZOS), (0, 0))
        left += HEIGHT
    _write(canvas, content, left=left, ink=INK, soft=SOFT, accent=ACCENT)
    return canvas


def _film(content: ShareContent, picture: Image.Image | None) -> Image.Image:
    """The poster on its own blurred colours, as the film's page has it."""
    canvas = Image.new("RGB", (WIDTH, HEIGHT), STAGE)
    left = MARGIN
    if picture:
        small = ImageOps.fit(picture, (WIDTH // 4, HEIGHT // 4), Image.Resampling.BILINEAR)
        soft = small.filter(ImageFilter.GaussianBlur(BLUR / 4)).resize((WIDTH, HEIGHT), Image.Resampling.BICUBIC)
        canvas = ImageEnhance.Brightness(soft).enhance(BRIGHTNESS)
        height = HEIGHT - 2 * MARGIN
        poster = ImageOps.contain(picture, (HEIGHT, height), Image.Resampling.LANCZOS)
        canvas.paste(poster, (MARGIN, (HEIGHT - poster.height) // 2), _rounded(poster.size, 14))
        left += poster.width + MARGIN
    _write(canvas, content, left=left, ink=STAGE_INK, soft=STAGE_SOFT, accent=STAGE_ACCENT)
    return canvas


def _write(canvas: Image.Image, content: ShareContent, *, left: int, ink: str, soft: str, accent: str) -> None:
    """The shop's name at the top, title and what is above it in the middle, the price at the bottom."""
    pen = ImageDraw.Draw(canvas)
    canvas.paste(*_mark(44, accent, STAGE if content.is_film else "#ffffff", at=(left, MARGIN)))
    pen.text((left + 58, MARGIN + 22), SHOP, font=typeface.font(30, typeface.BOLD), fill=ink, anchor="lm")
    bottom = HEIGHT - MARGIN
    if price := typeface.drawable(content.price):
        face = typeface.font(50, typeface.BOLD)
        pen.text((left, bottom), price, font=face, fill=accent, anchor="ls")
        bottom -= 80
    room = WIDTH - MARGIN - left
    title = typeface.drawable(content.title)
    face, lines = typeface.fitted_lines(
        title, width=room, sizes=TITLE_SIZES, weight=typeface.BOLD, max_lines=MAX_TITLE_LINES
    )
    step = round(face.size * 1.06)
    over = typeface.drawable(content.over)
    height = step * len(lines) + (46 if over else 0)
    top = (MARGIN + 60 + bottom - height) // 2
    if over:
        small, words = typeface.fitted_lines(over, width=room, sizes=(28,), weight=typeface.MEDIUM, max_lines=1)
        pen.text((left, top + 28), words[0], font=small, fill=soft, anchor="ls")
        top += 46
    _write_lines(pen, lines, face, at=(left, top), step=step, fill=ink)


def _write_lines(
    pen: ImageDraw.ImageDraw,
    lines: list[str],
    face: ImageFont.FreeTypeFont,
    *,
    at: tuple[int, int],
    step: int,
    fill: str,
) -> None:
    for number, line in enumerate(lines):
        pen.text((at[0], at[1] + round(step * (number + 0.82))), line, font=face, fill=fill, anchor="ls")


def _rounded(size: tuple[int, int], radius: int) -> Image.Image:
    """A mask with round corners."""
    large = Image.new("L", (size[0] * 2, size[1] * 2), 0)
    ImageDraw.Draw(large).rounded_rectangle((0, 0, large.width - 1, large.height - 1), radius * 2, fill=255)
    return large.resize(size, Image.Resampling.BOX)


def _mark(
    size: int, ground: str, line: str, *, at: tuple[int, int]
) -> tuple[Image.Image, tuple[int, int], Image.Image]:
    """The shop's mark, a cart that plays, as arguments of `paste`; the numbers are those of the storefront's icon.svg,
    32 units wide."""
    unit = size * OVERSAMPLING / 32
    mark = Image.new("RGBA", (size * OVERSAMPLING, size * OVERSAMPLING), (0, 0, 0, 0))
    pen = ImageDraw.Draw(mark)
    pen.rounded_rectangle((0, 0, mark.width - 1, mark.height - 1), 9 * unit, fill=ground)
    cart = ((6, 8.5), (8.8, 8.5), (11.4, 21), (23.2, 21), (26, 12.2), (10.2, 12.2))
    stroke = 2.3
    pen.line([(x * unit, y * unit) for x, y in cart], fill=line, width=round(stroke * unit), joint="curve")
    for x, y, radius in ((*cart[0], stroke / 2), (*cart[-1], stroke / 2), (13, 25, 1.9), (21.5, 25, 1.9)):
        pen.ellipse([(p + d) * unit for d in (-radius, radius) for p in (x, y)], fill=line)
    pen.polygon([(x * unit, y * unit) for x, y in ((15, 13.6), (15, 18.8), (19.7, 16.2))], fill=line)
    smooth = mark.resize((size, size), Image.Resampling.BOX)
    return smooth.convert("RGB"), at, smooth.getchannel("A")
