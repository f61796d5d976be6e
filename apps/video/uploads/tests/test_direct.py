"""Uploads straight to Blob Storage, to Azurite: blocks are put by plain HTTP, as a browser does."""

from __future__ import annotations

import base64
import uuid
from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qs, quote, urlsplit

import httpx
import pytest
from azure.core.exceptions import ServiceRequestError

from apps.video.encoding.models import Encoding, Source
from apps.video.uploads import direct_storage, services, tasks
from apps.video.uploads.models import Upload
from apps.video.uploads.tests import azurite
from apps.video.uploads.tests.client import slug_of

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("_nothing_is_encoded")]
ADDRESS = "/v1/direct-uploads"
SMALL = 600_000


@pytest.fixture(scope="session")
def emulator(tmp_path_factory):
    with azurite.running(tmp_path_factory.mktemp("azurite")) as found:
        yield found


@pytest.fixture
def container(emulator, settings, monkeypatch):
    """Films are sent there, in small blocks."""
    settings.UPLOAD_AZURE_ACCOUNT = azurite.ACCOUNT
    settings.UPLOAD_AZURE_CONTAINER = azurite.CONTAINER
    settings.UPLOAD_AZURE_CONNECTION_STRING = emulator.connection_string
    monkeypatch.setattr(direct_storage, "BLOCK_BYTES", SMALL)
    direct_storage._service.cache_clear()
    yield emulator
    direct_storage._service.cache_clear()
    for name in emulator.names():
        direct_storage.remove(uuid.UUID(name))


@pytest.fixture
def film(clips) -> bytes:
    return (clips / "film.mp4").read_bytes()


def begin(client, length: int, **fields):
    return client.post(ADDRESS, {"title": "metropolis", "filename": "m.mp4", "length": length, **fields})


def begun(client, length: int, **fields) -> dict:
    response = begin(client, length, **fields)
    assert response.status_code == 201, response.content
    return response.json()


def put(upload: dict, number: int, body: bytes) -> httpx.Response:
    name = quote(base64.b64encode(direct_storage.block_name(number).encode()))
    return httpx.put(f"{upload['url']}&comp=block&blockid={name}", content=body)


def blocks(film: bytes) -> list[bytes]:
    return [film[at : at + SMALL] for at in range(0, len(film), SMALL)]


def send_all(upload: dict, film: bytes) -> None:
    for number, block in enumerate(blocks(film)):
        assert put(upload, number, block).status_code == 201


def complete(client, upload: dict):
    return client.post(f"{ADDRESS}/{upload['id']}/complete")


def test_a_film_is_accepted_and_encoded_and_its_blob_is_removed(
    staff, container, film, title, django_capture_on_commit_callbacks
):
    upload = begun(staff, len(film), priority=7)
    assert (upload["state"], upload["received"], upload["title"]) == ("receiving", [], "metropolis")
    send_all(upload, film)
    with django_capture_on_commit_callbacks(execute=True):
        response = complete(staff, upload)
    assert response.status_code == 202, response.content
    body = staff.get(f"{ADDRESS}/{upload['id']}").json()
    assert (body["state"], body["url"], body["reason"]) == ("accepted", None, "")
    source = Source.objects.get()
    assert (source.title, source.name, source.file.open().read()) == (title, "m.mp4", film)
    encoding = Encoding.objects.get()
    assert (str(encoding.pk), encoding.priority) == (body["encoding"], 7)
    assert container.names() == []


def test_an_interrupted_upload_goes_on_with_the_blocks_that_are_missing(staff, container, film):
    upload = begun(staff, len(film))
    parts = blocks(film)
    assert len(parts) >= 3
    assert put(upload, 2, parts[2]).status_code == 201
    assert put(upload, 0, parts[0]).status_code == 201
    refusal = complete(staff, upload)
    assert (refusal.status_code, slug_of(refusal)) == (409, "upload-incomplete")
    assert refusal.json()["missing"] == [number for number in range(len(parts)) if number not in (0, 2)]
    again = staff.get(f"{ADDRESS}/{upload['id']}").json()
    assert again["received"] == [0, 2]
    for number in refusal.json()["missing"]:
        assert put(again, number, parts[number]).status_code == 201
    assert complete(staff, upload).status_code == 202
    assert Upload.objects.get().state == "checking"


def test_completing_twice_is_completing_once(staff, container, film, django_capture_on_commit_callbacks):
    upload = begun(staff, len(film))
    send_all(upload, film)
    # The service died after the blob was put together.
    direct_storage.put_together(uuid.UUID(upload["id"]), len(blocks(film)))
    with django_capture_on_commit_callbacks(execute=True):
        assert [complete(staff, upload).status_code for _ in range(2)] == [202, 202]
    assert Encoding.objects.count() == 1


def test_a_block_of_another_size_is_missing(staff, container, film):
    upload = begun(staff, len(film))
    send_all(upload, film)
    put(upload, 0, b"short")
    assert complete(staff, upload).json()["missing"] == [0]


def test_a_blob_that_is_written_after_the_end_is_refused(staff, container, film, django_capture_on_commit_callbacks):
    upload = begun(staff, len(film))
    send_all(upload, film)
    with django_capture_on_commit_callbacks():
        complete(staff, upload)
    for body in (b"other", film + b"more"):
        assert httpx.put(upload["url"], content=body, headers={"x-ms-blob-type": "BlockBlob"}).status_code == 201
        Upload.objects.update(state="checking", lease_until=datetime.now(UTC))
        tasks.check(upload["id"])
        refused = staff.get(f"{ADDRESS}/{upload['id']}").json()
        assert (refused["state"], refused["reason_code"]) == ("refused", "changed")
        assert container.names() == []
        assert not Source.objects.exists()


def test_a_file_that_is_no_film_is_refused(staff, container, django_capture_on_commit_callbacks):
    upload = begun(staff, 11)
    put(upload, 0, b"not a film!")
    with django_capture_on_commit_callbacks(execute=True):
        complete(staff, upload)
    refused = staff.get(f"{ADDRESS}/{upload['id']}").json()
    assert (refused["state"], refused["reason_code"]) == ("refused", "unreadable")
    assert container.names() == []


def test_the_address_writes_blocks_of_one_blob_and_nothing_else(staff, container, film):
    upload = begun(staff, len(film))
    put(upload, 0, blocks(film)[0])
    address = urlsplit(upload["url"])
    signed = parse_qs(address.query)
    assert (signed["sp"], signed["sr"]) == (["w"], ["b"])
    ends = datetime.fromisoformat(signed["se"][0])
    assert ends <= datetime.now(UTC) + timedelta(hours=1)
    for request in (
        httpx.get(upload["url"]),
        httpx.get(f"{upload['url']}&comp=blocklist&blocklisttype=all"),
        httpx.delete(upload["url"]),
        put({"url": upload["url"].replace(upload["id"], str(uuid.uuid4()))}, 0, b"other"),
        put({"url": upload["url"].replace("sp=w", "sp=rwdl")}, 0, b"other"),
        httpx.get(f"{upload['url'].replace('/' + upload['id'], '')}&restype=container&comp=list"),
    ):
        assert request.status_code == 403, request.text
    assert [str(name) for name in container.names()] == [upload["id"]]


def test_an_upload_is_its_owner_s_alone(staff, container, film, as_staff):
    upload = begun(staff, len(film))
    send_all(upload, film)
    other = as_staff("video_staff", user_id=uuid.uuid4())
    address = f"{ADDRESS}/{upload['id']}"
    assert [other.get(address).status_code, other.delete(address).status_code, complete(other, upload).status_code] == [
        404
    ] * 3
    assert Upload.objects.get().state == "receiving"


@pytest.mark.parametrize("role", ["catalog_staff", "support_staff"])
def test_other_staff_may_not(as_staff, container, role):
    assert begin(as_staff(role), 5).status_code == 403


def test_without_a_token_nothing_is_begun(api_client, container):
    assert begin(api_client, 5).status_code == 401


def test_an_upload_of_tus_is_none_of_these_and_the_other_way_round(staff, container, film):
    upload = begun(staff, len(film))
    assert staff.head(f"/v1/uploads/{upload['id']}", HTTP_TUS_RESUMABLE="1.0.0").status_code == 404
    sent = services.begin(services.NewUpload(owner_id=Upload.objects.get().owner_id, title="metropolis", length=5))
    assert staff.get(f"{ADDRESS}/{sent.pk}").status_code == 404


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"length": 0}, "length"),
        ({"length": -1}, "length"),
        ({"length": 2**63}, "length"),
        ({"length": "x"}, "length"),
        ({"title": "unknown"}, "title"),
        ({"title": "../etc"}, "title"),
        ({"filename": "a\x00b"}, "filename"),
        ({"filename": "a" * 300}, "filename"),
        ({"priority": 101}, "priority"),
    ],
)
def test_wrong_fields_are_named(staff, container, fields, field):
    response = staff.post(ADDRESS, {"title": "metropolis", "filename": "m.mp4", "length": 5} | fields)
    assert response.status_code == 400
    assert list(response.json()["errors"]) == [field]
    assert not Upload.objects.exists()


def test_quotas_hold(staff, container, settings):
    settings.UPLOAD_MAX_GB, settings.UPLOAD_QUOTA_GB = 1, 1
    assert slug_of(begin(staff, 2**30 + 1)) == "payload-too-large"
    begun(staff, 2**30 - 5)
    assert slug_of(begin(staff, 6)) == "upload-quota"


def test_ending_drops_blocks_and_says_so_afterwards(staff, container, film):
    upload = begun(staff, len(film))
    put(upload, 0, blocks(film)[0])
    assert staff.delete(f"{ADDRESS}/{upload['id']}").status_code == 204
    assert container.names() == []
    assert slug_of(staff.get(f"{ADDRESS}/{upload['id']}")) == "upload-gone"
    assert complete(staff, upload).status_code == 410


def test_expired_uploads_and_blobs_without_one_are_removed(staff, container, film):
    expired, running = begun(staff, len(film)), begun(staff, len(film))
    for upload in (expired, running):
        put(upload, 0, blocks(film)[0])
    put({"url": direct_storage.signed_address(uuid.uuid4()).url}, 0, b"nobody's")
    long_ago = datetime.now(UTC) - timedelta(hours=1)
    Upload.objects.filter(pk=expired["id"]).update(expires_at=long_ago)
    assert tasks.remove_expired_uploads() == 1
    assert container.names() == [running["id"]]


def test_an_address_that_is_asked_for_keeps_the_upload_for_a_day(staff, container, film):
    upload = begun(staff, len(film))
    Upload.objects.update(expires_at=datetime.now(UTC) + timedelta(minutes=5))
    staff.get(f"{ADDRESS}/{upload['id']}")
    assert Upload.objects.get().expires_at > datetime.now(UTC) + timedelta(hours=23)


def test_while_azure_is_away_it_says_so_and_nothing_is_lost(staff, container, film, monkeypatch):
    upload = begun(staff, len(film))
    send_all(upload, film)

    def fail(*_, **__):
        raise ServiceRequestError("no connection")

    with monkeypatch.context() as away:
        away.setattr("azure.storage.blob.BlobClient.get_block_list", fail)
        response = complete(staff, upload)
    assert (response.status_code, slug_of(response), response["Retry-After"]) == (503, "service-unavailable", "5")
    assert complete(staff, upload).status_code == 202


def test_a_check_while_azure_is_away_is_made_later(staff, container, film, monkeypatch):
    upload = begun(staff, len(film))
    send_all(upload, film)
    complete(staff, upload)

    def fail(*_, **__):
        raise ServiceRequestError("no connection")

    with monkeypatch.context() as away:
        away.setattr("azure.storage.blob.BlobClient.download_blob", fail)
        with pytest.raises(Exception, match="not responding"):
            tasks.check(upload["id"])
    assert Upload.objects.get().state == "checking"
    Upload.objects.update(lease_until=datetime.now(UTC))
    tasks.check(upload["id"])
    assert Upload.objects.get().state == "accepted"


@pytest.mark.parametrize("method", ["post", "get", "delete"])
def test_where_films_are_sent_here_it_names_the_other_way(staff, method):
    address = ADDRESS if method == "post" else f"{ADDRESS}/{uuid.uuid4()}"
    response = getattr(staff, method)(address, {"title": "metropolis", "length": 5} if method == "post" else None)
    assert (response.status_code, slug_of(response)) == (404, "no-direct-uploads")
    assert "/v1/uploads" in response.json()["detail"]
