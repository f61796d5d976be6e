"""Requests as no HTTP library would send them."""

from __future__ import annotations

import http.client
import socket


def request_head(
    method: str, path: str, *, length: int | None = None, chunked: bool = False, headers: dict[str, str] | None = None
) -> bytes:
    """The request line and headers; the body is the caller's, or never comes."""
    lines = [f"{method} {path} HTTP/1.1", "Host: localhost"]
    lines += [f"Content-Length: {length}"] if length is not None else []
    lines += ["Transfer-Encoding: chunked"] if chunked else []
    lines += [f"{name}: {value}" for name, value in (headers or {}).items()]
    return ("\r\n".join(lines) + "\r\n\r\n").encode("latin-1")


def read_response(link: socket.socket, *, method: str = "GET") -> tuple[int, dict[str, str], bytes]:
    """Status, headers (names in lower case) and body of the next response."""
    response = http.client.HTTPResponse(link, method=method)
    response.begin()
    return response.status, {name.lower(): value for name, value in response.getheaders()}, response.read()
