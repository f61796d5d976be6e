"""Reads of titles."""

from __future__ import annotations

from django.core.files.storage import default_storage
from django.db.models import QuerySet

from apps.common.problems import NotFound
from apps.video.titles.models import Title


def listed(*, package: str = "") -> QuerySet[Title]:
    """Published titles, of one package or all, with their captions: 2 queries."""
    titles = Title.objects.filter(state=Title.State.READY).prefetch_related("captions")
    return titles.filter(packages__contains=[package]) if package else titles


def listed_title(slug: str) -> Title:
    """Raises NotFound."""
    title = listed().filter(slug=slug).first()
    if title is None:
        raise NotFound("There is no such title.")
    return title


def poster_url(title: Title) -> str | None:
    return default_storage.url(title.poster.name) if title.poster else None
