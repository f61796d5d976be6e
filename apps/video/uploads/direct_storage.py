"""The container of Azure Blob Storage that films are sent to straight from a browser or a program, past this service.

A film is a block blob named by the upload's id. Whoever sends it puts numbered blocks with an address that is signed
for this one blob and a short time; blocks stay when the connection breaks and can be listed, and only this service puts
the blob together (https://learn.microsoft.com/rest/api/storageservices/put-block-list).
"""

from __future__ import annotations

import functools
import threading
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import structlog
from azure.core.exceptions import AzureError, ResourceNotFoundError
from azure.storage.blob import (
    BlobBlock,
    BlobClient,
    BlobSasPermissions,
    BlobServiceClient,
    ContainerClient,
    UserDelegationKey,
    generate_blob_sas,
)
from django.conf import settings
from django.utils import timezone
from django.utils.translation import gettext

from apps.common.problems import ServiceUnavailable
from apps.video.uploads.problems import NoContainer

log = structlog.get_logger(__name__)
# A blob has 50,000 blocks at most; this many bytes each is enough for UPLOAD_MAX_GB and little to send again.
BLOCK_BYTES = 16 << 20
# How long a signed address can be used. Clients ask for another one.
ADDRESS_LASTS = timedelta(hours=1)
# Clocks differ (Microsoft's advice for the start of a signature).
CLOCK_SKEW = timedelta(minutes=15)
KEY_LASTS = timedelta(hours=12)
COPY_BYTES = 8 << 20


@dataclass(frozen=True, slots=True)
class SignedAddress:
    """Where blocks are put (`&comp=block&blockid=…` is added to it), until `expires_at`."""

    url: str
    expires_at: datetime


def is_available() -> bool:
    """Whether films are sent to Blob Storage here."""
    return bool(settings.UPLOAD_AZURE_ACCOUNT)


def require_container() -> None:
    """Raises NoContainer where films are sent to this service instead."""
    if not is_available():
        raise NoContainer(gettext("Films are not sent to Blob Storage here. Send this one to /v1/uploads."))


def origin() -> str:
    """Scheme, host and port that browsers send to."""
    parts = urlsplit(_service().url)
    return f"{parts.scheme}://{parts.netloc}"


def block_name(number: int) -> str:
    """The first is 0; all are equally long, as Azure wants it. Over HTTP they are in Base64."""
    return f"{number:08}"


def block_sizes(length: int) -> list[int]:
    """Bytes of each block of a film."""
    full, rest = divmod(length, BLOCK_BYTES)
    return [BLOCK_BYTES] * full + ([rest] if rest else [])


def signed_address(upload_id: uuid.UUID) -> SignedAddress:
    """Raises ServiceUnavailable while Azure is away."""
    blob = _blob(upload_id)
    now = timezone.now()
    expires_at = now + ADDRESS_LASTS
    key = getattr(_service().credential, "account_key", None)
    with _outages():
        token = generate_blob_sas(
            account_name=str(blob.account_name),
            container_name=blob.container_name,
            blob_name=blob.blob_name,
            # Azurite alone has keys; in Azure the pod's identity signs (terraform allows no keys).
            account_key=key,
            user_delegation_key=None if key else _delegation_key(),
            # Blocks are written; nothing is read, listed or removed.
            permission=BlobSasPermissions(write=True),
            start=now - CLOCK_SKEW,
            expiry=expires_at,
            protocol="https" if blob.url.startswith("https:") else "https,http",
        )
    return SignedAddress(f"{blob.url}?{token}", expires_at)


def sizes_received(upload_id: uuid.UUID) -> dict[str, int]:
    """Bytes of each block that has arrived, by its name. Raises ServiceUnavailable."""
    with _outages():
        try:
            committed, waiting = _blob(upload_id).get_block_list("all")
        except ResourceNotFoundError:
            return {}
    return {str(block.id): int(block.size or 0) for block in [*committed, *waiting]}


def put_together(upload_id: uuid.UUID, count: int) -> None:
    """Make the blob of its first `count` blocks; other blocks are dropped. Doing it again changes nothing. Raises
    ServiceUnavailable."""
    with _outages():
        _blob(upload_id).commit_block_list([BlobBlock(block_name(number)) for number in range(count)])


def fetch(upload_id: uuid.UUID, path: Path) -> Iterator[int]:
    """Copy the blob to `path`, yielding its length so far. Raises FileNotFoundError, or ServiceUnavailable."""
    with _outages():
        try:
            chunks = _blob(upload_id).download_blob(max_concurrency=1).chunks()
            with path.open("wb") as file:
                for chunk in chunks:
                    file.write(chunk)
                    yield file.tell()
        except ResourceNotFoundError as error:
            raise FileNotFoundError(str(upload_id)) from error


def remove(upload_id: uuid.UUID) -> None:
    """Drop the blob and blocks that wait. Raises ServiceUnavailable."""
    blob = _blob(upload_id)
    with _outages():
        # Blocks of a blob that was never put together cannot be deleted by themselves.
        blob.commit_block_list([])
        blob.delete_blob(delete_snapshots="include")


def try_to_remove(upload_id: uuid.UUID) -> None:
    """As `remove`, but left to the periodic job while Azure is away."""
    try:
        remove(upload_id)
    except ServiceUnavailable:
        log.warning("blob not removed", upload=str(upload_id))


def all_ids() -> Iterator[uuid.UUID]:
    """Every upload of which something lies in the container. Raises ServiceUnavailable."""
    with _outages():
        names = [blob.name for blob in _container().list_blobs(include=["uncommittedblobs"])]
    for name in names:
        try:
            yield uuid.UUID(name)
        except ValueError:
            continue


@contextmanager
def _outages() -> Iterator[None]:
    """Azure's errors as a 503 that says whose they are."""
    try:
        yield
    except AzureError as error:
        log.warning("blob storage failed", reason=str(error))
        raise ServiceUnavailable(
            gettext("The storage for uploads is not responding. Try again in some seconds."),
            headers={"Retry-After": "5"},
            service="blob storage",
        ) from error


_key_lock = threading.Lock()
_key: tuple[UserDelegationKey, datetime] | None = None


def _delegation_key() -> UserDelegationKey:
    """Azure's key for this identity, which one process uses for hours."""
    global _key
    with _key_lock:
        now = timezone.now()
        if _key is None or _key[1] < now + 2 * ADDRESS_LASTS:
            _key = (_service().get_user_delegation_key(now - CLOCK_SKEW, now + KEY_LASTS), now + KEY_LASTS)
        return _key[0]


@functools.cache
def _service() -> BlobServiceClient:
    # Requests of people wait for it.
    patience: dict[str, Any] = {"retry_total": 2, "connection_timeout": 3, "read_timeout": 20}
    if settings.UPLOAD_AZURE_CONNECTION_STRING:
        return BlobServiceClient.from_connection_string(settings.UPLOAD_AZURE_CONNECTION_STRING, **patience)
    from apps.common.azure.identity import credential

    address = f"https://{settings.UPLOAD_AZURE_ACCOUNT}.blob.core.windows.net"
    return BlobServiceClient(address, credential=credential(), **patience)


def _container() -> ContainerClient:
    return _service().get_container_client(settings.UPLOAD_AZURE_CONTAINER)


def _blob(upload_id: uuid.UUID) -> BlobClient:
    return _container().get_blob_client(str(upload_id))
