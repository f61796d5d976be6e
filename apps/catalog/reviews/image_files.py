"""The files of reviews' images: kept while a row names them, removed with it."""

from __future__ import annotations

from collections.abc import Collection

from django.db import connection
from django.db.models import QuerySet

from apps.catalog.products import rendering
from apps.catalog.reviews.models import ReviewImage

USED = """
    SELECT rendition ->> 'name' FROM reviews_reviewimage, jsonb_array_elements(renditions) AS rendition
    WHERE rendition ->> 'name' = ANY(%s)
"""


def delete_images(images: QuerySet[ReviewImage]) -> int:
    """Delete rows now and their files some minutes after the running transaction; returns how many rows."""
    rows = list(images)
    for image in rows:
        rendering.remove_renditions_later(image.renditions)
    images.filter(pk__in=[image.pk for image in rows]).delete()
    return len(rows)


def used_files(names: Collection[str]) -> set[str]:
    """Those of the files that an image of a review needs."""
    with connection.cursor() as cursor:
        cursor.execute(USED, [list(names)])
        return {row[0] for row in cursor}
