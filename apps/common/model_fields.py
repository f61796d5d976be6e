"""Fields of models by name, as the types of Django's own `_meta` do not know them."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import FieldDoesNotExist
from django.db.models import Field, ForeignKey, Model


def concrete_field(model: type[Model], name: str) -> Field[Any, Any]:
    """The field of a column. Raises FieldDoesNotExist, also for the other end of a relation."""
    field = model._meta.get_field(name)
    if not isinstance(field, Field):
        raise FieldDoesNotExist(f"{model.__name__}.{name} is no column.")
    return field


def column_of(field: Field[Any, Any]) -> str:
    """The column that holds the field. Raises ValueError for a field without one."""
    if field.column is None:
        raise ValueError(f"{field} has no column.")
    return field.column


def value_field(field: Field[Any, Any]) -> Field[Any, Any]:
    """The field that a foreign key refers to; any other field itself."""
    return field.target_field if isinstance(field, ForeignKey) else field
