"""Images of products: checked, decoded within bounds, rendered in several formats and widths."""

from __future__ import annotations

import hashlib
import io
import secrets
import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.utils.translation import gettext
from PIL import Image, ImageCms, ImageOps

from apps.catalog.products import translations
from apps.catalog.products.models import ProductImage
from apps.common.problems import ValidationProblem

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
MAX_BYTES = 20 * 1024 * 1024
# An image that unpacks to more is a decompression bomb, not a product photo. By the memory that decoding takes: 2
# bytes a pixel for JPEG (decoded at a fraction of its size), up to 9 for the others, 17 for WebP; 270 MB at most.
MAX_PIXELS = {"JPEG": 50_000_000, "MPO": 50_000_000, "PNG": 25_000_000, "AVIF": 25_000_000, "GIF": 25_000_000}
MAX_WEBP_PIXELS = 16_000_000
# WebP's own limit, and what every rendition must keep to.
MAX_SIDE = 16_383
FORMATS = ("AVIF", "GIF", "JPEG", "PNG", "WEBP")
SRGB = ImageCms.createProfile("sRGB")
# Threads decode one image after the other, so that a process needs the memory of one.
_decoding = threading.Lock()


@dataclass(frozen=True, slots=True)
class DecodedImage:
    """A decoded image: upright, in sRGB, RGB or RGBA, without metadata, and no larger than it must be.

    `width` and `height` are the original's, upright, in pixels.
    """

    image: Image.Image
    width: int
    height: int


@dataclass(frozen=True, slots=True)
class RenderedImage:
    """An image in the storage: size of the original in pixels, and its renditions, best format and smallest first."""

    width: int
    height: int
    renditions: list[dict[str, Any]]
    checksum: str


def decode_image(content: bytes) -> DecodedImage:
    """The decoded image; of an animation its first frame. Raises ValidationProblem for what is none or too large."""
    if len(content) > MAX_BYTES:
        raise _invalid_image(gettext("The image is larger than %(limit)s MB.") % {"limit": MAX_BYTES // 1024**2})
    try:
        with _decoding:
            return _decode(content)
    except ValidationProblem:
        raise
    except Image.DecompressionBombError as error:
        raise _invalid_image(
            gettext("The image has too many pixels; %(limit)s million are always taken.")
            % {"limit": MAX_WEBP_PIXELS // 10**6}
        ) from error
    except Exception as error:
        # Decoders that are fed nonsense raise whatever they stumble over.
        raise _invalid_image(
            gettext("This is not an image that can be read. Use AVIF, WebP, JPEG, PNG or GIF.")
        ) from error


def _invalid_image(message: str) -> ValidationProblem:
    return ValidationProblem(message, errors={"image": [message]})


def _decode(content: bytes) -> DecodedImage:
    image: Image.Image = Image.open(io.BytesIO(content), formats=FORMATS)
    width, height = image.size
    _check_size(width, height, limit=MAX_PIXELS.get(image.format or "", MAX_WEBP_PIXELS))
    # Twice the widest rendition is all that scaling needs.
    enough = 2 * WIDTHS[-1]
    image.draft(None, (enough, enough))
    image.load()
    if image.mode.startswith("I"):
        # 16 bits of grey; converting would cut off what is brighter than 255.
        image = image.point(lambda level: level * (1 / 256)).convert("L")
    elif image.mode in ("P", "PA", "1", "La", "LA"):
        image = image.convert("RGBA" if image.has_transparency_data else "RGB")
    if (factor := min(image.size) // enough) > 1:
        image = image.reduce(factor)
    image = _in_srgb(image)
    image = image.convert("RGBA" if image.has_transparency_data else "RGB")
    upright = ImageOps.exif_transpose(image)
    if upright.size == image.size[::-1]:
        width, height = (height, width) if upright.size != image.size else (width, height)
    # Camera, place and comments stay behind; formats would copy some of it.
    upright.info.clear()
    return DecodedImage(upright, width, height)


def _check_size(width: int, height: int, *, limit: int) -> None:
    if width * height > limit:
        message = gettext(
            "The image has %(width)s × %(height)s pixels; %(limit)s million are the maximum for its format."
        ) % {"width": width, "height": height, "limit": limit // 10**6}
        raise _invalid_image(message)
    if max(width, height) > MAX_SIDE:
        raise _invalid_image(
            gettext("The image has %(width)s × %(height)s pixels; %(limit)s on a side are the maximum.")
            % {"width": width, "height": height, "limit": MAX_SIDE}
        )


def _in_srgb(image: Image.Image) -> Image.Image:
    """Colours of another profile as screens expect them; a profile that cannot be read is left out."""
    profile = image.info.get("icc_profile")
    if not profile:
        return image
    mode = "RGBA" if image.mode == "RGBA" else "RGB"
    try:
        source = ImageCms.ImageCmsProfile(io.BytesIO(profile))
        return ImageCms.profileToProfile(image, source, SRGB, outputMode=mode) or image
    except (ImageCms.PyCMSError, OSError, ValueError):
        return image


def render(content: bytes, *, slug: str) -> RenderedImage:
    """Write renditions to the storage, never wider than the image. Raises ValidationProblem.

    Each rendering has names of its own: nothing is overwritten, two renderers do not meet, caches may keep a file for
    ever, and one that was written in vain belongs to nobody. When writing fails, what was written is removed.
    """
    decoded = decode_image(content)
    token = secrets.token_hex(5)
    stem = f"{FOLDER}/{token[0]}/{slug}-{token}"
    scaled = [_scaled(decoded, width) for width in sorted({min(width, decoded.width) for width in WIDTHS})]
    names: list[str] = []
    renditions = []
    try:
        for form in ENCODERS:
            for image in scaled:
                names.append(f"{stem}-{image.width}.{EXTENSIONS.get(form, form)}")
                name = default_storage.save(names[-1], ContentFile(_encoded(image, form)))
                renditions.append({"format": form, "width": image.width, "name": name})
    except Exception:
        delete_files(names)
        raise
    return RenderedImage(decoded.width, decoded.height, renditions, checksum(content))


def _scaled(decoded: DecodedImage, width: int) -> Image.Image:
    if width == decoded.image.width:
        return decoded.image
    height = max(1, round(decoded.height * width / decoded.width))
    # A coarse reduction first, to no less than twice the size: invisible, and a third of the time.
    return decoded.image.resize((width, height), Image.Resampling.LANCZOS, reducing_gap=2.0)


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
