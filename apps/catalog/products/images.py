"""Pictures of products: checked, and rendered in several widths."""

from __future__ import annotations

import hashlib
import io

from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from PIL import Image, UnidentifiedImageError

from apps.catalog.products.models import Product, ProductImage
from apps.common.problems import ValidationProblem

WIDTHS = (320, 640, 960, 1280)
QUALITY = 82
MAX_BYTES = 20 * 1024 * 1024
# A picture that unpacks to more than this is a decompression bomb, not a product photo.
MAX_PIXELS = 50_000_000


def opened(content: bytes) -> Image.Image:
    """The decoded picture; raises ValidationProblem for what is none or is too large."""
    if len(content) > MAX_BYTES:
        raise _refused(f"The picture is larger than {MAX_BYTES // 1024**2} MB.")
    try:
        picture = Image.open(io.BytesIO(content))
        if picture.width * picture.height > MAX_PIXELS:
            raise _refused(f"The picture has {picture.width} × {picture.height} pixels; 50 million are the most.")
        picture.load()
    except (UnidentifiedImageError, OSError, SyntaxError, ValueError, Image.DecompressionBombError) as error:
        raise _refused("This is not a picture that can be read. Use WebP, JPEG or PNG.") from error
    return picture.convert("RGB")


def _refused(message: str) -> ValidationProblem:
    return ValidationProblem(message, errors={"image": [message]})


def render(content: bytes, stem: str) -> tuple[tuple[int, int], list[dict]]:
    """Write WebP renditions named `<stem>-<width>.webp`; returns the size and the list for `ProductImage.renditions`.

    A rendition is never wider than the picture.
    """
    picture = opened(content)
    widths = [width for width in WIDTHS if width < picture.width] + [min(picture.width, WIDTHS[-1])]
    renditions = []
    for width in sorted(set(widths)):
        height = max(1, round(picture.height * width / picture.width))
        buffer = io.BytesIO()
        picture.resize((width, height), Image.Resampling.LANCZOS).save(buffer, "WEBP", quality=QUALITY, method=3)
        name = f"{stem}-{width}.webp"
        if default_storage.exists(name):
            default_storage.delete(name)
        renditions.append({"width": width, "name": default_storage.save(name, ContentFile(buffer.getvalue()))})
    return picture.size, renditions


def checksum(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def stem_of(product: Product, digest: str) -> str:
    """Named by content, so that a changed picture has a new address and old ones may be cached for ever."""
    return f"products/{product.slug}-{digest[:10]}"


def image_url(image: ProductImage, width: int) -> str:
    """The address of the smallest rendition at least this wide."""
    for rendition in image.renditions:
        if rendition["width"] >= width:
            return default_storage.url(rendition["name"])
    name = image.renditions[-1]["name"] if image.renditions else image.file.name
    return default_storage.url(name)
