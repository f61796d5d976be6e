"""Cursor pagination by keyset: page 1,000 costs what page 1 costs and stays right while rows come and go."""

from __future__ import annotations

import datetime
from collections.abc import Sequence
from typing import Any

from django.db.models import Q
from rest_framework.pagination import BasePagination
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.utils.urls import replace_query_param

from apps.common.api import cursors
from apps.common.links import public_url_of
from apps.common.numbers import whole_number
from apps.common.problems import ValidationProblem

DEFAULT_LIMIT = 24
MAX_LIMIT = 100


class CursorPagination(BasePagination):
    """`?limit=&cursor=` -> `{results, next, previous}`.

    `ordering` (of the paginator or the view) lists fields or annotations; the last one must be unique and none may be
    null, so that its values alone determine a row's place. The cursor holds these values of the last row seen (see
    "no offset", Markus Winand, https://use-the-index-luke.com/no-offset), is signed and opaque to clients.
    """

    ordering: tuple[str, ...] = ("-created_at", "id")

    def paginate_queryset(self, queryset: Any, request: Request, view: Any = None) -> list[Any]:
        self.request = request
        self.limit = read_limit(request.query_params.get("limit"))
        ordering = tuple(getattr(view, "ordering", None) or self.ordering)
        self.list_name = f"{queryset.model._meta.label} by {','.join(ordering)}"
        position = self._read_cursor(request.query_params.get("cursor"))
        backwards = position is not None and position.backwards
        fields = [_reverse(field) for field in ordering] if backwards else list(ordering)
        if position is not None:
            queryset = queryset.filter(_after(fields, position.values))
        rows = list(queryset.order_by(*fields)[: self.limit + 1])
        more = len(rows) > self.limit
        rows = rows[: self.limit]
        if backwards:
            rows.reverse()
        has_next = more if not backwards else True
        has_previous = more if backwards else position is not None
        self.next_cursor = self._write_cursor(rows[-1], ordering, backwards=False) if rows and has_next else None
        self.previous_cursor = self._write_cursor(rows[0], ordering, backwards=True) if rows and has_previous else None
        return rows

    def get_paginated_response(self, data: Any) -> Response:
        return Response(
            {
                "results": data,
                "next": self._link(self.next_cursor),
                "previous": self._link(self.previous_cursor),
            }
        )

    def _read_cursor(self, cursor: str | None) -> cursors.CursorPosition | None:
        """The position at which the page begins; None for the first page. Raises BrokenCursor."""
        return cursors.decode(cursor, of=self.list_name) if cursor else None

    def _write_cursor(self, row: Any, ordering: tuple[str, ...], *, backwards: bool) -> str:
        values = tuple(_as_json(_value(row, field)) for field in ordering)
        return cursors.encode(cursors.CursorPosition(values, backwards=backwards), of=self.list_name)

    def _link(self, cursor: str | None) -> str | None:
        return cursor and replace_query_param(public_url_of(self.request), "cursor", cursor)

    def get_paginated_response_schema(self, schema: dict[str, Any]) -> dict[str, Any]:
        link = {"type": "string", "format": "uri", "nullable": True}
        return {
            "type": "object",
            "required": ["results", "next", "previous"],
            "properties": {
                "results": schema,
                "next": link
                | {
                    "description": "Address of the next page, or null on the last.",
                    "example": "https://shop.example.com/api/?cursor=Zmlyc3QgcGFnZQ",
                },
                "previous": link
                | {"description": "Address of the page before, or null on the first.", "example": None},
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
    if (limit := whole_number(raw, at_most=MAX_LIMIT)) is None or limit < 1:
        message = f"Use a whole number from 1 to {MAX_LIMIT}."
        raise ValidationProblem("The page size cannot be used; see errors.", errors={"limit": [message]})
    return limit


def _reverse(field: str) -> str:
    return field[1:] if field.startswith("-") else f"-{field}"


def _after(fields: list[str], values: Sequence[Any]) -> Q:
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


def _value(row: Any, field: str) -> Any:
    for part in field.removeprefix("-").split("__"):
        row = row[part] if isinstance(row, dict) else getattr(row, part)
    return row


def _as_json(value: Any) -> Any:
    """A column's value as JSON holds it; Django reads the text back into the column's type."""
    if isinstance(value, datetime.date):
        return value.isoformat()
    return value if isinstance(value, str | int | float | bool) else str(value)
