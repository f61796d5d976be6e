"""Periodic jobs, one item of which is poisoned."""

from __future__ import annotations

import uuid
from datetime import timedelta

import pytest
from django.utils import timezone

from apps.common.testing.jobs import run_until_given_up
from apps.video.titles.models import Title
from apps.video.uploads import files, services, tasks
from apps.video.uploads.models import Upload

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def uploads() -> list[Upload]:
    """Three, complete, of which nobody has heard for an hour."""
    title = Title.objects.create(slug="metropolis", name="Metropolis")
    long_ago = timezone.now() - timedelta(hours=1)
    given = {"title": title, "owner_id": uuid.uuid4(), "length": 3, "lease_until": long_ago}
    return [Upload.objects.create(**given, expires_at=long_ago + timedelta(days=1)) for _ in range(3)]


def test_a_check_that_cannot_be_sent_delays_no_other(uploads, monkeypatch):
    Upload.objects.update(state="checking")
    sent = []

    def send(upload_id: str) -> None:
        if upload_id == str(uploads[1].pk):
            raise ValueError("cannot be sent")
        sent.append(upload_id)

    monkeypatch.setattr(tasks.check, "delay", send)
    failure = run_until_given_up(tasks.requeue_uploads)
    assert {str(uploads[0].pk), str(uploads[2].pk)} == set(sent)
    assert failure.item == str(uploads[1].pk)


def test_an_upload_whose_file_cannot_be_looked_at_delays_no_other(uploads, monkeypatch):
    monkeypatch.setattr("apps.video.uploads.checking.run", lambda upload_id: None)
    for upload in uploads:
        files.path_of(upload.pk).write_bytes(b"123")
    size_of = files.size_of

    def refuse(upload_id: uuid.UUID) -> int:
        if upload_id == uploads[1].pk:
            raise PermissionError("unreadable")
        return size_of(upload_id)

    monkeypatch.setattr(files, "size_of", refuse)
    failure = run_until_given_up(services.requeue)
    assert failure.item == str(uploads[1].pk)
    states = [Upload.objects.get(pk=upload.pk).state for upload in uploads]
    assert states == ["checking", "receiving", "checking"]


def test_a_file_that_cannot_be_removed_delays_no_other(monkeypatch):
    ids = sorted(uuid.uuid4() for _ in range(3))
    for upload_id in ids:
        files.path_of(upload_id).touch()
    remove = files.remove

    def refuse(upload_id: uuid.UUID) -> None:
        if upload_id == ids[1]:
            raise PermissionError("read-only")
        remove(upload_id)

    monkeypatch.setattr(files, "remove", refuse)
    failure = run_until_given_up(tasks.remove_expired_uploads)
    assert failure.item == str(ids[1])
    assert [files.path_of(upload_id).exists() for upload_id in ids] == [False, True, False]
