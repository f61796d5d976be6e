"""SQL of migrations in files of its own: functions and triggers are read, reviewed and compared as SQL."""

from __future__ import annotations

from pathlib import Path

from django.db.migrations import RunSQL


def run_sql(migration: str, name: str) -> RunSQL:
    """The operation that runs `sql/<name>.sql` beside a migration (its `__file__`), and `<name>.reverse.sql` backwards.

    Raises FileNotFoundError when one of the two is missing.
    """
    folder = Path(migration).parent / "sql"
    return RunSQL((folder / f"{name}.sql").read_text(), (folder / f"{name}.reverse.sql").read_text())
