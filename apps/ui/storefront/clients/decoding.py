"""Responses of the services as typed values: a client names a frozen dataclass, `decode` fills it."""

from __future__ import annotations

from typing import Any
from urllib.parse import parse_qs, urlsplit

import msgspec
import structlog

from apps.common.http import Unavailable

log = structlog.get_logger(__name__)


def decode[T](schema: type[T], data: Any, *, service: str) -> T:
    """`data` (parsed JSON) as a `schema`. Unknown members are ignored, so that a service may add some.

    Raises Unavailable when a member is missing or has the wrong type; the log names its path, such as `$.price.amount`.
    """
    try:
        return msgspec.convert(data, schema)
    except msgspec.ValidationError as error:
        raise _malformed(schema, error, service) from error


def decode_json[T](schema: type[T], content: bytes, *, service: str) -> T:
    """Like `decode`, from the bytes of a response, in one step."""
    try:
        return msgspec.json.decode(content, type=schema)
    except msgspec.DecodeError as error:
        raise _malformed(schema, error, service) from error


def _malformed(schema: type, error: Exception, service: str) -> Unavailable:
    log.warning("malformed response", service=service, schema=schema.__name__, error=str(error))
    return Unavailable(service, f"malformed {schema.__name__}: {error}")


def cursor_of(link: str | None) -> str:
    """The cursor in an API's link to another page; empty without one."""
    return parse_qs(urlsplit(link).query).get("cursor", [""])[0] if link else ""
