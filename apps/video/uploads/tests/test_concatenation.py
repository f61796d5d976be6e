"""Films that are sent in parts at once."""

from __future__ import annotations

import uuid
from datetime import timedelta

import pytest
from django.utils import timezone

from apps.video.encoding.models import Source
from apps.video.uploads import files, tasks
from apps.video.uploads.models import Upload
from apps.video.uploads.tests.client import TUS, begin, begun, send, stored

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("_nothing_is_encoded")]


def part(client, body: bytes) -> str:
    address = begun(client, len(body), HTTP_UPLOAD_CONCAT="partial", HTTP_UPLOAD_METADATA="")
    assert send(client, address, body).status_code == 204
    assert client.head(address, **TUS)["Upload-Concat"] == "partial"
    return address


def test_two_parts_become_one_film(staff, clips, me, as_staff, django_capture_on_commit_callbacks):
    film = (clips / "film.mp4").read_bytes()
    first, second = part(staff, film[:1000]), part(staff, film[1000:])
    other = part(as_staff("video_staff"), b"x")
    unfinished = begun(staff, 5, HTTP_UPLOAD_CONCAT="partial", HTTP_UPLOAD_METADATA="")
    for unusable in (f"{first} {other}", f"{first} {unfinished}", f"{first} {first}"):
        assert begin(staff, 0, HTTP_UPLOAD_CONCAT=f"final;{unusable}").status_code == 400
    with django_capture_on_commit_callbacks(execute=True):
        response = begin(staff, 0, HTTP_UPLOAD_CONCAT=f"final;http://testserver{first} {second}")
    assert response.status_code == 201
    whole = response["Location"].removeprefix("http://testserver")
    assert staff.get(whole).json()["state"] == "accepted"
    assert staff.head(whole, **TUS)["Upload-Concat"] == f"final;{first} {second}"
    source = Source.objects.get()
    assert source.file.open().read() == film
    assert staff.head(first, **TUS).status_code == 410
    names = {path.name for path in stored() if path.parent.name == "uploads"}
    assert names == {other.rpartition("/")[2]}


def test_parts_are_joined_from_where_a_dead_worker_came_to(staff, clips, django_capture_on_commit_callbacks):
    film = (clips / "film.mp4").read_bytes()
    addresses = [part(staff, film[:1000]), part(staff, film[1000:5000]), part(staff, film[5000:])]
    whole = begin(staff, 0, HTTP_UPLOAD_CONCAT=f"final;{' '.join(addresses)}")["Location"].rpartition("/")[2]
    files.path_of(uuid.UUID(whole)).write_bytes(film[:1500])
    long_ago = timezone.now() - timedelta(minutes=5)
    Upload.objects.filter(pk=whole).update(lease_until=long_ago)
    with django_capture_on_commit_callbacks(execute=True):
        tasks.requeue_uploads()
    assert Upload.objects.get(pk=whole).state == "accepted"
    assert Source.objects.get().file.open().read() == film
