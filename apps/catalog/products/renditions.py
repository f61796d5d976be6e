"""Images of products: checked, decoded within bounds, rendered in several formats and widths."""

from __future__ import annotations

import hashlib
import io
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from PIL import Image

from apps.catalog.products import translations
from apps.catalog.products.models import ProductImage
from apps.common.images import decode_image, scaled

FOLDER = "products"
WIDTHS = (320, 640, 960, 1280)
# For clients that take one size.
USUAL_WIDTH = 640
# A browser takes the first that it knows. Measured on 20 of the demo's images, 4 widths each, two at a time on 2
# cores: AVIF 6.1 s and 1.20 MB, WebP 2.8 s and 1.63 MB, JPEG 2.3 s and 3.11 MB, of which scaling is 1.5 s. AVIF at
# speed 7 is 10 % smaller for twice the time, at 6 13 % for four times, and at 9 43 % larger for half. WebP's method 3
# takes twice the time of 2 for files that are 8 % smaller. One thread each: images are rendered side by side.
ENCODERS: dict[str, dict[str, Any]] = {
    "avif": {"quality": 60, "speed": 8, "max_threads": 1},
    "webp": {"quality": 82, "method": 2},
    "jpeg": {"quality": 80, "optimize": True, "progressive": True},
}
EXTENSIONS = {"jpeg": "jpg"}
# What shows through in JPEG, which knows no transparency.
BACKGROUND = (255, 255, 255)


@dataclass(frozen=True, slots=True)
class RenderedImage:
    """An image in the storage: size of the original in pixels, and its renditions, best format and smallest first."""

    width: int
    height: int
    renditions: list[dict[str, Any]]
    checksum: str


def render(content: bytes, *, slug: str) -> RenderedImage:
    """Write renditions to the storage, never wider than the image. Raises ValidationProblem.

    Each rendering has names of its own: nothing is overwritten, two renderers do not meet, caches may keep a file for
    ever, and one that was written in vain belongs to nobody. When writing fails, what was written is removed.
    """
    decoded = decode_image(content)
    token = secrets.token_hex(5)
    stem = f"{FOLDER}/{token[0]}/{slug}-{token}"
    images = [scaled(decoded, width) for width in sorted({min(width, decoded.width) for width in WIDTHS})]
    names: list[str] = []
    renditions = []
    try:
        for form in ENCODERS:
            for image in images:
                names.append(f"{stem}-{image.width}.{EXTENSIONS.get(form, form)}")
                name = default_storage.save(names[-1], ContentFile(_encoded(image, form)))
                renditions.append({"format": form, "width": image.width, "name": name})
    except Exception:
        delete_files(names)
        raise
    return RenderedImage(decoded.width, decoded.height, renditions, checksum(content))


def _encoded(image: Image.Image, form: str) -> bytes:
    if form == "jpeg" and image.mode == "RGBA":
        ground = Image.new("RGB", image.size, BACKGROUND)
        ground.paste(image, mask=image.getchannel("A"))
        image = ground
    buffer = io.BytesIO()
    image.save(buffer, form.upper(), **ENCODERS[form])
    return buffer.getvalue()


def delete_files(names: Sequence[str]) -> None:
    """Remove files; those that are not there are no error."""
    for name in names:
        default_storage.delete(name)


def checksum(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def names_of(renditions: Sequence[Mapping[str, Any]]) -> list[str]:
    """The files of renditions."""
    return [rendition["name"] for rendition in renditions]


def rendition_url(renditions: Sequence[Mapping[str, Any]], width: int) -> str | None:
    """The address of `rendition_name`."""
    name = rendition_name(renditions, width)
    return default_storage.url(name) if name else None


def rendition_name(renditions: Sequence[Mapping[str, Any]], width: int) -> str | None:
    """The file of the smallest WebP rendition at least this wide, else of the widest; None when there is none."""
    made = _of_format(renditions, "webp")
    return _fitting(made, width)["name"] if made else None


def image_url(image: ProductImage, width: int) -> str:
    """For staff: a rendition, or the upload while there is none; its metadata may hold where it was taken."""
    return rendition_url(image.renditions, width) or default_storage.url(image.file.name)


def image_data(
    *,
    renditions: Sequence[Mapping[str, Any]],
    alt: str,
    width: int,
    height: int,
    translated: Mapping[str, Mapping[str, str]] | None = None,
    language: str = "",
) -> dict[str, Any] | None:
    """An image for the API; None until it is rendered, as the upload stays private.

    `translated` is the row's column of translations, as `ProductImage.translations` and a listing's card hold it.
    """
    made = {form: rows for form in ENCODERS if (rows := _of_format(renditions, form))}
    if "webp" not in made:
        return None
    # Asked for once: the storage takes 25 microseconds for an address, and names need no quoting.
    base = default_storage.url("")
    srcsets = {form: [{"url": base + r["name"], "width": r["width"]} for r in rows] for form, rows in made.items()}
    if language and language != translations.default_language():
        alt = (translated or {}).get(language, {}).get("alt") or alt
    return {
        "url": base + _fitting(made["webp"], USUAL_WIDTH)["name"],
        "alt": alt,
        "width": width,
        "height": height,
        "srcset": srcsets["webp"],
        "sources": [{"type": f"image/{form}", "srcset": srcset} for form, srcset in srcsets.items()],
    }


def uploaded_image_data(uploaded: Mapping[str, Any]) -> dict[str, Any] | None:
    """What `WithUploadedImage` keeps, for the API; None for no image. Its name stands beside it, so it has no text."""
    if not uploaded:
        return None
    return image_data(renditions=uploaded["renditions"], alt="", width=uploaded["width"], height=uploaded["height"])


def _fitting(made: Sequence[Mapping[str, Any]], width: int) -> Mapping[str, Any]:
    return next((rendition for rendition in made if rendition["width"] >= width), made[-1])


def _of_format(renditions: Sequence[Mapping[str, Any]], form: str) -> list[Mapping[str, Any]]:
    """Smallest first. Those that were made before there were several formats are WebP and do not say so."""
    return [rendition for rendition in renditions if rendition.get("format", "webp") == form]
