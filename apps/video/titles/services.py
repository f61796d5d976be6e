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
from apps.video.titles import rules
from apps.video.titles.models import CaptionTrack, Title

State = Title.State
# Of encoding, which knows where output lies.
REFRESH_CAPTIONS_TASK = "apps.video.encoding.tasks.refresh_captions"


def create_title(slug: str, *, fields: dict[str, Any]) -> Title:
    """A new title, as a draft; `parent` is a slug. Raises Conflict when there is one with this slug, however lately it
    came, and ValidationProblem as `rules` say."""
    with transaction.atomic():
        title = Title(slug=slug)
        _assign(title, fields)
        try:
            with transaction.atomic():
                title.save(force_insert=True)
        except IntegrityError as error:
            if not Title.objects.filter(slug=slug).exists():
                raise
            raise Conflict(gettext("There is a title with this slug; change that one with PATCH.")) from error
    return title


def change_title(slug: str, *, fields: dict[str, Any]) -> Title:
    """Change these of a title's facts and no others; `parent` is a slug. Raises NotFound, and ValidationProblem as
    `rules` say."""
    with transaction.atomic():
        title = Title.objects.select_for_update().filter(slug=slug).first()
        if title is None:
            raise NotFound(gettext("There is no such title."))
        _assign(title, fields)
        title.save(update_fields=[*fields, "updated_at"])
        return title


def save_title(slug: str, *, fields: dict[str, Any]) -> Title:
    """Make or change a title (an import)."""
    exists = Title.objects.filter(slug=slug).exists()
    return change_title(slug, fields=fields) if exists else create_title(slug, fields=fields)


def _assign(title: Title, fields: dict[str, Any]) -> None:
    """Write facts to a row that is saved afterwards, in the same transaction."""
    if not title._state.adding and fields.get("kind", title.kind) != title.kind:
        message = gettext("A title keeps its kind. Make a new title instead.")
        raise ValidationProblem(message, errors={"kind": [message]})
    for name, value in fields.items():
        setattr(title, name, _locked_parent(value) if name == "parent" else value)
    errors = rules.placement_errors(
        kind=title.kind, parent_kind=title.parent.kind if title.parent else None, number=title.number
    )
    errors |= rules.marker_errors(intro_start=title.intro_start, intro_end=title.intro_end)
    same_number = Title.objects.filter(parent=title.parent_id, number=title.number).exclude(pk=title.pk)
    if not errors and title.number is not None and same_number.exists():
        errors["number"] = [gettext("There is a number %(number)s already. Choose another.") % {"number": title.number}]
    if errors:
        raise ValidationProblem(gettext("Some facts cannot be used; see errors."), errors=errors)


def _locked_parent(slug: str | None) -> Title | None:
    """What a title shall belong to; its lock lets one after the other take a number below it."""
    if not slug:
        return None
    parent = Title.objects.select_for_update(no_key=True).filter(slug=slug).first()
    if parent is None:
        message = gettext("There is no title “%(slug)s” that this could belong to.") % {"slug": slug}
        raise ValidationProblem(message, errors={"parent": [message]})
    return parent


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
            outbox.publish(type="title.ready", subject=str(title.pk), data=_event_of(title))
            _open_parents(title)
    title.save(update_fields=["asset_id", "manifest", "runtime_seconds", "languages", "state"])


def _open_parents(title: Title) -> None:
    """With its first episode a season is ready, and with that its series."""
    parent = title.parent
    while parent is not None and parent.kind in Title.FOLDERS:
        if Title.objects.filter(pk=parent.pk, state=State.DRAFT).update(state=State.READY):
            outbox.publish(type="title.ready", subject=str(parent.pk), data=_event_of(parent))
        parent = parent.parent


def _event_of(title: Title) -> dict[str, Any]:
    """What others hear of a title that is ready."""
    return {
        "title_slug": title.slug,
        "runtime_seconds": title.runtime_seconds,
        "languages": title.languages,
        "captions": list(title.captions.order_by("language").values_list("language", flat=True)),
    }


def mark_not_encoded(title_id: uuid.UUID) -> None:
    """Its encoding ended without output: a film that has none is a draft again."""
    Title.objects.filter(pk=title_id, state=State.ENCODING, asset_id=None).update(state=State.DRAFT)


def withdraw(title: Title) -> None:
    """Take a film off the list; who bought it still may watch it."""
    with transaction.atomic():
        changed = Title.objects.filter(pk=title.pk).exclude(state=State.WITHDRAWN).update(state=State.WITHDRAWN)
        if changed:
            outbox.publish(type="title.withdrawn", subject=str(title.pk), data={"title_slug": title.slug})
