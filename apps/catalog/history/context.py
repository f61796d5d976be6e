"""The author of changes, passed to the triggers with each statement that may change the catalogue.

The triggers of django-pghistory read it from two settings of the transaction (`_pgh_attach_context`). Its own
`pghistory.context` puts them before every statement but reads; ours, only before those that name a table with a
history. So reservations and other traffic pay nothing, COPY can be covered (`set_author_before_copy`), and the user's
name is read as late as possible: an API knows its caller only inside the view.
"""

from __future__ import annotations

import json
import uuid
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import Any

from django.db import connection

from apps.common.ids import uuid7

Facts = dict[str, str]
WRITING = ("INSERT", "UPDATE", "DELETE", "WITH", "MERGE")
WATCHED = ("products_", "inventory_warehouse")
SETTINGS = "SELECT set_config('pghistory.context_id', %s, true), set_config('pghistory.context_metadata', %s, true)"


@dataclass(slots=True)
class Author:
    """What the changes of one request or task have in common. `facts` is asked at the first write."""

    facts: Callable[[], Facts]
    id: uuid.UUID = field(default_factory=uuid7)
    notes: Facts = field(default_factory=dict)

    def statement(self) -> str:
        """SQL that sets the author of the running transaction."""
        facts = {name: value for name, value in {**self.facts(), **self.notes}.items() if value}
        statement: str = connection.ops.compose_sql(  # type: ignore[attr-defined]  # PostgreSQL's alone
            SETTINGS, [str(self.id), json.dumps(facts)]
        )
        return statement


_author: ContextVar[Author | None] = ContextVar("history_author", default=None)


@contextmanager
def written_by(facts: Callable[[], Facts]) -> Iterator[None]:
    """Record this author with the changes made inside. An inner author replaces an outer one."""
    installed: AbstractContextManager[Any] = (
        nullcontext() if _author.get() else connection.execute_wrapper(_set_author_first)
    )
    token = _author.set(Author(facts))
    try:
        with installed:
            yield
    finally:
        _author.reset(token)


def note(**facts: str) -> None:
    """Add facts about the running request or task; does nothing outside of one."""
    if author := _author.get():
        author.notes.update(facts)


def set_author_before_copy(table: str) -> None:
    """Set the author of the running transaction before COPY into `table`, which no wrapper sees."""
    author = _author.get()
    if author and table.startswith(WATCHED):
        with connection.cursor() as cursor:
            cursor.execute(author.statement())


def _set_author_first(execute: Callable[..., Any], sql: Any, params: Any, many: bool, context: dict[str, Any]) -> Any:
    author = _author.get()
    if author is None or not _may_change(sql):
        return execute(sql, params, many, context)
    setting = author.statement()
    if params is not None:
        setting = setting.replace("%", "%%")
    return execute(f"{setting}; {sql}", params, many, context)


def _may_change(sql: Any) -> bool:
    return (
        isinstance(sql, str) and sql.lstrip()[:6].upper().startswith(WRITING) and any(name in sql for name in WATCHED)
    )
