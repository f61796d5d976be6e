"""The ceilings: a fixed response of any size, and a response with one query. Same process, same middleware."""

from __future__ import annotations

from functools import cache

from django.db import connection
from django.http import HttpRequest, HttpResponse
from django.urls import path

from apps.catalog.urls import handler400, handler403, handler404, handler500, urlpatterns  # noqa: F401  (Django's names)


@cache
def _body(size: int) -> bytes:
    return b'{"fixed":"' + b"x" * max(0, size - 12) + b'"}'


def fixed(request: HttpRequest, size: int) -> HttpResponse:
    """The same bytes every time."""
    return HttpResponse(_body(size), content_type="application/json")


def one_query(request: HttpRequest, size: int) -> HttpResponse:
    """The same bytes, after one row by its primary key."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT number, availability FROM discovery_listing WHERE number = %s", [1])
        cursor.fetchone()
    return HttpResponse(_body(size), content_type="application/json")


urlpatterns = [path("bench/fixed/<int:size>", fixed), path("bench/query/<int:size>", one_query), *urlpatterns]
