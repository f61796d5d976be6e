"""Reading the history of a thing: two queries for a page, however much it holds."""

from __future__ import annotations

import json
import uuid
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.db import connection, models

from apps.catalog.history.parts import Part, parts_of

PAGE = 20
Row = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Change:
    """A row that a change made (`before` None), took away (`after` None) or changed. Values as in JSON, by column."""

    part: Part
    row_id: str
    before: Row | None
    after: Row | None

    @property
    def columns(self) -> list[str]:
        """Names of the columns that differ between `before` and `after`."""
        before, after = self.before or {}, self.after or {}
        return [name for name in self.part.fields if before.get(name) != after.get(name)]


@dataclass(frozen=True, slots=True)
class Moment:
    """What one transaction changed, and what is known of who did it."""

    at: datetime
    facts: dict[str, str]
    changes: list[Change]


@dataclass(frozen=True, slots=True)
class Page:
    """Newest first. `before` is where the next page goes on; None on the last one."""

    moments: list[Moment]
    before: datetime | None


@dataclass(frozen=True, slots=True)
class _Event:
    part: Part
    id: int
    label: str
    at: datetime
    context_id: uuid.UUID | None
    facts: dict[str, str]
    row_id: str
    before: Row | None
    after: Row | None


def page_of_history(thing: models.Model, *, before: datetime | None = None) -> Page:
    """The last changes of a thing and its parts, or those before a moment."""
    times = _times(thing, before=before)
    shown = times[:PAGE]
    if not shown:
        return Page([], None)
    events = _events(thing, since=shown[-1], until=shown[0])
    moments = [_moment(at, [event for event in events if event.at == at]) for at in shown]
    return Page([moment for moment in moments if moment.changes], shown[-1] if len(times) > PAGE else None)


def change_at(thing: models.Model, at: datetime) -> list[Change]:
    """What the transaction of this moment changed; empty when there was none."""
    return _changes(_events(thing, since=at, until=at))


def changes_since(thing: models.Model, at: datetime) -> list[Change]:
    """What was changed from this moment on, taken together: from what it was before to what it is now."""
    return _changes(_events(thing, since=at, until=None))


def is_latest(thing: models.Model, at: datetime) -> bool:
    """Whether nothing was changed after this moment."""
    return _times(thing, before=None)[:1] == [at]


def _times(thing: models.Model, *, before: datetime | None) -> list[datetime]:
    """Times of changes before `before`, newest first: as many as a page shows, and one to know whether more follow."""
    selects = " UNION ".join(
        f"SELECT pgh_created_at FROM {_table(part.event)} AS e WHERE {_owner(part, 'e', 'pgh_obj_id')}"  # noqa: S608  (constants)
        + (" AND pgh_created_at < %(before)s" if before else "")
        for part in parts_of(thing)
    )
    with connection.cursor() as cursor:
        cursor.execute(
            f"{selects} ORDER BY pgh_created_at DESC LIMIT %(limit)s",
            {"root": thing.pk, "before": before, "limit": PAGE + 1},
        )
        return [row[0] for row in cursor.fetchall()]


# What a row was changed to stands in its next event, which holds what that one changed; or it is still so.
EVENTS = """
    SELECT %(part)s, e.pgh_id, e.pgh_label, e.pgh_created_at, e.pgh_context_id, context.metadata, e.pgh_obj_id::text,
        to_jsonb(e), CASE WHEN e.pgh_label = 'update' THEN coalesce(to_jsonb(next), to_jsonb(now)) END
    FROM {events} AS e
        LEFT JOIN pghistory_context AS context ON context.id = e.pgh_context_id
        LEFT JOIN LATERAL (
            SELECT * FROM {events} AS f WHERE f.pgh_obj_id = e.pgh_obj_id AND f.pgh_id > e.pgh_id
            ORDER BY f.pgh_id LIMIT 1
        ) AS next ON e.pgh_label = 'update'
        LEFT JOIN {rows} AS now ON now.id = e.pgh_obj_id AND next.pgh_id IS NULL
    WHERE {owner} AND e.pgh_created_at >= %(since)s {until}
"""


def _events(thing: models.Model, *, since: datetime, until: datetime | None) -> list[_Event]:
    """Events of the thing and its parts since a time, ordered by part, then by time."""
    parts = parts_of(thing)
    statement = " UNION ALL ".join(
        EVENTS.format(
            events=_table(part.event),
            rows=_table(part.model),
            owner=_owner(part, "e", "pgh_obj_id"),
            until="AND e.pgh_created_at <= %(until)s" if until else "",
        ).replace("%(part)s", str(place))
        for place, part in enumerate(parts)
    )
    with connection.cursor() as cursor:
        cursor.execute(f"{statement} ORDER BY 1, 2", {"root": thing.pk, "since": since, "until": until})
        rows = cursor.fetchall()
    return [_event(parts[row[0]], *row[1:]) for row in rows]


def _event(
    part: Part,
    event_id: int,
    label: str,
    at: datetime,
    context_id: uuid.UUID | None,
    facts: str | None,
    row_id: str,
    own: str,
    later: str | None,
) -> _Event:
    own_row, later_row = read_row(part, own), read_row(part, later) if later else None
    before = None if label == "insert" else own_row
    after = {"insert": own_row, "update": later_row or own_row, "delete": None}[label]
    return _Event(part, event_id, label, at, context_id, json.loads(facts or "{}"), row_id, before, after)


def read_row(part: Part, value: str) -> Row:
    """The columns with a history of a row that PostgreSQL wrote as JSON."""
    row = json.loads(value, parse_float=Decimal)
    return {column: row.get(column) for column in part.fields}


def _moment(at: datetime, events: list[_Event]) -> Moment:
    facts = next((event.facts for event in events if event.facts), {})
    return Moment(at, facts, _changes(events))


def _changes(events: Iterable[_Event]) -> list[Change]:
    """One change a row, from before its first event to after its last; rows that took each other's place are one."""
    first: dict[tuple[str, str], _Event] = {}
    last: dict[tuple[str, str], _Event] = {}
    for event in events:
        key = (event.part.name, event.row_id)
        first.setdefault(key, event)
        last[key] = event
    changes = [Change(event.part, event.row_id, event.before, last[key].after) for key, event in first.items()]
    return [change for change in _paired(changes) if change.columns]


def _paired(changes: list[Change]) -> list[Change]:
    removed = [change for change in changes if change.before and change.after is None]
    made = [change for change in changes if change.before is None and change.after]
    pairs: dict[int, Change] = {}
    paired_with: set[int] = set()
    rounds = max((len(change.part.twins) for change in changes), default=0)
    for turn in range(rounds):
        for new in made:
            if id(new) in pairs or turn >= len(new.part.twins):
                continue
            columns = new.part.twins[turn]
            for old in removed:
                if old.part is new.part and id(old) not in paired_with and _agree(old.before, new.after, columns):
                    pairs[id(new)] = Change(new.part, new.row_id, old.before, new.after)
                    paired_with.add(id(old))
                    break
    return [pairs.get(id(change), change) for change in changes if id(change) not in paired_with]


def _agree(one: Row | None, other: Row | None, columns: Iterable[str]) -> bool:
    return one is not None and other is not None and all(one[name] == other[name] for name in columns)


def _table(model: type[models.Model]) -> str:
    return connection.ops.quote_name(model._meta.db_table)


def _owner(part: Part, row: str, id_column: str) -> str:
    return part.owner.format(row=row, id=id_column)


def files_in_history(names: Collection[str]) -> set[str]:
    """The files among `names` that the history of images refers to: a revert may need them, so they are kept."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT DISTINCT file FROM history_productimageevent WHERE file = ANY(%s)", [list(names)])
        return {row[0] for row in cursor}
