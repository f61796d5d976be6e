"""Answers of the services as typed values: a client names a frozen dataclass, `read` fills it."""

from __future__ import annotations

from dataclasses import MISSING, fields
from datetime import date, datetime
from functools import cache
from types import NoneType, UnionType
from typing import Any, Union, get_args, get_origin, get_type_hints
from urllib.parse import parse_qs, urlsplit

from apps.common.http import Unavailable


def read[T](kind: type[T], data: Any, *, service: str) -> T:
    """`data` (decoded JSON) as a `kind`. Unknown members are ignored, so that a service may add some.

    Raises Unavailable when something is missing or of another type: an answer nobody can use is no answer.
    """
    try:
        return _value(kind, data)
    except (KeyError, TypeError, ValueError) as error:
        raise Unavailable(service, f"its answer is not a {kind.__name__}: {error!r}") from error


def cursor_of(link: str | None) -> str:
    """The cursor inside an API's link to another page; empty when there is none."""
    return parse_qs(urlsplit(link).query).get("cursor", [""])[0] if link else ""


def _value(kind: Any, data: Any) -> Any:
    origin = get_origin(kind)
    if origin in (Union, UnionType):
        if data is None and NoneType in get_args(kind):
            return None
        return _value(next(choice for choice in get_args(kind) if choice is not NoneType), data)
    if origin is tuple:
        return tuple(_value(get_args(kind)[0], item) for item in data)
    if hasattr(kind, "__dataclass_fields__"):
        given = {name: hint for name, hint, is_needed in _members(kind) if is_needed or name in data}
        return kind(**{name: _value(hint, data[name]) for name, hint in given.items()})
    if kind is datetime:
        return datetime.fromisoformat(data)
    if kind is date:
        return date.fromisoformat(data)
    if kind is float and isinstance(data, int) and not isinstance(data, bool):
        return float(data)
    if not isinstance(data, origin or kind):
        raise TypeError(f"{data!r} is no {kind}")
    return data


@cache
def _members(kind: Any) -> list[tuple[str, Any, bool]]:
    """Name, type and whether it must be there, of each field."""
    hints = get_type_hints(kind)
    return [
        (field.name, hints[field.name], field.default is MISSING and field.default_factory is MISSING)
        for field in fields(kind)
    ]
