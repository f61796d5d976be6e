"""The ceiling: fixed HTML of any size, by the same process and middleware."""

from __future__ import annotations

from functools import cache

from django.http import HttpRequest, HttpResponse
from django.urls import path

from apps.ui.urls import handler400, handler403, handler404, handler500, urlpatterns  # noqa: F401  (Django's names)


@cache
def _page(size: int) -> bytes:
    return b"<!doctype html><title>x</title>" + b"x" * max(0, size - 31)


def fixed(request: HttpRequest, size: int) -> HttpResponse:
    """The same bytes every time."""
    return HttpResponse(_page(size))


urlpatterns = [path("bench/fixed/<int:size>", fixed), *urlpatterns]
