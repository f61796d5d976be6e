"""Images that somebody uploads: checked, and decoded within bounds."""

from __future__ import annotations

import io
import threading
from dataclasses import dataclass

from django.utils.translation import gettext
from PIL import Image, ImageCms, ImageOps

from apps.common.problems import ValidationProblem

MAX_IMAGE_BYTES = 20 * 1024 * 1024
# An image that unpacks to more is a decompression bomb, not a product photo. By the memory that decoding takes: 2
# bytes a pixel for JPEG (decoded at a fraction of its size), up to 9 for the others, 17 for WebP; 270 MB at most.
MAX_PIXELS = {"JPEG": 50_000_000, "MPO": 50_000_000, "PNG": 25_000_000, "AVIF": 25_000_000, "GIF": 25_000_000}
MAX_WEBP_PIXELS = 16_000_000
# WebP's own limit, and what every rendition must keep to.
MAX_SIDE = 16_383
FORMATS = ("AVIF", "GIF", "JPEG", "PNG", "WEBP")
SRGB = ImageCms.createProfile("sRGB")
# In pixels a side, all that is kept of a larger image: twice the widest rendition of a product, as scaling needs.
ENOUGH = 2_560
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


def decode_image(content: bytes) -> DecodedImage:
    """The decoded image; of an animation its first frame. Raises ValidationProblem for what is none or too large."""
    if len(content) > MAX_IMAGE_BYTES:
        raise _invalid_image(gettext("The image is larger than %(limit)s MB.") % {"limit": MAX_IMAGE_BYTES // 1024**2})
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
    image.draft(None, (ENOUGH, ENOUGH))
    image.load()
    if image.mode.startswith("I"):
        # 16 bits of grey; converting would cut off what is brighter than 255.
        image = image.point(lambda level: level * (1 / 256)).convert("L")
    elif image.mode in ("P", "PA", "1", "La", "LA"):
        image = image.convert("RGBA" if image.has_transparency_data else "RGB")
    if (factor := min(image.size) // ENOUGH) > 1:
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


def scaled(decoded: DecodedImage, width: int) -> Image.Image:
    """The image in this width, in pixels; itself when it has it."""
    if width == decoded.image.width:
        return decoded.image
    height = max(1, round(decoded.height * width / decoded.width))
    # A coarse reduction first, to no less than twice the size: invisible, and a third of the time.
    return decoded.image.resize((width, height), Image.Resampling.LANCZOS, reducing_gap=2.0)
