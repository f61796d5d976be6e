"""Writes to titles."""

from __future__ import annotations

import hashlib
import uuid
from dataclasses import dataclass
from typing import Any

from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db import IntegrityError, transaction
from django.utils.translation import gettext

from apps.common import outbox
from apps.common.problems import Conflict, NotFound, ValidationProblem
from apps.common.task_queue import send_on_commit
from apps.video.media.captions import read_captions, write_webvtt
from apps.video.media.languages import tag_of
from apps.video.media.reasons import MediaError
from apps.video.titles.models import CaptionTrack, Title

State = Title.State
# Of encoding, which knows where output lies.
REFRESH_CAPTIONS_TASK = "apps.video.encoding.tasks.refresh_captions"


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
    """Store captions in one language, given as WebVTT, SubRip or SubStation Alpha. Raises ValidationProblem with the
    line that cannot be read."""
    try:
        webvtt = write_webvtt(read_captions(webvtt))
    except MediaError as error:
        raise ValidationProblem(str(error), errors={"webvtt": [str(error)]}) from error
    if tag_of(language) != language:
        message = gettext("This is no language. Enter a code such as de, en or pt-BR.")
        raise ValidationProblem(message, errors={"language": [message]})
    CaptionTrack.objects.update_or_create(title=title, language=language, defaults={"label": label, "webvtt": webvtt})
    send_on_commit(REFRESH_CAPTIONS_TASK, str(title.pk))


def remove_captions(track: CaptionTrack) -> None:
    """Take captions away, from viewers too."""
    track.delete()
    send_on_commit(REFRESH_CAPTIONS_TASK, str(track.title_id))


@dataclass(frozen=True, slots=True)
class Published:
    """What a title's output is now: where it lies, what players begin with, how long it lasts, and in which languages
    it speaks."""

    asset_id: uuid.UUID
    manifest: str
    runtime_seconds: int
    languages: list[str]


def mark_ready(title_id: uuid.UUID, published: Published) -> None:
    """The film can be watched. Call in the transaction that publishes an encoding.

    Other services hear of it when it becomes ready and when what they know of it has changed; further renditions of the
    same film are no news. Languages that staff entered stay.
    """
    title = Title.objects.select_for_update().get(pk=title_id)
    before = (title.state, title.runtime_seconds, list(title.languages))
    title.asset_id, title.manifest = published.asset_id, published.manifest
    title.runtime_seconds = published.runtime_seconds
    title.languages = title.languages or published.languages
    if title.state != State.WITHDRAWN:
        title.state = State.READY
        if before != (title.state, title.runtime_seconds, title.languages):
            data = {
                "title_slug": title.slug,
                "runtime_seconds": title.runtime_seconds,
                "languages": title.languages,
                "captions": list(title.captions.order_by("language").values_list("language", flat=True)),
            }
            outbox.publish(type="title.ready", subject=str(title.pk), data=data)
    title.save(update_fields=["asset_id", "manifest", "runtime_seconds", "languages", "state"])


def mark_not_encoded(title_id: uuid.UUID) -> None:
    """Its encoding ended without output: a film that has none is a draft again."""
    Title.objects.filter(pk=title_id, state=State.ENCODING, asset_id=None).update(state=State.DRAFT)


def withdraw(title: Title) -> None:
    """Take a film off the list; who bought it still may watch it."""
    with transaction.atomic():
        changed = Title.objects.filter(pk=title.pk).exclude(state=State.WITHDRAWN).update(state=State.WITHDRAWN)
        if changed:
            outbox.publish(type="title.withdrawn", subject=str(title.pk), data={"title_slug": title.slug})
