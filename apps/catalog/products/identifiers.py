"""Identifiers that differ by capitals alone name the same thing: MUG-1 and mug-1 are one article."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.db.models import Model, QuerySet
from django.db.models.functions import Lower


def in_any_case[M: Model](rows: QuerySet[M], field: str, values: Iterable[str]) -> QuerySet[M]:
    """The rows whose `field` is one of `values`, however either is capitalised."""
    name = f"{field}_in_any_case"
    wanted: Any = {f"{name}__in": sorted({value.lower() for value in values})}
    return rows.alias(**{name: Lower(field)}).filter(**wanted)


def same_in_any_case(rows: QuerySet[Any], field: str, value: str) -> str | None:
    """How the row is spelt that has `value`, the very one before one in other capitals; None when there is none."""
    spellings = list(in_any_case(rows, field, [value]).values_list(field, flat=True)[:2])
    return value if value in spellings else next(iter(spellings), None)
