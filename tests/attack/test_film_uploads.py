"""Films that are uploaded through the gateway while connections, processes and the gateway itself die."""

from __future__ import annotations

import base64
import os
import re
import signal
from collections.abc import Callable, Iterator
from pathlib import Path

import httpx
import psutil
import pytest
from tusclient.client import TusClient
from tusclient.exceptions import TusCommunicationError

from tests.attack.clips import make_clip
from tests.attack.conftest import VERSION
from tests.attack.raw import read_response, request_head
from tests.attack.test_uploads import connect
from tests.conftest import until
from tests.e2e.test_failures import pids

pytestmark = pytest.mark.attack

MEBIBYTE = 1024 * 1024
BYTES = {"Content-Type": "application/offset+octet-stream"}
UPLOADS = "/api/video/v1/uploads"


@pytest.fixture
def begin(stack, staff, film) -> Iterator[Callable[[int], str]]:
    """`begin(length)` -> the address of an upload; those that a test leaves unfinished are cancelled."""
    addresses: list[str] = []

    def make(length: int) -> str:
        metadata = f"title {base64.b64encode(film.encode()).decode()}"
        response = staff.post(UPLOADS, headers={"Upload-Length": str(length), "Upload-Metadata": metadata})
        assert response.status_code == 201, response.text
        assert response.headers["Location"].startswith(f"{stack.url}{UPLOADS}/")
        addresses.append(httpx.URL(response.headers["Location"]).path)
        return addresses[-1]

    yield make
    for address in addresses:
        staff.delete(address)


def offset(client: httpx.Client, address: str) -> int:
    response = client.head(address)
    assert response.status_code == 200
    return int(response.headers["Upload-Offset"])


def begin_patch(stack, client: httpx.Client, address: str, *, length: int, at: int = 0):
    """A connection on which the head of a PATCH was sent and its body may follow."""
    link = connect(stack)
    headers = {"Authorization": client.headers["Authorization"], "Upload-Offset": str(at)} | VERSION | BYTES
    link.sendall(request_head("PATCH", address, length=length, headers=headers))
    return link


def patch_when_free(client: httpx.Client, address: str, body: bytes, *, at: int) -> httpx.Response:
    """As clients do: again while the upload is locked or its server is starting."""

    def once() -> httpx.Response | None:
        response = client.patch(address, content=body, headers=BYTES | {"Upload-Offset": str(at)})
        return None if response.status_code in (423, 502, 503) else response

    return until(once, 60, "a PATCH that is taken")


def web_workers(stack) -> list[psutil.Process]:
    """The processes of video that serve requests."""
    (server,) = pids(stack, "apps.video.wsgi")
    return psutil.Process(server).children()


def memory(stack) -> int:
    """Bytes that video's web processes hold, without what they share with files."""
    return sum(process.memory_info().rss - process.memory_info().shared for process in web_workers(stack))


def test_a_connection_that_breaks_leaves_what_had_arrived(stack, staff, begin):
    address = begin(10 * MEBIBYTE)
    with begin_patch(stack, staff, address, length=10 * MEBIBYTE) as link:
        link.sendall(b"x" * MEBIBYTE)
        until(lambda: offset(staff, address) == MEBIBYTE, what="the first megabyte")
    # The service hears of it at once, so nobody waits for a lease to end.
    response = patch_when_free(staff, address, b"x" * 100, at=MEBIBYTE)
    assert (response.status_code, response.headers["Upload-Offset"]) == (204, str(MEBIBYTE + 100))


def test_killed_web_processes_leave_what_had_arrived(stack, staff, begin):
    address = begin(10 * MEBIBYTE)
    with begin_patch(stack, staff, address, length=10 * MEBIBYTE) as link:
        link.sendall(b"x" * MEBIBYTE)
        until(lambda: offset(staff, address) == MEBIBYTE, what="the first megabyte")
        for process in web_workers(stack):
            os.kill(process.pid, signal.SIGKILL)
        # What clients take for a reason to try again.
        assert read_response(link)[0] == 503
    response = patch_when_free(staff, address, b"x" * 100, at=MEBIBYTE)
    assert (response.status_code, response.headers["Upload-Offset"]) == (204, str(MEBIBYTE + 100))


def test_a_gateway_that_dies_leaves_what_had_arrived(stack, staff, begin):
    address = begin(10 * MEBIBYTE)
    with begin_patch(stack, staff, address, length=10 * MEBIBYTE) as link:
        link.sendall(b"x" * MEBIBYTE)
        until(lambda: offset(staff, address) == MEBIBYTE, what="the first megabyte")
        (gateway,) = pids(stack, "nginx.conf")
        processes = [psutil.Process(gateway), *psutil.Process(gateway).children()]
        for process in processes:
            process.kill()

    def is_back() -> bool:
        try:
            return staff.head(address).status_code == 200
        except httpx.TransportError:
            return False

    until(is_back, 60, "a new gateway")
    response = patch_when_free(staff, address, b"x" * 100, at=MEBIBYTE)
    assert (response.status_code, response.headers["Upload-Offset"]) == (204, str(MEBIBYTE + 100))


def test_two_requests_for_one_upload_do_not_mix(stack, staff, begin):
    address = begin(10 * MEBIBYTE)
    with begin_patch(stack, staff, address, length=2 * MEBIBYTE) as link:
        link.sendall(b"x" * MEBIBYTE)
        until(lambda: offset(staff, address) == MEBIBYTE, what="the first megabyte")
        refused = staff.patch(address, content=b"y" * 100, headers=BYTES | {"Upload-Offset": str(MEBIBYTE)})
        assert refused.status_code == 423
        link.sendall(b"x" * MEBIBYTE)
        until(lambda: offset(staff, address) == 2 * MEBIBYTE, what="the second megabyte")


def test_memory_stays_flat_while_300_megabytes_arrive(stack, staff, begin):
    """They are on the way in the gateway and the service; neither holds them, in memory or in a file."""
    size = 300 * MEBIBYTE
    address = begin(size + 1)
    staff.head(address)
    before = memory(stack)
    seen: list[int] = []
    sent = 0

    def body() -> Iterator[bytes]:
        nonlocal sent
        while sent < size:
            sent += MEBIBYTE
            if sent % (30 * MEBIBYTE) == 0:
                seen.append(memory(stack) - before)
            yield bytes(MEBIBYTE)

    headers = BYTES | {"Upload-Offset": "0", "Content-Length": str(size)}
    response = staff.patch(address, content=body(), headers=headers)
    assert (response.status_code, response.headers["Upload-Offset"]) == (204, str(size))
    spooled = [path.stat().st_size for path in (stack.var / "run" / "nginx-body").rglob("*") if path.is_file()]
    assert spooled == []
    assert len(seen) == 10
    assert max(seen) < 30 * MEBIBYTE


@pytest.fixture(scope="module")
def clip(tmp_path_factory) -> Path:
    """A film of two seconds."""
    path = tmp_path_factory.mktemp("clip") / "clip.mkv"
    make_clip(path, seconds=2, size="320x240")
    return path


def test_an_independent_client_uploads_a_film_that_is_encoded(stack, staff, film, clip):
    client = TusClient(f"{stack.url}{UPLOADS}", headers={"Authorization": staff.headers["Authorization"]})
    metadata = {"title": film, "filename": "../../clip.mkv"}
    uploader = client.uploader(str(clip), chunk_size=50_000, metadata=metadata, upload_checksum=True)
    uploader.upload_chunk()
    assert 0 < uploader.get_offset() < clip.stat().st_size
    again = client.uploader(str(clip), chunk_size=50_000, url=uploader.url, upload_checksum=True)
    again.upload()
    address = httpx.URL(uploader.url).path

    def ended() -> dict | None:
        body = staff.get(address).json()
        return body if body["state"] in ("accepted", "refused") else None

    body = until(ended, 60, "a check that ended")
    assert (body["state"], body["title"]) == ("accepted", film)
    encoding = f"/api/video/v1/encodings/{body['encoding']}"
    until(lambda: staff.get(encoding).json()["state"] == "done", 180, "an encoded film", pause=0.5)
    assert staff.get(f"/api/video/v1/titles/{film}").json()["runtime_seconds"] == 2


def test_an_independent_client_gets_the_reason_for_a_refusal(stack, film, clip):
    client = TusClient(f"{stack.url}{UPLOADS}", headers={"Authorization": "Bearer wrong"})
    with pytest.raises(TusCommunicationError) as caught:
        client.uploader(str(clip), metadata={"title": film}).upload()
    assert caught.value.status_code == 401
    assert re.search("invalid-token", str(caught.value.response_content))
