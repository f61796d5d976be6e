"""Rows that are locked for a change, at the version that its author has seen."""

from __future__ import annotations

from collections.abc import Collection

from django.utils.translation import gettext

from apps.common.problems import NotFound, PreconditionFailed
from apps.video.titles.models import Person, Title


def lock_title(slug: str, *, versions: Collection[int] | None = None) -> Title:
    """Call in a transaction. Raises NotFound, and PreconditionFailed when it is at none of these versions."""
    title = Title.objects.select_for_update().filter(slug=slug).first()
    if title is None:
        raise NotFound(gettext("There is no such title."))
    require_version(title.version, versions)
    return title


def lock_person(slug: str, *, versions: Collection[int] | None = None) -> Person:
    """Call in a transaction. Raises NotFound, and PreconditionFailed when they are at none of these versions."""
    person = Person.objects.select_for_update().filter(slug=slug).first()
    if person is None:
        raise NotFound(gettext("There is no such person."))
    require_version(person.version, versions)
    return person


def require_version(version: int, versions: Collection[int] | None) -> None:
    """Raises PreconditionFailed."""
    if versions is not None and version not in versions:
        raise PreconditionFailed(gettext("Somebody changed this meanwhile. Load it again and repeat your change."))
