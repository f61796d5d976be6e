"""Checks requests and responses against a service's real OpenAPI document (`apps/<service>/openapi.yaml`)."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import httpx
from openapi_core import Config, OpenAPI
from openapi_core.testing import MockRequest, MockResponse

APPS = Path(__file__).resolve().parents[2]


@cache
def document(service: str) -> OpenAPI:
    """The parsed document of a service."""
    # A file is a string of bytes to OpenAPI.
    files = {"application/pdf": lambda content: content.decode("latin-1")}
    config = Config(extra_media_type_deserializers={"application/problem+json": json.loads} | files)
    return OpenAPI.from_file_path(str(APPS / service / "openapi.yaml"), config=config)


def assert_matches_contract(
    service: str,
    method: str,
    path: str,
    *,
    request_json: Any = None,
    response_json: Any = None,
    response_file: httpx.Response | None = None,
    status: int = 200,
    headers: dict[str, str] | None = None,
) -> None:
    """Raise openapi_core's error when the operation is unknown, the body is not accepted or the response is impossible.

    `path` may carry a query string, without the gateway's prefix (`/v1/quotes`). `response_file` is a response that is
    no JSON.
    """
    parts = urlsplit(path)
    prefix = f"/api/{service}"
    request = MockRequest(
        "http://contract",
        method.lower(),
        prefix + parts.path,
        args=dict(httpx.QueryParams(parts.query)),
        headers={"Authorization": "Bearer token", **(headers or {})},
        data=None if request_json is None else json.dumps(request_json).encode(),
        content_type="application/json",
    )
    api = document(service)
    api.validate_request(request)
    content_type = "application/json" if status < 400 else "application/problem+json"
    data = b"" if response_json is None else json.dumps(response_json).encode()
    if response_file is not None:
        content_type, data = response_file.headers["Content-Type"], response_file.content
    api.validate_response(request, MockResponse(data, status_code=status, content_type=content_type))
