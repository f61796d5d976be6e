"""A client of tus 1.0, a request a function; and what lies in the storage."""

from __future__ import annotations

import base64
import hashlib
from pathlib import Path

from django.conf import settings

TUS = {"HTTP_TUS_RESUMABLE": "1.0.0"}
BYTES = "application/offset+octet-stream"


def described(**values: str) -> str:
    return ",".join(f"{name} {base64.b64encode(value.encode()).decode()}" for name, value in values.items())


def begin(client, length: int, body: bytes = b"", **headers: str):
    given = {"HTTP_UPLOAD_LENGTH": str(length), "HTTP_UPLOAD_METADATA": described(title="metropolis", filename="m.mp4")}
    return client.generic("POST", "/v1/uploads", body, content_type=BYTES if body else "", **TUS | given | headers)


def begun(client, length: int, **headers: str) -> str:
    response = begin(client, length, **headers)
    assert response.status_code == 201, response.content
    return response["Location"].removeprefix("http://testserver")


def send(client, address: str, body: bytes, *, at: int = 0, **headers: str):
    return client.generic("PATCH", address, body, content_type=BYTES, **TUS | {"HTTP_UPLOAD_OFFSET": str(at)} | headers)


def offset(client, address: str) -> int:
    response = client.head(address, **TUS)
    assert response.status_code == 200
    return int(response["Upload-Offset"])


def checksum(body: bytes, algorithm: str = "sha1") -> dict[str, str]:
    digest = hashlib.new(algorithm, body).digest()
    return {"HTTP_UPLOAD_CHECKSUM": f"{algorithm} {base64.b64encode(digest).decode()}"}


def slug_of(response) -> str:
    assert response["Content-Type"].startswith("application/problem+json")
    return response.json()["type"].removeprefix("/problems/")


def stored() -> list[Path]:
    return [path for path in Path(settings.MEDIA_ROOT).rglob("*") if path.is_file()]
