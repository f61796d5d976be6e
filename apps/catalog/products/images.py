"""Pictures of products: checked, and rendered in several widths."""

from __future__ import annotations

import hashlib
import io
from dataclasses import dataclass
from typing import Any

from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from PIL import Image, ImageOps, UnidentifiedImageError

from apps.catalog.products.models import ProductImage
from apps.common.problems import ValidationProblem

WIDTHS = (320, 640, 960, 1280)
QUALITY = 82
# Of libwebp: 3 takes twice the time of 2 for files that are 8 % smaller.
EFFORT = 2
MAX_BYTES = 20 * 1024 * 1024
# A picture that unpacks to more than this is a decompression bomb, not a product photo.
MAX_PIXELS = 50_000_000
FORMATS = ("WEBP", "JPEG", "PNG", "AVIF", "GIF")


@dataclass(frozen=True, slots=True)
class Rendered:
    """A picture in the storage: size of the original in pixels, and `[{"width", "name"}]`, smallest first."""

    width: int
    height: int
    renditions: list[dict[str, Any]]
    checksum: str


def opened(content: bytes) -> Image.Image:
    """The decoded picture, upright; raises ValidationProblem for what is none or is too large."""
    if len(content) > MAX_BYTES:
        raise _refused(f"The picture is larger than {MAX_BYTES // 1024**2} MB.")
    try:
        picture = Image.open(io.BytesIO(content), formats=FORMATS)
        if picture.width * picture.height > MAX_PIXELS:
            raise _refused(f"The picture has {picture.width} × {picture.height} pixels; 50 million are the most.")
        upright = ImageOps.exif_transpose(picture)
    except (UnidentifiedImageError, OSError, SyntaxError, ValueError, Image.DecompressionBombError) as error:
        raise _refused("This is not a picture that can be read. Use WebP, JPEG or PNG.") from error
    return upright.convert("RGBA" if upright.has_transparency_data else "RGB")


def _refused(message: str) -> ValidationProblem:
    return ValidationProblem(message, errors={"image": [message]})


def render(content: bytes, *, slug: str) -> Rendered:
    """Write WebP renditions to the storage, never wider than the picture. Raises ValidationProblem.

    Names hold the content's hash: a changed picture has a new address, so caches may keep the old one for ever.
    """
    picture = opened(content)
    digest = checksum(content)
    renditions = []
    for width in sorted({min(width, picture.width) for width in WIDTHS}):
        height = max(1, round(picture.height * width / picture.width))
        scaled = picture if width == picture.width else _scaled(picture, width, height)
        buffer = io.BytesIO()
        scaled.save(buffer, "WEBP", quality=QUALITY, method=EFFORT)
        renditions.append({"width": width, "name": _write(f"products/{slug}-{digest[:10]}-{width}.webp", buffer)})
    return Rendered(picture.width, picture.height, renditions, digest)


def _scaled(picture: Image.Image, width: int, height: int) -> Image.Image:
    # A coarse reduction first, to no less than twice the size: invisible, and a third of the time.
    return picture.resize((width, height), Image.Resampling.LANCZOS, reducing_gap=2.0)


def _write(name: str, buffer: io.BytesIO) -> str:
    if default_storage.exists(name):
        default_storage.delete(name)
    return default_storage.save(name, ContentFile(buffer.getvalue()))


def checksum(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def image_url(image: ProductImage, width: int) -> str:
    """The address of the smallest rendition at least this wide."""
    return _url(image.renditions, image.file.name, width)


def image_data(*, renditions: list[dict[str, Any]], file: str, alt: str, width: int, height: int) -> dict[str, Any]:
    """A picture as the API tells of it."""
    return {
        "url": _url(renditions, file, 640),
        "alt": alt,
        "width": width,
        "height": height,
        "srcset": [{"url": default_storage.url(r["name"]), "width": r["width"]} for r in renditions],
    }


def _url(renditions: list[dict[str, Any]], file: str, width: int) -> str:
    wide_enough = (r["name"] for r in renditions if r["width"] >= width)
    return default_storage.url(next(wide_enough, renditions[-1]["name"] if renditions else file))
