"""The WSGI application of a service, right behind the gateway's prefix and right without it."""

from __future__ import annotations

import os
import socket
import time
from collections.abc import Callable, Iterable, Iterator
from typing import Any

from gunicorn.http.errors import ParseException
from gunicorn.http.unreader import SocketUnreader

type WSGI = Callable[[dict[str, Any], Callable[..., Any]], Iterable[bytes]]

# Above the largest body that any route of the gateway lets through (global.routing in the chart's values).
MAX_DRAINED_BYTES = 64 * 1024 * 1024
# The gateway has the whole body before it sends any, so what is left arrives at once; a slow client inside the
# cluster keeps a thread no longer than this.
DRAIN_SECONDS = 10.0
CHUNK_BYTES = 64 * 1024
# gunicorn reads up to a megabyte of a body ahead of the application, and copies what is left of it at each smaller
# read: half the time of an upload. Uploads read as much at once (apps.video.uploads.receiving).
SocketUnreader.max_body_chunk = 256 * 1024


class ForwardedPrefix:
    """Turns the gateway's `X-Forwarded-Prefix` into SCRIPT_NAME, so links, redirects and the admin are right.

    Only the service's own prefix is believed: a made-up header must not bend links elsewhere.
    """

    def __init__(self, application: WSGI, prefix: str) -> None:
        self.application = application
        self.prefix = prefix

    def __call__(self, environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        if self.prefix and environ.get("HTTP_X_FORWARDED_PREFIX") == self.prefix:
            environ["SCRIPT_NAME"] = self.prefix
        return self.application(environ, start_response)


class DrainRequestBody:
    """Reads what the application left of a request's body, after its response was sent.

    gunicorn reads at most 64 KiB of such a body and then closes the connection. The gateway may have put that
    connection back into its pool by then, so the next request on it, somebody else's, would fail. Reading after the
    response rather than before it means that nobody waits for a refusal, and a gateway that sees the response before
    it has sent everything just hangs up.
    """

    def __init__(self, application: WSGI) -> None:
        self.application = application

    def __call__(self, environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        response = self.application(environ, start_response)
        if environ.get("CONTENT_LENGTH") in (None, "", "0") and "HTTP_TRANSFER_ENCODING" not in environ:
            # As it is, so that the server still sends files by sendfile.
            return response
        return _DrainedAfterwards(response, environ["wsgi.input"], environ.get("gunicorn.socket"))


class _DrainedAfterwards:
    """A response whose `close` reads the rest of the request's body."""

    def __init__(self, response: Iterable[bytes], body: Any, connection: socket.socket | None) -> None:
        self.response = response
        self.body = body
        self.connection = connection

    def __iter__(self) -> Iterator[bytes]:
        return iter(self.response)

    def close(self) -> None:
        """Called by the server when the response is sent, also when sending it failed."""
        try:
            if close := getattr(self.response, "close", None):
                close()
        finally:
            drain(self.body, self.connection)


def drain(body: Any, connection: socket.socket | None = None) -> None:
    """Read `body` to its end, at most MAX_DRAINED_BYTES or DRAIN_SECONDS; what is left then closes the connection.

    `connection` is the socket behind it, so that a client that sends nothing more is not waited for.
    """
    left, ends_at = MAX_DRAINED_BYTES, time.monotonic() + DRAIN_SECONDS
    patience = connection.gettimeout() if connection else None
    try:
        while left > 0 and (seconds := ends_at - time.monotonic()) > 0:
            if connection:
                connection.settimeout(seconds)
            chunk = body.read(min(CHUNK_BYTES, left))
            if not chunk:
                return
            left -= len(chunk)
    except (OSError, ParseException):
        # The client is gone, silent or sends nonsense: gunicorn closes the connection.
        return
    finally:
        if connection and connection.fileno() >= 0:
            connection.settimeout(patience)


def make_application(service: str) -> WSGI:
    """The WSGI callable of `service` for gunicorn."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", f"apps.{service}.settings")
    from django.core.wsgi import get_wsgi_application

    application = get_wsgi_application()
    from django.conf import settings

    return DrainRequestBody(ForwardedPrefix(application, settings.PUBLIC_PREFIX))
