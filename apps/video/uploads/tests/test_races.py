"""Requests for one upload at the same moment, and bodies that break off."""

from __future__ import annotations

import hashlib
import threading
import uuid
from collections.abc import Callable
from datetime import timedelta

import pytest
from django.utils import timezone

from apps.common.problems import Problem
from apps.common.testing.concurrency import at_once
from apps.video.titles.models import Title
from apps.video.uploads import files, receiving, services
from apps.video.uploads.models import Upload
from apps.video.uploads.problems import BrokenOff, ChecksumMismatch, Gone, Locked, QuotaReached
from apps.video.uploads.protocol import Checksum
from apps.video.uploads.selectors import offset_of

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def _nothing_is_checked(monkeypatch):
    monkeypatch.setattr("apps.video.uploads.checking.run", lambda upload_id: None)


@pytest.fixture
def upload() -> Upload:
    Title.objects.create(slug="metropolis", name="Metropolis")
    return services.begin(services.NewUpload(owner_id=uuid.uuid4(), title="metropolis", length=200_000))


class Script:
    """A body that comes block by block; between them, something happens."""

    def __init__(self, *steps: bytes | Callable[[], object]) -> None:
        self.steps = list(steps)

    def read(self, size: int, /) -> bytes:
        while self.steps:
            step = self.steps.pop(0)
            if isinstance(step, bytes):
                return step
            step()
        return b""


def content(upload: Upload) -> bytes:
    return files.path_of(upload.pk).read_bytes()


def test_of_two_requests_for_one_upload_one_writes(upload):
    started, may_go_on = threading.Event(), threading.Event()

    def wait() -> None:
        started.set()
        assert may_go_on.wait(20)

    def first() -> int:
        return receiving.receive(upload, Script(b"a" * 10, wait, b"a" * 10), offset=0, size=20, checksum=None)

    def second() -> int:
        try:
            assert started.wait(20)
            return receiving.receive(upload, Script(b"b" * 10), offset=10, size=10, checksum=None)
        finally:
            may_go_on.set()

    written, refused = at_once(first, second)
    assert written == 20
    assert isinstance(refused, Locked)
    assert content(upload) == b"a" * 20


def test_a_request_that_stood_still_until_another_took_over_writes_nothing_more(upload, monkeypatch):
    monkeypatch.setattr(receiving, "RENEW_SECONDS", 0)

    def take_over() -> None:
        Upload.objects.update(lease_until=timezone.now() - timedelta(seconds=1))
        receiving.receive(upload, Script(b"b" * 10), offset=10, size=10, checksum=None)

    with pytest.raises(Locked):
        receiving.receive(upload, Script(b"a" * 10, take_over, b"a" * 10), offset=0, size=20, checksum=None)
    assert content(upload) == b"a" * 10 + b"b" * 10


def test_a_request_with_a_checksum_that_was_overtaken_does_not_cut_what_the_other_wrote(upload, monkeypatch):
    monkeypatch.setattr(receiving, "RENEW_SECONDS", 0)

    def take_over() -> None:
        Upload.objects.update(lease_until=timezone.now() - timedelta(seconds=1))
        receiving.receive(upload, Script(b"b" * 15), offset=0, size=15, checksum=None)

    checksum = Checksum("sha1", hashlib.sha1(b"a" * 20, usedforsecurity=False).digest())
    with pytest.raises(Locked):
        receiving.receive(upload, Script(b"a" * 10, take_over, b"a" * 10), offset=0, size=20, checksum=checksum)
    assert content(upload) == b"b" * 15


def test_a_connection_that_breaks_leaves_what_had_arrived(upload):
    with pytest.raises(BrokenOff):
        receiving.receive(upload, Script(b"a" * 10), offset=0, size=20, checksum=None)
    assert offset_of(upload) == 10
    # At once, without waiting for a lease.
    assert receiving.receive(upload, Script(b"b" * 10), offset=10, size=10, checksum=None) == 20


def test_a_connection_that_breaks_leaves_nothing_of_what_has_a_checksum(upload):
    checksum = Checksum("sha1", b"x" * 20)
    with pytest.raises(BrokenOff):
        receiving.receive(upload, Script(b"a" * 10), offset=0, size=20, checksum=checksum)
    with pytest.raises(ChecksumMismatch):
        receiving.receive(upload, Script(b"a" * 20), offset=0, size=20, checksum=checksum)
    upload.refresh_from_db()
    assert (offset_of(upload), content(upload), upload.unverified_from) == (0, b"", None)


def test_an_upload_that_is_cancelled_while_it_is_sent_stops(upload, monkeypatch):
    monkeypatch.setattr(receiving, "RENEW_SECONDS", 0)
    body = Script(b"a" * 10, lambda: services.end(upload), b"a" * 10)
    with pytest.raises(Gone):
        receiving.receive(upload, body, offset=0, size=20, checksum=None)
    assert not files.path_of(upload.pk).exists()


def test_uploads_begun_at_once_do_not_exceed_the_quota_together(upload, settings):
    settings.UPLOAD_MAX_UNFINISHED = 3

    def begin() -> object:
        try:
            return services.begin(services.NewUpload(owner_id=upload.owner_id, title="metropolis", length=1))
        except Problem as problem:
            return type(problem)

    results = at_once(*[begin] * 6)
    assert results.count(QuotaReached) == 4
    assert Upload.objects.count() == 3


def test_a_part_becomes_part_of_one_whole(upload):
    part = services.begin(services.NewUpload(owner_id=upload.owner_id, length=3, is_partial=True))
    receiving.receive(part, Script(b"abc"), offset=0, size=3, checksum=None)

    def join() -> bool:
        try:
            services.begin(services.NewUpload(owner_id=upload.owner_id, title="metropolis", parts=(part.pk,)))
        except Problem:
            return False
        return True

    assert sorted(at_once(join, join, join)) == [False, False, True]
