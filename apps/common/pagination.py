"""Cursor pagination by keyset: page 1,000 costs what page 1 costs and stays right while rows come and go."""

from __future__ import annotations

import base64
import binascii
import json
from typing import Any

from django.core.exceptions import EmptyResultSet
from django.core.exceptions import ValidationError as DjangoValidationError
from django.db.models import Q, QuerySet
from rest_framework.pagination import BasePagination
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.utils.urls import replace_query_param

from apps.common.problems import ValidationProblem

DEFAULT_LIMIT = 24
MAX_LIMIT = 100


class CursorPagination(BasePagination):
    """`?limit=&cursor=` -> `{results, next, previous}`.

    `ordering` (of the paginator or the view) lists fields or annotations; the last one must be unique and none may be
    null, so that a row's place is told by its values alone. The cursor holds these values of the last row seen (see
    "no offset", Markus Winand, https://use-the-index-luke.com/no-offset) and is opaque to clients.
    """

    ordering: tuple[str, ...] = ("-created_at", "id")

    def paginate_queryset(self, queryset: QuerySet, request: Request, view: Any = None) -> list[Any]:
        self.request = request
        self.limit = read_limit(request.query_params.get("limit"))
        ordering = tuple(getattr(view, "ordering", None) or self.ordering)
        backwards, values = _decode(request.query_params.get("cursor"), len(ordering))
        fields = [_reverse(field) for field in ordering] if backwards else list(ordering)
        if values is not None:
            queryset = _continued(queryset, fields, values)
        rows = list(queryset.order_by(*fields)[: self.limit + 1])
        more = len(rows) > self.limit
        rows = rows[: self.limit]
        if backwards:
            rows.reverse()
        has_next = more if not backwards else True
        has_previous = more if backwards else values is not None
        self.next_cursor = _encode(rows[-1], ordering, backwards=False) if rows and has_next else None
        self.previous_cursor = _encode(rows[0], ordering, backwards=True) if rows and has_previous else None
        return rows

    def get_paginated_response(self, data: Any) -> Response:
        return Response(
            {
                "results": data,
                "next": self._link(self.next_cursor),
                "previous": self._link(self.previous_cursor),
            }
        )

    def _link(self, cursor: str | None) -> str | None:
        return cursor and replace_query_param(self.request.build_absolute_uri(), "cursor", cursor)

    def get_paginated_response_schema(self, schema: dict[str, Any]) -> dict[str, Any]:
        link = {"type": "string", "format": "uri", "nullable": True}
        return {
            "type": "object",
            "required": ["results", "next", "previous"],
            "properties": {
                "results": schema,
                "next": link | {"description": "Address of the next page, or null on the last."},
                "previous": link | {"description": "Address of the page before, or null on the first."},
            },
        }

    def get_schema_operation_parameters(self, view: Any) -> list[dict[str, Any]]:
        limit = {"type": "integer", "minimum": 1, "maximum": MAX_LIMIT, "default": DEFAULT_LIMIT}
        return [
            {
                "name": "limit",
                "in": "query",
                "required": False,
                "schema": limit,
                "description": "Rows a page.",
            },
            {
                "name": "cursor",
                "in": "query",
                "required": False,
                "schema": {"type": "string"},
                "description": "Opaque; taken from `next` or `previous`.",
            },
        ]


def read_limit(raw: str | None) -> int:
    """Rows a page, as `?limit=` says. Raises ValidationProblem."""
    if raw is None:
        return DEFAULT_LIMIT
    if not (raw.isascii() and raw.isdigit() and 1 <= int(raw[:9]) <= MAX_LIMIT):
        message = f"Use a whole number from 1 to {MAX_LIMIT}."
        raise ValidationProblem("The page size cannot be used; see errors.", errors={"limit": [message]})
    return int(raw)


def broken_cursor() -> ValidationProblem:
    """For a cursor that is none of this list."""
    message = "This cursor is broken or belongs to another list; start again without it."
    return ValidationProblem(message, errors={"cursor": [message]})


def _reverse(field: str) -> str:
    return field[1:] if field.startswith("-") else f"-{field}"


def _after(fields: list[str], values: list[Any]) -> Q:
    """Rows that come after `values` in the order of `fields`.

    The first comparison stands outside the OR as well (`a >= x AND (a > x OR …)`): it lets PostgreSQL start the index
    scan at the right place.
    """
    condition = Q()
    for index in reversed(range(len(fields))):
        name = fields[index].removeprefix("-")
        operator = "lt" if fields[index].startswith("-") else "gt"
        later = Q(**{f"{name}__{operator}": values[index]})
        condition = later | (Q(**{name: values[index]}) & condition) if condition else later
    name, operator = fields[0].removeprefix("-"), "lte" if fields[0].startswith("-") else "gte"
    return Q(**{f"{name}__{operator}": values[0]}) & condition


def _continued(queryset: QuerySet, fields: list[str], values: list[Any]) -> QuerySet:
    """The rows after a cursor; its values must be of the columns' types."""
    try:
        continued = queryset.filter(_after(fields, values))
        str(continued.query)  # compiles, so that a value of the wrong type shows here and not in the query
    except (DjangoValidationError, ValueError, TypeError) as error:
        raise broken_cursor() from error
    except EmptyResultSet:
        return queryset.none()
    return continued


def _value(row: Any, field: str) -> Any:
    for part in field.removeprefix("-").split("__"):
        row = row[part] if isinstance(row, dict) else getattr(row, part)
    return row


def _encode(row: Any, ordering: tuple[str, ...], *, backwards: bool) -> str:
    values = [value.isoformat() if hasattr(value, "isoformat") else value for value in _values(row, ordering)]
    raw = json.dumps([int(backwards), *values], default=str, separators=(",", ":"))
    return base64.urlsafe_b64encode(raw.encode()).decode().rstrip("=")


def _values(row: Any, ordering: tuple[str, ...]) -> list[Any]:
    return [_value(row, field) for field in ordering]


def _decode(cursor: str | None, length: int) -> tuple[bool, list[Any] | None]:
    if not cursor:
        return False, None
    try:
        raw = base64.b64decode(cursor + "=" * (-len(cursor) % 4), altchars=b"-_", validate=True)
        backwards, *values = json.loads(raw)
    except (binascii.Error, ValueError, TypeError) as error:
        raise broken_cursor() from error
    if backwards not in (0, 1) or len(values) != length:
        raise broken_cursor()
    if any(not isinstance(value, str | int | float | bool) or "\x00" in str(value) for value in values):
        raise broken_cursor()
    return bool(backwards), values
