"""Rows on their way back: what is there now, what stands against it, and the writing."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from django.core.files.storage import default_storage
from django.db import connection, models
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from apps.catalog.history.parts import Part
from apps.catalog.history.selectors import Change, Row, read_row
from apps.catalog.products.identifiers import in_any_case
from apps.common.model_fields import value_field
from apps.common.problems import Conflict

Rows = Mapping[tuple[str, str], Row]


class CannotRevert(Conflict):
    slug, title = "cannot-revert", _("The change cannot be reverted")


def current_rows(changes: Iterable[Change]) -> Rows:
    """The rows that the changes speak of, as they are now. One query for each kind of row."""
    wanted: dict[Part, list[str]] = {}
    for change in changes:
        wanted.setdefault(change.part, []).append(change.row_id)
    found: dict[tuple[str, str], Row] = {}
    for part, ids in wanted.items():
        table = connection.ops.quote_name(part.model._meta.db_table)
        with connection.cursor() as cursor:
            cursor.execute(f"SELECT id::text, to_jsonb(t) FROM {table} AS t WHERE id::text = ANY(%s)", [ids])  # noqa: S608  (a table of ours, quoted)
            found |= {(part.name, row_id): read_row(part, row) for row_id, row in cursor.fetchall()}
    return found


def turn(change: Change, now: Rows) -> Change | None:
    """The way back from what is now; None when there is nothing to do."""
    row = now.get((change.part.name, change.row_id))
    if change.before is None:
        return Change(change.part, change.row_id, row, None) if row else None
    if row is None:
        return Change(change.part, change.row_id, None, change.before)
    wanted = {name: change.before[name] if name in change.columns else value for name, value in row.items()}
    back = Change(change.part, change.row_id, row, wanted)
    return back if back.columns else None


def obstacle(change: Change, now: Rows, *, is_alone: bool) -> str:
    """Why a change cannot be reverted by itself: somebody changed the same since. Empty when it can."""
    row = now.get((change.part.name, change.row_id))
    if not is_alone or change.after is None:
        return ""
    if row is None:
        return "" if change.before is None else "it was removed since."
    changed = [name for name in change.columns if row[name] != change.after[name]]
    if change.before is None or not changed:
        return ""
    words = ", ".join(str(change.part.fields[name].verbose_name) for name in changed)
    return gettext("%(fields)s was changed again since.") % {"fields": words}


def missing(changes: Iterable[Change]) -> Iterable[str]:
    """Sentences about what rows would point at and what is gone: categories, choices, files of images."""
    wanted: dict[type[models.Model], set[str]] = {}
    restored: set[tuple[type[models.Model], str]] = set()
    for change in changes:
        if change.after is None:
            continue
        if change.before is None:
            restored.add((change.part.model, change.row_id))
        for name in change.columns:
            field, value = change.part.fields[name], change.after[name]
            if value is None:
                continue
            if field.is_relation:
                wanted.setdefault(field.related_model, set()).add(str(value))  # type: ignore[arg-type]  # no name, once loaded
            elif isinstance(field, models.FileField) and value and not default_storage.exists(value):
                yield gettext("The file of an image is no longer kept.")
    for model, keys in wanted.items():
        there = {str(key) for key in model._default_manager.filter(pk__in=keys).values_list("pk", flat=True)}
        if any(key not in there and (model, key) not in restored for key in keys):
            yield gettext("The %(model)s that it belonged to is no longer there.") % {"model": model._meta.verbose_name}


def taken(changes: Iterable[Change]) -> Iterable[str]:
    """Sentences about SKUs, addresses and the like that something else has by now."""
    for change in changes:
        if change.after is None:
            continue
        for name in change.columns:
            field, value = change.part.fields[name], change.after[name]
            if not value or not (field.unique or name == "barcode"):
                continue
            others = in_any_case(change.part.model._default_manager.exclude(pk=change.row_id), name, [value])
            if others.exists():
                yield gettext("The %(verbose_name)s %(value)s is taken by another %(model)s.") % {
                    "verbose_name": field.verbose_name,
                    "value": value,
                    "model": change.part.model._meta.verbose_name,
                }


def remove(changes: Iterable[Change]) -> None:
    """Take away what the change had made. Raises ProtectedError for what is needed elsewhere."""
    for change in changes:
        if change.after is None:
            change.part.model._default_manager.filter(pk=change.row_id).delete()


def put_back(changes: Iterable[Change]) -> None:
    """Write rows as they were, parts after what they belong to."""
    for change in changes:
        if change.after is None:
            continue
        manager = change.part.model._default_manager
        columns = change.part.fields if change.before is None else change.columns
        values = {
            change.part.fields[name].attname: as_python(change.part.fields[name], change.after[name])
            for name in columns
        }
        if change.before is None:
            manager.bulk_create([change.part.model(pk=change.row_id, **values)])
        else:
            manager.filter(pk=change.row_id).update(**values)


def as_python(field: models.Field, value: Any) -> Any:
    """A value of JSON as the field holds it."""
    return None if value is None else value_field(field).to_python(value)
