"""Writes to titles."""

from __future__ import annotations

import hashlib
import uuid
from typing import Any

from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db import IntegrityError, transaction

from apps.common import outbox
from apps.common.problems import Conflict, NotFound, ValidationProblem
from apps.video.titles.models import CaptionTrack, Title

State = Title.State


def create_title(slug: str, *, fields: dict[str, Any]) -> Title:
    """A new title, as a draft. Raises Conflict when there is one with this slug, however lately it came."""
    title = Title(slug=slug, **fields)
    try:
        with transaction.atomic():
            title.save(force_insert=True)
    except IntegrityError as error:
        if not Title.objects.filter(slug=slug).exists():
            raise
        raise Conflict("There is a title with this slug; change that one with PATCH.") from error
    return title


def change_title(slug: str, *, fields: dict[str, Any]) -> Title:
    """Change these of a title's facts and no others. Raises NotFound."""
    with transaction.atomic():
        title = Title.objects.select_for_update().filter(slug=slug).first()
        if title is None:
            raise NotFound("There is no such title.")
        for name, value in fields.items():
            setattr(title, name, value)
        title.save(update_fields=[*fields, "updated_at"])
        return title


def save_title(slug: str, *, fields: dict[str, Any]) -> Title:
    """Make or change a title (an import)."""
    with transaction.atomic():
        title, is_new = Title.objects.get_or_create(slug=slug, defaults=fields)
        return title if is_new else change_title(slug, fields=fields)


def set_poster(title: Title, content: bytes, *, suffix: str) -> None:
    """Store a poster, named by its content so that caches may keep it for ever."""
    name = f"posters/{title.slug}-{_digest(content)}{suffix}"
    if title.poster.name == name:
        return
    title.poster.name = default_storage.save(name, ContentFile(content)) if not default_storage.exists(name) else name
    title.save(update_fields=["poster"])


def set_first_poster(title: Title, content: bytes) -> None:
    """A poster from the film itself, unless somebody has chosen one meanwhile."""
    name = default_storage.save(f"posters/{title.slug}-{_digest(content)}.jpg", ContentFile(content))
    if not Title.objects.filter(pk=title.pk, poster="").update(poster=name):
        default_storage.delete(name)


def _digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()[:10]


def set_captions(title: Title, *, language: str, label: str, webvtt: str) -> None:
    """Store captions in one language; raises ValidationProblem for what is not WebVTT."""
    if not webvtt.lstrip("\ufeff").startswith("WEBVTT"):
        message = "Captions must be WebVTT, which begins with the line WEBVTT."
        raise ValidationProblem(message, errors={"webvtt": [message]})
    CaptionTrack.objects.update_or_create(title=title, language=language, defaults={"label": label, "webvtt": webvtt})


def mark_ready(title_id: uuid.UUID, *, asset_id: uuid.UUID, runtime_seconds: int) -> None:
    """The film can be watched. Call in the transaction that finishes its encoding."""
    title = Title.objects.select_for_update().get(pk=title_id)
    title.asset_id, title.runtime_seconds = asset_id, runtime_seconds
    if title.state != State.WITHDRAWN:
        title.state = State.READY
        data = {"title_slug": title.slug, "runtime_seconds": runtime_seconds, "languages": title.languages}
        outbox.publish(type="title.ready", subject=str(title.pk), data=data)
    title.save(update_fields=["asset_id", "runtime_seconds", "state"])


def withdraw(title: Title) -> None:
    """Take a film off the list; who bought it still may watch it."""
    with transaction.atomic():
        changed = Title.objects.filter(pk=title.pk).exclude(state=State.WITHDRAWN).update(state=State.WITHDRAWN)
        if changed:
            outbox.publish(type="title.withdrawn", subject=str(title.pk), data={"title_slug": title.slug})
