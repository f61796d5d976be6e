"""Whether a title can be watched, and what other services hear of it.

Each event has the title's `version`, so that a consumer leaves out one that is older than what it knows.
"""

from __future__ import annotations

import hashlib
import json
import uuid
from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.db.models import Q

from apps.common import outbox
from apps.common.jobs.services import for_each
from apps.video.titles.models import Title
from apps.video.titles.rules import is_on_offer
from apps.video.titles.selectors import on_offer, ready_trailers, trailer_url
from apps.video.titles.services.locking import lock_title

State, Kind = Title.State, Title.Kind


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
    title.asset_id, title.manifest = published.asset_id, published.manifest
    title.runtime_seconds = published.runtime_seconds
    title.languages = title.languages or published.languages
    if title.state != State.WITHDRAWN:
        title.state = State.READY
    title.save(update_fields=["asset_id", "manifest", "runtime_seconds", "languages", "state"])
    if announce(title):
        _open_parents(title)


def mark_not_encoded(title_id: uuid.UUID) -> None:
    """Its encoding ended without output: a film that has none is a draft again."""
    Title.objects.filter(pk=title_id, state=State.ENCODING, asset_id=None).update(state=State.DRAFT)


def set_public_file(title_id: uuid.UUID, name: str) -> None:
    """The file of a trailer, which its film or series shows from now on."""
    with transaction.atomic():
        trailer = Title.objects.select_for_update().get(pk=title_id)
        trailer.public_file = name
        trailer.save(update_fields=["public_file"])
        _announce_parent(trailer)


def record_change(title: Title) -> None:
    """Staff changed a title. Call last in the transaction, with the row locked (or new)."""
    title.version += 1
    title.save(update_fields=["version", "updated_at"])
    announce(title)


def announce(title: Title, *, type_: str = "title.ready") -> bool:
    """Publish what others know of a title that is ready, if it is news; call in a transaction that holds its lock."""
    if title.state != State.READY:
        return False
    data = _event_of(title)
    digest = hashlib.sha256(json.dumps(data, sort_keys=True).encode()).hexdigest()
    if digest == title.announced:
        return False
    title.announced, title.announced_on_offer = digest, data["is_on_offer"]
    title.version += 1
    title.save(update_fields=["announced", "announced_on_offer", "version"])
    outbox.publish(type=type_, subject=str(title.pk), data=data | {"version": title.version})
    return True


def announce_windows() -> int:
    """Publish which titles came on offer and which ceased to be, as time passed; returns how many. Called every
    minute."""
    now_on_offer = Q(on_offer(), announced_on_offer=False)
    no_longer = Q(~on_offer(), announced_on_offer=True)
    due = Title.objects.filter(now_on_offer | no_longer, state=State.READY).values_list("pk", flat=True)
    return for_each(due, _announce_one, job="announce-windows")


def _announce_one(title_id: uuid.UUID) -> bool:
    with transaction.atomic():
        return announce(Title.objects.select_for_update().get(pk=title_id))


def withdraw(title: Title, *, versions: frozenset[int] | None = None) -> Title:
    """Take a title off the lists; who bought it still may watch it. Twice is once. Raises PreconditionFailed."""
    with transaction.atomic():
        current = lock_title(title.slug, versions=versions)
        if current.state != State.WITHDRAWN:
            current.state, current.announced = State.WITHDRAWN, ""
            current.version += 1
            current.save(update_fields=["state", "announced", "version", "updated_at"])
            data = {"title_slug": current.slug, "version": current.version}
            outbox.publish(type="title.withdrawn", subject=str(current.pk), data=data)
            _announce_parent(current)
    return current


def bring_back(title: Title, *, versions: frozenset[int] | None = None) -> Title:
    """List a withdrawn title again; one that was never ready is a draft. Twice is once. Raises PreconditionFailed."""
    with transaction.atomic():
        current = lock_title(title.slug, versions=versions)
        if current.state == State.WITHDRAWN:
            is_ready = current.asset_id or Title.objects.filter(parent=current.pk, state=State.READY).exists()
            current.state = State.READY if is_ready else State.DRAFT
            current.version += 1
            current.save(update_fields=["state", "version", "updated_at"])
            if announce(current, type_="title.returned"):
                _open_parents(current)
    return current


def _open_parents(title: Title) -> None:
    """With its first episode a season is ready, and with that its series; a trailer is news about its film."""
    if title.kind == Kind.TRAILER:
        _announce_parent(title)
        return
    parent_id = title.parent_id
    while parent_id is not None:
        parent = Title.objects.select_for_update().get(pk=parent_id)
        if parent.kind not in Title.FOLDERS or parent.state != State.DRAFT:
            return
        parent.state = State.READY
        parent.save(update_fields=["state"])
        announce(parent)
        parent_id = parent.parent_id


def _announce_parent(title: Title) -> None:
    """What a film or series shows of its trailers has changed. Children are locked before their parents."""
    if title.kind == Kind.TRAILER and title.parent_id is not None:
        announce(Title.objects.select_for_update().get(pk=title.parent_id))


def _event_of(title: Title) -> dict[str, Any]:
    """What others hear of a title that is ready."""
    return {
        "title_slug": title.slug,
        "kind": title.kind,
        "runtime_seconds": title.runtime_seconds,
        "languages": title.languages,
        "captions": list(title.captions.order_by("language").values_list("language", flat=True)),
        "trailer_url": trailer_url(ready_trailers().filter(parent=title.pk)),
        "is_on_offer": is_on_offer(title),
        "available_countries": sorted(title.available_countries),
    }
