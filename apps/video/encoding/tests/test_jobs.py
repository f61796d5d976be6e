"""Periodic jobs, one item of which is poisoned."""

from __future__ import annotations

import uuid
from datetime import timedelta
from pathlib import Path

import pytest
from django.conf import settings
from django.utils import timezone

from apps.common.testing.iteration import some
from apps.common.testing.jobs import run_until_given_up
from apps.video.encoding import assets, tasks, work
from apps.video.encoding.models import Encoding, Source
from apps.video.titles.models import Title

pytestmark = pytest.mark.django_db(transaction=True)


# Jobs of the common library, tested there.
COMMON = {"purge-idempotency-keys", "purge-revoked-tokens", "repeat-erasures"}
# Of uploads, tested there.
UPLOADS = {"requeue-uploads", "remove-expired-uploads"}


# Of playback, tested there.
PLAYBACK = {"record-expired-entitlements", "remove-ended-session-marks", "remove-old-playback-sessions"}
# Of titles, tested there.
TITLES = {"announce-windows"}


def test_every_job_is_covered_here():
    own = {"requeue-encodings", "remove-unused-assets"}
    assert set(settings.CELERY_BEAT_SCHEDULE) == COMMON | UPLOADS | PLAYBACK | TITLES | own


@pytest.fixture
def waiting() -> list[Encoding]:
    """Three encodings that the queue lost."""
    found = []
    for number in range(3):
        title = Title.objects.create(slug=f"film-{number}", name="Film")
        source = Source.objects.create(title=title, file=f"sources/{number}", checksum=str(number))
        found.append(Encoding.objects.create(source=source, lease_until=timezone.now() - timedelta(hours=1)))
    return found


def test_an_encoding_that_cannot_be_sent_delays_no_other(waiting, monkeypatch):
    sent = []

    def send(encoding_id: str) -> None:
        if encoding_id == str(waiting[1].pk):
            raise ValueError("cannot be sent")
        sent.append(encoding_id)

    monkeypatch.setattr(tasks.encode, "delay", send)
    failure = run_until_given_up(tasks.requeue_encodings)
    assert {str(waiting[0].pk), str(waiting[2].pk)} == set(sent)
    assert failure.item == str(waiting[1].pk)


def test_an_asset_that_cannot_be_removed_delays_no_other(monkeypatch):
    folder = Path(settings.MEDIA_ROOT) / "streams"
    ids = sorted(uuid.uuid4() for _ in range(3))
    for asset_id in ids:
        (folder / str(asset_id)).mkdir(parents=True)
        (folder / str(asset_id) / "master.m3u8").write_text("#EXTM3U")
    remove = assets.remove

    def refuse(asset_id: uuid.UUID) -> None:
        if asset_id == ids[1]:
            raise PermissionError("read-only")
        remove(asset_id)

    monkeypatch.setattr(assets, "remove", refuse)
    failure = run_until_given_up(tasks.remove_unused_assets)
    assert failure.item == str(ids[1])
    assert [(folder / str(asset_id)).exists() for asset_id in ids] == [False, True, False]
    remove(ids[1])


def test_an_encoding_that_meets_a_bug_is_repeated_and_fails_with_the_reason(waiting, monkeypatch):
    def meet_a_bug(*args: object, **options: object) -> float:
        raise KeyError("a bug")

    monkeypatch.setattr(work._Run, "all", meet_a_bug)
    for attempt in some(range(1, work.MAX_ATTEMPTS + 1)):
        work.run(waiting[0].pk)
        waiting[0].refresh_from_db()
        assert (waiting[0].attempt, waiting[0].reason_code) == (attempt, "unforeseen")
        assert "KeyError: 'a bug'" in waiting[0].reason
        assert waiting[0].state == ("failed" if attempt == work.MAX_ATTEMPTS else "queued")
