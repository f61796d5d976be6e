"""Images of products: attached, rendered later, described; and their files, removed when nobody names them."""

from __future__ import annotations

import uuid
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

import structlog
from celery import signature
from django.core.cache import cache
from django.core.files.storage import default_storage
from django.db import connection, transaction
from django.utils.translation import gettext

from apps.catalog.products import renditions
from apps.catalog.products.models import Product, ProductImage
from apps.catalog.products.models.bases import WithUploadedImage
from apps.catalog.products.publication import record_change
from apps.catalog.products.uses import used_files
from apps.common.files import ORPHAN_AGE, files_in, may_be_orphan
from apps.common.images import MAX_IMAGE_BYTES
from apps.common.jobs.services import for_each, resting
from apps.common.problems import ValidationProblem

log = structlog.get_logger(__name__)
RENDERED_AT_ONCE = 100
# Sent by name: what is below tasks does not import them.
RENDER_TASK = "apps.catalog.products.tasks.render_image"
REMOVE_TASK = "apps.catalog.products.tasks.remove_files"
RENDER_JOB, ORPHANS_JOB = "render-missing-images", "remove-orphaned-files"
# After so many processes died over an image it is given up.
MAX_DEATHS = 3
# Pages that are open when an image is replaced still show the former one.
KEEP_REPLACED_SECONDS = 600
# Renditions are spread by the first digit of their random part, so that one look needs the memory of a sixteenth.
FOLDERS = (
    renditions.FOLDER,
    f"{renditions.FOLDER}/originals",
    *(f"{renditions.FOLDER}/{digit:x}" for digit in range(16)),
)
USED = """
    SELECT name FROM (
        SELECT file AS name FROM products_productimage
        UNION ALL
        SELECT rendition ->> 'name' FROM products_productimage, jsonb_array_elements(renditions) AS rendition
        UNION ALL
        SELECT rendition ->> 'name' FROM (
            SELECT uploaded_image FROM products_category UNION ALL SELECT uploaded_image FROM products_collection
        ) AS uploaded, jsonb_array_elements(uploaded_image -> 'renditions') AS rendition
    ) AS used WHERE name = ANY(%(names)s)
"""


def attach_image(product: Product, rendered: renditions.RenderedImage | None, *, alt: str) -> None:
    """Make this the product's first image, or describe the present one again (None). The caller records it."""
    fields: dict[str, Any] = {"alt": alt}
    if rendered:
        fields |= _rendered_fields(rendered) | {"file": rendered.renditions[-1]["name"]}
    current = product.images.order_by("position", "id").first()
    if current:
        if rendered:
            _remove_later([current.file.name or "", *renditions.names_of(current.renditions)])
        ProductImage.objects.filter(pk=current.pk).update(**fields)
    elif rendered:
        ProductImage.objects.create(product=product, **fields)


def add_rendered_image(product: Product, rendered: renditions.RenderedImage) -> ProductImage:
    """One more image of a product, behind the others. The caller describes it and records the change."""
    last = product.images.order_by("-position").values_list("position", flat=True).first()
    return ProductImage.objects.create(
        product=product,
        file=rendered.renditions[-1]["name"],
        position=0 if last is None else last + 1,
        **_rendered_fields(rendered),
    )


def _rendered_fields(rendered: renditions.RenderedImage) -> dict[str, Any]:
    return {
        "width": rendered.width,
        "height": rendered.height,
        "renditions": rendered.renditions,
        "checksum": rendered.checksum,
        "failure": "",
    }


def render_upload(content: bytes, *, slug: str) -> dict[str, Any]:
    """An upload as `WithUploadedImage` keeps it, its renditions in the storage. Raises ValidationProblem.

    Call it before the transaction that writes it: rendering takes a second.
    """
    rendered = renditions.render(content, slug=slug)
    return {"width": rendered.width, "height": rendered.height, "renditions": rendered.renditions}


def replace_upload(row: WithUploadedImage) -> None:
    """Call before the row's upload is replaced: its files go some minutes after the running transaction."""
    remove_renditions_later(row.uploaded_image.get("renditions", ()))


def remove_renditions_later(made: Sequence[Mapping[str, Any]]) -> None:
    """Remove the files of renditions that no row names any more, some minutes after the running transaction."""
    _remove_later(renditions.names_of(made))


def expect_rendering(image: ProductImage) -> None:
    """A new file was uploaded: its renditions are yet to be made, the ones of the former file are void."""
    former = ProductImage.objects.filter(pk=image.pk).values_list("renditions", flat=True).first()
    _remove_later(renditions.names_of(former or []))
    ProductImage.objects.filter(pk=image.pk).update(renditions=[], checksum="", failure="")


def render_later(image: ProductImage) -> None:
    """Have the worker make the renditions once the running transaction is committed."""
    task = signature(RENDER_TASK, args=[str(image.pk)])
    transaction.on_commit(lambda: task.delay(), robust=True)


def render_image(image_id: uuid.UUID | str) -> bool:
    """Make the renditions of an uploaded image; whether it did: nothing to do when they are there.

    An image that cannot be read is marked with the reason and not tried again. Passes on what the storage raises.
    """
    image = ProductImage.objects.select_related("product").filter(pk=image_id, failure="").first()
    if image is None or (content := _read(image)) is None:
        return False
    if image.renditions and image.checksum == renditions.checksum(content):
        return False
    with _counting_deaths(image.file.name or "") as deaths:
        if deaths >= MAX_DEATHS:
            _record_failure(image, gettext("Rendering it ended the renderer %(deaths)s times.") % {"deaths": deaths})
            return False
        try:
            rendered = renditions.render(content, slug=image.product.slug)
        except ValidationProblem as problem:
            _record_failure(image, str(problem))
            return False
        return _keep(image, rendered)


def _read(image: ProductImage) -> bytes | None:
    """The upload; None when it is gone, which is recorded. Reads one byte over the limit to detect large files."""
    try:
        with default_storage.open(image.file.name or "", "rb") as file:
            return file.read(MAX_IMAGE_BYTES + 1)
    except Exception:
        # Each storage has its own word for what is missing, and for being away.
        if default_storage.exists(image.file.name or ""):
            raise
        _record_failure(image, gettext("The uploaded file is gone."))
        return None


@contextmanager
def _counting_deaths(name: str) -> Iterator[int]:
    """How often a process died while it rendered this file; 0 without the cache."""
    key = f"rendering:{name}"
    cache.add(key, 0, timeout=ORPHAN_AGE.total_seconds())
    try:
        deaths = cache.incr(key) - 1
    except ValueError:
        # Expired in between.
        deaths = 0
    try:
        yield deaths
    finally:
        # Still alive, whatever happened.
        cache.delete(key)


def _record_failure(image: ProductImage, reason: str) -> None:
    log.warning("image cannot be rendered", image=str(image.pk), reason=reason)
    ProductImage.objects.filter(pk=image.pk, file=image.file.name).update(failure=reason[:300])


def _keep(image: ProductImage, rendered: renditions.RenderedImage) -> bool:
    """Let the row name the renditions; whether it does."""
    is_kept = False
    try:
        with transaction.atomic(durable=True):
            is_kept = _name_renditions(image, rendered)
    finally:
        # Not when only the response to COMMIT was lost: then the row may well name them.
        if not is_kept:
            renditions.delete_files(renditions.names_of(rendered.renditions))
    return is_kept


def _name_renditions(image: ProductImage, rendered: renditions.RenderedImage) -> bool:
    """False when the row has another file meanwhile or is gone, and when another renderer was faster."""
    product = Product.objects.select_for_update().filter(pk=image.product_id).first()
    row = ProductImage.objects.select_for_update().filter(pk=image.pk, file=image.file.name).first()
    if product is None or row is None or (row.renditions and row.checksum == rendered.checksum):
        return False
    _remove_later(renditions.names_of(row.renditions))
    ProductImage.objects.filter(pk=row.pk).update(**_rendered_fields(rendered))
    record_change(product, previous_status=product.status)
    return True


def render_missing_images() -> int:
    """Render images whose task never came through; returns how many."""
    waiting = ProductImage.objects.filter(renditions=[], failure="").exclude(pk__in=resting(RENDER_JOB))
    image_ids = list(waiting.order_by("pk").values_list("pk", flat=True)[:RENDERED_AT_ONCE])
    return for_each(image_ids, render_image, job=RENDER_JOB, give_up=_mark_failed)


def _mark_failed(image_id: uuid.UUID, reason: str) -> None:
    ProductImage.objects.filter(pk=image_id, renditions=[], failure="").update(failure=reason[:300])


def _remove_later(names: Collection[str]) -> None:
    """Remove files some minutes after the running transaction is committed; the daily job finds what is forgotten."""
    if names:
        task = signature(REMOVE_TASK, args=[list(names)])
        transaction.on_commit(lambda: task.apply_async(countdown=KEEP_REPLACED_SECONDS), robust=True)


def remove_files(names: Collection[str]) -> int:
    """Remove those of these files that no row names; returns how many."""
    unused = _unused(names)
    renditions.delete_files(unused)
    return len(unused)


def remove_orphans() -> int:
    """Remove files that have lain for a day and that no row names; returns how many.

    They stay behind when a process ends between the storage and the database, and when products are deleted.
    """
    removed = 0
    for folder in FOLDERS:
        # In this order: what is listed and old is named by now, or by nobody.
        orphans = [name for name in _unused(files_in(folder)) if may_be_orphan(name)]
        removed += for_each(orphans, default_storage.delete, job=ORPHANS_JOB)
    return removed


def _unused(names: Collection[str]) -> list[str]:
    """Those that no row names and nothing else needs."""
    if not names:
        return []
    with connection.cursor() as cursor:
        cursor.execute(USED, {"names": list(names)})
        used = {row[0] for row in cursor}
    return sorted(set(names) - used - used_files(names))
