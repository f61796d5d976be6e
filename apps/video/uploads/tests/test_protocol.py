"""tus 1.0 over HTTP: what clients may send, and what becomes of what they must not."""

from __future__ import annotations

import uuid
from datetime import timedelta
from pathlib import Path

import pytest
from django.conf import settings as django_settings
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from apps.video.encoding.models import Encoding, Source
from apps.video.uploads import files, services, tasks
from apps.video.uploads.models import Upload
from apps.video.uploads.tests.client import BYTES, TUS, begin, begun, checksum, described, offset, send, slug_of, stored

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("_nothing_is_encoded")]


def test_options_says_what_is_spoken_without_a_token(api_client):
    response = api_client.options("/v1/uploads")
    assert response.status_code == 204
    assert response["Tus-Version"] == response["Tus-Resumable"] == "1.0.0"
    assert set(response["Tus-Extension"].split(",")) == {
        "creation",
        "creation-with-upload",
        "expiration",
        "checksum",
        "termination",
        "concatenation",
    }
    assert response["Tus-Checksum-Algorithm"] == "sha1,sha256,md5"
    assert int(response["Tus-Max-Size"]) == 100 * 2**30


def test_a_film_in_three_requests_is_accepted_and_encoded(staff, clips, title, django_capture_on_commit_callbacks):
    film = (clips / "film.mp4").read_bytes()
    address = begun(
        staff, len(film), HTTP_UPLOAD_METADATA=described(title="metropolis", filename="m.mp4", priority="7")
    )
    third = len(film) // 3
    for at in (0, third):
        response = send(staff, address, film[at : at + third], at=at)
        assert (response.status_code, response["Upload-Offset"]) == (204, str(at + third))
        assert response["Upload-Expires"].endswith("GMT")
    assert staff.get(address).json()["state"] == "receiving"
    before = files.path_of(uuid.UUID(address.rpartition("/")[2])).stat().st_ino
    with django_capture_on_commit_callbacks(execute=True):
        assert send(staff, address, film[2 * third :], at=2 * third).status_code == 204
    body = staff.get(address).json()
    assert (body["state"], body["offset"], body["reason"]) == ("accepted", len(film), "")
    source = Source.objects.get()
    assert (source.title, source.name, source.size) == (title, "m.mp4", len(film))
    assert source.file.open().read() == film
    assert Path(source.file.path).stat().st_ino == before, "the bytes were copied"
    encoding = Encoding.objects.get()
    assert (str(encoding.pk), encoding.priority) == (body["encoding"], 7)
    assert stored() == [Path(source.file.path)]


@pytest.mark.parametrize(
    ("name", "code"), [("text.mp4", "unreadable"), ("sound.m4a", "no-picture"), ("empty.mp4", "empty")]
)
def test_a_refused_file_leaves_nothing_but_its_reason(staff, clips, name, code, django_capture_on_commit_callbacks):
    content = (clips / name).read_bytes()
    with django_capture_on_commit_callbacks(execute=True):
        address = begun(staff, len(content))
        if content:
            assert send(staff, address, content).status_code == 204
    body = staff.get(address, HTTP_ACCEPT_LANGUAGE="de").json()
    assert (body["state"], body["reason_code"]) == ("refused", code)
    assert body["reason"]
    assert body["reason"] != staff.get(address).json()["reason"]
    assert not Source.objects.exists()
    assert stored() == []


def test_creation_with_the_first_bytes(staff):
    response = begin(staff, 10, b"12345")
    assert (response.status_code, response["Upload-Offset"]) == (201, "5")
    assert offset(staff, response["Location"].removeprefix("http://testserver")) == 5


def test_creation_whose_first_bytes_are_wrong_leaves_nothing(staff):
    assert begin(staff, 10, b"12345", **checksum(b"54321")).status_code == 460
    assert not Upload.objects.exclude(state="removed").exists()
    assert stored() == []


def test_an_upload_is_seen_continued_and_ended_by_its_owner_alone(staff, as_staff, as_user, api_client, me):
    address = begun(staff, 10)
    other = as_staff("video_staff")
    for response in (
        other.get(address),
        other.head(address, **TUS),
        send(other, address, b"x"),
        other.delete(address, **TUS),
    ):
        assert response.status_code == 404
    for client, status in ((api_client, 401), (as_user(me), 403), (as_staff("catalog_staff", user_id=me), 403)):
        assert [begin(client, 10).status_code, send(client, address, b"x").status_code] == [status, status]
        assert client.delete(address, **TUS).status_code == status
    assert offset(staff, address) == 0


@pytest.mark.parametrize("claimed", [1, 4, 6, 2**62])
def test_a_counterfeit_offset_is_a_conflict_that_says_the_true_one(staff, claimed):
    address = begun(staff, 10)
    send(staff, address, b"12345")
    response = send(staff, address, b"x", at=claimed)
    assert (response.status_code, slug_of(response), response["Upload-Offset"]) == (409, "upload-offset", "5")
    assert offset(staff, address) == 5


@pytest.mark.parametrize("claimed", ["", "-1", "1.0", "x", "9" * 30])
def test_an_offset_that_is_no_number_is_refused(staff, claimed):
    address = begun(staff, 10)
    assert send(staff, address, b"x", HTTP_UPLOAD_OFFSET=claimed).status_code == 400


@pytest.mark.parametrize("algorithm", ["sha1", "sha256", "md5"])
def test_a_wrong_checksum_leaves_the_offset_as_it_was(staff, algorithm):
    address = begun(staff, 10)
    send(staff, address, b"123")
    response = send(staff, address, b"4567", at=3, **checksum(b"7654", algorithm))
    assert (response.status_code, slug_of(response)) == (460, "checksum-mismatch")
    assert offset(staff, address) == 3
    assert send(staff, address, b"4567", at=3, **checksum(b"4567", algorithm)).status_code == 204
    assert files.path_of(uuid.UUID(address.rpartition("/")[2])).read_bytes() == b"1234567"


@pytest.mark.parametrize("header", ["crc32 AAAA", "sha1", "sha1 ***", ""])
def test_an_unusable_checksum_is_refused(staff, header):
    address = begun(staff, 10)
    assert send(staff, address, b"x", HTTP_UPLOAD_CHECKSUM=header).status_code == 400
    assert offset(staff, address) == 0


def test_bytes_of_a_process_that_died_before_it_had_verified_them_do_not_count(staff):
    address = begun(staff, 10)
    send(staff, address, b"123")
    upload_id = uuid.UUID(address.rpartition("/")[2])
    with files.path_of(upload_id).open("ab") as file:
        file.write(b"4567890")
    Upload.objects.update(unverified_from=3, lease_until=timezone.now() - timedelta(seconds=1))
    assert offset(staff, address) == 3
    assert send(staff, address, b"ab", at=3).status_code == 204
    assert files.path_of(upload_id).read_bytes() == b"123ab"


def test_bytes_that_a_dying_process_had_written_count(staff):
    address = begun(staff, 10)
    with files.path_of(uuid.UUID(address.rpartition("/")[2])).open("wb") as file:
        file.write(b"1234")
    assert offset(staff, address) == 4


def test_an_upload_that_was_full_when_its_process_died_is_completed(staff):
    address = begun(staff, 4)
    files.path_of(uuid.UUID(address.rpartition("/")[2])).write_bytes(b"1234")
    assert staff.get(address).json()["state"] == "checking"


def test_while_one_request_sends_another_is_locked_out(staff):
    address = begun(staff, 10)
    Upload.objects.update(lease_until=timezone.now() + timedelta(seconds=20))
    response = send(staff, address, b"x")
    assert (response.status_code, slug_of(response)) == (423, "upload-locked")


def test_a_body_that_is_longer_than_what_is_missing_is_refused(staff):
    address = begun(staff, 3)
    assert send(staff, address, b"1234").status_code == 413
    assert offset(staff, address) == 0


def test_a_termination_removes_what_had_arrived(staff):
    address = begun(staff, 10)
    send(staff, address, b"123")
    assert staff.delete(address, **TUS).status_code == 204
    assert stored() == []
    for response in (staff.head(address, **TUS), send(staff, address, b"x", at=3), staff.delete(address, **TUS)):
        assert response.status_code == 410


def test_an_expired_upload_is_removed_and_its_address_gone(staff):
    address, kept = begun(staff, 10), begun(staff, 10)
    for each in (address, kept):
        send(staff, each, b"123")
    Upload.objects.filter(pk=address.rpartition("/")[2]).update(expires_at=timezone.now() - timedelta(seconds=1))
    orphan = files.path_of(uuid.uuid4())
    orphan.touch()
    assert tasks.remove_expired_uploads() == 1
    assert staff.head(address, **TUS).status_code == 410
    assert offset(staff, kept) == 3
    assert [path.name for path in stored()] == [kept.rpartition("/")[2]]
    Upload.objects.filter(state="removed").update(finished_at=timezone.now() - timedelta(days=8))
    tasks.remove_expired_uploads()
    assert staff.head(address, **TUS).status_code == 404


def test_the_number_and_the_bytes_of_unfinished_uploads_have_a_quota(staff, settings):
    settings.UPLOAD_MAX_UNFINISHED, settings.UPLOAD_QUOTA_GB = 2, 3
    assert begin(staff, 4 * 2**30).status_code == 403
    address = begun(staff, 2 * 2**30)
    response = begin(staff, 2 * 2**30)
    assert (response.status_code, slug_of(response)) == (403, "upload-quota")
    begun(staff, 1)
    assert begin(staff, 1).status_code == 403
    staff.delete(address, **TUS)
    begun(staff, 2 * 2**30)


def test_a_file_above_the_limit_is_refused_before_it_is_sent(staff, settings):
    settings.UPLOAD_MAX_GB = 1
    assert begin(staff, 2**30 + 1).status_code == 413


def test_a_full_disk_is_said_before_and_while_a_file_is_sent(staff, monkeypatch):
    address = begun(staff, 10)

    def full(descriptor, block, position):
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(files, "write_at", full)
        response = send(staff, address, b"123")
        assert (response.status_code, slug_of(response)) == (507, "disk-full")
    assert send(staff, address, b"123").status_code == 204
    monkeypatch.setattr(files, "has_room_for", lambda size: False)
    assert begin(staff, 10).status_code == 507


def test_without_a_folder_that_can_be_written_nothing_begins(staff, settings, tmp_path):
    (tmp_path / "file").touch()
    settings.UPLOAD_ROOT = str(tmp_path / "file" / "uploads")
    response = begin(staff, 10)
    assert (response.status_code, slug_of(response)) == (503, "uploads-unavailable")
    assert not Upload.objects.exists()
    assert tasks.remove_expired_uploads() == 0


@pytest.mark.parametrize("name", ["../../etc/passwd", "/etc/passwd", "a/../../b.mp4", "..", "x" * 900, "ü\u202e.mp4"])
def test_a_file_s_name_is_data_and_never_a_path(staff, clips, name, django_capture_on_commit_callbacks):
    film = (clips / "film.mp4").read_bytes()
    with django_capture_on_commit_callbacks(execute=True):
        address = begun(staff, len(film), HTTP_UPLOAD_METADATA=described(title="metropolis", filename=name))
        send(staff, address, film)
    source = Source.objects.get()
    assert source.name == name[:255]
    [path] = stored()
    assert path.parent == Path(django_settings.MEDIA_ROOT) / "sources"
    assert path.name.startswith("metropolis-")


@pytest.mark.parametrize(
    "headers",
    [
        {"HTTP_UPLOAD_METADATA": described(filename="m.mp4")},
        {"HTTP_UPLOAD_METADATA": described(title="nosferatu")},
        {"HTTP_UPLOAD_METADATA": described(title="../metropolis")},
        {"HTTP_UPLOAD_METADATA": described(title="metropolis\x00")},
        {"HTTP_UPLOAD_METADATA": described(title="metropolis", priority="101")},
        {"HTTP_UPLOAD_METADATA": described(title="metropolis", priority="²")},
        {"HTTP_UPLOAD_METADATA": "title ***"},
        {"HTTP_UPLOAD_METADATA": "title,title"},
        {"HTTP_UPLOAD_METADATA": "title /w=="},
        {"HTTP_UPLOAD_METADATA": "x" * 5000},
        {"HTTP_UPLOAD_LENGTH": "-1"},
        {"HTTP_UPLOAD_LENGTH": "1e3"},
        {"HTTP_UPLOAD_LENGTH": str(2**63)},
        {"HTTP_UPLOAD_LENGTH": "٣"},
        {"HTTP_UPLOAD_CONCAT": "whole"},
        {"HTTP_UPLOAD_CONCAT": "final;"},
        {"HTTP_UPLOAD_CONCAT": "final;/etc/passwd"},
        {"HTTP_UPLOAD_CONCAT": f"final;/v1/uploads/{uuid.uuid4()}"},
    ],
)
def test_unusable_headers_begin_nothing(staff, headers):
    response = begin(staff, 10, **headers)
    assert response.status_code == 400, response.content
    assert response.json()["detail"]
    assert not Upload.objects.exists()


def test_the_version_and_the_content_type_are_required(staff):
    response = staff.generic("POST", "/v1/uploads", b"", HTTP_UPLOAD_LENGTH="1", HTTP_TUS_RESUMABLE="0.2.2")
    assert (response.status_code, response["Tus-Version"]) == (412, "1.0.0")
    address = begun(staff, 10)
    for kind in (
        "application/octet-stream",
        "application/x-www-form-urlencoded",
        "multipart/form-data; boundary=x",
        "",
    ):
        response = staff.generic("PATCH", address, b"x", content_type=kind, HTTP_UPLOAD_OFFSET="0", **TUS)
        assert response.status_code == 415


def test_a_method_may_be_named_in_a_header(staff):
    address = begun(staff, 10)
    response = staff.generic(
        "POST", address, b"12", content_type=BYTES, HTTP_UPLOAD_OFFSET="0", HTTP_X_HTTP_METHOD_OVERRIDE="PATCH", **TUS
    )
    assert (response.status_code, response["Upload-Offset"]) == (204, "2")


def test_a_check_whose_worker_always_dies_is_refused(staff):
    address = begun(staff, 3)
    send(staff, address, b"123")
    Upload.objects.update(attempt=3, lease_until=timezone.now() - timedelta(minutes=5))
    assert services.requeue() == []
    assert staff.get(address).json()["reason_code"] == "worker-died"


def test_an_accepted_upload_cannot_be_cancelled_or_continued(staff):
    address = begun(staff, 3)
    send(staff, address, b"123")
    assert staff.delete(address, **TUS).status_code == 423
    assert send(staff, address, b"4", at=3).status_code == 409
    assert offset(staff, address) == 3


def test_each_request_has_a_fixed_number_of_queries(staff):
    address = begun(staff, 10**6)
    with CaptureQueriesContext(connection) as small:
        send(staff, address, b"x" * 10)
    with CaptureQueriesContext(connection) as large:
        send(staff, address, b"x" * 300_000, at=10)
    # The upload, the claim, the row under it, a savepoint's two, the release, until when it lives.
    assert len(small) == len(large) <= 8
    with CaptureQueriesContext(connection) as asked:
        offset(staff, address)
    # The upload, its parts.
    assert len(asked) == 2
