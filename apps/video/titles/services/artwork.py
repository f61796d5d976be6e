"""Posters and artwork: checked, and stored under names that come from their content, so that caches may keep them for
ever."""

from __future__ import annotations

import hashlib
import io

from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db import transaction
from django.db.models import Max
from django.utils.translation import gettext
from PIL import Image

from apps.common.images import DecodedImage, decode_image, scaled
from apps.common.problems import Conflict, NotFound
from apps.video.titles.models import Artwork, Title
from apps.video.titles.services.locking import lock_title

Kind = Artwork.Kind
# In pixels, narrowest first; an image is never made wider than it is.
WIDTHS = {Kind.BACKDROP: (640, 1280, 1920), Kind.LOGO: (320, 640), Kind.STILL: (320, 640, 1280)}
MAX_STILLS = 30
# The one folder that gateways serve to everybody (`files.public` in the chart).
PUBLIC_FOLDER = "posters"


def set_poster(title: Title, content: bytes, *, suffix: str) -> None:
    """Store a poster. Raises ValidationProblem for what is no image."""
    name = f"{PUBLIC_FOLDER}/{title.slug}-{_digest(content)}{suffix}"
    if title.poster.name == name:
        return
    decode_image(content)
    title.poster.name = default_storage.save(name, ContentFile(content)) if not default_storage.exists(name) else name
    title.save(update_fields=["poster"])


def set_first_poster(title: Title, content: bytes) -> None:
    """A poster from the film itself, unless somebody has chosen one meanwhile."""
    name = default_storage.save(f"{PUBLIC_FOLDER}/{title.slug}-{_digest(content)}.jpg", ContentFile(content))
    if not Title.objects.filter(pk=title.pk, poster="").update(poster=name):
        default_storage.delete(name)


def add_artwork(slug: str, kind: Artwork.Kind, content: bytes) -> tuple[Artwork, bool]:
    """Add a still, or set the backdrop or the logo. The same image again changes nothing; it is returned with False.

    Raises NotFound, ValidationProblem for what is no image, Conflict for too many stills.
    """
    if not Title.objects.filter(slug=slug).exists():
        raise NotFound(gettext("There is no such title."))
    # Before the transaction: decoding takes its time, and the storage may be far away.
    decoded = decode_image(content)
    checksum = hashlib.sha256(content).hexdigest()
    existing = Artwork.objects.filter(title__slug=slug, kind=kind, checksum=checksum).first()
    if existing is not None:
        return existing, False
    sizes = _stored_sizes(slug, kind, decoded, checksum)
    with transaction.atomic():
        title = lock_title(slug)
        artwork, is_new = _written(title, kind, checksum, decoded, sizes)
    return artwork, is_new


def remove_artwork(artwork: Artwork) -> None:
    """Take an image away. Open pages still show its files, which stay."""
    artwork.delete()


def _written(
    title: Title, kind: Artwork.Kind, checksum: str, decoded: DecodedImage, sizes: list[dict[str, object]]
) -> tuple[Artwork, bool]:
    """The row of a locked title; somebody may have been first."""
    existing = title.artwork.filter(kind=kind, checksum=checksum).first()
    if existing is not None:
        return existing, False
    if kind != Kind.STILL:
        title.artwork.filter(kind=kind).delete()
    elif title.artwork.filter(kind=kind).count() >= MAX_STILLS:
        raise Conflict(gettext("A title has at most %(limit)s stills. Remove one first.") % {"limit": MAX_STILLS})
    last = title.artwork.filter(kind=kind).aggregate(last=Max("position"))["last"]
    position = 0 if last is None else last + 1
    return (
        Artwork.objects.create(
            title=title,
            kind=kind,
            checksum=checksum,
            width=decoded.width,
            height=decoded.height,
            sizes=sizes,
            position=position,
        ),
        True,
    )


def _stored_sizes(slug: str, kind: Artwork.Kind, decoded: DecodedImage, checksum: str) -> list[dict[str, object]]:
    """WebP in each width; a logo keeps its transparency."""
    sizes: list[dict[str, object]] = []
    for width in sorted({min(width, decoded.width) for width in WIDTHS[kind]}):
        name = f"{PUBLIC_FOLDER}/artwork/{slug}-{kind}-{checksum[:10]}-{width}.webp"
        if not default_storage.exists(name):
            name = default_storage.save(name, ContentFile(_webp(scaled(decoded, width))))
        sizes.append({"name": name, "width": width})
    return sizes


def _webp(image: Image.Image) -> bytes:
    buffer = io.BytesIO()
    image.save(buffer, "WEBP", quality=82, method=2)
    return buffer.getvalue()


def _digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()[:10]
