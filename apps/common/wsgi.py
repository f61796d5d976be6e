"""The WSGI application of a service, right behind the gateway's prefix and right without it."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable
from typing import Any

type WSGI = Callable[[dict[str, Any], Callable[..., Any]], Iterable[bytes]]


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


def make_application(service: str) -> WSGI:
    """The WSGI callable of `service` for gunicorn."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", f"apps.{service}.settings")
    from django.core.wsgi import get_wsgi_application

    application = get_wsgi_application()
    from django.conf import settings

    return ForwardedPrefix(application, settings.PUBLIC_PREFIX)
